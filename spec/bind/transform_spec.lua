-- xor, translate, swap, fill and copy: against plain models on strings.

local suture = require "suture"
local support = require "spec.support"
local finalized = require "spec.support.finalized"
local raised = require "spec.support.raised"
local edges = require "spec.support.edges"

local GIB <const> = 1 << 30
local random = math.random

local NOISE <const> = require "spec.support.noise"

local function noise(length)
  local off = random(#NOISE - length)
  return NOISE:sub(off + 1, off + length)
end

local function whole(b)
  return b:read(0, #b)
end

local function replaced(data, off, part)
  return data:sub(1, off) .. part .. data:sub(off + #part + 1)
end

-- What each does to a string, and an argument for it.
local MODELS <const> = {
  xor = {
    model = function(part, key)
      key = type(key) == "number" and string.char(key) or key
      local len, words = #part, {}
      part, key = part .. ("\0"):rep(8), key:rep(len // #key + 9)
      for at = 1, len, 8 do
        words[#words + 1] = ("<i8"):pack(("<i8"):unpack(part, at) ~ ("<i8"):unpack(key, at))
      end
      return table.concat(words):sub(1, len)
    end,
    argument = function() return random(3) == 1 and random(0, 255) or noise(random(1, 40)) end,
  },
  fill = {
    model = function(part, unit)
      unit = type(unit) == "number" and string.char(unit) or unit
      return unit:rep(#part // #unit + 1):sub(1, #part)
    end,
    argument = function() return random(3) == 1 and random(0, 255) or noise(random(1, 40)) end,
  },
  translate = {
    model = function(part, map)
      local into = {}
      for i = 0, 255 do
        into[string.char(i)] = map:sub(i + 1, i + 1)
      end
      return (part:gsub(".", into))
    end,
    argument = function() return noise(256) end,
  },
  swap = {
    model = function(part, width)
      return (part:gsub(("."):rep(width), string.reverse))
    end,
    argument = function() return 1 << random(3) end,
    unit = function(width) return width end,
  },
}
-- A harmless call of each.
local HARMLESS <const> = { xor = 1, fill = 1, translate = ("x"):rep(256), swap = 2 }

local function apply(name, data, off, len, argument)
  return replaced(data, off, MODELS[name].model(data:sub(off + 1, off + len), argument))
end

describe("bytes", function()
  before_each(function()
    math.randomseed(22)
  end)

  for name, kind in pairs(MODELS) do
    describe(":" .. name, function()
      local function check(b, data, off, len, argument)
        local unit = kind.unit and kind.unit(argument) or 1
        len = len - len % unit
        assert.equal(0, select("#", b[name](b, off, len, argument)))
        data = apply(name, data, off, len, argument)
        assert(whole(b) == data, ("%d bytes at %d with %q"):format(len, off, argument))
        return data
      end

      it("does what a plain loop does at every offset and length", function()
        local data = noise(120)
        local b = suture.buffer(data)
        for off = 0, 17 do
          for len = off % 5, 80, 5 do
            data = check(b, data, off, len, kind.argument())
          end
        end
      end)

      it("does what a plain loop does in long ranges, over pages", function()
        local data = noise(20000)
        local path = support.write("transform.bin", data)
        local b <close> = assert(suture.open(path))
        local now = data
        for _ = 1, 8 do
          local off = random(0, 20000)
          now = check(b, now, off, random(0, 20000 - off), kind.argument())
        end
        now = check(b, now, 0, 20000, kind.argument())
        b:rollback()
        assert.equal(data, whole(b))
        b:redo()
        assert.equal(now, whole(b))
        b:rollback()
      end)

      it("makes exactly its range pending", function()
        local data = noise(12000)
        local path = support.write("transform.bin", data)
        local argument = kind.argument()
        local wanted = apply(name, data, 4001, 4800, argument)
        do
          local b <close> = assert(suture.open(path))
          b[name](b, 4001, 4800, argument)
          for off, old, new in b:changes() do
            assert.is_true(off >= 4001 and off + #new <= 8801)
            assert.equal(data:sub(off + 1, off + #old), old)
            assert.equal(wanted:sub(off + 1, off + #new), new)
          end
        end
        assert.equal(wanted, support.read(path))
      end)

      it("works through a view and a window, in every mode that writes", function()
        for _, mode in ipairs { "patch", "copy", "shared" } do
          local data, argument = noise(9000), kind.argument()
          local path = support.write("transform.bin", data)
          local b = assert(suture.open(path, { mode = mode, offset = 1001, length = 7000 }))
          local view = b:view(3000, 1003)
          view[name](view, 3, 1000, argument)
          raised("range", view[name], view, 4, 1000, argument)
          local wanted = apply(name, data, 4004, 1000, argument)
          assert.equal(wanted:sub(1002, 8001), whole(b))
          if mode == "patch" then
            b:flush()
          end
          b:close()
          assert.equal(mode == "copy" and data or wanted, support.read(path))
        end
      end)

      it("goes back to a savepoint", function()
        local data = noise(9000)
        local b = suture.buffer(data)
        local now = check(b, data, 100, 5000, kind.argument())
        local savepoint = b:savepoint()
        check(b, now, 3000, 6000, kind.argument())
        b:rollback(savepoint)
        assert.equal(now, whole(b))
      end)

      it("changes nothing where the length is 0", function()
        local b = suture.buffer("abc")
        b[name](b, 3, 0, HARMLESS[name])
        b[name](b, 0, 0, HARMLESS[name])
        b[name](suture.buffer(0), 0, 0, HARMLESS[name])
        assert.is_false(b:pending())
        assert.equal("abc", whole(b))
      end)

      it("raises for ranges that leave the object, and changes nothing", function()
        local b = suture.buffer("abcdefgh")
        local err = raised("range", b[name], b, 6, 4, HARMLESS[name])
        assert.equal(("buffer: 0x6: %s of 4 bytes passes the end (size 0x8)"):format(name), tostring(err))
        assert.equal(6, err.offset)
        raised("range", b[name], b, 9, 0, HARMLESS[name])
        raised("range", b[name], b, 8, 2, HARMLESS[name])
        raised("range", b[name], b, 2, math.maxinteger - 1, HARMLESS[name])
        raised("range", b[name], b, math.maxinteger, 2, HARMLESS[name])
        raised("range", b[name], b, math.mininteger, 2, HARMLESS[name])
        raised("range", b[name], b, 0, -2, HARMLESS[name])
        raised("argument", b[name], b, 0.5, 2, HARMLESS[name])
        raised("argument", b[name], b, 0, "2", HARMLESS[name])
        raised("argument", b[name], b, 0, nil, HARMLESS[name])
        assert.equal(("buffer: bad argument #4 to '%s' (too many arguments: at most 3)"):format(name),
          tostring(raised("argument", b[name], b, 0, 2, HARMLESS[name], nil)))
        assert.equal("abcdefgh", whole(b))
      end)

      it("raises readonly in read mode, closed and stale", function()
        local path = support.write("transform.bin", "abcdefgh")
        local b = assert(suture.open(path, "read"))
        assert.equal(path .. ": 0x2: is open for reading only",
          tostring(raised("readonly", b[name], b, 2, 4, HARMLESS[name])))
        b:close()
        raised("closed", b[name], b, 2, 4, HARMLESS[name])
        local c = suture.buffer(8)
        local view = c:view(0, 4)
        c:resize(9)
        raised("stale", view[name], view, 0, 4, HARMLESS[name])
      end)

      it("raises truncated before it stores a byte", function()
        local path = support.write("cut.bin", ("x"):rep(20000))
        local b = assert(suture.open(path))
        support.run("truncate -s 4096 " .. path)
        raised("truncated", b[name], b, 0, 20000, HARMLESS[name])
        b:cancel()
        assert.equal(("x"):rep(4096), support.read(path))
      end)

      it("works on both sides of 2 and 4 GiB and touches no more pages than it must", function()
        local path = support.path("large.bin")
        support.run("truncate -s 5G " .. path)
        local b = assert(suture.open(path))
        for _, seam in ipairs { 2 * GIB, 4 * GIB } do
          local data, argument = noise(1000), kind.argument()
          b:write(seam - 500, data)
          b[name](b, seam - 488, 960, argument)
          assert.equal(apply(name, data, 12, 960, argument), b:read(seam - 500, 1000))
        end
        b:flush()
        b:close()
        local _, blocks = support.run("stat -c %b " .. path)
        assert.is_true(tonumber(blocks) <= 4 * 16, blocks)
        os.remove(path)
      end)
    end)
  end

  describe(":xor", function()
    it("twice is nothing", function()
      local data = noise(5000)
      local b = suture.buffer(data)
      b:xor(7, 4900, "a key of odd length")
      b:xor(7, 4900, "a key of odd length")
      assert.equal(data, whole(b))
      assert.is_false(b:pending())
    end)

    it("takes keys longer than the range and than its table", function()
      local data, key = noise(9000), noise(5000)
      for _, len in ipairs { 1, 2047, 2048, 2049, 4999, 5000, 5001, 9000 } do
        local b = suture.buffer(data)
        b:xor(0, len, key)
        assert.equal(apply("xor", data, 0, len, key), whole(b))
      end
    end)

    it("raises for other keys", function()
      local b = suture.buffer("abc")
      local function message(...)
        return tostring(raised("argument", b.xor, b, 1, 1, ...))
      end
      assert.equal("buffer: 0x1: bad argument #3 to 'xor' (256 is not in 0 .. 255)", message(256))
      assert.equal("buffer: 0x1: bad argument #3 to 'xor' (-1 is not in 0 .. 255)", message(-1))
      assert.equal("buffer: bad argument #3 to 'xor' (the string is empty)", message(""))
      assert.equal("buffer: bad argument #3 to 'xor' (value must be an integer, got nil)", message(nil))
      assert.equal("buffer: bad argument #3 to 'xor' (value must be an integer, got nothing)", message())
      assert.equal("buffer: bad argument #3 to 'xor' (value must be an integer, got table)", message({}))
      assert.equal("buffer: bad argument #3 to 'xor' (value must be an integer, got 1.5)", message(1.5))
      assert.equal("abc", whole(b))
    end)
  end)

  describe(":translate", function()
    it("raises for tables that are not 256 bytes", function()
      local b = suture.buffer("abc")
      local function message(...)
        return tostring(raised("argument", b.translate, b, 0, 3, ...))
      end
      assert.equal("buffer: bad argument #3 to 'translate' (table must be a string of 256 bytes, got 255)",
        message(("x"):rep(255)))
      assert.equal("buffer: bad argument #3 to 'translate' (table must be a string of 256 bytes, got 257)",
        message(("x"):rep(257)))
      assert.equal("buffer: bad argument #3 to 'translate' (table must be a string, got table)", message({}))
      assert.equal("buffer: bad argument #3 to 'translate' (table must be a string, got nothing)", message())
    end)

    it("finds every byte in its place", function()
      local all, back = {}, {}
      for i = 0, 255 do
        all[i + 1] = string.char(i)
        back[i + 1] = string.char(255 - i)
      end
      local data = table.concat(all):rep(8)
      local b = suture.buffer(data)
      b:translate(0, #b, table.concat(back))
      assert.equal(data:reverse(), whole(b))
    end)
  end)

  describe(":swap", function()
    it("is what reading in the other order finds", function()
      local b = suture.buffer(suture.hex "01 02 03 04 05 06 07 08")
      for width, method in pairs { [2] = "u16", [4] = "u32", [8] = "u64" } do
        local value = b[method .. "le"](b, 0)
        b:swap(0, 8, width)
        assert.equal(value, b[method .. "be"](b, 0))
      end
    end)

    it("raises for other widths, and lengths that do not fit", function()
      local b = suture.buffer("abcdefgh")
      local function message(...)
        return tostring(raised("argument", b.swap, b, 0, ...))
      end
      assert.equal("buffer: bad argument #3 to 'swap' (width must be 2, 4 or 8, got 1)", message(8, 1))
      assert.equal("buffer: bad argument #3 to 'swap' (width must be 2, 4 or 8, got 0)", message(8, 0))
      assert.equal("buffer: bad argument #3 to 'swap' (width must be 2, 4 or 8, got -2)", message(8, -2))
      assert.equal("buffer: bad argument #3 to 'swap' (width must be 2, 4 or 8, got 16)", message(16, 16))
      assert.equal("buffer: bad argument #2 to 'swap' (length 7 is not a multiple of the width 2)", message(7, 2))
      assert.equal("buffer: bad argument #2 to 'swap' (length 4 is not a multiple of the width 8)", message(4, 8))
      assert.equal("buffer: bad argument #3 to 'swap' (width must be an integer, got nothing)", message(8))
      assert.equal("buffer: bad argument #3 to 'swap' (width must be an integer, got string)", message(8, "2"))
      assert.equal("abcdefgh", whole(b))
    end)
  end)

  describe(":copy", function()
    local function copied(data, dst, from, src, len)
      return replaced(data, dst, from:sub(src + 1, src + len))
    end

    it("takes bytes from another object", function()
      local data, other = noise(200), noise(150)
      local b, o = suture.buffer(data), suture.buffer(other)
      for _ = 1, 200 do
        local len = random(0, 150)
        local dst, src = random(0, 200 - len), random(0, 150 - len)
        assert.equal(0, select("#", b:copy(dst, o, src, len)))
        data = copied(data, dst, other, src, len)
        assert.equal(data, whole(b))
      end
      assert.equal(other, whole(o))
    end)

    it("moves overlapping bytes of one object, and of views of it", function()
      local data = noise(9000)
      local b = suture.buffer(data)
      local low, high = b:view(0, 6000), b:view(1000)
      for _, len in ipairs { 0, 1, 100, 4096, 5000 } do
        for _, shift in ipairs { -999, -1, 0, 1, 17, 999 } do
          b:copy(2000 + shift, b, 2000, len)
          data = copied(data, 2000 + shift, data, 2000, len)
          assert.equal(data, whole(b))
          high:copy(1000 + shift, low, 1000, len)
          data = copied(data, 2000 + shift, data, 1000, len)
          assert.equal(data, whole(b))
        end
      end
    end)

    it("copies between all modes", function()
      local data = noise(9000)
      local from = support.write("from.bin", data)
      for _, source in ipairs { "read", "patch", "copy", "shared" } do
        for _, mode in ipairs { "patch", "copy", "shared" } do
          local old = noise(9500)
          local path = support.write("to.bin", old)
          local o, b = assert(suture.open(from, source)), assert(suture.open(path, mode))
          b:copy(100, o, 50, 8900)
          local wanted = copied(old, 100, data, 50, 8900)
          assert.equal(wanted, whole(b))
          assert.equal(data, whole(o))
          assert.is_false(o:pending())
          if mode == "patch" then
            b:flush()
          end
          b:close()
          o:close()
          assert.equal(mode == "copy" and old or wanted, support.read(path))
        end
      end
      assert.equal(data, support.read(from))
    end)

    it("copies what is pending in the other", function()
      local o = assert(suture.open(support.write("from.bin", ("x"):rep(5000))))
      o:write(4090, "pending over a page")
      local b = suture.buffer(30)
      b:copy(1, o, 4088, 25)
      assert.equal("\0xxpending over a pagexxxx\0\0\0\0", whole(b))
      o:cancel()
    end)

    it("copies an empty range from anywhere inside", function()
      local b, o = suture.buffer("abc"), suture.buffer("")
      b:copy(3, o, 0, 0)
      o:copy(0, b, 3, 0)
      assert.equal("abc", whole(b))
      assert.is_false(b:pending())
    end)

    it("raises for ranges that leave either object, naming it", function()
      local b, o = suture.buffer("abcdefgh"), assert(suture.open(support.write("from.bin", "0123"), "read"))
      assert.equal(o.path .. ": 0x2: copy from here of 3 bytes passes the end (size 0x4)",
        tostring(raised("range", b.copy, b, 0, o, 2, 3)))
      assert.equal("buffer: 0x6: copy to here of 3 bytes passes the end (size 0x8)",
        tostring(raised("range", b.copy, b, 6, o, 1, 3)))
      raised("range", b.copy, b, 0, o, 5, 0)
      raised("range", b.copy, b, 9, o, 0, 0)
      raised("range", b.copy, b, -1, o, 0, 1)
      raised("range", b.copy, b, 0, o, -1, 1)
      raised("range", b.copy, b, 0, o, 0, -1)
      raised("range", b.copy, b, 1, o, 1, math.maxinteger)
      raised("range", b.copy, b, math.maxinteger, o, 0, 1)
      raised("range", b.copy, b, 0, o, math.maxinteger, 1)
      raised("readonly", o.copy, o, 0, b, 0, 1)
      assert.equal("abcdefgh", whole(b))
      o:close()
      assert.equal(o.path .. ": the object is closed", tostring(raised("closed", b.copy, b, 0, o, 0, 1)))
      b:close()
      raised("closed", b.copy, b, 0, b, 0, 1)
    end)

    it("raises for an other that is no bytes object", function()
      local b = suture.buffer("abc")
      for _, value in ipairs { "abc", 1, true, {}, b:cursor() } do
        assert.equal(("buffer: bad argument #2 to 'copy' (other must be a bytes object, got %s)"):format(type(value)),
          tostring(raised("argument", b.copy, b, 0, value, 0, 1)))
      end
      assert.equal("buffer: bad argument #2 to 'copy' (other must be a bytes object, got nothing)",
        tostring(raised("argument", b.copy, b, 0)))
      raised("argument", b.copy, b, 0, b, 0)
      raised("argument", b.copy, b, 0, b, nil, 1)
      raised("argument", b.copy, b, 0, b, 0, 1, 1)
    end)

    it("raises stale for a view of either", function()
      local b, o = suture.buffer("abcdefgh"), suture.buffer("0123")
      local of_b, of_o = b:view(0, 2), o:view(0, 2)
      b:resize(9)
      o:resize(9)
      raised("stale", of_b.copy, of_b, 0, o, 0, 1)
      raised("stale", b.copy, b, 0, of_o, 0, 1)
    end)

    it("raises truncated before it stores a byte where the source was cut", function()
      local path = support.write("cut.bin", ("x"):rep(20000))
      local o = assert(suture.open(path, "read"))
      local b = suture.buffer(("y"):rep(20000))
      support.run("truncate -s 4096 " .. path)
      assert.matches("cut.bin: ", tostring(raised("truncated", b.copy, b, 0, o, 0, 20000)), 1, true)
      assert.equal(("y"):rep(20000), whole(b))
      assert.is_false(b:pending())
    end)

    it("copies over 2 and 4 GiB", function()
      local path = support.path("large.bin")
      support.run("truncate -s 5G " .. path)
      local b = assert(suture.open(path, "copy"))
      local data = noise(9000)
      b:write(2 * GIB - 4500, data)
      b:copy(4 * GIB - 4501, b, 2 * GIB - 4500, 9000)
      assert.equal("\0" .. data .. "\0", b:read(4 * GIB - 4502, 9002))
      b:close()
      os.remove(path)
    end)
  end)

  describe("whose finalizer closes the object in the middle", function()
    local DATA <const> = ("finalized"):rep(2000)
    for name, call in pairs {
      xor = function(b) b:xor(0, #DATA, "key") end,
      translate = function(b) b:translate(0, #DATA, ("x"):rep(256)) end,
      swap = function(b) b:swap(0, #DATA, 8) end,
      copy = function(b) b:copy(0, b, 1, #DATA - 1) end,
      digest = function(b) b:digest(0, #DATA, "xxh3") end,
      crc32 = function(b) b:crc32(0, #DATA) end,
      checksum = function(b) b:checksum(0, #DATA, { width = 16, poly = 0x1021 }) end,
      advise = function(b) b:advise("willneed", 0, #DATA) end,
    } do
      it(name .. " ends well or raises closed", function()
        local closed = 0
        finalized.each(5, function() return suture.buffer(DATA) end, function(b) b:close() end, function(b)
          local ok, err = pcall(call, b)
          if not ok then
            assert.equal("buffer: the object is closed", tostring(err))
            closed = closed + 1
          end
          return not ok
        end)
        assert.is_true(closed > 0, "the collector never ran")
      end)
    end
  end)

  it("changes ranges with untouchable memory around them, with every instruction set", function()
    for _, portable in ipairs { false, true } do
      assert.same({ 0, "ok\n", "" }, { support.run(edges(portable)) })
    end
  end)
end)
