-- Reading and writing: bytes, strings, integers and floats of every width, checked against string.pack.

local suture = require "suture"
local support = require "spec.support"
local finalized = require "spec.support.finalized"
local raised = require "spec.support.raised"

-- What each accessor is to string.pack. 64 bits are the same bits for u64 and i64.
local FORMATS <const> = {
  u8 = "B", i8 = "b",
  u16le = "<I2", u16be = ">I2", i16le = "<i2", i16be = ">i2",
  u24le = "<I3", u24be = ">I3", i24le = "<i3", i24be = ">i3",
  u32le = "<I4", u32be = ">I4", i32le = "<i4", i32be = ">i4",
  u64le = "<i8", u64be = ">i8", i64le = "<i8", i64be = ">i8",
  f32le = "<f", f32be = ">f", f64le = "<d", f64be = ">d",
}
local OWN_ORDER <const> = { "u16", "u24", "u32", "u64", "i16", "i24", "i32", "i64", "f32", "f64" }

local BAD_OFFSETS <const> = {
  ["a fraction"] = 1.5,
  ["a string"] = "1",
  ["true"] = true,
  ["a table"] = {},
  ["not a number"] = 0 / 0,
  ["infinity"] = math.huge,
}
local FAR_OFFSETS <const> = {
  ["-1"] = -1,
  ["math.maxinteger"] = math.maxinteger,
  ["math.mininteger"] = math.mininteger,
  ["2^32"] = 1 << 32,
}

math.randomseed(5)

local function noise(length)
  local bytes = {}
  for i = 1, length do
    bytes[i] = string.char(math.random(0, 255))
  end
  return table.concat(bytes)
end

