--- Bytes for targets: no two sectors alike, and no byte that a zeroed or stale sector could pass for.

local sample <const> = {}

--- `size` bytes that differ from one `salt` to the next.
---@param size integer
---@param salt integer
---@return string
function sample.bytes(size, salt)
  local pieces <const> = {}
  for index = 0, size - 1 do
    pieces[#pieces + 1] = string.char((index * 7 + index // 251 * 13 + salt * 31) % 254 + 1)
  end
  return table.concat(pieces)
end

--- A string with other bytes laid over it at an offset.
---@param data string
---@param off integer
---@param piece string
---@return string
function sample.overlay(data, off, piece)
  return data:sub(1, off) .. piece .. data:sub(off + #piece + 1)
end

--- A string with more bytes at an offset.
---@param data string
---@param off integer
---@param piece string
---@return string
function sample.insert(data, off, piece)
  return data:sub(1, off) .. piece .. data:sub(off + 1)
end

return sample
