--- Legacy images of U-Boot: the header of 64 bytes in front of a kernel, a
--- script or a file system. Source: U-Boot, include/image.h (legacy_img_hdr).

local damage <const> = require "suture.format.damage"
local struct <const> = require "suture.struct"
local suture <const> = require "suture"

local uboot = {}

local MAGIC <const> = 0x27051956

--- Bytes of a name; one that fills them has no NUL.
uboot.NAME = 32

local Header <const> = struct.layout {
  name = "U-Boot header", order = "be",
  { "magic", "u32" }, { "header_crc", "u32" }, { "time", "u32" }, { "size", "u32" }, { "load", "u32" },
  { "entry", "u32" }, { "data_crc", "u32" }, { "os", "u8" }, { "architecture", "u8" }, { "type", "u8" },
  { "compression", "u8" }, { "name", "text", uboot.NAME },
}

--- Whether the file begins as a legacy image does. Raises `range` where it is too short.
---@param b suture.bytes
---@return boolean
function uboot.begins(b)
  return b:u32be(0) == MAGIC
end

-- The field of the CRC itself counts as zeros.
local function header_crc(b)
  local header <const> = suture.buffer(b:read(0, Header:size()))
  Header:at(header, 0).header_crc = 0
  return header:crc32(0, #header)
end

--- Reads the header; both CRCs must be right. What follows the data is not looked at. Raises `format` at the offset.
---@param b suture.bytes
---@return table header  its fields: time, load, entry, os, architecture, type, compression, name ...
function uboot.open(b)
  local header <const> = Header:at(b, 0)
  local room <const> = #b - #header
  if header.header_crc ~= header_crc(b) then
    damage(b, struct.offset(header, "header_crc"), "the CRC of the header is 0x%08x, and should be 0x%08x",
      header.header_crc, header_crc(b))
  elseif header.size > room then
    damage(b, struct.offset(header, "size"), "the data of %d bytes passes the end of the file", header.size)
  elseif header.data_crc ~= b:crc32(#header, header.size) then
    damage(b, struct.offset(header, "data_crc"), "the CRC of the data is 0x%08x, and should be 0x%08x",
      header.data_crc, b:crc32(#header, header.size))
  end
  return header
end

--- Makes the CRC of the header follow its fields.
---@param b suture.bytes
---@param header table
function uboot.seal(b, header)
  header.header_crc = header_crc(b)
end

--- An image.
---@param fields table  of the header: load, entry, name ...
---@param data string
---@return string
function uboot.image(fields, data)
  local b <const> = suture.buffer(("\0"):rep(Header:size()) .. data)
  local header <const> = Header:at(b, 0)
  for name, value in pairs(fields) do
    header[name] = value
  end
  header.magic, header.size, header.data_crc = MAGIC, #data, b:crc32(#header, #data)
  uboot.seal(b, header)
  return b:read(0, #b)
end

return uboot
