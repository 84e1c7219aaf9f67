-- scripts/uboot, judged by dumpimage (by what it prints: its status says nothing), fw_printenv and a reader in Python,
-- on files that mkimage and mkenvimage make.

local driver = require "spec.scripts.driver"
local outside = require "spec.scripts.outside"
local support = require "spec.support"
local world = require "spec.support.world"

local quote = support.quote

-- What mkimage makes of data.
local function image(options, data)
  local source, folder = outside.file("data", data or ("code"):rep(250) .. "!")
  local path = folder .. "/image"
  outside.run("env", ("SOURCE_DATE_EPOCH=1600000000 mkimage %s -d %s %s"):format(options, quote(source), quote(path)))
  return support.read(path)
end

local KERNEL <const> = "-A arm -O linux -T kernel -C none -a 0x80008000 -e 0x80008040 -n Linux-5.10"

local made <const> = {}

local function kernel()
  made.kernel = made.kernel or image(KERNEL)
  return made.kernel
end

-- dumpimage prints these lines; of a file with a wrong CRC it prints none.
local function lists(...)
  local lines = { ... }
  return function(path)
    local said = outside.ask("dumpimage", "-l " .. quote(path))
    for _, line in ipairs(lines) do
      assert.matches(line .. "\n", said, 1, true)
    end
  end
end

-- The CRC of the header, by zlib: the witness for what dumpimage does not list.
local function is_sealed(path)
  outside.python([[
import zlib
head = data[:64]
assert zlib.crc32(head[:4] + bytes(4) + head[8:]) == int.from_bytes(head[4:8], "big")]], support.read(path))
end

local function both(first, second)
  return function(path)
    first(path)
    second(path)
  end
end

-- The kernel's image with bytes changed; `sealed`: the CRC of the header made to follow.
local function damaged(off, bytes, sealed)
  return function()
    local changed = world.patched(kernel(), off, bytes)
    return not sealed and changed or outside.python([[
import struct, zlib
out.write(data[:4] + struct.pack(">I", zlib.crc32(data[:4] + bytes(4) + data[8:64])) + data[8:])]], changed)
  end
end

-- What no recipe for images takes.
local function refused(more)
  local list <const> = {
    ["a magic alone"] = "\x27\5\x19\x56",
    ["the magic in the other byte order"] = function() return (kernel():gsub("^....", "\x56\x19\5\x27")) end,
    ["a FIT image"] = "\xd0\x0d\xfe\xed" .. ("\0"):rep(200),
    ["a cut header"] = function() return kernel():sub(1, 63) end,
    ["a header without data"] = { input = function() return kernel():sub(1, 64) end,
      message = "0xc: the data of 1001 bytes passes the end" },
    ["data without its last byte"] = function() return kernel():sub(1, -2) end,
    ["a damaged name"] = { input = damaged(40, "\1"), message = "0x4: the CRC of the header" },
    ["a damaged address"] = damaged(16, "\1"),
    ["a damaged CRC of the header"] = damaged(4, "\1\2\3"),
    ["damaged data"] = { input = damaged(64 + 500, "\1"), message = "0x18: the CRC of the data" },
    ["damage in the last byte"] = damaged(64 + 1000, "\1"),
    ["a damaged CRC of the data"] = { input = damaged(24, "\1\2\3", true), message = "0x18: the CRC of the data" },
    ["more data than there is"] = { input = damaged(12, "\xff\xff\xff\xff", true),
      message = "0xc: the data of 4294967295" },
    ["less data than there is"] = { input = damaged(12, "\0\0\0\0", true), message = "0x18: the CRC of the data" },
  }
  for label, case in pairs(more) do
    list[label] = case
  end
  return list
end

driver.proves("uboot/image-address", {
  params = { load = 0x81000000, entry = 0x81000040 },
  cases = {
    ["a kernel's addresses"] = { input = kernel, before = lists("Load Address: 80008000", "Entry Point:  80008040"),
      after = lists("Load Address: 81000000", "Entry Point:  81000040", "Image Name:   Linux-5.10") },
    ["the load address alone"] = { input = kernel, params = { load = 0 },
      after = both(is_sealed, lists("Load Address: 00000000", "Entry Point:  80008040")) },
    ["the entry point alone"] = { input = kernel, params = { entry = 0xffffffff },
      after = lists("Load Address: 80008000", "Entry Point:  ffffffff") },
    ["an image of one byte"] = { input = function() return image(KERNEL, "x") end,
      after = lists("Data Size:    1 Bytes = 0.00 KiB = 0.00 MiB", "Entry Point:  81000040") },
    ["a multi-file image for PowerPC"] = { after = lists("Load Address: 81000000"), input = function()
      local first = outside.file("first", "ramdisk")
      return image(("-A ppc -O linux -T multi -C gzip -n Two -a 0 -e 0 -d %s"):format(quote(first .. ":" .. first)))
    end },
    ["a dump of flash, with bytes behind the data"] = { input = function() return kernel() .. ("\xff"):rep(3000) end,
      after = is_sealed },
  },
  refused = refused { ["no address at all"] = { input = kernel, params = {}, message = "give load, entry or both" } },
})

