--- Lua text as tokens, also where it is not finished or wrong.

local KEYWORDS <const> = {}
for word in ("and break do else elseif end false for function goto if in local nil not or repeat return then true "
  .. "until while"):gmatch "%a+" do
  KEYWORDS[word] = true
end

local LONG_OPERATORS <const> = {
  ["..."] = true, ["=="] = true, ["~="] = true, ["<="] = true, [">="] = true, ["//"] = true, ["::"] = true,
  ["<<"] = true, [">>"] = true, [".."] = true,
}

-- Each of these returns the last byte of the token that begins at an index, its kind, and whether its end is missing;
-- nothing where no such token begins.

local function long(text, index, kind)
  local level <const> = text:match("^%[(=*)%[", index)
  if not level then
    return nil
  end
  local _, last <const> = text:find("]" .. level .. "]", index + #level + 2, true)
  return last or #text, kind, not last
end

local function comment(text, index)
  if text:sub(index, index + 1) ~= "--" then
    return nil
  end
  local last <const>, kind <const>, is_open <const> = long(text, index + 2, "comment")
  if last then
    return last, kind, is_open
  end
  return (text:find("\n", index, true) or #text + 1) - 1, "comment", not text:find("\n", index, true)
end

-- The byte behind an escape sequence; `\z` takes all blanks that follow.
local function after_escape(text, index)
  local _, blanks <const> = text:find("^z%s*", index + 1)
  return (blanks or index + 1) + 1
end

local function quoted(text, index)
  local quote <const> = text:match("^['\"]", index)
  if not quote then
    return nil
  end
  local at = index + 1
  while true do
    local found <const> = text:find("[\\\n" .. quote .. "]", at)
    local byte <const> = found and text:sub(found, found)
    if byte == quote then
      return found, "string", false
    elseif byte ~= "\\" then
      return (found or #text + 1) - 1, "string", not found
    end
    at = after_escape(text, found)
    if at > #text then
      return #text, "string", true
    end
  end
end

local function number(text, index)
  if not text:find("^%.?%d", index) then
    return nil
  end
  local is_hex <const> = text:find("^0[xX]", index)
  local digits <const>, power <const> = is_hex and "^[%w_.]+" or "^[%w_.]+", is_hex and "[pP]" or "[eE]"
  local _, last = text:find(digits, index)
  while text:find(power, last) == last and text:find("^[+-]", last + 1) do
    local _, more <const> = text:find(digits, last + 2)
    last = more or last + 1
  end
  return last, "number"
end

local function name(text, index)
  local word <const> = text:match("^[%a_][%w_]*", index)
  if word then
    return index + #word - 1, KEYWORDS[word] and "keyword" or "name"
  end
end

local function operator(text, index)
  for length = 3, 2, -1 do
    if LONG_OPERATORS[text:sub(index, index + length - 1)] then
      return index + length - 1, "operator"
    end
  end
  return index, "operator"
end

local readers <const> = {
  comment,
  function(text, index) return long(text, index, "string") end,
  quoted, number, name, operator,
}

local function token_at(text, index)
  for _, read in ipairs(readers) do
    local last <const>, kind <const>, is_open <const> = read(text, index)
    if last then
      return { first = index, last = last, kind = kind, is_open = is_open or nil, text = text:sub(index, last) }
    end
  end
end

---@class suture.repl.token
---@field first integer  its first byte, counted from 1
---@field last integer
---@field kind "comment"|"string"|"number"|"keyword"|"name"|"operator"
---@field is_open boolean?  a comment or string goes on behind the text
---@field text string

--- The tokens of a text, in order. Every byte that is no blank is in one of them.
---@param text string
---@return suture.repl.token[]
return function(text)
  local list <const> = {}
  local index = text:find "%S"
  while index do
    local token <const> = token_at(text, index)
    list[#list + 1] = token
    index = text:find("%S", token.last + 1)
  end
  return list
end
