-- The cursor, against Lua's own files.

local suture = require "suture"
local core = require "suture.core"
local support = require "spec.support"
local raised = require "spec.support.raised"

-- What differs between Lua's files and a cursor of the same content in a random sequence of calls: nothing. Blanks,
-- digits and ends of lines are frequent, so that every format meets its borders.
local ALPHABET <const> = {
  "\n", "\n", " ", "\t", "0", "1", "9", ".", "-", "+", "x", "e", "p", "a", "F", "\0", "\r", "\xff",
}

local function random_text(random, len)
  local list = {}
  for i = 1, len do
    list[i] = ALPHABET[random(#ALPHABET)]
  end
  return table.concat(list)
end

local function same_results(wanted, got, context)
  assert(wanted.n == got.n, context)
  for i = 1, wanted.n do
    local a, b = wanted[i], got[i]
    assert(math.type(a) == math.type(b) and a == b, ("%s: result %d is %q, not %q"):format(context, i, b, a))
  end
end

local FORMATS <const> = { "l", "L", "a", "n", "n", "n", 0, 1, 2, 5, 100 }

local steps = {}

function steps.formats(file, cursor, random, context)
  local list = {}
  for i = 1, random(0, 4) do
    list[i] = FORMATS[random(#FORMATS)]
  end
  same_results(table.pack(file:read(table.unpack(list))), table.pack(cursor:read(table.unpack(list))), context)
end

function steps.lines(file, cursor, random, context)
  local format = FORMATS[random(#FORMATS)]
  local wanted, got = file:lines(format), cursor:lines(format)
  for _ = 1, random(0, 5) do
    same_results(table.pack(wanted()), table.pack(got()), context)
  end
end

function steps.seek(file, cursor, random, context)
  local at, size = file:seek(), cursor:left() + cursor:tell()
  local target = random(0, size)
  local whence = ({ "set", "cur", "end" })[random(3)]
  local distance = target - ({ set = 0, cur = at, ["end"] = size })[whence]
  same_results({ file:seek(whence, distance), n = 1 }, table.pack(cursor:seek(whence, distance)), context)
end

-- C wants a seek between reading and writing.
function steps.write(file, cursor, random, context)
  local data = random_text(random, math.min(random(0, 8), cursor:left()))
  file:seek "cur"
  assert(file:write(data, ""))
  assert(cursor:write(data, "") == cursor, context)
  file:seek "cur"
end

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

    local numerals <const> = {
      "1", "-1", "+1", "  \t\n\v\f\r42x", "1.5", ".5", "5.", ".", "-", "+-1", "- 1", "0x10", "0x", "0xg", "0x.8p1",
      "0x1p", "1e5", "1e", "1e+", "1e-3z", "1ee5", "1.2.3", "9223372036854775807", "9223372036854775808",
      "0xffffffffffffffffff", "nan", "inf", "infinity", "0b1", "1_000", "1,5", "00012", "-0", "-0.0", "0x1P+4 7",
      "1\0002", "\0001", "", "   ", "1e400", "x1", "e1", ("1"):rep(199), ("1"):rep(200), ("1"):rep(201),
      ("0"):rep(200) .. "1", "-" .. ("1"):rep(199), "-" .. ("1"):rep(200), ("1"):rep(200) .. ".5",
      ("1"):rep(200) .. "z", (" "):rep(5000) .. "7", (" "):rep(4096) .. "7", (" "):rep(4095) .. "7",
    }

    it("reads numerals as a file does, and stands where it stands", function()
      for _, text in ipairs(numerals) do
        local path = support.write("numeral.txt", text)
        local file <close> = assert(io.open(path, "rb"))
        local cursor = suture.buffer(text):cursor()
        for _ = 1, 3 do
          local wanted, got = table.pack(file:read("n", "n")), table.pack(cursor:read("n", "n"))
          same_results(wanted, got, ("%q"):format(text))
          assert.equal(file:seek(), cursor:tell(), text)
        end
      end
    end)

    it("reads the decimal point of the locale as a file does", function()
      local before = os.setlocale()
      for _, locale in ipairs { "C", "de_DE.UTF-8", "fr_FR.UTF-8" } do
        if os.setlocale(locale) then
          package.loaded["suture.cursor.numeral"] = nil
          local numeral = require "suture.cursor.numeral"
          for _, text in ipairs { "1.5", "1,5" } do
            local file <close> = assert(io.open(support.write("numeral.txt", text), "rb"))
            assert.equal(file:read "n", (numeral.read(suture.buffer(text), 0)))
          end
        end
      end
      os.setlocale(before)
    end)

    for _, wrong in ipairs { "q", "", "*l", "line", "nl", -1, 0.5, true, {} } do
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

  local calls <const> = {
    { "read" }, { "read", 0 }, { "lines" }, { "write", "a" }, { "write", "" }, { "write" }, { "seek" },
    { "seek", "set" }, { "left" }, { "tell" }, { "u8" }, { "f64be", 1 }, { "unpack", "I1" }, { "unpack", "" },
  }

  local function all_raise(kind, cursor)
    for _, call in ipairs(calls) do
      raised(kind, cursor[call[1]], cursor, table.unpack(call, 2))
    end
  end

  it("raises closed when its object is closed", function()
    local b = suture.buffer(20)
    local cursor = b:cursor()
    local line = cursor:lines()
    b:close()
    all_raise("closed", cursor)
    raised("closed", line)
    raised("closed", b.cursor, b)
    assert.equal("cursor (buffer) at 0x0", tostring(cursor))
  end)

  it("raises closed when its view is closed, and the view's object goes on", function()
    local b = suture.buffer(20)
    local v = b:view(2, 16)
    local cursor, other = v:cursor(), v:view(4):cursor()
    v:close()
    all_raise("closed", cursor)
    assert.equal(12, other:left()) -- a view of a view is one of the object
    assert.equal(20, b:cursor():left())
  end)

  for name, change in pairs {
    insert = function(b) b:insert(20, "a") end,
    delete = function(b) b:delete(3, 1) end,
    resize = function(b) b:resize(21) end,
    ["a rollback of a size"] = function(b) b:rollback() end,
  } do
    it("raises stale after " .. name, function()
      local b = suture.buffer(20)
      b:resize(30)
      local cursor, view = b:cursor(), b:view(2):cursor()
      local line = cursor:lines()
      change(b)
      all_raise("stale", cursor)
      all_raise("stale", view)
      raised("stale", line)
      assert.equal(#b, b:cursor():left())
    end)
  end

  it("sees what is written and rolled back under it", function()
    local b = suture.buffer "abcd"
    local cursor = b:cursor(1)
    b:write(0, "WXYZ")
    assert.equal("X", cursor:read(1))
    b:rollback()
    assert.equal("cd", cursor:read "a")
  end)

  it("stays where it is when a write raises", function()
    local b <close> = assert(suture.open(support.write("cursor.bin", "abcd"), "read"))
    local cursor = b:cursor(1)
    raised("readonly", cursor.write, cursor, "x")
    raised("readonly", cursor.u8, cursor, 1)
    assert.equal(1, cursor:tell())
  end)

  it("raises for another object, by name", function()
    local cursor = suture.buffer(1):cursor()
    for _, call in ipairs(calls) do
      for _, wrong in ipairs { 5, {}, suture.buffer(1) } do
        local err = raised("argument", cursor[call[1]], wrong, table.unpack(call, 2))
        assert.equal(("bad object for '%s' (a cursor expected, got %s; call it with ':')"):format(call[1], type(wrong)),
          err.message)
      end
    end
    raised("argument", cursor.tell)
  end)

  it("raises for arguments that mean nothing", function()
    local b = suture.buffer(20)
    local cursor = b:cursor()
    assert.equal("bad argument #1 to 'tell' (too many arguments: at most 0)",
      raised("argument", cursor.tell, cursor, 1).message)
    raised("argument", cursor.left, cursor, nil)
    raised("argument", cursor.seek, cursor, "set", 1, 2)
    raised("argument", cursor.unpack, cursor, "I1", 1)
    raised("argument", cursor.u8, cursor, 1, 1)
    raised("argument", b.cursor, b, 0, 0)
    assert.equal(0, cursor:tell())
  end)

  for _, name in ipairs { "close", "flush", "setvbuf" } do
    it("tells why there is no " .. name, function()
      local cursor = suture.buffer(1):cursor()
      local err = raised("argument", function() return cursor[name] end)
      assert.matches("a cursor has no method '" .. name .. "': ", err.message, 1, true)
    end)
  end

  for seed = 1, 20 do
    it("answers as a file does, whatever is called: seed " .. seed, function()
      math.randomseed(seed)
      local random = math.random
      local content = random_text(random, ({ 0, 1, 40, 300, 5000 })[random(5)])
      local path = support.write("model.txt", content)
      local file <close> = assert(io.open(path, "r+b"))
      local b = suture.buffer(content)
      local cursor = b:cursor()
      local names = { "formats", "formats", "lines", "seek", "seek", "write" }
      for number = 1, 300 do
        local name = names[random(#names)]
        local context = ("seed %d, step %d (%s)"):format(seed, number, name)
        steps[name](file, cursor, random, context)
        assert(file:seek() == cursor:tell(), context)
      end
      file:flush()
      assert.equal(support.read(path), b:read(0, #b))
    end)
  end

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