driver.proves("uboot/image-name", {
  params = { name = "Linux-6.1" },
  cases = {
    ["a shorter name"] = { input = kernel,
      after = both(is_sealed, lists("Image Name:   Linux-6.1", "Entry Point:  80008040")),
      before = lists "Image Name:   Linux-5.10" },
    ["a name of 32 bytes"] = { input = kernel, params = { name = ("0123456789abcdef"):rep(2) },
      after = lists "Image Name:   0123456789abcdef0123456789abcdef" },
    ["a name away"] = { input = kernel, params = { name = "" }, after = both(is_sealed, lists "Image Name:   ") },
    ["a script for MIPS"] = {
      input = function() return image("-A mips -O u-boot -T script -C none -n boot", "run x\n") end,
      after = lists("Image Name:   Linux-6.1", "Image Type:   MIPS U-Boot Script (uncompressed)") },
  },
  refused = refused {
    ["a name of 33 bytes"] = { input = kernel, params = { name = ("n"):rep(33) }, message = "there is room for 32" },
  },
})

local TEXTS <const> = "baudrate=115200\nbootcmd=run boot; reset\nbootdelay=2\n"

-- What mkenvimage makes of lines.
local function environment(options, texts)
  options, texts = options or "-s 512", texts or TEXTS
  local key = options .. texts
  if not made[key] then
    local source, folder = outside.file("texts", texts)
    local path = folder .. "/environment"
    outside.run("mkenvimage", ("%s -o %s %s"):format(options, quote(path), quote(source)))
    made[key] = support.read(path)
  end
  return made[key]
end

-- What fw_printenv lists of an environment, or of the newer one of a pair: lines in order of names.
local function printed(lines, size, offsets)
  return function(path)
    local places = {}
    for index, off in ipairs(offsets or { 0 }) do
      places[index] = ("%s 0x%x 0x%x"):format(path, off, size or 512)
    end
    local list = outside.file("places", table.concat(places, "\n") .. "\n")
    assert.equal(lines, (outside.run("fw_printenv", "-c " .. quote(list))))
  end
end

-- What a reader in Python finds, for what fw_printenv cannot be told of: the order of the CRC and the flag.
local function reads(lines, order, head)
  return function(path)
    assert.equal(lines, outside.python(([[
import struct, zlib
assert struct.unpack("%sI", data[:4])[0] == zlib.crc32(data[%d:])
texts = data[%d:]
out.write(texts[: texts.index(b"\0\0") + 1].replace(b"\0", b"\n"))]]):format(order, head, head), support.read(path)))
  end
end

-- Two environments of a pair, of which the one at 0x200 has the larger flag.
local function pair()
  return world.patched(environment("-r -s 512", "old=1\n"), 4, "\5") .. world.patched(environment "-r -s 512", 4, "\6")
end

local function sealed(data)
  return outside.python("import struct, zlib\nout.write(struct.pack('<I', zlib.crc32(data)) + data)", data)
end

