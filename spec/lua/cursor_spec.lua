-- The cursor, against Lua's own files.

local suture = require "suture"
local core = require "suture.core"
local support = require "spec.support"
local raised = require "spec.support.raised"

local texts <const> = { "", "\n", "a", "a\n", "\n\n", "one\ntwo\nthree", "one\n\nthree\n", "nul\0in\0it\nend\0" }

describe("cursor", function()
  describe(":read", function()
    local lists <const> = {
      {}, { "l" }, { "L" }, { "a" }, { 0 }, { 1 }, { 3 }, { 100 }, { "l", "l" }, { "L", 2, "a" }, { 2, "l", 0, "L" },
      { "a", "a" }, { "a", "l" }, { 1, 1, 1, 1 }, { "l", "l", "l", "l", "l" },
    }

    it("gives what a file gives, twice in a row", function()
      for _, text in ipairs(texts) do
        local path = support.write("lines.txt", text)
        for _, list in ipairs(lists) do
          local file <close> = assert(io.open(path, "rb"))
          local cursor = suture.buffer(text):cursor()
          for _ = 1, 2 do
            local wanted = table.pack(file:read(table.unpack(list)))
            local got = table.pack(cursor:read(table.unpack(list)))
            assert.same(wanted, got, ("%q"):format(text))
            assert.equal(file:seek(), cursor:tell())
          end
        end
      end
    end)

    for _, wrong in ipairs { "n", "q", "", -1, 0.5, true, {} } do
      it("raises argument for the format " .. tostring(wrong), function()
        local cursor = suture.buffer "abc":cursor()
        raised("argument", cursor.read, cursor, "l", wrong)
        assert.equal(0, cursor:tell())
      end)
    end

    it("raises argument for an explicit nil", function()
      local cursor = suture.buffer "abc":cursor()
      raised("argument", cursor.read, cursor, nil)
    end)
  end)

  describe(":lines", function()
    it("gives what a file gives", function()
      for _, text in ipairs(texts) do
        local path = support.write("lines.txt", text)
        for _, list in ipairs { {}, { "l" }, { "L" }, { 2 }, { "l", 1 } } do
          local wanted, got = {}, {}
          for first, second in io.lines(path, table.unpack(list)) do
            wanted[#wanted + 1] = { first, second }
          end
          for first, second in suture.buffer(text):cursor():lines(table.unpack(list)) do
            got[#got + 1] = { first, second }
          end
          assert.same(wanted, got)
        end
      end
    end)
  end)

  describe(":write", function()
    it("writes at the cursor, moves it and gives it back", function()
      local b = suture.buffer "abcdefgh"
      local cursor = b:cursor(2)
      assert.equal(cursor, cursor:write("X", "", "YZ"))
      assert.equal(5, cursor:tell())
      assert.equal(cursor, cursor:write())
      cursor:write "123"
      assert.equal("abXYZ123", b:read(0, 8))
      assert.equal(0, cursor:left())
    end)

    it("writes all or nothing", function()
      local b = suture.buffer "abcd"
      local cursor = b:cursor(2)
      raised("range", cursor.write, cursor, "X", "YZ")
      raised("argument", cursor.write, cursor, "X", 1)
      assert.equal("abcd", b:read(0, 4))
      assert.equal(2, cursor:tell())
    end)
  end)

  describe(":seek", function()
    it("takes the three origins", function()
      local cursor = suture.buffer(10):cursor(4)
      assert.equal(4, cursor:seek())
      assert.equal(4, cursor:seek "cur")
      assert.equal(7, cursor:seek("cur", 3))
      assert.equal(5, cursor:seek("cur", -2))
      assert.equal(2, cursor:seek("set", 2))
      assert.equal(0, cursor:seek "set")
      assert.equal(10, cursor:seek "end")
      assert.equal(9, cursor:seek("end", -1))
      assert.equal(9, cursor:tell())
      assert.equal(1, cursor:left())
    end)

    it("raises range outside the object and stays where it is", function()
      local cursor = suture.buffer(10):cursor(4)
      for _, wrong in ipairs { { "set", -1 }, { "set", 11 }, { "cur", -5 }, { "cur", 7 }, { "end", 1 }, { "end", -11 },
        { "cur", math.maxinteger }, { "cur", math.mininteger }, { "end", math.mininteger } } do
        raised("range", cursor.seek, cursor, table.unpack(wrong))
        assert.equal(4, cursor:tell())
      end
    end)

    it("raises argument for anything else", function()
      local cursor = suture.buffer(10):cursor()
      for _, wrong in ipairs { { "sett" }, { 3 }, { "set", "1" }, { "set", 0.5 } } do
        raised("argument", cursor.seek, cursor, table.unpack(wrong))
      end
      raised("argument", cursor.seek, cursor, nil)
      raised("argument", cursor.seek, cursor, "set", nil)
    end)
  end)

  it("has every typed accessor of the bytes object", function()
    local data = ("\1\2\3\4\5\6\7\8"):rep(2)
    local count = 0
    for name in pairs(core.methods) do
      local bits = name:match "^[uif](%d+)[lb]?e?$"
      if bits then
        count = count + 1
        local b = suture.buffer(data)
        local cursor = b:cursor(3)
        local value = b[name](b, 3)
        assert.equal(value, cursor[name](cursor), name)
        assert.equal(3 + bits // 8, cursor:tell(), name)
        cursor:seek("set", 3)
        assert.equal(0, select("#", cursor[name](cursor, 1)), name)
        assert.equal(3 + bits // 8, cursor:tell(), name)
        assert.equal(1, b[name](b, 3), name)
        raised("argument", cursor[name], cursor, nil)
        cursor:seek "end"
        raised("range", cursor[name], cursor)
        assert.equal(0, cursor:left())
      end
    end
    assert.is_true(count > 30)
  end)

  it("unpacks values and stands behind them", function()
    local b = suture.buffer "\0\2\0hi\5\0\0\0"
    local cursor = b:cursor(1)
    local results = table.pack(cursor:unpack "s2 !4 I1")
    assert.same({ "hi", 5, n = 2 }, results)
    assert.equal(6, cursor:tell())
    raised("range", cursor.unpack, cursor, "I8")
    assert.equal(6, cursor:tell())
  end)

  it("reads in the order of its object", function()
    local b = suture.buffer "\1\2"
    b.order = "be"
    assert.equal(0x102, b:cursor():u16())
  end)

  it("starts anywhere from 0 to the end", function()
    local b = suture.buffer(4)
    assert.equal(4, b:cursor(4):tell())
    assert.equal(2, b:cursor(2.0):tell())
    raised("range", b.cursor, b, 5)
    raised("range", b.cursor, b, -1)
    raised("argument", b.cursor, b, "1")
    raised("argument", b.cursor, b, nil)
  end)

  it("counts from the beginning of a view", function()
    local cursor = suture.buffer "abcdef":view(2, 3):cursor()
    assert.equal("cde", cursor:read "a")
    assert.equal(3, cursor:tell())
  end)

  it("keeps its object alive", function()
    local cursor = suture.buffer "abc":cursor()
    collectgarbage()
    collectgarbage()
    assert.equal("abc", cursor:read "a")
  end)

  it("raises closed when its object is closed", function()
    local b = suture.buffer "abc"
    local cursor = b:cursor()
    b:close()
    for _, call in ipairs { { "read" }, { "write", "a" }, { "seek" }, { "left" }, { "u8" }, { "unpack", "I1" } } do
      raised("closed", cursor[call[1]], cursor, table.unpack(call, 2))
    end
    raised("closed", b.cursor, b)
  end)

  it("raises for an unknown field with a suggestion, and when a field is set", function()
    local cursor = suture.buffer(1):cursor()
    assert.matches("'seek'", raised("argument", function() return cursor.sek end).message, 1, true)
    raised("argument", function() cursor.at = 1 end)
    raised("argument", function() cursor.read = print end)
  end)

  it("shows what it stands on", function()
    assert.equal("cursor (buffer) at 0x2", tostring(suture.buffer(4):cursor(2)))
  end)
end)
