-- What may stand in place of the word before the cursor.

local completion = require "suture.repl.completion"
local suture = require "suture"
local support = require "spec.support"

local env = {
  globals = {
    string = string, suture = suture, b = suture.buffer(4), text = "abc", _hidden = 1, __odd = 2,
    config = { kernel = { size = 1, start = function() end }, ["not a name"] = 1, [1] = 2 },
    child = setmetatable({ own = 1 }, { __index = setmetatable({ inherited = function() end },
      { __index = { oldest = function() end } }) }),
  },
  commands = { open = "file", recipe = "recipe", dump = true },
  files = function(folder)
    local names = { ["./"] = { "image.bin", "input/", "one.txt" }, ["input/"] = { "in side.bin" }, ["/"] = { "etc/" } }
    return names[folder] or {}
  end,
  recipes = function() return { "demo/clock", "demo/timer" } end,
}

-- The candidates, and what they replace. The cursor is where the text has |, at its end if nowhere.
local function complete(with_cursor)
  local pos = (with_cursor:find("|", 1, true) or #with_cursor + 1) - 1
  local line = with_cursor:gsub("|", "")
  local found = completion(line, pos, env)
  return table.concat(found, " "), line:sub(found.start + 1, pos)
end

describe("completion", function()
  local cases = {
    ["a global"] = { "x = con", "config", "con" },
    ["keywords and globals"] = { "st", "string", "st" },
    ["a keyword"] = { "whi", "while", "whi" },
    ["names of the text itself"] = { "local counter = 1\ncoun", "counter", "coun" },
    ["the middle of a line"] = { "f(con|, 1)", "config", "con" },
    ["a field"] = { "config.ker", "kernel", "ker" },
    ["all fields that are names"] = { "config.", "kernel", "" },
    ["a field of a field"] = { "config.kernel.s", "size start", "s" },
    ["methods only behind a colon"] = { "config.kernel:s", "start", "s" },
    ["fields with blanks around the dot"] = { "config . ker", "kernel", "ker" },
    ["what tables inherit"] = { "child:", "inherited oldest", "" },
    ["own and inherited fields"] = { "child.o", "oldest own", "o" },
    ["methods of a string"] = { "text:re", "rep reverse", "re" },
    ["functions of a library"] = { "string.re", "rep reverse", "re" },
    ["methods of a bytes object"] = { "b:rea", "read", "rea" },
    ["methods of a bytes object written in Lua"] = { "b:hexd", "hexdump", "hexd" },
    ["fields of a bytes object"] = { "b.pat", "patch path", "pat" },
    ["fields of the module"] = { "suture.bu", "buffer", "bu" },
    ["parts of the module"] = { "suture.transac", "transaction", "transac" },
    ["a part of the module's part"] = { "suture.struct.lay", "layout", "lay" },
    ["hidden names for who asks"] = { "_hid", "_hidden", "_hid" },
    ["a command"] = { ".o", ".open", ".o" },
    ["all commands"] = { "  .", ".dump .open .recipe", "." },
    ["the file of a command"] = { ".open i", "image.bin input/", "i" },
    ["the file of a command in a folder"] = { ".open input/in", "in side.bin", "in" },
    ["the recipe of a command"] = { ".recipe demo/t", "demo/timer", "demo/t" },
    ["Lua behind other commands"] = { ".dump con", "config", "con" },
    ["a file in quotes"] = { "suture.open('im", "image.bin", "im" },
    ["all files in quotes"] = { 'suture.open "', "image.bin input/ one.txt", "" },
    ["a file in a folder in quotes"] = { 'open("input/in s', "in side.bin", "in s" },
    ["a file from the root"] = { "open('/e", "etc/", "e" },
  }
  for name, case in pairs(cases) do
    it("gives " .. name, function() assert.same({ case[2], case[3] }, { complete(case[1]) }) end)
  end

  local silent = {
    ["nothing typed"] = "", ["a blank"] = "x = ", ["a comment"] = "-- con", ["a long comment"] = "--[[ con",
    ["a long string"] = "[[im", ["a number"] = "0x1f", ["a closed string"] = "'im'",
    ["a result of a call"] = "f().", ["an unknown variable"] = "nothing.", ["a field of nothing"] = "config.none.",
    ["a value without fields"] = "config.kernel.size.", ["an operator"] = "1 ..",
  }
  for name, text in pairs(silent) do
    it("gives nothing for " .. name, function() assert.same("", (complete(text))) end)
  end

  it("finds the targets of a transaction", function()
    local path = support.write("kernel.bin", "abc")
    local set <close> = assert(suture.transaction { kernel = path, mode = "copy" })
    local inside = { globals = { set = set } }
    assert.same("kernel", table.concat(completion("set.ker", 7, inside), " "))
    assert.same("read", table.concat(completion("set.kernel:rea", 14, inside), " "))
  end)

  it("finds the fields of a structure", function()
    local header = suture.struct.layout { { "magic", "u32" }, { "major", "u8" } }
    local inside = { globals = { header = header:at(suture.buffer(8), 0), layout = header } }
    assert.same("magic major", table.concat(completion("header.ma", 9, inside), " "))
    assert.same("at", table.concat(completion("layout:a", 8, inside), " "))
  end)

  it("runs no code of anyone else", function()
    local function fail()
      error "called"
    end
    local trap = setmetatable({ own = 1 }, {
      __index = fail, __pairs = fail, __len = fail, __call = fail, __tostring = fail, __eq = fail,
      __metatable = "locked",
    })
    local inside = { globals = { trap = trap, io = io } }
    assert.same({ start = 5, "own" }, completion("trap.", 5, inside))
    assert.same({ start = 10 }, completion("trap.none.", 10, inside))
    assert.same({ start = 5 }, completion("trap:", 5, inside))
  end)

  it("passes over what raises in its own code", function()
    local b = suture.buffer(4)
    b:close()
    local list = completion("b.path:", 7, { globals = { b = b } })
    assert.same({ start = 7 }, list)
  end)

  it("does not follow tables in a circle for ever", function()
    local circle = {}
    setmetatable(circle, { __index = circle })
    circle.name = 1
    assert.same({ start = 2, "name" }, completion("c.", 2, { globals = { c = circle } }))
    assert.same({ start = 7 }, completion("c.none.", 7, { globals = { c = circle } }))
  end)

  it("has no commands, files or recipes where nobody gives them", function()
    for _, line in ipairs { ".o", ".open x", ".recipe x", "'x" } do
      assert.same(0, #completion(line, #line, { globals = {} }), line)
    end
  end)
end)
