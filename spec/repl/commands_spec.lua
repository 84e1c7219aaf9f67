-- Commands beside the language.

local support = require "spec.support"

local quote = support.quote
local FIRMWARE <const> = "FIRM\x90\x90\xc7\x05\x10\x20\0\0\x3c\0\0\0\xc3 watchdog"

local RECIPE <const> = [[
local suture <const> = require "suture"
return {
  name = "acme/timeout",
  params = { seconds = { type = "integer", default = 90, min = 61, max = 255 } },
  targets = { { name = "image", match = function(b) return b:read(0, 4) == "FIRM" end } },
  edits = { { find = suture.pattern "c7 05 ?? ?? ?? ?? 3c 00 00 00", skip = 6, old = "\x3c",
    new = function(params) return string.char(params.seconds) end, note = "seconds" } },
}
]]

describe("command", function()
  local path, other

  before_each(function()
    path, other = support.write("fw.bin", FIRMWARE), support.write("other.bin", "FIRM of another kind")
  end)

  local function session(lines, ...)
    local words = {}
    for index, word in ipairs { ... } do
      words[index] = quote(word)
    end
    return support.run(("%s repl %s"):format(support.suture, table.concat(words, " ")), lines)
  end

  local function printed(lines, ...)
    local status, stdout, stderr = session(lines, ...)
    assert.same({ 0, "" }, { status, stderr })
    return (stdout:gsub(support.tempdir():gsub("%p", "%%%0") .. "/", ""))
  end

  local function refused(lines, ...)
    local status, _, stderr = session(lines, ...)
    assert.same(1, status)
    return stderr:match "^suture: stdin:%d+: ([^\n]+)\n$" or stderr
  end

  describe(".dump", function()
    it("goes on where the last one ended, and begins again behind the end", function()
      assert.same([[
00000000  46 49 52 4d 90 90 c7 05  10 20 00 00 3c 00 00 00  |FIRM..... ..<...|
00000010  c3 20 77 61                                       |. wa|
00000014  74 63 68 64 6f 67                                 |tchdog|
00000000  46 49                                             |FI|
]], printed(".dump 0 20\n.dump\n.dump 0 2\n", path))
    end)

    it("takes expressions and a target", function()
      assert.same("00000003  6d                                                |m|\n",
        (printed('local x = { 3 }\n.dump b2 x[1] #"a"\n', path, support.write("m.bin", "xxxm"))))
    end)

    it("refuses what is outside, or no offset", function()
      assert.matches("fw.bin: 0x1b: past the end %(size 0x1a%)$", refused(".dump 27\n", path))
      assert.same("'\"x\"' is no offset or length", refused('.dump "x"\n', path))
      assert.same("'-1' is no offset or length", refused(".dump -1\n", path))
      assert.matches("^usage: .dump", refused(".dump 1 2 3\n", path))
      assert.same("no file is open: .open PATH opens one", refused ".dump\n")
    end)
  end)

  it("takes no words where it has none to take", function()
    for _, name in ipairs { "changes", "diff", "flush", "history", "quit", "redo", "rollback", "trace", "undo" } do
      assert.matches("^usage: ." .. name .. "$", refused(("b[0] = 1\n.%s b\n"):format(name), path))
    end
    assert.same(FIRMWARE, support.read(path))
  end)

  it("keeps what an offset writes as a line", function()
    assert.matches("\nundone: %(b:fill%(0, 1, 1%) or 0%)\nfalse\n$",
      printed(".dump (b:fill(0, 1, 1) or 0) 1\n.undo\nb:pending()\n", path))
  end)

  it(".goto shows a target from an offset on, also later", function()
    assert.same([[
00000012  77 61 74 63 68 64 6f 67                           |watchdog|
fw.bin: 26 bytes (0x1a), patch
00000012  77 61 74 63 68 64 6f 67                           |watchdog|
]], printed(".goto 0x12\nb\n", path))
    assert.matches("past the end", refused(".goto 100\n", path))
    assert.matches("^usage: .goto", refused(".goto\n", path))
  end)

  describe(".find", function()
    it("looks for a pattern or a text in all targets, or in one", function()
      assert.same([[
b 00000000  46*49*52*4d*90 90 c7 05  10 20 00 00 3c 00 00 00  |FIRM..... ..<...|
b2 00000000  46*49*52*4d*20 6f 66 20  61 6e 6f 74 68 65 72 20  |FIRM of another |
b2 0000000f  20*6b*69*6e*64*                                   | kind|
b 00000006  c7*05*10 20 00 00 3c 00  00 00 c3 20 77 61 74 63  |... ..<.... watc|
found nothing
]], printed('.find "FIRM"\n.find b2 " kind"\n.find c7 05\n.find b2 c7 05\n', path, other))
    end)

    it("shows some of many", function()
      local many = support.write("many.bin", ("a"):rep(100))
      local _, count = printed(".find 61\n", many):gsub("b %x+", "")
      assert.same(16, count)
    end)

    it("refuses what is no pattern", function()
      assert.matches("pattern", refused(".find xyz\n", path))
      assert.matches("^usage: .find", refused(".find\n", path))
    end)
  end)

  it(".diff and .changes tell what is pending", function()
    assert.same([[
nothing is pending
nothing is pending
b 0x4: 90 90 -> 01 02
b 0x10: (nothing) -> 4e 45 57
b 0x14: 20 -> (nothing)
b2 0x0: 46 49 52 4d 20 6f 66 20 61 6e 6f 74 68 65 72 20 ... (20 bytes) -> 78 (20 times)
]], (printed(".diff\n.changes\nb:write(4, '\\1\\2') b:insert(16, 'NEW') b2:fill(0, #b2, 'x') b:delete(20, 1)\n"
      .. ".changes\n.rollback\n", path, other):gsub("dropped[^\n]+\n", ""):gsub("78 [78 ]+ %.%.%. %(20 bytes%)",
      "78 (20 times)")))
  end)

  describe(".recipe", function()
    local recipe

    before_each(function()
      recipe = support.write("timeout.lua", RECIPE)
    end)

    it("checks only, where it is told to", function()
      assert.same("applicable\n  hunk 0xc: old (seconds)\n  change 0xc: 3c -> 5a\n",
        printed((".recipe check %s\n"):format(recipe), path))
    end)

    it("makes what a recipe changes pending, and sees what is pending", function()
      assert.same([[
applicable
  hunk 0xf: old (seconds)
  change 0xf: 3c -> 64
pending now: .undo takes it back, .flush writes it
applied
  hunk 0xf: new (seconds)
undone: .recipe timeout.lua seconds=100
b 0x4: (nothing) -> 2b 2b 2b
dropped: 3 bytes pending in 1 place
]], printed(("b:insert(4, '+++')\n.recipe %s seconds=100\n.recipe %s seconds=100\n.undo\n.changes\n.rollback\n"):format(
        recipe, recipe), path))
      assert.same(FIRMWARE, support.read(path))
    end)

    it("runs on another target", function()
      assert.matches("hunk 0xc: old", printed((".recipe check b2 %s\n"):format(recipe), other, path))
    end)

    it("runs on all targets where the recipe declares several", function()
      local pair = support.write("pair.lua", [[
        return { name = "acme/pair", targets = { { name = "one" }, { name = "two" } }, edits = {
          { target = "one", at = 0, old = "F", new = "f" }, { target = "two", at = 1, old = "I", new = "i" },
        } }]])
      local lines = (".recipe %s\n.changes\n.rollback\n"):format(pair)
      assert.matches("b 0x0: 46 %-> 66\nb2 0x1: 49 %-> 69\n", printed(lines, path, other))
    end)

    it("tells why not", function()
      assert.matches("other.bin: ", refused((".recipe %s\n"):format(recipe), other))
      assert.matches("must be at least 61, not '5'", refused((".recipe %s seconds=5\n"):format(recipe), path))
      assert.matches("'5' is no KEY=VALUE", refused((".recipe %s 5\n"):format(recipe), path))
      assert.matches("no recipe 'no/such'", refused(".recipe no/such\n", path))
      assert.matches("^usage: .recipe", refused(".recipe\n", path))
      assert.same("no file is open: .open PATH opens one", refused((".recipe %s\n"):format(recipe)))
    end)
  end)

  describe(".help", function()
    it("lists every command", function()
      local text = printed ".help\n"
      local _, names = support.run "ls lua/suture/repl/commands"
      for name in names:gmatch "(%l+)%.lua" do
        assert(text:find("\n  ." .. name, 1, true), name)
      end
    end)

    it("explains commands, methods and functions", function()
      assert.matches("^%.find %[TARGET%].-\nb:find%(what", printed ".help find\n")
      assert.matches("^b:u32le%(off %[, value%]%) %-> value\n", printed ".help b:u32le\n")
      assert.matches("^b:u32le%(off", printed ".help b.u32le(\n")
      assert.matches("^suture.open%(path", printed ".help suture.open\n")
      assert.matches(" rfind\n.* xor\n", printed ".help b\n")
      assert.matches("confined", printed ".help .recipe\n")
    end)

    it("suggests", function()
      assert.same("nothing is known of 'insrt'; did you mean 'insert'?", refused ".help insrt\n")
      assert.same("unknown command '.hlep'; did you mean '.help'?", refused ".hlep\n")
      assert.same("unknown command '.qqqqqq'; .help lists all", refused ".qqqqqq\n")
      assert.same("unknown command '.dump2'; did you mean '.dump'?", refused ".dump2\n")
    end)
  end)

  it(".history lists the lines with their numbers", function()
    assert.same("    1  x = 1\n    3  y = {\n       }\n    5  .history\n", printed "x = 1\n\ny = {\n}\n.history\n")
  end)

  it(".time tells how long a chunk takes, and can be taken back", function()
    assert.matches("^3\n[%d.]+ [mu]?s\nundone: b%[0%] = 1 return 3\n$",
      printed(".time b[0] = 1 return 3\n.undo\n", path))
    assert.matches("boom$", refused(".time error 'boom'\n", path))
  end)

  it(".trace shows where the last error was", function()
    assert.same("there is no traceback\n", printed ".trace\n")
  end)

  it(".write saves a target elsewhere", function()
    local copy = support.path "copy.bin"
    assert.same("copy.bin: 26 bytes\ncopy.bin: 20 bytes\n", (
      printed(("b[0] = 0x41\n.write %s\n.write b2 %s\n.rollback\n"):format(copy, copy), path, other)
        :gsub("dropped.*", "")))
    assert.same(support.read(other), support.read(copy))
    assert.matches("^usage: .write", refused(".write\n", path))
  end)

  it(".open tells what is not there", function()
    assert.matches("absent: No such file", refused(".open " .. support.path "absent" .. "\n"))
    assert.matches("^usage: .open", refused ".open\n")
  end)

  it(".quit ends the session, or refuses", function()
    assert.same("1\n", printed "1\n.quit\n2\n")
    local status, _, stderr = session("b[0] = 1\n.quit\n", path)
    assert.same(1, status)
    assert.matches("1 byte pending", stderr)
  end)
end)
