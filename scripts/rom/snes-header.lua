local damage <const> = require "suture.format.damage"
local rom <const> = require "suture.format.rom"
local struct <const> = require "suture.struct"
local suture <const> = require "suture"

-- Source: fullsnes, "SNES Cartridge ROM Header", and its section on checksums.
local TITLE <const> = 21 -- bytes
local Header <const> = struct.layout {
  name = "SNES header", order = "le",
  { "title", "bytes", TITLE }, { "map", "u8" }, { "type", "u8" }, { "rom_size", "u8" }, { "ram_size", "u8" },
  { "region", "u8" }, { "developer", "u8" }, { "version", "u8" }, { "complement", "u16" }, { "checksum", "u16" },
  { "reset", "u16", at = 0x3c },
}

-- Where the header lies, and the lower half of the byte `map` there.
local layouts <const> = {
  { name = "lorom", offset = 0x7fc0, maps = { [0] = true, [2] = true, [3] = true } },
  { name = "hirom", offset = 0xffc0, maps = { [1] = true, [10] = true } },
  { name = "exhirom", offset = 0x40ffc0, maps = { [5] = true } },
}

local COPIER <const>, UNIT <const> = 512, 1024 -- bytes: a copier's header, and what a cartridge is a multiple of

-- Letters in ASCII and katakana; behind them spaces or NULs.
local function is_header(header, layout)
  return layout.maps[header.map & 15] and header.map & 0xe0 == 0x20 and header.reset >= 0x8000
    and header.title:find "^[ -~\xa1-\xdf]*\0*$" ~= nil
end

local function is_sound(header)
  return header.complement ~ header.checksum == 0xffff
end

-- The headers that the image has room for and that look like some; with a layout given, the one that it has.
local function candidates(b, wanted)
  local list <const> = {}
  for _, layout in ipairs(layouts) do
    if #b >= layout.offset + Header:size() and (wanted == "auto" or wanted == layout.name) then
      local header <const> = Header:at(b, layout.offset)
      if wanted ~= "auto" or is_header(header, layout) then
        table.insert(list, is_sound(header) and 1 or #list + 1, header)
      end
    end
  end
  return list
end

local function find_header(b, wanted)
  local list <const> = candidates(b, wanted)
  if #list == 0 then
    damage(b, 0, "no header of a cartridge")
  elseif list[2] and is_sound(list[1]) == is_sound(list[2]) then
    damage(b, struct.offset(list[2]), "a second header that looks as good: tell the layout")
  end
  return list[1]
end

-- The sum over what the console sees: what follows the largest power of two is repeated up to as much again.
local function mirrored_sum(b, off, len)
  local whole = 1
  while whole * 2 <= len do
    whole = whole * 2
  end
  local sum <const> = rom.sum(b, off, whole)
  if whole == len then
    return sum, whole
  end
  local rest <const>, span <const> = mirrored_sum(b, off + whole, len - whole)
  return sum + rest * (whole // span), 2 * whole
end

local function apply(file, params, context)
  local b <const> = file:view(#file % UNIT == COPIER and COPIER or 0)
  if #b % UNIT ~= 0 then
    context.refuse(("a cartridge of %d bytes, which are no whole KiB"):format(#b))
  elseif params.title and #params.title > TITLE then
    context.refuse(("the title has %d bytes, and there is room for %d"):format(#params.title, TITLE))
  end
  local header <const> = find_header(b, params.layout)
  if params.title then
    header.title = params.title .. (" "):rep(TITLE - #params.title)
  end
  header.complement, header.checksum = 0xffff, 0 -- their bytes have the same sum whatever they tell
  local sum <const> = mirrored_sum(b, 0, #b) & 0xffff
  header.complement, header.checksum = sum ~ 0xffff, sum
end

local function cartridge(title, complement, checksum)
  local b <const> = suture.buffer(0x8000)
  local header <const> = Header:at(b, 0x7fc0)
  header.title, header.map, header.reset = title .. (" "):rep(TITLE - #title), 0x20, 0x8000
  header.complement, header.checksum = complement, checksum
  return b:read(0, #b)
end

return {
  name = "rom/snes-header",
  summary = "Set right the checksum of a Super Nintendo cartridge, and its title",
  description = [[
Computes the checksum over the whole cartridge, as the console sees it, and its
complement. A title is written first if one is given. The header is looked for
where LoROM, HiROM and ExHiROM have it, behind the 512 bytes of a copier if
there are some; which layout it is can be told where that is not clear.]],
  version = "1.0.0",
  license = "MIT",
  categories = { "rom" },
  params = {
    title = { type = "string", pattern = "^[ -~]*$", help = "up to 21 characters of ASCII" },
    layout = { type = "enum", values = { "auto", "lorom", "hirom", "exhirom" }, default = "auto",
      help = "where the header lies" },
  },
  targets = { { name = "rom" } },
  apply = apply,
  examples = {
    { input = function() return cartridge("GAME", 0, 0) end, output = cartridge("GAME", 0xfa27, 0x05d8),
      verdict = "applicable" },
    { input = function() return cartridge("GAME", 0xfa27, 0x05d8) end, verdict = "applied" },
    { input = function() return cartridge("GAME", 0xfa27, 0x05d8):sub(1, -2) end, verdict = "foreign" },
  },
}
