-- A matcher that cannot be wrong, and random patterns for it.

local naive = {}

local function byte_matches(byte, wanted)
  local text = ("%02x"):format(byte)
  for i = 1, 2 do
    local nibble = wanted:sub(i, i)
    if nibble ~= "?" and nibble ~= text:sub(i, i) then
      return false
    end
  end
  return true
end

--- All offsets at which a pattern's text, such as "4? 8b ??", matches wholly inside [from, to), ascending.
function naive.matches(data, text, from, to)
  local wanted, found = {}, {}
  for word in text:gmatch("%S+") do
    wanted[#wanted + 1] = word
  end
  for off = from, to - #wanted do
    local i = 1
    while i <= #wanted and byte_matches(data:byte(off + i), wanted[i]) do
      i = i + 1
    end
    if i > #wanted then
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
