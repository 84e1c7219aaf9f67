-- b:pack and b:unpack, against string.pack and string.unpack.

local suture = require "suture"
local raised = require "spec.support.raised"

local function filled(size)
  local bytes = {}
  for at = 1, size do
    bytes[at] = string.char((at * 37 + 11) & 0xff)
  end
  return suture.buffer(table.concat(bytes))
end

local fixed <const> = {
  "b", "B", "h", "H", "i1", "I2", "i3", "I4", "i7", "I8", "f", "d", "n", "c5", "x", "c0", "I1x I2",
  "!4 i1 i4", "!8 B d B", "!2 B I4", "!16 B I16", ">I2 <I2 =I2 I4", "!4 B Xi4 B", "!8 b Xd", "! B I8", "b h xx H",
}

describe("bytes", function()
  describe(":unpack", function()
    it("reads what string.unpack reads, at every offset, in both orders", function()
      local b = filled(96)
      local zeros = suture.buffer(96) -- for I16, whose high bytes must be 0
      for order, mark in pairs { le = "<", be = ">" } do
        b.order, zeros.order = order, order
        for _, format in ipairs(fixed) do
          local target = format:find "I16" and zeros or b
          local data = target:read(0, #target)
          for _, off in ipairs { 0, 1, 2, 3, 7, 8, 17 } do
            local wanted = table.pack(string.unpack(mark .. format, data, off + 1))
            wanted[wanted.n] = wanted[wanted.n] - 1
            local got = table.pack(target:unpack(off, format))
            assert.same(wanted, got, ("%s %s at %d"):format(order, format, off))
          end
        end
      end
    end)

    it("reads texts with a length or a NUL, several, in any order, aligned", function()
      local formats = {
        "s1", "s2", "s4", "s8", "z", "s1z", "zs2I4", "!4 s1 s4 z I4", "<s2>s2=s2", "!2 zs4B", "!4 Xs4 B s2 z",
      }
      local texts = { "", "a", "hello", ("long"):rep(50) }
      for _, format in ipairs(formats) do
        for _, off in ipairs { 0, 1, 2, 3, 15, 16 } do
          for number = 1, #texts do
            local values = {}
            for _ in format:gsub("Xs4", ""):gmatch "[szIB]" do
              values[#values + 1] = texts[(number + #values) % #texts + 1]
            end
            local index = 0
            for option in format:gsub("Xs4", ""):gmatch "[szIB]" do
              index = index + 1
              values[index] = option:find "[IB]" and 200 or values[index]
            end
            local b = suture.buffer(1200)
            local next = b:pack(off, format, table.unpack(values))
            local got = table.pack(b:unpack(off, format))
            values[#values + 1] = next
            assert.same(values, { table.unpack(got, 1, got.n) }, format .. " at " .. off)
            local data = b:read(0, #b)
            local wanted = table.pack(string.unpack("<" .. format, data, off + 1))
            assert.equal(wanted[wanted.n] - 1, next)
          end
        end
      end
    end)

    it("counts alignment from the object's own offset 0", function()
      local b = suture.buffer "\0\0\0\1\2\0\0\0\3\0\0\0"
      assert.equal(2, (b:unpack(3, "!4 x i4")))
      assert.equal(0x201, (b:view(3):unpack(0, "!4 i2")))
      assert.equal(0x300, (b:view(3):unpack(1, "!4 i4")))
    end)

    it("reads up to the last byte", function()
      local b = suture.buffer "\1\2\3\4"
      assert.equal(0x04030201, (b:unpack(0, "I4")))
      assert.equal(4, (select(2, b:unpack(0, "I4"))))
      assert.equal(4, (b:unpack(4, "")))
    end)

    for _, format in ipairs { "I4", "c4", "s1", "s4", "!4 B I4", "x I4", "s8" } do
      it("raises range when the end cuts " .. format, function()
        local b = suture.buffer "\3\1\2"
        raised("range", b.unpack, b, 0, format)
      end)
    end

    it("raises range for a hostile length, without reading", function()
      local b = suture.buffer(("\xff"):rep(8) .. "abc")
      raised("range", b.unpack, b, 0, "s4")
      raised("range", b.unpack, b, 0, "s8")
      raised("range", b.unpack, b, 0, "s7")
    end)

    it("raises format for a text without its NUL, naming where it begins", function()
      local b = suture.buffer "\1abc"
      assert.equal(1, raised("format", b.unpack, b, 0, "Bz").offset)
    end)

    it("raises format for an integer that is too large for Lua", function()
      local b = suture.buffer(("\xff"):rep(8) .. ("\1"):rep(8))
      raised("format", b.unpack, b, 0, "I16")
    end)
  end)

  describe(":pack", function()
    it("writes what string.pack makes, and gives the next offset", function()
      for order, mark in pairs { le = "<", be = ">" } do
        local b = suture.buffer(40)
        b.order = order
        assert.equal(13, b:pack(5, "I4 i2 s1", 0xdeadbeef, -2, "a"))
        assert.equal(string.pack(mark .. "I4 i2 s1", 0xdeadbeef, -2, "a"), b:read(5, 8))
      end
    end)

    it("aligns by the object's offset 0", function()
      local b = suture.buffer(("\xee"):rep(12))
      assert.equal(8, b:pack(3, "!4 B I2", 1, 2) + 2)
      assert.equal("\xee\xee\xee\1\2\0\xee\xee\xee\xee\xee\xee", b:read(0, 12))
      assert.equal(12, b:pack(5, "!4 I4", 0x01020304))
      assert.equal("\0\0\0\4\3\2\1", b:read(5, 7))
    end)

    it("writes nothing when a part does not fit or a value is wrong", function()
      local b = suture.buffer "abcd"
      raised("range", b.pack, b, 0, "c5", "")
      raised("range", b.pack, b, 3, "I1 I1", 1, 2)
      raised("argument", b.pack, b, 0, "I1 I1", 1, 256)
      raised("argument", b.pack, b, 0, "I1 I1", 1)
      raised("argument", b.pack, b, 0, "z", "a\0b")
      assert.equal("abcd", b:read(0, 4))
    end)

    it("numbers the arguments as the caller gave them", function()
      local b = suture.buffer "abcd"
      assert.matches("bad argument #3 to 'pack'", raised("argument", b.pack, b, 0, "I1", 256).message, 1, true)
      assert.matches("bad argument #4 to 'pack'", raised("argument", b.pack, b, 0, "I1I1", 1, {}).message, 1, true)
    end)
  end)

  for _, method in ipairs { "pack", "unpack" } do
    describe(":" .. method, function()
      for _, format in ipairs { "i", "I", "l", "L", "j", "J", "T", "s", "I4 l", "XT", "Xi", ">s I4" } do
        it(("refuses '%s', whose size is the machine's"):format(format), function()
          local b = suture.buffer(64)
          assert.matches("native size", raised("argument", b[method], b, 0, format, 1).message, 1, true)
        end)
      end

      for _, format in ipairs { "q", "i17", "I0", "s99", "X", "!17 I4", "4", "c" } do
        it(("raises argument for the format '%s'"):format(format), function()
          local b = suture.buffer(64)
          raised("argument", b[method], b, 0, format, 1)
        end)
      end

      for label, off in pairs { string = "0", fraction = 0.5, none = false, table = {} } do
        it("raises argument for an offset that is a " .. label, function()
          local b = suture.buffer(8)
          raised("argument", b[method], b, off or nil, "I1", 1)
        end)
      end

      for _, off in ipairs { -1, 9, math.maxinteger, math.mininteger } do
        it("raises range for offset " .. off, function()
          local b = suture.buffer(8)
          raised("range", b[method], b, off, "I1", 1)
        end)
      end

      it("takes a float with an integral value", function()
        local b = suture.buffer(8)
        b[method](b, 2.0, "I1", 1)
      end)

      it("raises for a format that is no string, and for a closed object", function()
        local b = suture.buffer(8)
        raised("argument", b[method], b, 0, 4, 1)
        raised("argument", b[method], b, 0)
        b:close()
        raised("closed", b[method], b, 0, "I1", 1)
      end)
    end)
  end
end)
