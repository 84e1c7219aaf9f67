--- The environment that U-Boot keeps: a CRC, in a pair of them a flag, then
--- texts `name=value`, each with a NUL, and one NUL more. Source: U-Boot,
--- include/env_internal.h and env/common.c.

local damage <const> = require "suture.format.damage"

local environment = {}

local CRC <const>, FLAG <const> = 4, 1 -- bytes

--- The environment of a device, in memory.
---@class suture.environment
---@field offset integer
---@field size integer      bytes, with the CRC
---@field order "le"|"be"   of the CRC: that of the device's processor
---@field data integer      offset of the first text
---@field finish integer    offset behind the last NUL
---@field texts string[]    "name=value"

-- The CRC lies in front; with the flag of a pair of environments it begins one byte later.
local function find_data(b, off, size)
  for _, head in ipairs { CRC, CRC + FLAG } do
    local sum <const> = b:crc32(off + head, size - head)
    if b:u32le(off) == sum then
      return off + head, "le"
    elseif b:u32be(off) == sum then
      return off + head, "be"
    end
  end
  damage(b, off, "no CRC of an environment of 0x%x bytes", size)
end

local function read_texts(b, off, to)
  local texts <const> = {}
  while true do
    local text <const> = b:cstring(off, to - off)
    off = off + #text + 1
    if text == "" then
      return texts, off
    elseif not text:find "^[^=]+=" then
      damage(b, off - #text - 1, "a text without name or value")
    end
    texts[#texts + 1] = text
  end
end

--- Reads an environment. Raises `format`, at the offset, where the CRC is wrong or what it is about is none; `range`.
---@param b suture.bytes
---@param off integer
---@param size integer  bytes, with the CRC
---@return suture.environment
function environment.open(b, off, size)
  if size <= CRC + FLAG then
    damage(b, off, "an environment of %d bytes", size)
  end
  local data <const>, order <const> = find_data(b, off, size)
  local texts <const>, finish <const> = read_texts(b, data, off + size)
  return { offset = off, size = size, order = order, data = data, finish = finish, texts = texts }
end

--- The bytes of texts. They fit where they are no more than `offset + size - data`.
---@param texts string[]
---@return string
function environment.pack(texts)
  return table.concat(texts, "\0") .. (texts[1] and "\0\0" or "\0")
end

--- Writes the texts and the CRC. What becomes free holds what the unused end of the environment holds.
---@param b suture.bytes
---@param env suture.environment
---@param packed string  as `pack` makes it
function environment.write(b, env, packed)
  local finish <const>, last <const> = env.data + #packed, env.offset + env.size - 1
  local filler <const> = env.finish <= last and b:u8(last) or 0
  b:write(env.data, packed)
  if finish < env.finish then
    b:fill(finish, env.finish - finish, filler)
  end
  b["u32" .. env.order](b, env.offset, b:crc32(env.data, last + 1 - env.data))
end

--- A plain environment, of a little-endian device.
---@param texts string[]
---@param size integer  bytes
---@return string
function environment.image(texts, size)
  local b <const> = require("suture").buffer(size)
  environment.write(b, { offset = 0, size = size, order = "le", data = CRC, finish = size }, environment.pack(texts))
  return b:read(0, size)
end

return environment
