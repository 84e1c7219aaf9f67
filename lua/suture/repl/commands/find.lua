--- .find: where a pattern or a text is in the targets, with what is around it.

local core <const> = require "suture.core"
local words <const> = require "suture.repl.words"

local find <const> = {
  usage = ".find [TARGET] PATTERN | \"TEXT\"",
  summary = "Show where a pattern (48 8b ?? 4?) or a quoted text is.",
}

-- So many matches are shown of each target.
local SHOWN <const> = 16

local function is_target(session, word)
  return session.targets:find(word) ~= nil
end

local function wanted(session, text)
  if text == "" then
    core.raise("argument", "usage: " .. find.usage)
  elseif text:find "^[\"'%[]" then
    return session:evaluate("return " .. text)[1]
  end
  return core.pattern(text)
end

-- A match as a line of a hexdump that begins with it.
local function show(session, target, off, len)
  local width <const> = session.style.width or 16
  local b <const> = target.bytes
  local dump <const> = core.hexdump(b, off, math.min(width, #b - off), width, true,
    session.style.colour and "colour" or "stars", off, math.min(len, width, #b - off))
  session.say(("%s %s"):format(target.name, require("suture.hexdump").join(dump):match "^[^\n]*\n"))
end

local function show_all(session, target, what)
  local count = 0
  for off, len in target.bytes:matches(what) do
    count = count + 1
    if count > SHOWN then
      session.say(("%s ... more matches: for off in %s:matches(...)\n"):format(target.name, target.name))
      return count
    end
    show(session, target, off, len)
  end
  return count
end

---@param session suture.repl.session
---@param text string
function find.run(session, text)
  local list <const> = words.split(text)
  local one <const> = is_target(session, list[1] or "") and #list > 1
  local chosen <const> = words.target(session, one and { list[1] } or {})
  local what <const> = wanted(session, one and text:match "^%S+%s+(.*)$" or text)
  local count = 0
  for _, target in ipairs(one and { chosen } or session.targets:open_ones()) do
    count = count + show_all(session, target, what)
  end
  if count == 0 then
    session.say "found nothing\n"
  end
end

return find
