--- A small PE file from a description: what recipes show as their examples.

local LFANEW <const>, HEADERS <const>, RAW <const> = 0x80, 0x400, 0x200 -- bytes; sections begin behind the headers
local ADDRESS <const> = 0x1000 -- of the section

--- What may be said of a sample.
---@class suture.pe.sample
---@field class integer?       32 or 64; 64 if absent
---@field time integer?        seconds since 1970, wherever one is told
---@field flags integer?       characteristics of the COFF header
---@field subsystem integer?   3 (console) if absent
---@field checksum integer?    0 if absent
---@field exports boolean?     whether there is an export directory
---@field debug integer?       entries of the debug directory
---@field signed boolean?      whether a signature stands behind the section
---@field tail string?         what stands at the end

local function optional_header(made)
  local is_plain <const> = made.class == 32
  local head <const> = string.pack("<I2BBI4I4I4I4I4", is_plain and 0x10b or 0x20b, 14, 0, RAW, 0, 0, ADDRESS, ADDRESS)
    .. (is_plain and string.pack("<I4I4", 0x2000, 0x400000) or string.pack("<I8", 0x140000000))
  local sizes <const> = is_plain and string.pack("<I4I4I4I4", 0x100000, 0x1000, 0x100000, 0x1000)
    or string.pack("<I8I8I8I8", 0x100000, 0x1000, 0x100000, 0x1000)
  return head .. string.pack("<I4I4I2I2I2I2I2I2I4I4I4I4I2I2", 0x1000, 0x200, 6, 0, 0, 0, 6, 0, 0, 0x2000, HEADERS,
    made.checksum or 0, made.subsystem or 3, 0) .. sizes .. string.pack("<I4I4", 0, 16)
end

local function directories(made)
  local list <const> = {}
  for number = 1, 16 do
    list[number] = ("\0"):rep(8)
  end
  if made.exports then
    list[1] = string.pack("<I4I4", ADDRESS, 40)
  end
  if made.signed then
    list[5] = string.pack("<I4I4", HEADERS + RAW, 16)
  end
  if made.debug then
    list[7] = string.pack("<I4I4", ADDRESS + 0x80, made.debug * 28)
  end
  return table.concat(list)
end

local function section_data(made)
  local time <const> = made.time or 0
  local exports <const> = made.exports and string.pack("<I4I4", 0, time) or ""
  local debug <const> = string.pack("<I4I4I4I4I4I4I4", 0, time, 0, 2, 0, 0, 0):rep(made.debug or 0)
  local data <const> = exports .. ("\0"):rep(0x80 - #exports) .. debug
  return data .. ("\xc3"):rep(RAW - #data)
end

local function padded(data, size)
  return data .. ("\0"):rep(size - #data)
end

---@param made suture.pe.sample
---@return string
return function(made)
  local optional <const> = optional_header(made) .. directories(made)
  local coff <const> = string.pack("<c4I2I2I4I4I4I2I2", "PE\0\0", made.class == 32 and 0x14c or 0x8664, 1,
    made.time or 0, 0, 0, #optional, made.flags or 0x102)
  local section <const> = string.pack("<c8I4I4I4I4I4I4I2I2I4", ".text", RAW, ADDRESS, RAW, HEADERS, 0, 0, 0, 0,
    0x60000020)
  local headers <const> = padded(string.pack("<c2c58I4", "MZ", "", LFANEW), LFANEW) .. coff .. optional .. section
  local signature <const> = made.signed and string.pack("<I4I2I2c8", 16, 0x200, 2, "no PKCS7") or ""
  return padded(headers, HEADERS) .. section_data(made) .. signature .. (made.tail or "")
end
