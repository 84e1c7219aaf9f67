local damage <const> = require "suture.format.damage"
local struct <const> = require "suture.struct"

-- Source: NESdev Wiki, "INES" and "NES 2.0".
local Header <const> = struct.layout {
  name = "iNES header",
  { "magic", "bytes", 4 }, { "program", "u8" }, { "pictures", "u8" }, { "flags", "u8" }, { "flags7", "u8" },
  { "mapper", "u8" }, { "sizes", "u8" }, { reserved = 2 }, { "tail", "bytes", 4 },
}

local VERTICAL <const>, BATTERY <const>, TRAINER <const>, FOUR <const> = 1, 2, 4, 8 -- bits of flags
local TRAINER_SIZE <const> = 512
local mirrorings <const> = { horizontal = 0, vertical = VERTICAL, ["four-screen"] = FOUR }

local function is_ines(b)
  return b:read(0, 4) == "NES\x1a"
end

local function is_second(header)
  return header.flags7 & 0x0c == 0x08
end

-- Old programs wrote their names where the flags of today are ("DiskDude!").
local function is_dirty(header)
  return not is_second(header) and (header.flags7 & 0x0c ~= 0 or header.tail ~= "\0\0\0\0")
end

-- A size in bytes. With all higher bits set NES 2.0 spells it as a power of two, times an odd number.
local function size_of(low, high, unit)
  if high < 15 then
    return (high << 8 | low) * unit
  end
  return (1 << math.min(low >> 2, 48)) * ((low & 3) * 2 + 1)
end

local function check_size(b, header)
  local high <const> = is_second(header) and header.sizes or 0
  local size <const> = #header + (header.flags & TRAINER ~= 0 and TRAINER_SIZE or 0)
    + size_of(header.program, high & 15, 0x4000) + size_of(header.pictures, high >> 4, 0x2000)
  if header.program == 0 and high & 15 == 0 then
    damage(b, struct.offset(header, "program"), "a cartridge without a program")
  elseif size > #b then
    damage(b, struct.offset(header, "program"), "the header tells of %d bytes, and the file has %d", size, #b)
  end
end

local function clean(b, header, params)
  if not is_dirty(header) then
    return
  elseif not params.clean then
    damage(b, struct.offset(header, "flags7"), "a program's name in the header: clean=true takes it out")
  end
  local from <const> = struct.offset(header, "flags7")
  b:fill(from, #header - from, 0)
end

local function set_mapper(b, header, mapper)
  if mapper > 0xff and not is_second(header) then
    damage(b, struct.offset(header, "flags7"), "mapper %d needs a header of NES 2.0", mapper)
  end
  header.flags = header.flags & 0x0f | (mapper & 0x0f) << 4
  header.flags7 = header.flags7 & 0x0f | mapper & 0xf0
  if is_second(header) then
    header.mapper = header.mapper & 0xf0 | mapper >> 8
  end
end

local function apply(b, params, context)
  local header <const> = Header:at(b, 0)
  if not params.mapper and not params.mirroring and params.battery == nil and not params.clean then
    context.refuse "nothing to set: give mapper, mirroring, battery or clean"
  end
  clean(b, header, params)
  check_size(b, header)
  local flags <const> = header.flags
  header.flags = params.mirroring and flags & ~(VERTICAL | FOUR) | mirrorings[params.mirroring] or flags
  if params.battery ~= nil then
    header.flags = header.flags & ~BATTERY | (params.battery and BATTERY or 0)
  end
  if params.mapper then
    set_mapper(b, header, params.mapper)
  end
end

local function cartridge(flags)
  return "NES\x1a\1\0" .. flags .. ("\0"):rep(8 + 0x4000)
end

return {
  name = "rom/ines-header",
  summary = "Set mapper, mirroring and battery in the header of an NES cartridge",
  description = [[
Writes into the 16 bytes in front of an NES image, of iNES or NES 2.0; what is
not given stays. The name that old programs left in the header (DiskDude!) makes
it tell a wrong mapper: such a file is refused, or cleaned if that is told. The
file must have the bytes that the header tells; more may follow.]],
  version = "1.0.0",
  license = "MIT",
  categories = { "rom" },
  params = {
    mapper = { type = "integer", min = 0, max = 4095, help = "its number; above 255 only in NES 2.0" },
    mirroring = { type = "enum", values = { "horizontal", "vertical", "four-screen" }, help = "of the name tables" },
    battery = { type = "boolean", help = "whether the cartridge keeps its memory" },
    clean = { type = "boolean", default = false, help = "take a program's name out of the header" },
  },
  targets = { { name = "rom", match = is_ines } },
  apply = apply,
  examples = {
    { input = function() return cartridge "\0\0" end, params = { mapper = 66, mirroring = "vertical" },
      output = cartridge "\x21\x40", verdict = "applicable" },
    { input = function() return cartridge "\0\x08" end, params = { mapper = 0x123, battery = true },
      output = "NES\x1a\1\0\x32\x28\1" .. ("\0"):rep(7 + 0x4000), verdict = "applicable" },
    { input = function() return cartridge "\2\0" end, params = { battery = true }, verdict = "applied" },
    { input = function() return cartridge "\0\0":sub(1, -2) end, params = { mapper = 1 }, verdict = "foreign" },
  },
}
