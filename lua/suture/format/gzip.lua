--- gzip files: the members that a file consists of, and what their headers
--- tell. Source: RFC 1952, section 2.3.

local damage <const> = require "suture.format.damage"
local deflate <const> = require "suture.format.deflate"
local struct <const> = require "suture.struct"
local suture <const> = require "suture"

local gzip = {}

--- Bits of a header's flags.
gzip.SUM, gzip.EXTRA, gzip.NAME, gzip.COMMENT = 0x02, 0x04, 0x08, 0x10

local MAGIC <const>, DEFLATED <const>, RESERVED <const> = "\x1f\x8b", 8, 0xe0
local TRAILER <const> = 8 -- bytes: CRC and length of what was compressed
local MEMBER <const> = suture.pattern "1f 8b 08"

-- Following compressed data takes half a second a MiB.
local FOLLOWED <const> = 4 << 20

local Header <const> = struct.layout {
  name = "gzip header", order = "le",
  { "magic", "bytes", 2 }, { "method", "u8" }, { "flags", "u8" }, { "time", "u32" },
  { "extra_flags", "u8" }, { "system", "u8" },
}

--- The header of one member. Sizes are in bytes.
---@class suture.gzip.member
---@field offset integer
---@field fields table                        its fixed fields: method, flags, time, extra_flags, system
---@field extra {offset: integer, size: integer}?    with the length in front
---@field name {offset: integer, size: integer}?     with the NUL
---@field comment {offset: integer, size: integer}?  with the NUL
---@field sum integer?                        the offset of the header's CRC
---@field finish integer                      the offset of the compressed data

--- Whether the file begins as a gzip file does. Raises `range` where it is too short.
---@param b suture.bytes
---@return boolean
function gzip.begins(b)
  return b:read(0, #MAGIC) == MAGIC
end

local function check_fixed(b, off, fields)
  if fields.magic ~= MAGIC then
    damage(b, off, "no gzip header")
  elseif fields.method ~= DEFLATED then
    damage(b, off + 2, "the compression method is %d, and only %d is known", fields.method, DEFLATED)
  elseif fields.flags & RESERVED ~= 0 then
    damage(b, off + 3, "reserved bits of the flags are set (0x%02x)", fields.flags)
  end
end

-- A part of which `size` tells the bytes, if its flag is set: moves the end of the header behind it.
local function take(member, flag, size)
  if member.fields.flags & flag == 0 then
    return nil
  end
  local part <const> = { offset = member.finish, size = size(member.finish) }
  member.finish = member.finish + part.size
  return part
end

local function check_sum(b, member)
  local stored <const>, sum <const> = b:u16le(member.sum), gzip.sum(b, member.offset, member.sum)
  if stored ~= sum then
    damage(b, member.sum, "the CRC of the header is 0x%04x, and should be 0x%04x", stored, sum)
  end
end

--- The CRC of a header: of the bytes from its beginning up to the CRC.
---@param b suture.bytes
---@param from integer
---@param to integer
---@return integer
function gzip.sum(b, from, to)
  return b:crc32(from, to - from) & 0xffff
end

local function read_header(b, off)
  local member <const> = { offset = off, fields = Header:at(b, off), finish = off + Header:size() }
  check_fixed(b, off, member.fields)
  local function text(at)
    return #b:cstring(at) + 1
  end
  member.extra = take(member, gzip.EXTRA, function(at) return 2 + b:u16le(at) end)
  member.name = take(member, gzip.NAME, text)
  member.comment = take(member, gzip.COMMENT, text)
  local sum <const> = take(member, gzip.SUM, function() return 2 end)
  if sum then
    member.sum = sum.offset
    check_sum(b, member)
  end
  if #b - member.finish <= TRAILER then
    damage(b, member.finish, "the file ends before its compressed data does")
  end
  return member
end

local function another_may_begin(b, from)
  for off in b:matches(MEMBER, from) do
    if off + 3 < #b and b:u8(off + 3) & RESERVED == 0 then
      return true
    end
  end
  return false
end

-- The offset behind a member. What a member's data unpacks to is counted in its trailer.
local function behind(b, member)
  local stop <const>, size <const> = deflate.skip(b, member.finish)
  if #b - stop < TRAILER then
    damage(b, stop, "the file ends in the trailer of a member")
  elseif b:u32le(stop + 4) ~= size & 0xffffffff then
    damage(b, stop + 4, "the trailer tells of %d bytes, and the data is %d", b:u32le(stop + 4), size)
  end
  return stop + TRAILER
end

--- The members of a file, in order. Compressed data is followed to its end, and `format` raised at the offset where it
--- cannot be, if the file has up to 4 MiB or another member may begin in it: else it is one member. What follows the
--- last one is not looked at.
---@param b suture.bytes
---@return suture.gzip.member[]
function gzip.members(b)
  local list <const> = { read_header(b, 0) }
  if #b > FOLLOWED and not another_may_begin(b, list[1].finish) then
    return list
  end
  local off = behind(b, list[1])
  while #b - off >= Header:size() and b:read(off, #MAGIC) == MAGIC do
    list[#list + 1] = read_header(b, off)
    off = behind(b, list[#list])
  end
  return list
end

return gzip
