-- scripts/gzip, judged by gzip and file, on files that gzip and Python make.

local driver = require "spec.scripts.driver"
local outside = require "spec.scripts.outside"
local support = require "spec.support"
local world = require "spec.support.world"

local LOREM <const> = ("the quick brown fox jumps over the lazy dog, again and again; "):rep(300)

-- What gzip makes of data: with the name and the time of a file, or with options of its own.
local function zipped(data, options)
  local path = outside.file("a name.txt", data)
  world.must("touch -d @1600000000 " .. support.quote(path))
  return (outside.run("gzip", ("-c %s %s"):format(options or "", support.quote(path))))
end

local function plain(data, options)
  return zipped(data, "-n " .. (options or ""))
end

local function tested(path)
  outside.run("gzip", "-t " .. support.quote(path))
end

-- What file says about it.
local function is_told(...)
  local words = { ... }
  return function(path)
    tested(path)
    local said = outside.run("file", "-b " .. support.quote(path))
    for _, word in ipairs(words) do
      assert.matches(word, said, 1, true)
    end
  end
end

local function is_plain(path)
  tested(path)
  local said = outside.run("file", "-b " .. support.quote(path))
  for _, word in ipairs { "was ", "last modified", "comment" } do
    assert.is_nil(said:find(word, 1, true), said)
  end
end

local NAME <const>, COMMENT <const> = "a name\0", "a comment\0"

-- A member with the parts of a header that gzip does not write. made: { flags =, extra =, time =, system =, sum = }
local function member(made)
  return outside.python(([[
import struct, zlib
head = b"\x1f\x8b\x08" + struct.pack("<BIBB", %d, %d, 0, 255) + data
if %d:
    head += struct.pack("<H", zlib.crc32(head) & 0xffff ^ %d)
packer = zlib.compressobj(9, zlib.DEFLATED, -15)
body = b"a few bytes"
out.write(head + packer.compress(body) + packer.flush() + struct.pack("<II", zlib.crc32(body), len(body)))]]):format(
    made.flags, made.time or 0, made.flags & 2, made.spoilt or 0), made.parts or "")
end

local EXTRA <const>, BGZF <const> = "\7\0ab\3\0xyz", "\6\0BC\2\0\x30\0"

local small <const> = "\x1f\x8b\8\8\1\2\3\4\0\3a\0\x4b\x4c\x4a\6\0\xc2\x41\x24\x35\3\0\0\0"

local function with(off, bytes)
  return world.patched(small, off, bytes)
end

