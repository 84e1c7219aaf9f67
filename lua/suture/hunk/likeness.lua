--- How far bytes are from a pattern, and what of it they share.

local likeness = {}

--- A pattern taken apart. Of a long one only the beginning is looked at.
---@class suture.likeness
---@field text string        "48 8b ?? 4?"
---@field length integer     in bytes
---@field values integer[]   of each byte
---@field masks integer[]    which bits of it are fixed
---@field fixed integer[]    the indices of bytes with fixed bits, ascending

local most_bytes <const> = 1024

-- What a byte that differs costs beside its bits: few bytes that differ wholly are less far off than many that do a
-- little.
local price_of_byte <const> = 4

-- What a byte costs, by the bits that differ.
local costs <const> = { [0] = 0 }
for byte = 1, 255 do
  costs[byte] = costs[byte >> 1] + (byte & 1)
end
for byte = 1, 255 do
  costs[byte] = costs[byte] + price_of_byte
end

local function nibble(digit)
  return tonumber(digit, 16) or 0, digit == "?" and 0 or 15
end

--- Takes a pattern's text apart.
---@param text string
---@return suture.likeness
function likeness.of_text(text)
  local values <const>, masks <const>, fixed <const> = {}, {}, {}
  for high, low in text:gmatch "(%S)(%S)" do
    local index <const> = #values + 1
    local upper <const>, upper_mask <const> = nibble(high)
    local lower <const>, lower_mask <const> = nibble(low)
    values[index], masks[index] = upper << 4 | lower, upper_mask << 4 | lower_mask
    fixed[#fixed + 1] = masks[index] ~= 0 and index or nil
  end
  return { text = text, length = #values, values = values, masks = masks, fixed = fixed }
end

--- Takes a pattern apart.
---@param pattern suture.pattern
---@return suture.likeness
function likeness.of(pattern)
  return likeness.of_text(tostring(pattern):sub(1, 3 * most_bytes - 1))
end

--- How far one byte is from what there is.
---@param form suture.likeness
---@param index integer
---@param byte integer
---@return integer
function likeness.distance_of_byte(form, index, byte)
  return costs[(byte ~ form.values[index]) & form.masks[index]]
end

--- How far the form is from what there is: the fixed bits that differ, and 4 for each byte that has some. nil where it
--- is further than `most`.
---@param form suture.likeness
---@param data string  at least as long
---@param most integer
---@return integer?
function likeness.distance(form, data, most)
  local values <const>, masks <const>, total = form.values, form.masks, 0
  for _, index in ipairs(form.fixed) do
    local difference <const> = (data:byte(index) ~ values[index]) & masks[index]
    if difference ~= 0 then
      total = total + costs[difference]
      if total > most then
        return nil
      end
    end
  end
  return total
end

--- The indices of the bytes that differ, ascending.
---@param form suture.likeness
---@param data string
---@return integer[]
function likeness.differing(form, data)
  local list <const> = {}
  for _, index in ipairs(form.fixed) do
    if (data:byte(index) ~ form.values[index]) & form.masks[index] ~= 0 then
      list[#list + 1] = index
    end
  end
  return list
end

--- The text of one byte of the pattern.
---@param form suture.likeness
---@param index integer
---@return string
function likeness.byte(form, index)
  return form.text:sub(3 * index - 2, 3 * index - 1)
end

--- The text of so many of its bytes, from an index on.
---@param form suture.likeness
---@param first integer
---@param last integer
---@return string
function likeness.bytes(form, first, last)
  return form.text:sub(3 * first - 2, 3 * last - 1)
end

--- The pattern's text with some of its bytes, by index, made wild.
---@param form suture.likeness
---@param indices integer[]  ascending
---@return string
function likeness.widened(form, indices)
  local parts <const>, done = {}, 0
  for _, index in ipairs(indices) do
    parts[#parts + 1] = form.text:sub(3 * done + 1, 3 * index - 3) .. "??"
    done = index
    parts[#parts + 1] = done < form.length and " " or nil
  end
  return table.concat(parts) .. form.text:sub(3 * done + 1)
end

--- The text of the pattern with only some of its bytes fixed, from the first of them to the last.
---@param form suture.likeness
---@param indices integer[]  ascending, one at least
---@return string
function likeness.part(form, indices)
  local parts <const>, last = {}, indices[1] - 1
  for _, index in ipairs(indices) do
    parts[#parts + 1] = ("?? "):rep(index - last - 1) .. likeness.byte(form, index)
    last = index
  end
  return table.concat(parts, " ")
end

return likeness
