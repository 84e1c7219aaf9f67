local damage <const> = require "suture.format.damage"
local rom <const> = require "suture.format.rom"
local struct <const> = require "suture.struct"
local suture <const> = require "suture"

-- Source: Pan Docs, "The Cartridge Header".
local HEADER <const>, TITLE <const> = 0x104, 0x134
local SUMMED <const> = 25 -- bytes from the title on, in the header's own sum
local Header <const> = struct.layout {
  name = "Game Boy header",
  { "logo", "bytes", 48 }, { "title", "bytes", 16 }, { "new_licensee", "bytes", 2 }, { "super", "u8" },
  { "type", "u8" }, { "rom_size", "u8" }, { "ram_size", "u8" }, { "region", "u8" }, { "licensee", "u8" },
  { "version", "u8" }, { "header_sum", "u8" }, { "global_sum", "u16be" },
}

-- What the boot program compares before it starts a cartridge.
local logo <const> = suture.hex [[
ce ed 66 66 cc 0d 00 0b 03 73 00 83 00 0c 00 0d 00 08 11 1f 88 89 00 0e
dc cc 6e e6 dd dd d9 99 bb bb 67 63 6e 0e ec cc dd dc 99 9f bb b9 33 3e]]

local function is_gameboy(b)
  return b:read(HEADER, #logo) == logo
end

local function check_size(b, header)
  local code <const>, place <const> = header.rom_size, struct.offset(header, "rom_size")
  if code > 8 then
    damage(b, place, "0x%02x is no size of a cartridge", code)
  elseif #b ~= 0x8000 << code then
    damage(b, place, "the header tells of %d bytes, and the file has %d", 0x8000 << code, #b)
  end
end

-- The bytes of a title: a cartridge for the Color has a flag behind it, and later ones a code of four letters.
local function room(header)
  local is_color <const> = header.title:byte(16) >= 0x80
  return not is_color and 16 or header.licensee == 0x33 and 11 or 15
end

local function set_title(header, title, context)
  local size <const> = room(header)
  if #title > size then
    context.refuse(("0x%x: the title has %d bytes, and there is room for %d"):format(TITLE, #title, size))
  end
  header.title = title .. ("\0"):rep(size - #title) .. header.title:sub(size + 1)
end

local function apply(b, params, context)
  local header <const> = Header:at(b, HEADER)
  check_size(b, header)
  if params.title then
    set_title(header, params.title, context)
  end
  header.header_sum = -rom.sum(b, TITLE, SUMMED) - SUMMED & 0xff
  header.global_sum = 0 -- its own bytes do not count
  header.global_sum = rom.sum(b, 0, #b)
end

local function cartridge(title, sums)
  local b <const> = suture.buffer(0x8000)
  local header <const> = Header:at(b, HEADER)
  header.logo, header.title = logo, title .. ("\0"):rep(16 - #title)
  header.header_sum, header.global_sum = string.unpack(">BI2", sums)
  return b:read(0, #b)
end

return {
  name = "rom/gameboy-header",
  summary = "Set right the checksums of a Game Boy cartridge, and its title",
  description = [[
Computes the checksum of the header, without which a Game Boy does not start the
cartridge, and the one of the whole, which emulators look at. A title is written
first if one is given; it never covers the Color's flag or a maker's code. The
file must have the size that the header tells.]],
  version = "1.0.0",
  license = "MIT",
  categories = { "rom" },
  params = {
    title = { type = "string", pattern = "^[ -_]*$", help = "up to 16 capital letters and digits; Color: 15 or 11" },
  },
  targets = { { name = "rom", match = is_gameboy } },
  apply = apply,
  examples = {
    { input = function() return cartridge("GAME", "\0\0\0") end, output = cartridge("GAME", "\xcd\x17\x2d"),
      verdict = "applicable" },
    { input = function() return cartridge("GAME", "\xcd\x17\x2d") end, verdict = "applied" },
    { input = function() return cartridge("GAME", "\xcd\x17\x2d"):sub(1, -2) end, verdict = "foreign" },
  },
}
