-- Checksums that follow damage: what a recipe refuses by a checksum at once gets past it so, into its other checks.

local suture = require "suture"

-- Writes a checksum if there is room for it.
local function put(b, off, accessor, value)
  if off >= 0 and #b - off >= 4 then
    b[accessor](b, off, value)
  end
end

local function image_of_png(b)
  local off = 8
  while #b - off >= 12 and b:u32be(off) <= #b - off - 12 do
    local length = b:u32be(off)
    put(b, off + 8 + length, "u32be", b:crc32(off + 4, length + 4))
    off = off + 12 + length
  end
end

local function gpt_header(b, off)
  if off < 0 or #b - off < 92 then
    return
  end
  local place, size = b:u64le(off + 72) * 512, b:u32le(off + 80) * b:u32le(off + 84)
  if place >= 0 and size >= 0 and place <= #b and size <= #b - place then
    put(b, off + 88, "u32le", b:crc32(place, size))
  end
  b:u32le(off + 16, 0)
  b:u32le(off + 16, b:crc32(off, math.min(b:u32le(off + 12), #b - off)))
end

local function disk(b)
  gpt_header(b, 512)
  gpt_header(b, #b - 512)
end

local function image_of_uboot(b)
  if #b >= 64 then
    put(b, 24, "u32be", b:crc32(64, math.min(b:u32be(12), #b - 64)))
    b:u32be(4, 0)
    b:u32be(4, b:crc32(0, 64))
  end
end

local function environment(b)
  put(b, 0, "u32le", b:crc32(math.min(4, #b), math.max(#b - 4, 0)))
end

local by_name <const> = {
  ["^png/"] = image_of_png, ["^disk/"] = disk, ["^uboot/image"] = image_of_uboot, ["^uboot/env"] = environment,
}

--- What seals the files that a recipe patches: a function that returns the data with its checksums made to follow.
--- nil where the recipe looks at none.
---@param name string  of the recipe
---@return (fun(data: string): string)?
return function(name)
  for pattern, seal in pairs(by_name) do
    if name:find(pattern) then
      return function(data)
        local b = suture.buffer(data)
        seal(b)
        return b:read(0, #b)
      end
    end
  end
end
