--- The bracket that belongs to the one at the cursor.

local tokens <const> = require "suture.repl.tokens"

local CLOSING <const> = { ["("] = ")", ["["] = "]", ["{"] = "}" }
local IS_CLOSING <const> = { [")"] = true, ["]"] = true, ["}"] = true }

-- The partner of each bracket by the index of its byte; a bracket without a fitting one has none.
local function partners(text)
  local found <const>, open <const> = {}, {}
  for _, token in ipairs(tokens(text)) do
    local is_operator <const> = token.kind == "operator"
    if is_operator and CLOSING[token.text] then
      open[#open + 1] = token
    elseif is_operator and IS_CLOSING[token.text] then
      local opening <const> = table.remove(open)
      if opening and CLOSING[opening.text] == token.text then
        found[opening.first], found[token.first] = token.first, opening.first
      end
    end
  end
  return found
end

--- The pair of brackets of which one is before the cursor, else at it. Brackets in strings and comments are none.
---@param text string
---@param pos integer  bytes before the cursor
---@return integer? first, integer? second  bytes counted from 1, the nearer one first; nil where there is no pair
return function(text, pos)
  if not text:find("[][(){}]", math.max(pos, 1)) then
    return nil
  end
  local found <const> = partners(text)
  for _, index in ipairs { pos, pos + 1 } do
    if found[index] then
      return index, found[index]
    end
  end
end
