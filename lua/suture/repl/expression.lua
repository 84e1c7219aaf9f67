--- The names in front of the cursor, as in `set.kernel:re`, and what they stand for.

local members <const> = require "suture.repl.members"

local expression <const> = {}

---@class suture.repl.chain
---@field names string[]  those that are whole
---@field word string     the last one, which is being typed; "" behind a dot
---@field first integer   where it begins, in bytes counted from 1
---@field separator string?  in front of it: "." or ":"; nil for a variable

local function is(token, kind, text)
  return token ~= nil and token.kind == kind and (text == nil or token.text == text)
end

local function is_separator(token)
  return is(token, "operator", ".") or is(token, "operator", ":")
end

-- The whole names in front of the separator at an index; nil where something else than a name is there.
local function names_before(tokens, index)
  local names <const> = {}
  while is_separator(tokens[index]) do
    if not is(tokens[index - 1], "name") then
      return nil
    end
    table.insert(names, 1, tokens[index - 1].text)
    index = index - 2
  end
  return names
end

--- The chain of names that ends with a token.
---@param tokens suture.repl.token[]
---@param index integer  of the token
---@param pos integer    bytes before the cursor
---@return suture.repl.chain? chain  nil where its beginning is no name
function expression.chain(tokens, index, pos)
  local token <const> = tokens[index]
  local is_word <const> = token and (token.kind == "name" or token.kind == "keyword") and token.last == pos
  local before <const> = is_word and index - 1 or index
  local names <const> = names_before(tokens, before)
  if not names then
    return nil
  end
  return {
    names = names,
    word = is_word and token.text or "",
    first = is_word and token.first or pos + 1,
    separator = is_separator(tokens[before]) and tokens[before].text or nil,
  }
end

--- What whole names stand for.
---@param names string[]
---@param globals any  what the first one is looked up in
---@return any value  nil where it is not known without running code of someone else
function expression.value(names, globals)
  local value = globals
  for _, name in ipairs(names) do
    if value == nil then
      return nil
    end
    value = members.get(value, name)
  end
  return value
end

return expression
