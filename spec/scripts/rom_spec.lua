-- scripts/rom, judged by the same sums in Python, on cartridges that are made here.

local driver = require "spec.scripts.driver"
local outside = require "spec.scripts.outside"
local support = require "spec.support"
local world = require "spec.support.world"

local made_noise <const> = {}

local function noise(size)
  made_noise[size] = made_noise[size]
    or outside.python(("import random\nrandom.seed(1)\nout.write(random.randbytes(%d))"):format(size))
  return made_noise[size]
end

-- Game Boy ---------------------------------------------------------------

local LOGO <const> = "\xce\xed\x66\x66\xcc\x0d\x00\x0b\x03\x73\x00\x83\x00\x0c\x00\x0d\x00\x08\x11\x1f\x88\x89\x00\x0e"
  .. "\xdc\xcc\x6e\xe6\xdd\xdd\xd9\x99\xbb\xbb\x67\x63\x6e\x0e\xec\xcc\xdd\xdc\x99\x9f\xbb\xb9\x33\x3e"

-- A cartridge of noise: { title = 16 bytes, licensee =, size = its code }
local function gameboy(made)
  made = made or {}
  local code = made.size or 0
  local data = world.patched(noise(0x8000 << math.min(code, 3)), 0x104, LOGO)
  data = world.patched(data, 0x134, made.title or "OLD TITLE\0\0\0\0\0\0\0")
  return world.patched(data, 0x144, "01\0\0" .. string.char(code) .. "\0\1" .. (made.licensee or "\1") .. "\0")
end

-- Python finds the title and both sums right.
local function is_gameboy(title)
  return function(path)
    outside.python(([[
x = 0
for byte in data[0x134:0x14d]:
    x = (x - byte - 1) & 0xff
assert data[0x14d] == x, "header checksum"
whole = (sum(data) - data[0x14e] - data[0x14f]) & 0xffff
assert int.from_bytes(data[0x14e:0x150], "big") == whole, "global checksum"
assert data[0x134:0x144] == b"%s", data[0x134:0x144] ]]):format(title), support.read(path))
  end
end