driver.proves("uboot/environment", {
  params = { name = "bootdelay", value = "0" },
  cases = {
    ["a value of the same length"] = { input = environment, before = printed(TEXTS),
      output = function() return environment(nil, (TEXTS:gsub("delay=2", "delay=0"))) end,
      after = printed((TEXTS:gsub("delay=2", "delay=0"))) },
    ["a longer value in the middle"] = { input = environment,
      params = { name = "bootcmd", value = ("run x; "):rep(20) },
      after = printed((TEXTS:gsub("run boot; reset", ("run x; "):rep(20)))) },
    ["a shorter value"] = { input = environment, params = { name = "bootcmd", value = "reset" },
      output = function() return environment(nil, (TEXTS:gsub("run boot; ", ""))) end },
    ["a new variable"] = { input = environment, params = { name = "ipaddr", value = "10.0.0.2" },
      output = function() return environment(nil, TEXTS .. "ipaddr=10.0.0.2\n") end },
    ["an empty value"] = { input = environment, params = { name = "bootcmd", value = "" },
      after = reads("baudrate=115200\nbootcmd=\nbootdelay=2\n", "<", 4) },
    ["a value with equals signs and lines"] = { input = environment, params = { name = "bootargs", value = "a=b\nc=d" },
      after = reads(TEXTS .. "bootargs=a=b\nc=d\n", "<", 4) },
    ["a variable away"] = { input = environment, params = { name = "bootcmd", remove = true },
      after = printed "baudrate=115200\nbootdelay=2\n" },
    ["the last variable away"] = { input = function() return environment(nil, "a=1\n") end,
      params = { name = "a", remove = true },
      output = function() return sealed("\0" .. ("\xff"):rep(507)) end },
    ["the first variable of all"] = { input = function() return sealed(("\0"):rep(508)) end,
      after = printed "bootdelay=0\n" },
    ["an environment that becomes full"] = { input = environment, after = reads(TEXTS .. "x=" .. ("x"):rep(452) .. "\n",
      "<", 4), params = { name = "x", value = ("x"):rep(452) } },
    ["a big-endian device"] = { input = function() return environment "-b -s 512" end,
      after = reads((TEXTS:gsub("delay=2", "delay=0")), ">", 4) },
    ["an environment with a flag"] = { input = function() return environment "-r -s 512" end,
      after = reads((TEXTS:gsub("delay=2", "delay=0")), "<", 5) },
    ["a big-endian one with a flag"] = { input = function() return environment "-b -r -s 512" end,
      after = reads((TEXTS:gsub("delay=2", "delay=0")), ">", 5) },
    ["the newer one of a pair"] = { input = pair,
      params = { name = "bootdelay", value = "0", offset = 512, size = 512 },
      before = printed(TEXTS, 512, { 0, 512 }),
      after = printed((TEXTS:gsub("delay=2", "delay=0")), 512, { 0, 512 }) },
    ["one in a dump of flash"] = { params = { name = "bootdelay", value = "0", offset = 1000, size = 512 },
      input = function() return ("\xff"):rep(1000) .. environment() .. ("\xff"):rep(77) end,
      after = printed((TEXTS:gsub("delay=2", "delay=0")), 512, { 1000 }) },
    ["a variable that is there twice"] = { input = function() return sealed("a=1\0b=2\0a=3\0\0" .. ("\0"):rep(50)) end,
      params = { name = "a", value = "4" }, after = reads("a=4\nb=2\n", "<", 4) },
    ["a variable whose name begins another's"] = { input = environment, params = { name = "boot", value = "x" },
      output = function() return environment(nil, TEXTS .. "boot=x\n") end },
  },
  refused = {
    ["an erased environment"] = { input = ("\xff"):rep(512), message = "0x0: no CRC of an environment of 0x200 bytes" },
    ["a wrong CRC"] = function() return world.patched(environment(), 0, "\0\0\0") end,
    ["damage in a value"] = function() return world.patched(environment(), 30, "\1") end,
    ["damage in the unused end"] = function() return world.patched(environment(), 511, "\0") end,
    ["an environment without its last byte"] = function() return environment():sub(1, -2) end,
    ["a size that is not its own"] = { input = environment, message = "0x0: no CRC of an environment of 0x100 bytes",
      params = { name = "a", value = "1", size = 256 } },
    ["a size that passes the end"] = { input = environment, params = { name = "a", value = "1", size = 513 } },
    ["an offset that is not its own"] = { input = environment, params = { name = "a", value = "1", offset = 1 } },
    ["an offset beyond the end"] = { input = environment, params = { name = "a", value = "1", offset = 10000 } },
    ["texts without an end"] = function() return sealed(("a=1\0"):rep(20)) end,
    ["a text without a NUL"] = function() return sealed("a=1" .. ("x"):rep(50)) end,
    ["a text without a value"] = { input = function() return sealed "a=1\0bcd\0\0\0\0" end,
      message = "0x8: a text without name or value" },
    ["a text without a name"] = function() return sealed "=1\0\0\0\0\0" end,
    ["more than there is room for"] = { input = environment, params = { name = "x", value = ("x"):rep(453) },
      message = "0x4: the variables take 509 bytes, and there is room for 508" },
    ["neither value nor removal"] = { input = environment, params = { name = "a" }, message = "give either value" },
    ["both value and removal"] = { input = environment, params = { name = "a", value = "1", remove = true } },
  },
})
