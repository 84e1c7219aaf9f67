--- Text from elsewhere, made safe for a terminal and for one line: control
--- characters are spelled out as \x1b.

local function spell(text)
  return (text:gsub(".", function(byte)
    return ("\\x%02x"):format(byte:byte())
  end))
end

--- The text with control characters, and bytes that are no UTF-8, spelled out.
---@param text string
---@return string
return function(text)
  local plain <const> = text:gsub("[\0-\31\127]", spell)
  if not utf8.len(plain) then
    return (plain:gsub("[\x80-\xff]", spell))
  end
  -- The control characters U+0080 to U+009F.
  return (plain:gsub("\xc2[\x80-\x9f]", spell))
end