local function title(text, rest)
  return text .. ("\\0"):rep(16 - #text - #(rest or "") // 4) .. (rest or "")
end

driver.proves("rom/gameboy-header", {
  cases = {
    ["the sums of the smallest cartridge"] = { input = gameboy, after = is_gameboy(title "OLD TITLE"), suffix = "gb" },
    ["a larger one"] = { input = function() return gameboy { size = 3 } end, after = is_gameboy(title "OLD TITLE") },
    ["a title"] = { input = gameboy, params = { title = "NEW" }, after = is_gameboy(title "NEW") },
    ["a title of 16 characters"] = { input = gameboy, params = { title = "ABCDEFGHIJKLMNOP" },
      after = is_gameboy "ABCDEFGHIJKLMNOP" },
    ["a title for the Color"] = { params = { title = "ABCDEFGHIJKLMNO" },
      input = function() return gameboy { title = "OLD TITLE\0\0\0\0\0\0\x80" } end,
      after = is_gameboy "ABCDEFGHIJKLMNO\\x80" },
    ["a title in front of a maker's code"] = { params = { title = "NEW" },
      input = function() return gameboy { title = "OLD TITLE\0\0ABCD\xc0", licensee = "\x33" } end,
      after = is_gameboy "NEW\\0\\0\\0\\0\\0\\0\\0\\0ABCD\\xc0" },
    ["a title away"] = { input = gameboy, params = { title = "" }, after = is_gameboy(title "") },
  },
  refused = {
    ["a cut header"] = function() return gameboy():sub(1, 0x14f) end,
    ["a header without its end"] = function() return gameboy():sub(1, 0x140) end,
    ["a cut cartridge"] = { input = function() return gameboy():sub(1, -2) end,
      message = "0x148: the header tells of 32768 bytes, and the file has 32767" },
    ["a byte too many"] = { input = function() return gameboy() .. "\0" end, message = "the file has 32769" },
    ["half a cartridge"] = function() return gameboy { size = 2 }:sub(1, 0x10000) end,
    ["a damaged logo"] = function() return world.patched(gameboy(), 0x110, "\1") end,
    ["a cartridge behind a copier's header"] = function() return ("\0"):rep(512) .. gameboy() end,
    ["a size that there is not"] = { input = function() return gameboy { size = 9 } end,
      message = "0x148: 0x09 is no size" },
    ["a size without bounds"] = function() return gameboy { size = 255 } end,
    ["a size that the file has not"] = function() return gameboy { size = 8 } end,
    ["a title of 17 characters"] = { input = gameboy, params = { title = "ABCDEFGHIJKLMNOPQ" },
      message = "0x134: the title has 17 bytes, and there is room for 16" },
    ["a title of 16 characters for the Color"] = { params = { title = "ABCDEFGHIJKLMNOP" },
      input = function() return gameboy { title = "OLD TITLE\0\0\0\0\0\0\x80" } end, message = "room for 15" },
    ["a title that would cover a maker's code"] = { params = { title = "ABCDEFGHIJKL" },
      input = function() return gameboy { title = "OLD TITLE\0\0ABCD\x80", licensee = "\x33" } end,
      message = "room for 11" },
  },
})

-- Super Nintendo ----------------------------------------------------------

local LOROM <const>, HIROM <const>, EXHIROM <const> = 0x7fc0, 0xffc0, 0x40ffc0

local function snes_header(made)
  return ("%-21s"):format(made.title or "OLD TITLE") .. string.char(made.map or 0x20) .. "\0\x08\0\1\x33\0"
    .. string.pack("<I2I2", made.complement or 0, made.checksum or 0) .. ("\0"):rep(28)
    .. string.pack("<I2", made.reset or 0x8000) .. "\0\0"
end

-- A cartridge of noise that repeats: { size =, at = where the header lies, map =, front = a copier's header }
local function snes(made)
  local block = noise(0x2000)
  local data = block:rep(made.size // #block)
  data = world.patched(data, made.at or LOROM, snes_header(made))
  for at, second in pairs(made.more or {}) do
    data = world.patched(data, at, snes_header(second))
  end
  return (made.front or "") .. data
end

-- Python builds what the console sees and adds it up, byte by byte.
local function is_snes(at, front)
  return function(path)
    outside.python(([[
data = data[%d:]
def seen(part):
    whole = 1
    while whole * 2 <= len(part): whole *= 2
    rest = part[whole:]
    if not rest: return part
    rest = seen(rest)
    return part[:whole] + rest * (whole // len(rest))
at = %d
wanted = sum(seen(data)) & 0xffff
assert int.from_bytes(data[at + 0x1e : at + 0x20], "little") == wanted, hex(wanted)
assert int.from_bytes(data[at + 0x1c : at + 0x1e], "little") == wanted ^ 0xffff]]):format(front or 0, at),
      support.read(path))
  end
end

local function both(first, second)
  return function(path)
    first(path)
    second(path)
  end
end

local function titled(at, text)
  return function(path)
    assert.equal(text, support.read(path):sub(at + 1, at + 21))
  end
end

local MIB <const> = 1 << 20

driver.proves("rom/snes-header", {
  cases = {
    ["the smallest LoROM"] = { input = function() return snes { size = 0x8000 } end, after = is_snes(LOROM),
      suffix = "sfc" },
    ["a HiROM"] = { input = function() return snes { size = 0x20000, at = HIROM, map = 0x31 } end,
      after = is_snes(HIROM) },
    ["an ExHiROM of 5 MiB"] = { input = function() return snes { size = 5 * MIB, at = EXHIROM, map = 0x35 } end,
      after = is_snes(EXHIROM) },
    ["3 MiB, of which the last is seen twice"] = { after = is_snes(LOROM),
      input = function() return snes { size = 3 * MIB } end },
    ["an odd size, mirrored in two steps"] = { after = is_snes(LOROM),
      input = function() return snes { size = 0x8000 + 0x4000 + 0x2000 } end },
    ["a copier's header"] = { after = is_snes(LOROM, 512), suffix = "smc",
      input = function() return snes { size = 0x10000, front = ("\1"):rep(512) } end },
    ["a title"] = { params = { title = "NEW" }, after = both(is_snes(LOROM), titled(LOROM, ("%-21s"):format "NEW")),
      input = function() return snes { size = 0x8000 } end },
    ["a title of 21 characters"] = { params = { title = "Twenty-one characters" },
      input = function() return snes { size = 0x8000 } end,
      after = both(is_snes(LOROM), titled(LOROM, "Twenty-one characters")) },
    ["a title in katakana stays"] = { input = function() return snes { size = 0x8000, title = "\xb1\xb2\xdf" } end,
      after = both(is_snes(LOROM), titled(LOROM, "\xb1\xb2\xdf" .. (" "):rep(18))) },
    ["the layout that is told, with a broken header"] = { params = { layout = "hirom" }, after = is_snes(HIROM),
      input = function() return snes { size = 0x10000, at = HIROM, map = 0x77, reset = 0 } end },
    ["the one of two headers whose sum was sound"] = { params = { title = "NEW" }, after = is_snes(HIROM),
      input = function()
        return snes { size = 0x10000, more = { [HIROM] = { map = 0x21, complement = 0xfffe, checksum = 1 } } }
      end },
  },
  refused = {
    ["half of the smallest"] = function() return snes { size = 0x8000 }:sub(1, 0x4000) end,
    ["a cut cartridge"] = { input = function() return snes { size = 0x8000 }:sub(1, -2) end,
      message = "a cartridge of 32767 bytes, which are no whole KiB" },
    ["a byte too many"] = function() return snes { size = 0x8000 } .. "\0" end,
    ["a copier's header that is cut"] = function() return snes { size = 0x8000, front = ("\0"):rep(500) } end,
    ["a copier's header alone"] = ("\0"):rep(512),
    ["a map of another layout"] = { input = function() return snes { size = 0x8000, map = 0x21 } end,
      message = "0x0: no header of a cartridge" },
    ["a map of nothing"] = function() return snes { size = 0x8000, map = 0xff } end,
    ["a program that cannot start"] = function() return snes { size = 0x8000, reset = 0x1000 } end,
    ["a title that is none"] = function() return snes { size = 0x8000, title = "\1\2\3" } end,
    ["a layout for which there is no room"] = { input = function() return snes { size = 0x8000 } end,
      params = { layout = "hirom" } },
    ["two headers alike"] = { message = "0xffc0: a second header that looks as good",
      input = function() return snes { size = 0x10000, more = { [HIROM] = { map = 0x21 } } } end },
    ["a title of 22 characters"] = { input = function() return snes { size = 0x8000 } end, message = "room for 21",
      params = { title = "Twenty-two characters!" } },
    ["a Game Boy cartridge"] = gameboy,
  },
})

-- Nintendo Entertainment System -------------------------------------------

-- A cartridge: { program =, pictures = their counts, flags =, flags7 =, rest = 8 bytes, size = of what follows }
local function nes(made)
  made = made or {}
  return string.pack("<c4BBBBc8", "NES\x1a", made.program or 2, made.pictures or 1, made.flags or 0, made.flags7 or 0,
    made.rest or "") .. ("\xea"):rep(made.size or 2 * 0x4000 + 0x2000)
end

-- Python reads the header so: mapper, mirroring, battery.
local function is_nes(mapper, mirroring, battery)
  return function(path)
    local told = outside.python([[
flags, seven, eight = data[6], data[7], data[8]
second = seven & 0x0c == 8
mapper = flags >> 4 | seven & 0xf0 | (eight & 15) << 8 if second else flags >> 4 | seven & 0xf0
mirroring = "four-screen" if flags & 8 else "vertical" if flags & 1 else "horizontal"
out.write(f"{mapper} {mirroring} {bool(flags & 2)}".encode())]], support.read(path))
    assert.equal(("%d %s %s"):format(mapper, mirroring, battery and "True" or "False"), told)
  end
end

local DISK_DUDE <const> = { flags = 0x10, flags7 = 0x44, rest = "iskDude!" }

driver.proves("rom/ines-header", {
  params = { mapper = 1 },
  cases = {
    ["the mapper"] = { input = nes(), output = nes { flags = 0x10 }, after = is_nes(1, "horizontal", false),
      suffix = "nes" },
    ["a mapper of two halves"] = { input = nes { flags = 0x4b }, params = { mapper = 0xa5 },
      output = nes { flags = 0x5b, flags7 = 0xa0 }, after = is_nes(0xa5, "four-screen", true) },
    ["mirroring"] = { input = nes { flags = 0x42 }, params = { mirroring = "vertical" },
      output = nes { flags = 0x43 }, after = is_nes(4, "vertical", true) },
    ["mirroring back"] = { input = nes { flags = 0x09 }, params = { mirroring = "horizontal" }, output = nes() },
    ["four screens"] = { input = nes { flags = 0x01 }, params = { mirroring = "four-screen" },
      after = is_nes(0, "four-screen", false) },
    ["a battery"] = { input = nes(), params = { battery = true }, output = nes { flags = 2 } },
    ["a battery away"] = { input = nes { flags = 3 }, params = { battery = false }, output = nes { flags = 1 } },
    ["all at once"] = { input = nes(), params = { mapper = 4, mirroring = "vertical", battery = true },
      output = nes { flags = 0x43 }, after = is_nes(4, "vertical", true) },
    ["a trainer"] = { input = nes { flags = 4, size = 512 + 2 * 0x4000 + 0x2000 },
      output = nes { flags = 0x14, size = 512 + 2 * 0x4000 + 0x2000 } },
    ["a title behind the cartridge"] = { input = nes() .. ("T"):rep(127),
      output = nes { flags = 0x10 } .. ("T"):rep(127) },
    ["a header of NES 2.0"] = { input = nes { flags7 = 0x08, rest = "\x50\0\7" }, params = { mapper = 0x234 },
      output = nes { flags = 0x40, flags7 = 0x38, rest = "\x52\0\7" }, after = is_nes(0x234, "horizontal", false) },
    ["NES 2.0 with a size of 10 bits"] = { input = nes { flags7 = 0x08, program = 0, pictures = 0, rest = "\0\1",
      size = 0x400000 }, params = { mapper = 5 }, after = is_nes(5, "horizontal", false) },
    ["NES 2.0 with a size as a power"] = {
      input = nes { flags7 = 0x08, program = 14 << 2 | 1, pictures = 0, rest = "\0\x0f", size = 3 << 14 },
      after = is_nes(1, "horizontal", false) },
    ["a program's name away"] = { input = nes(DISK_DUDE), params = { clean = true }, output = nes { flags = 0x10 } },
    ["a program's name away, and a mapper"] = { input = nes(DISK_DUDE), params = { clean = true, mapper = 66 },
      output = nes { flags = 0x20, flags7 = 0x40 } },
  },
  refused = {
    ["a magic alone"] = "NES\x1a",
    ["a cut header"] = nes():sub(1, 15),
    ["a header without a cartridge"] = { input = nes():sub(1, 16),
      message = "0x4: the header tells of 40976 bytes, and the file has 16" },
    ["a cut cartridge"] = nes():sub(1, -2),
    ["a magic of an archive"] = "NES\x1b" .. nes():sub(5),
    ["a disk of the Famicom"] = "FDS\x1a" .. nes():sub(5),
    ["no program"] = { input = nes { program = 0 }, message = "0x4: a cartridge without a program" },
    ["a trainer that is not there"] = nes { flags = 4 },
    ["a program's name in the header"] = { input = nes(DISK_DUDE), message = "0x7: a program's name in the header" },
    ["bytes where none should be"] = nes { rest = "\0\0\0\0\0\0\0\1" },
    ["a large mapper without NES 2.0"] = { input = nes(), params = { mapper = 256 },
      message = "0x7: mapper 256 needs" },
    ["a size of NES 2.0 beyond all bounds"] = nes { flags7 = 0x08, program = 0xff, rest = "\0\x0f" },
    ["a size of NES 2.0 that the file has not"] = nes { flags7 = 0x08, rest = "\0\1" },
    ["nothing to set"] = { input = nes(), params = {}, message = "give mapper, mirroring, battery or clean" },
  },
})
