--- PNG images: the chunks that a file consists of, and their CRCs. Source:
--- Portable Network Graphics Specification (second edition), sections 5 and 11.

local damage <const> = require "suture.format.damage"
local struct <const> = require "suture.struct"
local suture <const> = require "suture"

local png = {}

local SIGNATURE <const> = "\x89PNG\r\n\x1a\n"
local FRAME <const> = 12 -- bytes of a chunk without data: length, type and CRC
local MOST <const> = 0x7fffffff -- what the specification lets a length be

-- IHDR, section 11.2.2.
local Header <const> = struct.layout {
  name = "IHDR chunk", order = "be",
  { "length", "u32" }, { "type", "bytes", 4 }, { "width", "u32" }, { "height", "u32" },
  { "depth", "u8" }, { "colour", "u8" }, { "compression", "u8" }, { "filter", "u8" }, { "interlace", "u8" },
}

--- Whether the file begins as a PNG image does. Raises `range` where it is too short.
---@param b suture.bytes
---@return boolean
function png.begins(b)
  return b:read(0, #SIGNATURE) == SIGNATURE
end

--- A chunk: length, type, data and CRC.
---@param kind string  four letters
---@param data string
---@return string
function png.chunk(kind, data)
  local sum <const> = suture.buffer(kind .. data):crc32(0, #kind + #data)
  return string.pack(">I4", #data) .. kind .. data .. string.pack(">I4", sum)
end

--- A file of chunks.
---@param ... string
---@return string
function png.file(...)
  return SIGNATURE .. table.concat { ... }
end

--- Makes the CRC of a chunk follow its data.
---@param b suture.bytes
---@param off integer  of the chunk
function png.seal(b, off)
  local length <const> = b:u32be(off)
  b:u32be(off + 8 + length, b:crc32(off + 4, length + 4))
end

local function check_chunk(b, off)
  if #b - off < FRAME then
    damage(b, off, "the image ends without an IEND chunk")
  end
  local length <const>, kind <const> = b:u32be(off), b:read(off + 4, 4)
  if not kind:find "^%a%a%a%a$" then
    damage(b, off + 4, "0x%08x is no type of a chunk", b:u32be(off + 4))
  elseif length > MOST or length > #b - off - FRAME then
    damage(b, off, "the %s chunk of %d bytes passes the end of the file (size 0x%x)", kind, length, #b)
  end
  local stored <const>, sum <const> = b:u32be(off + 8 + length), b:crc32(off + 4, length + 4)
  if stored ~= sum then
    damage(b, off + 8 + length, "the CRC of the %s chunk is 0x%08x, and should be 0x%08x", kind, stored, sum)
  end
  return length, kind
end

--- `for off, kind, length in png.chunks(b) do`: each chunk up to IEND, its CRC checked. What follows IEND is not
--- looked at. In the loop `format` is raised, at the offset, for what is no chunk.
---@param b suture.bytes
---@return fun(): integer?, string?, integer?  where the chunk begins, its type, the length of its data
function png.chunks(b)
  local next_off, last = #SIGNATURE, ""
  return function()
    if last == "IEND" then
      return nil
    end
    local off <const> = next_off
    local length <const>, kind <const> = check_chunk(b, off)
    next_off, last = off + FRAME + length, kind
    return off, kind, length
  end
end

--- Checks every chunk, and that those are there which an image needs. Raises `format` at the offset.
---@param b suture.bytes
---@return table header  the IHDR chunk: width, height, depth, colour, compression, filter, interlace
function png.check(b)
  local header <const> = Header:at(b, #SIGNATURE)
  if header.type ~= "IHDR" or header.length ~= 13 then
    damage(b, #SIGNATURE, "the first chunk is no IHDR of 13 bytes")
  end
  local has_data = false
  for _, kind in png.chunks(b) do
    has_data = has_data or kind == "IDAT"
  end
  if not has_data then
    damage(b, #SIGNATURE, "the image has no IDAT chunk")
  elseif header.width == 0 or header.height == 0 then
    damage(b, struct.offset(header, "width"), "an image of %d x %d pixels", header.width, header.height)
  end
  return header
end

return png
