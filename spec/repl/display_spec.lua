-- Values as text for people.

local complaint = require "suture.repl.complaint"
local core = require "suture.core"
local display = require "suture.repl.display"
local suture = require "suture"

local style = { colour = false, columns = 80, width = 16 }

-- As much of a session as showing needs: one target.
local function session_of(b, path)
  local target = b and { name = "b", bytes = b, path = path, position = 0 }
  return {
    style = style,
    targets = {
      find = function(_, key) return target and (key == b or key == "b") and target or nil end,
      open_ones = function() return { target } end,
    },
    target = target,
  }
end

local function shown(value)
  return display.value(value, session_of())
end

describe("display", function()
  describe("of numbers", function()
    local cases = {
      { 0, "0" }, { 9, "9" }, { 10, "10 (0xa)" }, { -1, "-1 (0xffffffffffffffff)" },
      { math.maxinteger, "9223372036854775807 (0x7fffffffffffffff)" }, { 1.5, "1.5" }, { 2.0, "2.0" },
      { 1 / 0, "inf" },
    }
    for _, case in ipairs(cases) do
      it("shows " .. case[2], function()
        assert.same(case[2], shown(case[1]))
      end)
    end
  end)

  it("shows nil and booleans", function()
    assert.same({ "nil", "true" }, { shown(nil), shown(true) })
  end)

  describe("of strings", function()
    it("escapes what cannot be printed", function()
      assert.same([["a\n\x00\"\\é"]], shown "a\n\0\"\\é")
      assert.same([["\xc3("]], shown "\xc3(")
      assert.same([["\xc2\x9b31m"]], shown "\u{9b}31m")
      assert.same([["\x1b[31m"]], shown "\27[31m")
    end)

    it("is bounded", function()
      assert.same(('"%s" ... (5000 bytes)'):format(("a"):rep(1024)), shown(("a"):rep(5000)))
    end)

    it("leaves the lines of hexdump and diff as they are, and nothing else", function()
      local b = suture.buffer(("x"):rep(100))
      b[50] = 0
      for _, text in ipairs { b:hexdump(), b:diff(), b:hexdump(0, 100, { colour = true }) } do
        assert.same(text:sub(1, -2), shown(text))
      end
      for _, text in ipairs { "", "\n", "a\nb\n", "00000000  41\27[2J\n", "00000000 x\n", b:hexdump() .. "x\n" } do
        assert.matches('^".*"$', shown(text))
      end
    end)

    it("is Lua that gives the string again", function()
      local all = {}
      for byte = 0, 255 do
        all[#all + 1] = string.char(byte)
      end
      local text = table.concat(all)
      assert.same(text, load("return " .. shown(text))())
    end)
  end)

  describe("of tables", function()
    it("is one line where it fits", function()
      assert.same('{ 1, "two", { 3 }, [-1] = true, ["a b"] = 16 (0x10), ["end"] = {}, name = "x" }',
        shown { 1, "two", { 3 }, name = "x", [-1] = true, ["a b"] = 16, ["end"] = {} })
    end)

    it("is a field on each line where it does not", function()
      local long = ("x"):rep(50)
      assert.same(('{\n  "%s",\n  {\n    "%s",\n    "%s",\n  },\n}'):format(long, long, long),
        shown { long, { long, long } })
    end)

    it("is bounded in fields, depth and cycles", function()
      local many = {}
      for index = 1, 1000 do
        many[index] = 1
      end
      local text = shown(many):gsub("1, %.%.%.", "1,\n  ...")
      assert.matches("^{\n  1, 1, 1,[ 1,\n]+ 1,\n  %.%.%. 950 more,\n}$", text)
      assert.same("{ { { { {...} } } } }", shown { { { { { { 1 } } } } } })
      local cycle = { 1 }
      cycle.self = cycle
      assert.same("{ 1, self = <cycle> }", shown(cycle))
      local wide = {}
      for first = 1, 50 do
        wide[first] = {}
        for second = 1, 50 do
          wide[first][second] = ("x"):rep(60)
        end
      end
      assert.is_true(select(2, shown(wide):gsub("\n", "")) < 300)
    end)

    it("does not ask __pairs, __index or __len", function()
      local function refuse() error "asked" end
      local meta = { __pairs = refuse, __index = refuse, __len = refuse }
      assert.same("{ 1, a = 2 }", shown(setmetatable({ 1, a = 2 }, meta)))
    end)
  end)

  describe("of objects", function()
    it("asks __tostring, and survives what that does", function()
      assert.same("point (1, 2)", shown(setmetatable({}, { __tostring = function() return "point (1, 2)" end })))
      assert.same("<table: its __tostring raises>", shown(setmetatable({}, { __tostring = function() error "x" end })))
      assert.same("<point: its __tostring raises>",
        shown(setmetatable({}, { __name = "point", __tostring = function() return {} end })))
      assert.same("a\\x1b[31mb\\n", shown(setmetatable({}, { __tostring = function() return "a\27[31mb\n" end })))
    end)

    it("lets Ctrl-C through", function()
      local stopped = setmetatable({}, { __tostring = function() core.raise("interrupted", "interrupted") end })
      assert.is_false(pcall(shown, stopped))
    end)

    it("shows a pattern, an error and a function", function()
      assert.same("48 ?? 4? (3 bytes, 1 of them fixed)", shown(suture.pattern "48 ? 4?"))
      assert.same("error (range): x: 0x10: too far", shown(core.error("range", "too far", { path = "x", offset = 16 })))
      assert.matches("^function <[^>]+display_spec.lua:%d+>$", shown(function() end))
      assert.matches("^function: ", shown(print))
    end)

    it("lets a hostile metatable be", function()
      assert.same("{}", shown(setmetatable({}, { __metatable = "locked" })))
      assert.matches("^table: ", shown(setmetatable({}, { __name = 5 })))
    end)
  end)

  describe("of bytes", function()
    it("begins with what it is, and shows a part", function()
      local text = shown(suture.buffer(("0123456789abcdef"):rep(20)))
      assert.matches("^buffer: 320 bytes %(0x140%), memory\n00000000  30 31", text)
      assert.matches("\n000000f0  [^\n]+\n%.%.%. 64 bytes more$", text)
    end)

    it("tells what is pending, and marks it", function()
      local b = suture.buffer "0123456789"
      b[1] = 0
      assert.same("buffer: 10 bytes (0xa), memory; 1 byte pending in 1 place\n"
        .. "00000000  30 00*32 33 34 35 36 37  38 39                    |0.23456789|", shown(b))
    end)

    it("is short for an empty and for a closed one", function()
      local b = suture.buffer(0)
      assert.same("buffer: 0 bytes (0x0), memory", shown(b))
      b:close()
      assert.same("bytes: buffer (closed)", shown(b))
    end)

    it("shows a view with its place", function()
      assert.matches("^buffer at 0x10: 16 bytes %(0x10%), memory\n00000010  ", shown(suture.buffer(64):view(16, 16)))
    end)

    it("begins where the session stands", function()
      local b = suture.buffer(("0123456789abcdef"):rep(20))
      local session = session_of(b, "x")
      session.target.position = 0x130
      assert.matches("memory\n00000130  [^\n]+$", display.value(b, session))
    end)

    it("is as wide as the terminal allows", function()
      local b = suture.buffer(64)
      for columns, width in pairs { [20] = 8, [50] = 8, [80] = 16, [120] = 24, [300] = 32 } do
        local text = display.value(b, { style = { columns = columns }, targets = session_of().targets })
        assert.same(width, select(2, text:match "\n%x+  ([^|]+)|":gsub("%x%x", "")))
      end
    end)
  end)
end)

describe("complaint", function()
  it("tells the message first, then the bytes around, as far as there are any", function()
    local b = suture.buffer(("0123456789abcdef"):rep(8))
    local session = session_of(b, "fw.bin")
    local err = core.error("mismatch", "no", { path = "fw.bin", offset = 0x21, file_offset = 0x21 })
    assert.same([[
0x21: no
00000010  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|
00000020  30 31*32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|
00000030  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|
]], (complaint.text(err, session):gsub("^.-fw.bin: ", "")))
    local far = core.error("range", "no", { path = "fw.bin", offset = 1 << 40, file_offset = 1 << 40 })
    assert.matches("fw.bin: 0x10000000000: no\n00000070  [^\n]+\n$", complaint.text(far, session))
    local other = core.error("range", "no", { path = "other.bin", offset = 1, file_offset = 1 })
    assert.matches("other.bin: 0x1: no\n$", complaint.text(other, session))
  end)

  it("tells other values", function()
    local session = session_of()
    assert.same("text\n", complaint.text("text", session))
    assert.same("(error object) nil\n", complaint.text(nil, session))
    assert.same("(error object) <table: its __tostring raises>\n",
      complaint.text(setmetatable({}, { __tostring = error }), session))
  end)

  it("is red on a terminal", function()
    local session = session_of()
    session.style = { colour = true, columns = 80 }
    assert.same("\27[1;31mtext\27[0m\n", complaint.text("text", session))
  end)
end)
