--- The words behind a command: targets, offsets, which may be any expression, and paths.

local core <const> = require "suture.core"

local words <const> = {}

--- The words of a text. What stands in quotes or brackets is not cut.
---@param text string
---@return string[]
function words.split(text)
  local list <const>, word, depth, quote = {}, "", 0, nil
  for char in text:gmatch(utf8.len(text) and utf8.charpattern or ".") do
    if quote then
      quote = char ~= quote and quote or nil
    elseif char:find "[\"']" then
      quote = char
    elseif char:find "[%(%[{]" then
      depth = depth + 1
    elseif char:find "[%)%]}]" then
      depth = depth - 1
    end
    if char:find "%s" and not quote and depth <= 0 then
      list[#list + 1] = word ~= "" and word or nil
      word = ""
    else
      word = word .. char
    end
  end
  list[#list + 1] = word ~= "" and word or nil
  return list
end

--- The target that the first word names, which is taken from the list; the first target that is open if it names none.
--- Raises `argument` where no file is open.
---@param session suture.repl.session
---@param list string[]
---@return suture.repl.target
function words.target(session, list)
  local open <const> = session.targets:open_ones()
  if #open == 0 then
    core.raise("argument", "no file is open: .open PATH opens one")
  end
  for _, target in ipairs(open) do
    if target.name == list[1] then
      table.remove(list, 1)
      return target
    end
  end
  return open[1]
end

--- An offset or a length: the value of an expression, which is a line of its own. Raises `argument` for what is none,
--- and what the expression raises.
---@param session suture.repl.session
---@param word string
---@return integer
function words.offset(session, word)
  session.timeline:begin(word)
  local value <const> = session:evaluate("return " .. word)[1]
  local whole <const> = type(value) == "number" and math.tointeger(value)
  if not whole or whole < 0 then
    core.raise("argument", ("'%s' is no offset or length"):format(word))
  end
  session.timeline:finish()
  return whole
end

--- Raises `argument` where there are more words than a command takes, or fewer.
---@param list string[]
---@param least integer
---@param most integer
---@param usage string
function words.check(list, least, most, usage)
  if #list < least or #list > most then
    core.raise("argument", "usage: " .. usage)
  end
end

return words
