--- A string as Lua source that a person can read: what is no printable text is escaped.

local escapes <const> = {
  ["\a"] = "\\a", ["\b"] = "\\b", ["\f"] = "\\f", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t", ["\v"] = "\\v",
  ["\\"] = "\\\\", ['"'] = '\\"',
}

local function spell(text)
  return (text:gsub(".", function(byte)
    return ("\\x%02x"):format(byte:byte())
  end))
end

--- The string in quotes, on one line.
---@param text string
---@return string
return function(text)
  local plain <const> = text:gsub('[%c\\"]', function(byte)
    return escapes[byte] or spell(byte)
  end)
  if not utf8.len(plain) then
    return '"' .. plain:gsub("[\x80-\xff]", spell) .. '"'
  end
  -- The control characters U+0080 to U+009F.
  return '"' .. plain:gsub("\xc2[\x80-\x9f]", spell) .. '"'
end