driver.proves("gzip/plain-header", {
  cases = {
    ["a file with name and time"] = { input = function() return zipped(LOREM) end, suffix = "gz",
      output = function() return plain(LOREM) end,
      before = is_told('was "a name.txt"', "last modified: Sun Sep 13"), after = is_plain },
    ["a file that is stored"] = { input = function() return zipped(world.must "head -c 70000 /dev/urandom") end,
      suffix = "gz", after = is_plain },
    ["a file of no bytes"] = { input = function() return zipped "" end, output = function() return plain "" end,
      after = is_plain },
    ["many blocks, compressed fast"] = { input = function() return zipped(world.must "cat src/core/*.c", "-1") end,
      output = function() return plain(world.must "cat src/core/*.c", "-1") end, after = is_plain },
    ["several members"] = { input = function() return zipped(LOREM) .. plain "b" .. zipped "c" .. zipped "" end,
      output = function() return plain(LOREM) .. plain "b" .. plain "c" .. plain "" end, after = is_plain },
    ["a file that others' bytes follow"] = { input = function() return zipped "a" .. ("\0"):rep(512) end,
      output = function() return plain "a" .. ("\0"):rep(512) end },
    ["only the time"] = { input = function() return zipped "a" end, params = { time = 86400, keep_name = true },
      after = is_told('was "a name.txt"', "last modified: Fri Jan  2") },
    ["all that a header can have"] = { suffix = "gz", after = is_plain,
      input = function() return member { flags = 0x1f, time = 9, parts = EXTRA .. NAME .. COMMENT } end,
      output = function() return member { flags = 0x07, parts = EXTRA } end },
    ["a comment only"] = { input = function() return member { flags = 0x12, parts = COMMENT } end,
      output = function() return member { flags = 0x02 } end, after = tested },
    ["the name beside a comment that stays"] = { params = { keep_comment = true }, after = tested,
      input = function() return member { flags = 0x1a, parts = NAME .. COMMENT } end,
      output = function() return member { flags = 0x12, parts = COMMENT } end },
    ["the time of a BGZF block"] = { input = function() return member { flags = 4, time = 7, parts = BGZF } end,
      output = function() return member { flags = 4, parts = BGZF } end },
    ["a file that is too large to be followed"] = { after = is_plain, suffix = "gz",
      input = function() return zipped(world.must "head -c 4300000 /dev/urandom") end },
    ["a large file of two members"] = { after = is_plain, suffix = "gz",
      input = function() return zipped(world.must "head -c 4300000 /dev/urandom") .. zipped "b" end },
  },
  refused = {
    ["a signature alone"] = "\x1f\x8b",
    ["what compress makes"] = "\x1f\x9d\x90" .. ("\0"):rep(100),
    ["what bzip2 makes"] = "BZh91AY&SY" .. ("\0"):rep(100),
    ["another method"] = { input = with(2, "\7"), message = "0x2: the compression method is 7" },
    ["reserved flags"] = { input = with(3, "\x88"), message = "0x3: reserved bits of the flags" },
    ["a name without an end"] = small:sub(1, 11) .. ("n"):rep(30),
    ["an extra field that is longer than the file"] = with(3, "\4"),
    ["a header without data"] = { input = small:sub(1, 12), message = "0xc: the file ends before" },
    ["a cut in the data"] = { input = function() return zipped(LOREM):sub(1, 100) end },
    ["a cut in the trailer"] = { input = small:sub(1, -2), message = "0x11: the file ends in the trailer" },
    ["a wrong length in the trailer"] = { input = with(#small - 4, "\4"), message = "0x15: the trailer tells of 4" },
    ["a block of no kind"] = { input = with(12, "\7"), message = "a block of no known kind" },
    ["a stored block that contradicts itself"] = { input = with(12, "\1\5\0\5\0"), message = "contradicts itself" },
    ["a stored block that passes the end"] = { input = with(12, "\1\xff\xff\0\0"), message = "passes the end" },
    ["a copy of what is not there"] = { input = with(12, "\3\2"), message = "copies what is not there" },
    ["codes that cannot be"] = { input = with(12, "\5\0\x92\4"), message = "a code that cannot be" },
    ["a wrong CRC of the header"] = { message = "the CRC of the header is",
      input = function() return member { flags = 2, time = 1, spoilt = 1 } end },
    ["a BGZF block that would become shorter"] = { message = "(BGZF) tells the length",
      input = function() return member { flags = 0x0c, parts = BGZF .. NAME } end },
    ["damage in the second member"] = { input = small .. with(2, "\9"), message = "0x1b: the compression method is 9" },
  },
})

describe("format/deflate", function()
  local deflate = require "suture.format.deflate"
  local suture = require "suture"

  it("finds the end of what zlib makes, at every level and strategy", function()
    local made = outside.python([[
import struct, zlib
for level in range(10):
    for strategy in range(5):
        for size in (0, 1, 2, 300, 20000):
            packer = zlib.compressobj(level, zlib.DEFLATED, -15, 8, strategy)
            part = packer.compress(data[:size]) + packer.flush()
            out.write(struct.pack("<II", len(part), size) + part)]], (world.must "cat src/core/image.c"):rep(2))
    local off, count = 0, 0
    while off < #made do
      local len, size = string.unpack("<I4I4", made, off + 1)
      local b = suture.buffer(made:sub(off + 9, off + 8 + len) .. "tail")
      assert.same({ len, size }, { deflate.skip(b, 0) })
      off, count = off + 8 + len, count + 1
    end
    assert.equal(250, count)
  end)

  it("tells of damage, whatever the bytes are", function()
    local random = outside.python "import random\nrandom.seed(1)\nout.write(random.randbytes(60000))"
    for at = 1, 60000, 60 do
      local b = suture.buffer(random:sub(at, at + 59))
      local ok, err = pcall(deflate.skip, b, 0)
      assert(ok or err.kind == "format" or err.kind == "range", tostring(err))
    end
  end)
end)
