-- crc32 and checksum: against the RevEng catalogue, plain models on random data, zlib and cksum.

local suture = require "suture"
local support = require "spec.support"
local raised = require "spec.support.raised"
local catalogue = require "spec.support.catalogue"
local edges = require "spec.support.edges"

local random = math.random

local NOISE <const> = require "spec.support.noise"

local function noise(length)
  local off = random(#NOISE - length)
  return NOISE:sub(off + 1, off + length)
end

-- The sum or exclusive or of units, by string.unpack.
local function fold(data, kind, bits, order)
  local size, total = bits // 8, 0
  local format = (order == "be" and ">" or "<") .. "I" .. size
  for at = 1, #data, size do
    local value = format:unpack(data, at)
    total = kind == "sum" and total + value or total ~ value
  end
  return total & ((1 << bits) - 1)
end

local function internet(data)
  local total = 0
  for at = 1, #data, 2 do
    total = total + data:byte(at) * 256 + (data:byte(at + 1) or 0)
  end
  while total >> 16 ~= 0 do
    total = (total & 0xffff) + (total >> 16)
  end
  return ~total & 0xffff
end

local function adler32(data)
  local a, b = 1, 0
  for i = 1, #data do
    a = (a + data:byte(i)) % 65521
    b = (b + a) % 65521
  end
  return b << 16 | a
end

-- Bit by bit, as the catalogue defines it.
local function crc(data, p)
  local top, rest, result = 1 << (p.width - 1), p.init or 0, 0
  for i = 1, #data do
    local byte = data:byte(i)
    for bit = 0, 7 do
      local value = byte >> (p.refin and bit or 7 - bit) & 1
      local leaves = (rest & top ~= 0 and 1 or 0) ~= value
      rest = (rest << 1 ~ (leaves and p.poly or 0)) & (top | (top - 1))
    end
  end
  for i = 0, p.width - 1 do
    result = result | (rest >> i & 1) << (p.refout and p.width - 1 - i or i)
  end
  return result ~ (p.xorout or 0)
end

local function random_parameters()
  local width = random(1, 64)
  local mask = width == 64 and -1 or (1 << width) - 1
  return { width = width, poly = random(0) & mask, init = random(0) & mask, xorout = random(0) & mask,
    refin = random(2) == 1, refout = random(2) == 1 }
end

local function describe_parameters(p)
  return ("width=%d poly=0x%x init=0x%x refin=%s refout=%s xorout=0x%x"):format(p.width, p.poly, p.init,
    p.refin, p.refout, p.xorout)
end

local UNITS <const> = {
  sum8 = { "sum", 8 }, sum16le = { "sum", 16, "le" }, sum16be = { "sum", 16, "be" },
  sum32le = { "sum", 32, "le" }, sum32be = { "sum", 32, "be" },
  xor8 = { "xor", 8 }, xor16le = { "xor", 16, "le" }, xor16be = { "xor", 16, "be" },
  xor32le = { "xor", 32, "le" }, xor32be = { "xor", 32, "be" },
}

local function model_of(name)
  if UNITS[name] then
    local kind, bits, order = table.unpack(UNITS[name])
    return function(data) return fold(data, kind, bits, order) end, bits // 8
  end
  return name == "internet" and internet or adler32, 1
end

local NAMES <const> = { "adler32", "internet" }
for name in pairs(UNITS) do
  NAMES[#NAMES + 1] = name
end
table.sort(NAMES)

describe("bytes", function()
  before_each(function()
    math.randomseed(20)
  end)

  describe(":checksum", function()
    for name, value in pairs(catalogue.checks) do
      it("is the catalogue's check value for " .. name, function()
        assert.equal(value, suture.buffer("123456789"):checksum(0, 9, name))
      end)
    end

    for name, of in pairs(catalogue.aliases) do
      it(("takes %s for %s"):format(name, of), function()
        local b = suture.buffer(noise(700))
        assert.equal(catalogue.checks[of], suture.buffer("123456789"):checksum(0, 9, name))
        assert.equal(b:checksum(0, #b, of), b:checksum(0, #b, name))
      end)
    end

    for _, name in ipairs(NAMES) do
      it("is what a plain loop finds at every offset and length: " .. name, function()
        local model, unit = model_of(name)
        local data = noise(160)
        local b = suture.buffer(data)
        for off = 0, 17 do
          for len = 0, 100, unit do
            local got, wanted = b:checksum(off, len, name), model(data:sub(off + 1, off + len))
            assert(got == wanted, ("%d bytes at %d: 0x%x, not 0x%x"):format(len, off, got, wanted))
          end
        end
      end)

      it("is what a plain loop finds in long ranges: " .. name, function()
        local model = model_of(name)
        for _, data in ipairs { noise(20004), ("\xff"):rep(140000), ("\0"):rep(9000) } do
          assert.equal(model(data), suture.buffer(data):checksum(0, #data, name))
        end
      end)
    end

    it("is what a plain register finds for random parameters", function()
      local data = noise(3000)
      local b = suture.buffer(data)
      for _ = 1, 300 do
        local p = random_parameters()
        local off, len = random(0, 70), random(3) == 1 and random(200, 1500) or random(0, 40)
        local got = b:checksum(off, len, p)
        assert(got == crc(data:sub(off + 1, off + len), p), ("%d bytes at %d with %s: 0x%x"):format(len, off,
          describe_parameters(p), got))
      end
    end)

    it("goes on from where another check stopped", function()
      local data = noise(5000)
      local b = suture.buffer(data)
      for _ = 1, 50 do
        local p = random_parameters()
        p.refin, p.refout, p.xorout = false, false, 0
        local whole, cut = b:checksum(0, #b, p), random(0, #b)
        p.init = b:checksum(0, cut, p)
        assert.equal(whole, b:checksum(cut, #b - cut, p))
      end
    end)

    it("takes 0 and false for parameters that are absent", function()
      local b = suture.buffer(noise(50))
      assert.equal(b:checksum(0, 50, "crc16/xmodem"), b:checksum(0, 50, { width = 16, poly = 0x1021 }))
      assert.equal(b:checksum(0, 50, "crc64/ecma-182"),
        b:checksum(0, 50.0, { width = 64.0, poly = 0x42f0e1eba9ea3693 }))
    end)

    it("asks no metamethod for parameters", function()
      local given = setmetatable({ width = 16 }, { __index = { poly = 0x1021 }, __pairs = error })
      local err = raised("argument", suture.buffer(9).checksum, suture.buffer(9), 0, 9, given)
      assert.equal("buffer: bad argument #3 to 'checksum' (parameter poly is missing)", tostring(err))
    end)

    it("of nothing is what the register begins with", function()
      local b = suture.buffer("")
      assert.equal(1, b:checksum(0, 0, "adler32"))
      assert.equal(0xffff, b:checksum(0, 0, "internet"))
      assert.equal(0, b:checksum(0, 0, "sum32be"))
      assert.equal(0, b:checksum(0, 0, "xor8"))
      assert.equal(0, b:checksum(0, 0, "crc32"))
      assert.equal(0xffffffff, b:checksum(0, 0, "crc32/jamcrc"))
      assert.equal(0xb704ce, b:checksum(0, 0, "crc24/openpgp"))
      assert.equal(0, b:crc32(0, 0))
      local c = suture.buffer("abc")
      assert.equal(0, c:crc32(3, 0))
    end)

    it("of internet is that of RFC 1071, and 0 over a header that holds it", function()
      local b = suture.buffer "\x00\x01\xf2\x03\xf4\xf5\xf6\xf7"
      assert.equal(0x220d, b:checksum(0, 8, "internet"))
      local carries = suture.buffer(("\0\xff"):rep(514) .. "\0\1") -- 0x1ffff, then 0x10000, then 1
      assert.equal(0xfffe, carries:checksum(0, #carries, "internet"))
      local header = suture.buffer(suture.hex "45 00 00 73 00 00 40 00 40 11 00 00 c0 a8 00 01 c0 a8 00 c7")
      header:u16be(10, header:checksum(0, 20, "internet"))
      assert.equal(0xb861, header:u16be(10))
      assert.equal(0, header:checksum(0, 20, "internet"))
    end)

    it("is what zlib and binascii find", function()
      local data = noise(70001)
      local path = support.write("witness.bin", data)
      local status, stdout, stderr = support.run(([[python3 -c '
import binascii, sys, zlib
data = open(sys.argv[1], "rb").read()
for off, len in (0, 70001), (1, 70000), (13, 255), (4095, 4097), (69999, 2), (5, 0):
    part = data[off:off + len]
    print(zlib.crc32(part), zlib.adler32(part), binascii.crc_hqx(part, 0), binascii.crc_hqx(part, 0xffff))' %s]])
        :format(path))
      assert.equal(0, status, stderr)
      local b <close> = assert(suture.open(path, "read"))
      local lines = {}
      for _, range in ipairs { { 0, 70001 }, { 1, 70000 }, { 13, 255 }, { 4095, 4097 }, { 69999, 2 }, { 5, 0 } } do
        local off, len = table.unpack(range)
        assert.equal(b:crc32(off, len), b:checksum(off, len, "crc32"))
        lines[#lines + 1] = ("%d %d %d %d\n"):format(b:crc32(off, len), b:checksum(off, len, "adler32"),
          b:checksum(off, len, "crc16/xmodem"), b:checksum(off, len, "crc16/ccitt-false"))
      end
      assert.equal(stdout, table.concat(lines))
    end)

    it("is what cksum finds, which has the length follow", function()
      local data = noise(70001)
      local _, stdout = support.run("cksum", data)
      local b = suture.buffer(data .. "\x71\x11\x01")
      assert.equal(("%d 70001\n"):format(b:checksum(0, #b, "crc32/cksum")), stdout)
    end)

    for name, hint in pairs {
      ["crc32/ico-hdlc"] = "; did you mean 'crc32/iso-hdlc'?",
      ["crc16/ccit"] = "; did you mean 'crc16/ccitt'?",
      sum16 = "",
      sum24le = "; did you mean 'sum16le'?",
      ["CRC32"] = "",
      [""] = "",
      ["something else"] = "",
    } do
      it(("refuses the name '%s'%s"):format(name, hint), function()
        local b = suture.buffer(9)
        local err = raised("argument", b.checksum, b, 0, 9, name)
        assert.equal(("buffer: bad argument #3 to 'checksum' (unknown checksum '%s'%s)"):format(name, hint),
          tostring(err))
      end)
    end

    for reason, parameters in pairs {
      ["unknown parameter 'wdth'; did you mean 'width'?"] = { wdth = 16 },
      ["unknown parameter '1'"] = { 16 },
      ["unknown parameter 'check'"] = { check = 16 },
      ["parameter width is missing"] = { poly = 1 },
      ["parameter poly is missing"] = { width = 8 },
      ["parameter width must be in 1 .. 64, got 0"] = { width = 0, poly = 0 },
      ["parameter width must be in 1 .. 64, got 65"] = { width = 65, poly = 0 },
      ["parameter width must be in 1 .. 64, got -1"] = { width = -1, poly = 0 },
      ["parameter width must be an integer, got 8.5"] = { width = 8.5, poly = 0 },
      ["parameter poly must be an integer, got 7"] = { width = 8, poly = "7" },
      ["parameter poly 0x11021 has more than 16 bits: its top bit is left out"] = { width = 16, poly = 0x11021 },
      ["parameter init 0x100 has more than 8 bits"] = { width = 8, poly = 7, init = 256 },
      ["parameter xorout 0xffffffffffffffff has more than 63 bits"] = { width = 63, poly = 7, xorout = -1 },
      ["parameter refin must be a boolean, got number"] = { width = 8, poly = 7, refin = 1 },
      ["parameter refout must be a boolean, got string"] = { width = 8, poly = 7, refout = "true" },
    } do
      it("refuses parameters: " .. reason, function()
        local b = suture.buffer(9)
        local err = raised("argument", b.checksum, b, 0, 9, parameters)
        assert.equal(("buffer: bad argument #3 to 'checksum' (%s)"):format(reason), tostring(err))
      end)
    end

    for name, unit in pairs { sum16le = 2, sum16be = 2, xor16le = 2, sum32le = 4, xor32be = 4 } do
      it("raises for a length that is no multiple of the unit: " .. name, function()
        local b = suture.buffer(40)
        local err = raised("argument", b.checksum, b, 1, 2 * unit + 1, name)
        assert.equal(("buffer: bad argument #2 to 'checksum' (length %d is not a multiple of the checksum's unit of "
          .. "%d bytes)"):format(2 * unit + 1, unit), tostring(err))
        raised("range", b.checksum, b, 0, 41, name)
      end)
    end

    it("raises for what is neither a name nor parameters", function()
      local b = suture.buffer(9)
      for _, value in ipairs { 1, true, b, print } do
        raised("argument", b.checksum, b, 0, 9, value)
      end
      assert.equal("buffer: bad argument #3 to 'checksum' (name must be a string, got nothing)",
        tostring(raised("argument", b.checksum, b, 0, 9)))
      assert.equal("buffer: bad argument #3 to 'checksum' (name must be a string, got nil)",
        tostring(raised("argument", b.checksum, b, 0, 9, nil)))
      assert.equal("buffer: bad argument #3 to 'checksum' (name contains a NUL byte)",
        tostring(raised("argument", b.checksum, b, 0, 9, "crc32\0")))
      assert.equal("buffer: bad argument #4 to 'checksum' (too many arguments: at most 3)",
        tostring(raised("argument", b.checksum, b, 0, 9, "crc32", nil)))
    end)

    it("runs on ranges with untouchable memory around them, with every instruction set", function()
      for _, portable in ipairs { false, true } do
        local program = edges(portable)
        local status, stdout = support.run(program)
        assert.equal("ok\n", stdout)
        assert.equal(0, status)
        assert.equal(139, (support.run(program .. " beyond")))
      end
    end)
  end)

  for name, call in pairs {
    crc32 = function(b, off, len) return b:crc32(off, len) end,
    checksum = function(b, off, len) return b:checksum(off, len, "sum8") end,
  } do
    describe(":" .. name, function()
      it("raises for ranges that leave the object", function()
        local b = suture.buffer(100)
        local err = raised("range", call, b, 90, 11)
        assert.equal(("buffer: 0x5a: %s of 11 bytes passes the end (size 0x64)"):format(name), tostring(err))
        assert.equal(90, err.offset)
        raised("range", call, b, 101, 0)
        raised("range", call, b, 100, 1)
        raised("range", call, b, 1, math.maxinteger)
        raised("range", call, b, math.maxinteger, 1)
        raised("range", call, b, math.mininteger, 1)
        assert.equal("buffer: length -1 is negative", tostring(raised("range", call, b, 0, -1)))
        raised("argument", call, b, 0)
        raised("argument", call, b, "0", 1)
        raised("argument", call, b, 0, 1.5)
      end)

      it("reads what is pending, through views, in every mode", function()
        local path = support.write("sum.bin", ("x"):rep(9000))
        local wanted = ("x"):rep(4999) .. "pending" .. ("x"):rep(2000)
        wanted = call(suture.buffer(wanted), 0, #wanted)
        for _, mode in ipairs { "patch", "copy" } do
          local b = assert(suture.open(path, mode))
          b:write(5000, "pending")
          local view = b:view(1, 7006)
          assert.equal(wanted, call(view, 0, #view))
          assert.equal(wanted, call(b, 1, 7006))
          raised("range", call, view, 1, 7006)
          b:rollback()
          b:close()
          raised("closed", call, b, 0, 1)
          raised("closed", call, view, 0, 1)
        end
        local b <close> = assert(suture.open(path, "read"))
        assert.equal(call(suture.buffer "xxx", 0, 3), call(b, 8997, 3))
      end)

      it("raises stale for a view from before a change of size", function()
        local b = suture.buffer(10)
        local view = b:view(0, 5)
        b:resize(20)
        raised("stale", call, view, 0, 5)
      end)

      it("raises truncated instead of summing zeros", function()
        local path = support.write("cut.bin", ("x"):rep(20000))
        local b <close> = assert(suture.open(path, "read"))
        support.run("truncate -s 9000 " .. path)
        assert.matches("cut.bin: .*truncated", tostring(raised("truncated", call, b, 0, 20000)))
        raised("truncated", call, b, 8000, 2000)
      end)
    end)
  end

  -- Mapping a million pages takes up to a minute on some virtual machines: only where SUTURE_LARGE is set.
  local large = os.getenv "SUTURE_LARGE" and it or function() end
  large("of more than 4 GiB are summed to the last byte", function()
    local script = support.write("large.lua", [[
      local GIB <const> = 1 << 30
      local b = require "suture".buffer(4 * GIB + 9000)
      for place, value in pairs { [1] = 0x11, [2 * GIB] = 0x22, [4 * GIB - 1] = 0x33, [4 * GIB + 8999] = 0x44 } do
        b[place] = value
      end
      assert(b:checksum(0, #b, "sum8") == 0xaa)
      assert(b:checksum(0, #b, "xor32le") == 0x77001122)
      local half = 2 * GIB + 77
      local first, rest = b:crc32(0, half), { width = 32, poly = 0x04c11db7, refin = true, refout = true, init = 0,
        xorout = 0xffffffff }
      for i = 0, 31 do -- the register, the other way round
        rest.init = rest.init | ((first ~ 0xffffffff) >> i & 1) << (31 - i)
      end
      assert(b:checksum(half, #b - half, rest) == b:crc32(0, #b))
      local forward = { width = 64, poly = 0x42f0e1eba9ea3693 }
      local whole = b:checksum(0, #b, forward)
      forward.init = b:checksum(0, half, forward)
      assert(b:checksum(half, #b - half, forward) == whole)
    ]])
    assert.same({ 0, "", "" }, { support.run("lua5.4 " .. script) })
  end)
end)
