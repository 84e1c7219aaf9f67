--- The prompt: which targets are open, and how much is pending in them.

local paint <const> = require "suture.repl.paint"

local prompt <const> = {}

prompt.CONTINUATION = ">> "

local function names_of(list)
  local names <const> = {}
  for index, target in ipairs(list) do
    names[index] = target.name
  end
  return #names == 0 and "suture" or #names <= 4 and table.concat(names, " ")
    or ("%s ... %s"):format(names[1], names[#names])
end

local function pending_of(session)
  local count <const>, _, lost <const> = session.targets:pending()
  if lost then
    return paint("error", " [truncated]", session.style)
  end
  return count > 0 and paint("pending", (" [%d pending]"):format(count), session.style) or ""
end

--- The text of the prompt: "b> ", or "b [3 pending]> ".
---@param session suture.repl.session
---@return string
function prompt.text(session)
  local pending <const> = pending_of(session)
  return paint("name", names_of(session.targets:open_ones()), session.style) .. pending .. "> "
end

return prompt