local function whole(b)
  return b:read(0, #b)
end

-- The smallest and largest value of uN and iN; nothing for floats and 64 bits, where every integer fits.
local function limits(name)
  local sign, bits = name:match("^([ui])(%d+)")
  bits = tonumber(bits)
  if not sign or bits == 64 then
    return nil
  elseif sign == "u" then
    return 0, (1 << bits) - 1
  end
  return -(1 << (bits - 1)), (1 << (bits - 1)) - 1
end

describe("bytes", function()
  describe(":read", function()
    it("gives any range of the bytes", function()
      local data = noise(300)
      local b = suture.buffer(data)
      for _ = 1, 50 do
        local off = math.random(0, 300)
        local len = math.random(0, 300 - off)
        assert.equal(data:sub(off + 1, off + len), b:read(off, len))
      end
    end)

    it("gives first byte, last byte and all of them", function()
      local b = suture.buffer("abc")
      assert.equal("a", b:read(0, 1))
      assert.equal("c", b:read(2, 1))
      assert.equal("abc", b:read(0, 3))
    end)

    it("gives an empty string for length 0, at the end too", function()
      local b = suture.buffer("abc")
      assert.equal("", b:read(0, 0))
      assert.equal("", b:read(3, 0))
    end)

    it("raises for length 0 past the end", function()
      raised("range", suture.buffer("abc").read, suture.buffer("abc"), 4, 0)
    end)

    it("takes floats with an integral value", function()
      assert.equal("bc", suture.buffer("abcd"):read(1.0, 2.0))
    end)

    it("says what passes the end of which file, and where it is", function()
      local path = support.write("firmware.bin", ("\0"):rep(0x1000))
      local b <close> = assert(suture.open(path, "read"))
      local err = raised("range", b.read, b, 0x1000, 4)
      assert.equal(path .. ": 0x1000: read of 4 bytes passes the end (size 0x1000)", tostring(err))
      assert.equal("read of 4 bytes passes the end (size 0x1000)", err.message)
      assert.equal(0x1000, err.offset)
      assert.equal(0x1000, err.file_offset)
      assert.equal(path, err.path)
      err = raised("range", b.read, b, 0xffd, 4)
      assert.equal(path .. ": 0xffd: read of 4 bytes passes the end (size 0x1000)", tostring(err))
    end)

    for name, off in pairs(FAR_OFFSETS) do
      it("raises for the offset " .. name, function()
        local b = suture.buffer("abcd")
        raised("range", b.read, b, off, 1)
        raised("range", b.read, b, off, 0)
      end)
      it("raises for the length " .. name, function()
        local b = suture.buffer("abcd")
        raised("range", b.read, b, 0, off)
        raised("range", b.read, b, 4, off)
      end)
    end

    for name, off in pairs(BAD_OFFSETS) do
      it("raises when offset or length is " .. name, function()
        local b = suture.buffer("abcd")
        raised("argument", b.read, b, off, 1)
        raised("argument", b.read, b, 0, off)
        raised("argument", b.read, b, 0, 1, off)
      end)
    end

    it("raises without a length, and for an explicit nil", function()
      local b = suture.buffer("abcd")
      raised("argument", b.read, b)
      raised("argument", b.read, b, 0)
      raised("argument", b.read, b, 0, nil)
      raised("argument", b.read, b, nil, 1)
      raised("argument", b.read, b, 0, 1, nil)
    end)

    it("takes every stride-th byte", function()
      local b = suture.buffer("0123456789")
      assert.equal("0369", b:read(0, 4, 3))
      assert.equal("147", b:read(1, 3, 3))
      assert.equal("0123", b:read(0, 4, 1))
      assert.equal("9", b:read(9, 1, 100))
      assert.equal("", b:read(10, 0, 7))
      assert.equal("09", b:read(0, 2, 9))
    end)

    it("raises when the strides lead past the end", function()
      local b = suture.buffer("0123456789")
      raised("range", b.read, b, 0, 5, 3)
      raised("range", b.read, b, 1, 4, 3)
      raised("range", b.read, b, 0, 2, math.maxinteger)
      raised("range", b.read, b, 0, math.maxinteger, math.maxinteger)
      raised("range", b.read, b, 9, 3, math.maxinteger)
    end)

    it("raises for a stride below 1", function()
      local b = suture.buffer("0123456789")
      raised(false, b.read, b, 0, 2, 0)
      raised(false, b.read, b, 0, 2, -1)
      raised(false, b.read, b, 0, 2, math.mininteger)
    end)
  end)

  describe(":write", function()
    it("puts a string anywhere and leaves the rest", function()
      local data = noise(300)
      local b = suture.buffer(data)
      for _ = 1, 50 do
        local piece = noise(math.random(0, 40))
        local off = math.random(0, 300 - #piece)
        b:write(off, piece)
        data = data:sub(1, off) .. piece .. data:sub(off + #piece + 1)
        assert.equal(data, whole(b))
      end
    end)

    it("writes first byte, last byte and all of them", function()
      local b = suture.buffer("abcd")
      b:write(0, "A")
      b:write(3, "D")
      assert.equal("AbcD", whole(b))
      b:write(0, "\0\1\2\3")
      assert.equal("\0\1\2\3", whole(b))
    end)

    it("writes nothing for an empty string, at the end too", function()
      local b = suture.buffer("abcd")
      b:write(4, "")
      b:write(0, "")
      assert.equal("abcd", whole(b))
      raised("range", b.write, b, 5, "")
    end)

    it("returns nothing", function()
      local b = suture.buffer("abcd")
      assert.equal(0, select("#", b:write(0, "x")))
      assert.equal(0, select("#", b:u8(0, 1)))
      assert.equal(0, select("#", b:u32be(0, 1)))
      assert.equal(0, select("#", b:f32(0, 1)))
      assert.equal(0, select("#", b:fill(0, 1, 1)))
    end)

    it("writes not a single byte when the last one passes the end", function()
      local b = suture.buffer("abcd")
      local err = raised("range", b.write, b, 2, "xyz")
      assert.equal(2, err.offset)
      assert.matches("0x2: write of 3 bytes passes the end (size 0x4)", tostring(err), 1, true)
      assert.equal("abcd", whole(b))
      assert.is_false((b:pending()))
    end)

    it("crosses the seam of two pages", function()
      local b = suture.buffer(("."):rep(3 * 4096))
      b:write(4094, "1234")
      assert.equal(".1234.", b:read(4093, 6))
      local long = noise(4096 + 2)
      b:write(4095, long)
      assert.equal("1" .. long .. ".", b:read(4094, #long + 2))
    end)

    for name, off in pairs(FAR_OFFSETS) do
      it("raises for the offset " .. name, function()
        local b = suture.buffer("abcd")
        raised("range", b.write, b, off, "x")
        assert.equal("abcd", whole(b))
      end)
    end

    for name, off in pairs(BAD_OFFSETS) do
      it("raises when the offset is " .. name, function()
        local b = suture.buffer("abcd")
        raised("argument", b.write, b, off, "x")
        assert.equal("abcd", whole(b))
      end)
    end

    it("raises for data that is no string, and for an explicit nil", function()
      local b = suture.buffer("abcd")
      raised("argument", b.write, b)
      raised("argument", b.write, b, 0)
      raised("argument", b.write, b, 0, nil)
      raised("argument", b.write, b, nil, "x")
      raised("argument", b.write, b, 0, {})
      raised("argument", b.write, b, 0, true)
      raised("argument", b.write, b, 0, "x", nil)
      assert.equal("abcd", whole(b))
    end)

    it("writes every stride-th byte", function()
      local b = suture.buffer("0123456789")
      b:write(0, "abcd", 3)
      assert.equal("a12b45c78d", whole(b))
      b:write(9, "!", math.maxinteger)
      assert.equal("a12b45c78!", whole(b))
    end)

    it("raises for strides below 1 and past the end, and writes nothing", function()
      local b = suture.buffer("0123456789")
      raised(false, b.write, b, 0, "ab", 0)
      raised(false, b.write, b, 0, "ab", -1)
      raised("range", b.write, b, 1, "abcd", 3)
      raised("range", b.write, b, 0, "ab", math.maxinteger)
      raised("range", b.write, b, 9, "abc", math.maxinteger)
      assert.equal("0123456789", whole(b))
    end)
  end)

  for name, format in pairs(FORMATS) do
    describe(":" .. name, function()
      local size = string.packsize(format)

      it("reads as string.unpack does, wherever it stands", function()
        local data = noise(64)
        local b = suture.buffer(data)
        for off = 0, 64 - size do
          local expected = string.unpack(format, data, off + 1)
          local value = b[name](b, off)
          assert.equal(math.type(expected), math.type(value))
          assert.is_true(value == expected or value ~= value and expected ~= expected,
            ("%s at %d: %s, not %s"):format(name, off, value, expected))
        end
      end)

      it("writes as string.pack does and leaves what is beside it", function()
        for off = 0, 10 do
          local bytes = noise(size)
          local value = string.unpack(format, bytes)
          local data = noise(size + 10)
          local b = suture.buffer(data)
          b[name](b, off, value)
          assert.equal(data:sub(1, off) .. string.pack(format, value) .. data:sub(off + size + 1), whole(b))
        end
      end)

      it("takes an integral float as offset and as value", function()
        local b = suture.buffer(size + 1)
        b[name](b, 1.0, 65.0)
        assert.equal("\0" .. string.pack(format, 65), whole(b))
      end)

      it("raises at the end, one byte before it is complete, and beyond", function()
        local b = suture.buffer(16)
        for _, off in ipairs { 16 - size + 1, 16, 17, -1, -size, math.maxinteger, math.mininteger } do
          local err = raised("range", b[name], b, off)
          if off >= 0 then
            assert.equal(off, err.offset)
          end
          raised("range", b[name], b, off, 1)
        end
        assert.equal(("\0"):rep(16), whole(b))
      end)

      it("raises for a bad offset", function()
        local b = suture.buffer(16)
        for _, off in pairs(BAD_OFFSETS) do
          raised("argument", b[name], b, off)
          raised("argument", b[name], b, off, 1)
        end
        raised("argument", b[name], b)
        raised("argument", b[name], b, nil)
      end)

      it("raises for a bad value and for an explicit nil", function()
        local b = suture.buffer(16)
        raised("argument", b[name], b, 0, nil)
        raised("argument", b[name], b, 0, "1")
        raised("argument", b[name], b, 0, "x")
        raised("argument", b[name], b, 0, {})
        raised("argument", b[name], b, 0, false)
        if name:sub(1, 1) ~= "f" then
          raised("argument", b[name], b, 0, 1.5)
          raised("argument", b[name], b, 0, math.huge)
          raised("argument", b[name], b, 0, 2.0 ^ 64)
        end
        assert.equal(("\0"):rep(16), whole(b))
      end)

      local least, most = limits(name)
      if least then
        it("takes its smallest and largest value and not one more", function()
          local b = suture.buffer(size)
          for _, value in ipairs { least, most } do
            b[name](b, 0, value)
            assert.equal(value, b[name](b, 0))
            assert.equal(string.pack(format, value), whole(b))
          end
          local before = whole(b)
          for _, value in ipairs { least - 1, most + 1, math.mininteger, math.maxinteger } do
            raised("argument", b[name], b, 0, value)
          end
          assert.equal(before, whole(b))
        end)
      end
    end)
  end

  describe(":u64le", function()
    it("gives and takes any integer as its 64 bits", function()
      local b = suture.buffer(("\xff"):rep(8))
      assert.equal(-1, b:u64le(0))
      assert.equal(-1, b:u64be(0))
      b:u64le(0, math.mininteger)
      assert.equal("\0\0\0\0\0\0\0\x80", whole(b))
      b:u64be(0, math.mininteger)
      assert.equal("\x80\0\0\0\0\0\0\0", whole(b))
      b:u64(0, 0xffffffffffffffff)
      assert.equal(("\xff"):rep(8), whole(b))
    end)
  end)

  describe(":f32le", function()
    it("carries infinities, zeros and what is not a number", function()
      for _, ending in ipairs { "le", "be" } do
        local b = suture.buffer(8)
        for _, width in ipairs { "f32", "f64" } do
          local access = b[width .. ending]
          access(b, 0, math.huge)
          assert.equal(math.huge, access(b, 0))
          access(b, 0, -math.huge)
          assert.equal(-math.huge, access(b, 0))
          access(b, 0, 0 / 0)
          assert.is_true(access(b, 0) ~= access(b, 0))
          access(b, 0, -0.0)
          assert.equal(-math.huge, 1 / access(b, 0))
        end
      end
    end)
  end)

  for _, name in ipairs(OWN_ORDER) do
    describe(":" .. name, function()
      it("follows the object's own order", function()
        local data = noise(16)
        local b = suture.buffer(data)
        for _, order in ipairs { "le", "be", "le" } do
          b.order = order
          for off = 0, 8 do
            local expected = b[name .. order](b, off)
            local value = b[name](b, off)
            assert.is_true(value == expected or value ~= value and expected ~= expected, name .. order)
          end
          local other = suture.buffer(16)
          other[name .. order](other, 3, 77)
          b:write(0, ("\0"):rep(16))
          b[name](b, 3, 77)
          assert.equal(whole(other), whole(b))
          b:write(0, data)
        end
      end)

      it("follows the order of a view", function()
        local b = suture.buffer("\0\0\1\2\3\4\5\6\7\8")
        b.order = "be"
        local v = b:view(2)
        assert.equal(b[name .. "be"](b, 2), v[name](v, 0))
        v.order = "le"
        assert.equal(b[name .. "le"](b, 2), v[name](v, 0))
        assert.equal(b[name .. "be"](b, 2), b[name](b, 2))
      end)

      it("raises out of range and for an explicit nil", function()
        local b = suture.buffer(8)
        raised("range", b[name], b, 8)
        raised("argument", b[name], b, 0, nil)
        raised("argument", b[name], b, "0")
      end)
    end)
  end

  describe(":fill", function()
    it("repeats a byte", function()
      local b = suture.buffer("abcdef")
      b:fill(1, 3, 0x90)
      assert.equal("a\x90\x90\x90ef", whole(b))
      b:fill(0, 6, 0)
      assert.equal(("\0"):rep(6), whole(b))
    end)

    it("repeats a string and cuts its last copy", function()
      for length = 0, 12 do
        local b = suture.buffer(("."):rep(14))
        b:fill(1, length, "xyz")
        assert.equal("." .. ("xyz"):rep(4):sub(1, length) .. ("."):rep(13 - length), whole(b))
      end
    end)

    it("repeats one byte and one long string over pages", function()
      local b = suture.buffer(3 * 4096)
      b:fill(4000, 5000, "ab")
      assert.equal("\0" .. ("ab"):rep(2500) .. "\0", b:read(3999, 5002))
      local long = noise(4099)
      b:fill(1, 3 * 4096 - 1, long)
      assert.equal("\0" .. long:rep(3):sub(1, 3 * 4096 - 1), whole(b))
    end)

    it("does nothing for length 0, at the end too", function()
      local b = suture.buffer("abc")
      b:fill(3, 0, 1)
      b:fill(0, 0, "x")
      assert.equal("abc", whole(b))
    end)

    it("raises for a range that passes the end and writes nothing", function()
      local b = suture.buffer("abc")
      raised("range", b.fill, b, 1, 3, 0)
      raised("range", b.fill, b, 4, 0, 0)
      raised("range", b.fill, b, -1, 1, 0)
      raised("range", b.fill, b, 1, -1, 0)
      raised("range", b.fill, b, 1, math.maxinteger, "xy")
      raised("range", b.fill, b, math.maxinteger, 1, "xy")
      assert.equal("abc", whole(b))
    end)

    it("raises for a byte that is none, an empty string, nil and nothing", function()
      local b = suture.buffer("abc")
      for _, value in ipairs { 256, -1, 1.5, "", true, {} } do
        raised("argument", b.fill, b, 0, 1, value)
      end
      raised("argument", b.fill, b, 0, 1, nil)
      raised("argument", b.fill, b, 0, 1)
      raised("argument", b.fill, b, 0, nil, 1)
      raised("argument", b.fill, b, "0", 1, 1)
      assert.equal("abc", whole(b))
    end)
  end)

  describe(":cstring", function()
    it("gives the bytes up to the NUL", function()
      local b = suture.buffer("one\0two\0\0")
      assert.equal("one", b:cstring(0))
      assert.equal("two", b:cstring(4))
      assert.equal("wo", b:cstring(5))
      assert.equal("", b:cstring(3))
      assert.equal("", b:cstring(8))
    end)

    it("raises format when no NUL comes before the end", function()
      local b = suture.buffer("a\0bcd")
      local err = raised("format", b.cstring, b, 2)
      assert.equal(2, err.offset)
    end)

    it("raises format when no NUL comes within max", function()
      local b = suture.buffer(("x"):rep(50) .. "\0")
      raised("format", b.cstring, b, 0, 10)
      assert.equal(("x"):rep(50), b:cstring(0, 51))
    end)

    it("crosses the seam of two pages", function()
      local text = ("y"):rep(5000)
      assert.equal(text, suture.buffer("\0" .. text .. "\0"):cstring(1))
    end)

    it("raises at the end, past it, and for bad offsets", function()
      local b = suture.buffer("ab\0")
      raised(false, b.cstring, b, 3)
      raised("range", b.cstring, b, 4)
      raised("range", b.cstring, b, -1)
      raised("argument", b.cstring, b, 1.5)
      raised("argument", b.cstring, b, "0")
      raised("argument", b.cstring, b, 0, nil)
      raised("argument", b.cstring, b, 0, "1")
      raised(false, b.cstring, b, 0, -1)
    end)
  end)

  describe(":each", function()
    local function collect(b, ...)
      local offsets, bytes = {}, {}
      for off, byte in b:each(...) do
        offsets[#offsets + 1] = off
        bytes[#bytes + 1] = string.char(byte)
      end
      return table.concat(bytes), offsets[1], offsets[#offsets]
    end

    it("walks all offsets with their bytes", function()
      local data = noise(200)
      local bytes, first, last = collect(suture.buffer(data))
      assert.equal(data, bytes)
      assert.equal(0, first)
      assert.equal(199, last)
    end)

    it("walks from an offset to the end", function()
      local bytes, first, last = collect(suture.buffer("abcdef"), 2)
      assert.equal("cdef", bytes)
      assert.equal(2, first)
      assert.equal(5, last)
    end)

    it("walks a range", function()
      assert.equal("cd", (collect(suture.buffer("abcdef"), 2, 2)))
      assert.equal("f", (collect(suture.buffer("abcdef"), 5.0, 1.0)))
    end)

    it("walks nothing for length 0 and at the end", function()
      assert.equal("", (collect(suture.buffer("abc"), 1, 0)))
      assert.equal("", (collect(suture.buffer("abc"), 3)))
      assert.equal("", (collect(suture.buffer(""))))
    end)

    it("sees what the loop writes ahead of itself", function()
      local b = suture.buffer("abc")
      local seen = {}
      for off, byte in b:each() do
        seen[#seen + 1] = string.char(byte)
        if off == 0 then
          b[2] = 0x5a
        end
      end
      assert.equal("abZ", table.concat(seen))
    end)

    it("raises when the object is closed in the middle", function()
      local b = suture.buffer("abc")
      raised("closed", function()
        for _ in b:each() do
          b:close()
        end
      end)
    end)

    it("raises for a range that leaves the bytes", function()
      local b = suture.buffer("abc")
      raised("range", b.each, b, 4)
      raised("range", b.each, b, -1)
      raised("range", b.each, b, 1, 3)
      raised("range", b.each, b, 0, -1)
      raised("range", b.each, b, 0, math.maxinteger)
      raised("range", b.each, b, math.mininteger)
    end)

    it("raises for bad arguments and explicit nils", function()
      local b = suture.buffer("abc")
      raised("argument", b.each, b, nil)
      raised("argument", b.each, b, 0, nil)
      raised("argument", b.each, b, "0")
      raised("argument", b.each, b, 0.5)
    end)
  end)

  describe("in read mode", function()
    it("raises readonly for every writer and changes nothing", function()
      local path = support.write("read.bin", "abcdefgh")
      local b <close> = assert(suture.open(path, "read"))
      raised("readonly", function() b[0] = 1 end)
      raised("readonly", b.write, b, 0, "x")
      raised("readonly", b.fill, b, 0, 1, 1)
      raised("readonly", b.patch, b, 0, "a", "b")
      for name in pairs(FORMATS) do
        raised("readonly", b[name], b, 0, 1)
      end
      for _, name in ipairs(OWN_ORDER) do
        raised("readonly", b[name], b, 0, 1)
      end
      local v = b:view(1, 4)
      raised("readonly", function() v[0] = 1 end)
      assert.equal("abcdefgh", whole(b))
      assert.equal("abcdefgh", support.read(path))
    end)

    it("names the file", function()
      local b <close> = assert(suture.open(support.write("readme.bin", "abc"), "read"))
      assert.matches("readme.bin", tostring(raised("readonly", b.write, b, 1, "x")), 1, true)
    end)
  end)

  -- Allocation runs finalizers: one that closes the object must not take the bytes away under a call.
  describe("when a finalizer closes the object in the middle of a call", function()
    local DATA <const> = ("finalized"):rep(20000)
    local CALLS <const> = {
      read = function(b) assert.equal(DATA, b:read(0, #DATA)) end,
      ["read with a stride"] = function(b) assert.equal(#DATA // 2, #b:read(0, #DATA // 2, 2)) end,
      cstring = function(b) raised("format", b.cstring, b, 0) end,
      find = function(b) assert.is_nil((b:find("not there"))) end,
      expect = function(b) raised("mismatch", b.expect, b, 0, ("x"):rep(50)) end,
      view = function(b) assert.equal(DATA, b:view(0):read(0, #DATA)) end,
      changes = function(b)
        b:fill(0, #b, 1)
        for off, old, new in b:changes() do
          assert.equal(DATA:sub(off + 1, off + #new), old)
        end
        b:rollback()
      end,
    }

    for name, call in pairs(CALLS) do
      it("the call ends well or raises closed: " .. name, function()
        local closed = 0
        finalized.each(5, function() return suture.buffer(DATA) end, function(b) b:close() end, function(b)
          local ok, err = pcall(call, b)
          if not ok then
            assert.matches("closed", tostring(err), 1, true)
            closed = closed + 1
          end
          return not ok
        end)
        assert.is_true(closed > 0, "the collector never ran")
      end)
    end
  end)
end)
