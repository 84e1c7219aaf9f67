-- A matcher that cannot be wrong, and random patterns for it.

local naive = {}

-- The values and masks of a pattern's text. Comparing must not allocate: the collector may always be due.
local function parse(text)
  local values, masks = {}, {}
  for high, low in text:gmatch "(%S)(%S)" do
    local value, mask = 0, 0
    for shift, digit in pairs { [4] = high, [0] = low } do
      value = value | (tonumber(digit, 16) or 0) << shift
      mask = mask | (digit == "?" and 0 or 15) << shift
    end
    values[#values + 1], masks[#masks + 1] = value, mask
  end
  return values, masks
end

--- All offsets at which a pattern's text, such as "4? 8b ??", matches wholly inside [from, to), ascending.
function naive.matches(data, text, from, to)
  local values, masks = parse(text)
  local found = {}
  for off = from, to - #values do
    local i = 1
    while i <= #values and data:byte(off + i) & masks[i] == values[i] do
      i = i + 1
    end
    if i > #values then
      found[#found + 1] = off
    end
  end
  return found
end

--- A string as the text of a pattern.
function naive.spell(bytes)
  return (bytes:gsub(".", function(c) return ("%02x "):format(c:byte()) end))
end

--- The text of a random pattern: bytes of the alphabet, some of them wild or half wild.
function naive.pattern(length, alphabet)
  local elements = {}
  for i = 1, length do
    local byte = ("%02x"):format(alphabet:byte(math.random(#alphabet)))
    local kind = math.random(10)
    elements[i] = kind <= 2 and "??" or kind <= 4 and byte:sub(1, 1) .. "?" or kind <= 6 and "?" .. byte:sub(2) or byte
  end
  return table.concat(elements, " ")
end

return naive
