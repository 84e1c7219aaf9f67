-- suture test: what is checked of an example, that each check can fail, and that hostile examples harm nobody.

local dkjson = require "dkjson"
local shelf = require "spec.support.shelf"
local support = require "spec.support"

-- Runs `suture test`; its files go to a folder that must be empty in the end. Returns status, stdout, stderr.
local function test(folder, options, path)
  local place = support.path "tmp"
  support.run("mkdir -p " .. place)
  local status, stdout, stderr = support.run(("cd %s && export TMPDIR=%s PATH=%s XDG_DATA_HOME=/nowhere && "
    .. "timeout 100 %s test %s"):format(support.quote(folder), place, path or "$PATH", shelf.suture(), options or ""))
  local _, left = support.run("ls -A " .. place)
  assert.equal("", left)
  return status, stdout, stderr
end

local function on(text, options)
  return test(shelf.folder { ["x.lua"] = text }, (options or "") .. " x.lua")
end

local function failed(stdout)
  local lines = {}
  for text in stdout:gmatch "not ok %d+ %- ([^\n]*)" do
    lines[#lines + 1] = text
  end
  return lines
end

local function skipped(stdout)
  local lines = {}
  for text in stdout:gmatch "\nok %d+ %- ([^\n]* # SKIP[^\n]*)" do
    lines[#lines + 1] = text
  end
  return lines
end

local GOOD <const> = [[return {
  name = "acme/good", params = { to = { type = "bytes", default = "\2" } },
  targets = { { name = "image", match = function(b) return b:read(0, 2) == "OK" end } },
  edits = { { at = 2, old = "\1", new = function(params) return params.to end } },
  examples = { %s },
}]]

describe("suture test", function()
  it("puts an example to every check, each a line", function()
    local status, stdout, stderr = on(GOOD:format [[{ input = "OK\1.", output = "OK\2." }]])
    assert.same({ 0, "" }, { status, stderr })
    assert.equal([[
ok 1 - x, example 1: is applicable before
ok 2 - x, example 1: gives what it should
ok 3 - x, example 1: is applied after
ok 4 - x, example 1: touches nothing the second time
ok 5 - x, example 1: is taken back byte for byte
ok 6 - x, example 1: refuses an empty file
ok 7 - x, example 1: refuses random bytes
ok 8 - x, example 1: refuses its input cut short
ok 9 - x, example 1: sees a flipped byte in its guard at 0x2 (1 byte)
1..9
# 9 passed, 0 failed, 0 skipped
]], stdout)
  end)

  it("takes functions, parameters, changes and verdicts", function()
    local status, stdout = on(GOOD:format [[
      { input = function() return "OK\1" .. ("."):rep(1e5) end, changes = { { 2, "\2" } } },
      { input = "OK\1.", params = { to = "\9" }, output = function() return "OK\9." end },
      { input = "OK\2.", verdict = "applied" }, { input = "OK\2.", output = "OK\2.", verdict = "applied" },
      { input = "KO\1.", verdict = "foreign" }]])
    assert.same({ 0, {} }, { status, failed(stdout) })
    assert.matches("example 5: is foreign before\n", stdout, 1, true)
    status, stdout = on [[return { edits = { { at = 0, old = "a", new = "b" }, { at = 1, old = "a", new = "b" } },
      examples = { { input = "ab", output = "bb", verdict = "partial" } } }]]
    assert.same({ 0, {} }, { status, failed(stdout) })
  end)

  it("knows that a hunk may be absent or elsewhere", function()
    local status, stdout = on [[return {
      edits = {
        { at = 0, old = "a", new = "b" },
        { find = "xyz", old = "xyz", new = "XYZ", optional = true },
        { any = { { at = 8, old = "8", new = "9" }, { at = 9, old = "8", new = "9" } } },
      },
      examples = { { input = "a..xyz..88", output = "b..XYZ..98" } } }]]
    assert.same({ 0, {}, {} }, { status, failed(stdout), skipped(stdout) })
    assert.matches("sees a flipped byte in its guard at 0x3 (3 bytes)\n", stdout, 1, true)
    assert.matches("sees a flipped byte in its guard at 0x8 (1 byte)\n", stdout, 1, true)
  end)

  it("takes inputs that grow and shrink, and empty ones", function()
    local status, stdout = on [[return {
      targets = { { match = function(b) return #b < 9 end } },
      apply = function(b, params, context)
        if b:find "-end" then return context.already "it is there" end
        if #b > 4 then context.refuse "too long" end
        b:insert(#b, "-end")
      end,
      examples = { { input = "", output = "-end" }, { input = "abc", output = "abc-end" } } }]]
    assert.equal(1, status)
    assert.same({ "x, example 2: refuses an empty file: status 0: it found applicable",
      "x, example 2: refuses its input cut short: status 0: it found applicable" }, failed(stdout))
  end)

  it("takes several targets by name, and damages each", function()
    local status, stdout, stderr = on [[return {
      targets = { { name = "kernel", match = function(b) return b:u8(0) == 0x6b end },
        { name = "config/main", match = function(b) return b:u8(0) == 0x63 end } },
      edits = { { target = "kernel", at = 1, old = "1", new = "2" },
        { target = "config/main", at = 1, old = "1", new = "2" } },
      apply = function(set, params, context)
        if set.kernel:u8(2) ~= 0x6b then set.kernel:insert(2, "k") end
      end,
      examples = {
        { input = { kernel = "k1.", ["config/main"] = function() return "c1." end },
          output = { kernel = "k2k.", ["config/main"] = "c2." } },
        { input = { kernel = "k1.", ["config/main"] = "c1." }, changes = { ["config/main"] = { { 1, "2" } } } },
      } }]]
    assert.equal("", stderr)
    assert.matches("refuses config/main: random bytes\n", stdout, 1, true)
    assert.matches("sees a flipped byte in its guard at kernel: 0x1 (1 byte)\n", stdout, 1, true)
    assert.same({ 1, { "x, example 2: gives what it should: kernel: 0x1: expected 31, came out 32 "
      .. "(size 0x4, expected 0x3)" } }, { status, failed(stdout) })
  end)

  it("counts what a recipe depends on as its own work", function()
    local folder = shelf.folder {
      ["recipes/first.lua"] = "return { name = 'first', edits = { { at = 1, old = 'a', new = 'b' } } }",
      ["recipes/second.lua"] = [[return { name = "second", depends = { "first" },
        edits = { { at = 2, old = "a", new = "b" } }, examples = { { input = "aaa", output = "abb" } } }]],
    }
    local status, stdout, stderr = test(folder, "second")
    assert.same({ 0, {} }, { status, failed(stdout) })
    assert.equal("suture: also runs first, which second depends on\n", stderr)
    assert.matches("sees a flipped byte in its guard at 0x2 (1 byte)\n1..9\n", stdout, 1, true)
  end)

  it("writes no record of the user's", function()
    local state = support.path "own-state"
    local folder = shelf.folder { ["x.lua"] = GOOD:format [[{ input = "OK\1", output = "OK\2" }]] }
    assert.equal(0, (support.run(("cd %s && SUTURE_STATE=%s %s test x.lua"):format(folder, state, shelf.suture()))))
    assert.equal(1, (support.run("test -e " .. state)))
  end)

  it("prints JSON, and with -q only what failed", function()
    local text = GOOD:format [[{ input = "OK\1.", output = "OK\3." }]]
    local status, stdout = on(text, "--json")
    assert.equal(1, status)
    local lines = {}
    for line in stdout:gmatch "[^\n]+" do
      lines[#lines + 1] = dkjson.decode(line, 1, nil)
    end
    assert.same({ schema = 1, recipe = "x", example = 1, check = "is applicable before", ok = true }, lines[1])
    assert.equal("0x2: expected 03, came out 02 (size 0x4, expected 0x4)", lines[2].reason)
    assert.same({ false, 2 }, { lines[2].ok, #lines })
    status, stdout = on(text, "-q")
    assert.equal(1, status)
    assert.matches("^not ok 2 [^\n]*\n1..2\n# 1 passed, 1 failed, 0 skipped\n$", stdout)
  end)
end)

describe("suture test finds", function()
  local applying <const> = "return { apply = function(b, params, context) %s end, examples = { %s } }"
  local matched <const> = "return { targets = { { match = function(b) return b:read(0, 1) == 'a' end } }, "
    .. "apply = function(b, params, context) %s end, examples = { %s } }"
  local cases <const> = {
    ["an output that is another"] = { GOOD:format [[{ input = "OK\1.", output = "OK\3." }]],
      "gives what it should: 0x2: expected 03, came out 02" },
    ["an output that is shorter"] = { GOOD:format [[{ input = "OK\1.", output = "OK\2" }]],
      "gives what it should: 0x3: expected the end, came out 2e" },
    ["changes that are others"] = { GOOD:format [[{ input = "OK\1.", changes = { { 3, "." } } }]],
      "gives what it should: 0x2: expected 01, came out 02" },
    ["changes behind the input"] = { GOOD:format [[{ input = "OK\1.", changes = { { 9, "." } } }]],
      "can be run: a change at 0x9 lies behind the input (size 0x4)" },
    ["a verdict that is another"] = { GOOD:format [[{ input = "OK\1.", verdict = "applied" }]],
      "is applied before: it found applicable" },
    ["a foreign input that is none"] = { GOOD:format [[{ input = "OK\1.", verdict = "foreign" }]],
      "is foreign before: it found applicable" },
    ["an input that it refuses"] = { GOOD:format [[{ input = "KO\1.", output = "KO\2." }]],
      "is applicable before: it found foreign (input: no match: the recipe does not know this file)" },
    ["a wrong parameter"] = { GOOD:format [[{ input = "OK\1.", output = "OK\2.", params = { too = "x" } }]],
      "unknown parameter 'too'; did you mean 'to'?" },
    ["a recipe that fails"] = { applying:format("error 'no idea'", [[{ input = "a", output = "b" }]]), "no idea" },
    ["a second run that patches again"] = {
      matched:format("b[1] = b[1] + 1", [[{ input = "a\1...", output = "a\2..." }]]),
      "is applied after: it found applicable", "touches nothing the second time: it has changed the file" },
    ["a file of its own that is too short"] = {
      matched:format("if #b > 2 then b[2] = 1 else b[0] = 0x61 end", [[{ input = "aaa", output = "aa\1" }]]),
      "refuses its input cut short: status 0: it found applied" },
    ["any file that it takes"] = {
      "return { targets = { { match = function() return true end } }, apply = function(b) b[0] = 1 end, "
        .. "examples = { { input = 'abc', output = '\\1bc' } } }",
      "refuses an empty file: status 5: ", "refuses random bytes: status 0: it found applicable" },
    ["a target that is not there"] = { GOOD:format [[{ input = { imag = "OK\1." }, output = { imag = "OK\2." } }]],
      "unknown target 'imag'; did you mean 'image'?" },
  }
  for name, case in pairs(cases) do
    it(name, function()
      local status, stdout, stderr = on(case[1])
      assert.same({ 1, "" }, { status, stderr })
      for number = 2, #case do
        assert.matches(case[number], table.concat(failed(stdout), "\n"), 1, true)
      end
    end)
  end

  -- A recipe cannot break these; a library that is broken itself can.
  it("what is not taken back, and files that are touched", function()
    local script = support.write("broken.lua", [[
      local host = require "suture.host"
      local what, path, folder = ...
      host.setenv("SUTURE_STATE", folder .. "/state")
      package.loaded["suture.revert"] = what == "revert" and { run = function() end } or nil
      local recipe = require "suture.recipe"
      local run, count = recipe.run, 0
      function recipe.run(path, targets, options)
        local reports, code = run(path, targets, options)
        count = count + 1
        if what == "touch" and count > 1 then os.execute("touch " .. targets[1].path) end
        if what == "replace" and count == 2 then
          os.execute(("cp -p %s %s.new && mv %s.new %s"):format(targets[1].path, targets[1].path, targets[1].path,
            targets[1].path))
        end
        if what == "write" and count > 2 then io.open(targets[1].path, "a"):write("x"):close() end
        return reports, code
      end
      local told = require "suture.recipe.worker".examples { recipe = path, timeout = 20, memory = 64 }
      require "suture.library.trial".run(path, told, told.examples[1], { folder = folder }, function(result)
        if not result.ok then print(result.check .. ": " .. result.reason) end
      end)]])
    local recipe = support.write("good.lua", GOOD:format [[{ input = "OK\1.", output = "OK\2." }]])
    local function broken(what)
      local folder = shelf.folder()
      local command = ("%s %s %s %s %s"):format(support.suture, script, what, recipe, folder)
      local status, stdout, stderr = support.run(command)
      assert.same({ 0, "" }, { status, stderr })
      return stdout
    end
    assert.equal("is taken back byte for byte: 0x2: expected 01, came out 02 (size 0x4, expected 0x4)\n",
      broken "revert")
    assert.matches("touches nothing the second time: it was written (mtime)\n", broken "touch", 1, true)
    assert.matches("refuses an empty file: its bytes have changed\n", broken "write", 1, true)
    assert.matches("touches nothing the second time: it is another file (inode)\n", broken "replace", 1, true)
    assert.equal("", broken "nothing")
  end)

  it("what says nothing, and skips it", function()
    local status, stdout = on(shelf.recipe())
    assert.same({ 0, "ok 1 - x: has examples # SKIP it has none\n1..1\n# 0 passed, 0 failed, 1 skipped\n" },
      { status, stdout })
    status, stdout = on(applying:format("b[0] = 1", [[{ input = "abc", output = "\1bc" }]]))
    assert.equal(1, status) -- an empty file makes it fail
    assert.same({ "x, example 1: refuses random bytes # SKIP it has neither match nor edits, and takes any file" },
      { skipped(stdout)[1] })
    status, stdout = on(matched:format("b:patch(1, b:read(1, 1), '\\1')", [[{ input = "abc", output = "a\1c" }]]))
    assert.equal(0, status)
    assert.same({ "x, example 1: sees a flipped byte in its guard at 0x1 (1 byte) "
      .. "# SKIP the recipe takes whatever stands there" }, skipped(stdout))
  end)
end)

describe("suture test of what cannot be loaded", function()
  it("ends with 2, and tests the rest", function()
    local folder = shelf.folder { ["recipes/bad.lua"] = "return {", ["recipes/good.lua"] =
      GOOD:format [[{ input = "OK\1.", output = "OK\2." }]], ["recipes/worse.lua"] = "return { nam = 1 }" }
    local status, stdout, stderr = test(folder)
    assert.same({ 2, "" }, { status, stderr })
    local lines = failed(stdout)
    assert.matches("^bad: can be loaded: ", lines[1])
    assert.matches("^worse: can be loaded: [^\n]*unknown key 'nam'; did you mean 'name'%?", lines[2])
    assert.matches("ok 2 - good, example 1: is applicable before", stdout, 1, true)
  end)

  local shapes <const> = {
    ["{}"] = "examples[1] needs an input",
    ["{ input = 1, output = 'x' }"] = "examples[1].input must be a string of bytes or a function that returns one, "
      .. "not a number",
    ["{ input = 'x' }"] = "examples[1] needs an output or changes",
    ["{ input = 'x', verdict = 'applied', output = true }"] = "examples[1].output must be a string",
    ["{ input = 'x', output = 'x', changes = {} }"] = "examples[1] has an output and changes",
    ["{ input = 'x', changes = { 1 } }"] = "examples[1].changes[1] must be { offset, bytes }",
    ["{ input = 'x', changes = { { -1, 'a' } } }"] = "examples[1].changes[1] must be { offset, bytes }",
    ["{ input = 'x', changes = { { 1, 2 } } }"] = "examples[1].changes[1] must be { offset, bytes }",
    ["{ input = 'x', changes = 'x' }"] = "examples[1].changes must be a table, not a string",
    ["{ input = 'x', changes = { image = 1 } }"] = "examples[1].changes.image must be a list",
    ["{ input = { 'x' }, output = 'x' }"] = "examples[1].input must be a table by the names of targets",
    ["{ input = 'x', output = 'x', verdict = 'aplied' }"] = "unknown verdict 'aplied'; did you mean 'applied'?",
    ["{ input = 'x', output = 'x', verdict = 1 }"] = "examples[1].verdict must be a string, not a number",
    ["{ input = 'x', output = 'x', params = 1 }"] = "examples[1].params must be a table, not a number",
    ["{ input = 'x', output = 'x', params = { 1 } }"] = "examples[1].params must be a table by the names of parameters",
    ["{ input = 'x', outputs = 'x' }"] = "unknown key 'outputs'; did you mean 'output'?",
    ["1"] = "examples[1] must be a table, not a number",
  }
  for shape, words in pairs(shapes) do
    it("names the mistake in " .. shape, function()
      local folder = shelf.folder { ["x.lua"] = GOOD:format(shape) }
      local status, _, stderr = support.run(("%s info %s/x.lua"):format(support.suture, folder))
      assert.equal(2, status)
      assert.matches(words, stderr, 1, true)
      assert.matches("^suture: [^\n]*\n$", stderr)
    end)
  end

  it("needs a library, a folder of recipes or a recipe (2)", function()
    local empty = shelf.folder { ["readme.txt"] = "" }
    local function fails(words, options)
      local status, stdout, stderr = test(empty, options)
      assert.same({ 2, "" }, { status, stdout })
      assert.matches(words, stderr, 1, true)
      assert.matches("^suture: [^\n]*\n$", stderr)
    end
    fails("the current folder is no library")
    fails(".: has no recipes", ".")
    fails("no recipe 'nowhere'", "nowhere")
    fails("is not the name of a recipe", "a/../b")
    fails("test: ", "a b")
  end)
end)

describe("suture test of hostile examples", function()
  local secret

  setup(function()
    secret = support.write("secret", "the-secret-words")
  end)

  local function hostile(code, words, options)
    local status, stdout, stderr = on(GOOD:format("{ input = function() " .. code .. " end, output = 'x' }"), options)
    assert.equal("", stderr)
    assert.matches(words, failed(stdout)[1] or stdout)
    assert.equal(1, status)
    assert(#stdout < 2000 and not stdout:find "the%-secret%-words", stdout:sub(1, 2000))
  end

  it("ends them at their limits", function()
    hostile("while true do end", "tells its examples: [^\n]*time limit of 1 seconds", "--timeout 1")
    hostile("local s = 'x' while true do s = s .. s end", "memory limit of 48 MiB", "--memory 48")
    hostile("return ('x'):rep(17 << 20)", "limit of 16777216 bytes of examples")
    hostile("while true do print(('x'):rep(1000)) end", "limit of %d+ bytes of log")
  end)

  it("ends with 130 at Ctrl-C, and leaves nothing behind", function()
    local place = shelf.folder()
    local folder = shelf.folder {
      ["x.lua"] = GOOD:format "{ input = function() while true do end end, output = 'x' }",
    }
    local status, stdout, stderr = support.run(("cd %s && export TMPDIR=%s && "
      .. "timeout --foreground --preserve-status -s INT 1 %s test x.lua"):format(folder, place, shelf.suture()))
    assert.same({ 130, "", "suture: interrupted\n" }, { status, stdout, stderr })
    assert.equal("", select(2, support.run("ls -A " .. place)))
  end)

  it("lets them reach nothing", function()
    hostile(("return io.open(%q):read 'a'"):format(secret), "global 'io'")
    hostile(("return require 'suture'.open(%q):read(0, 16)"):format(secret), "open is not for recipes")
    hostile("os.exit(0)", "global 'os'")
  end)

  it("takes no more than bytes from them", function()
    hostile("return 1", "examples%[1%]%.input must return a string, not a number")
    hostile("error 'no input today'", "no input today")
    hostile("error(setmetatable({}, { __tostring = function() error 'x' end }))", "error object is a table value")
  end)

  it("lets an example name no file outside of the recipe's folder", function()
    local text = [[return { params = { font = { type = "file", required = true } }, apply = print,
      examples = { { input = "a", output = "b", params = { font = %q } } } }]]
    for _, name in ipairs { secret, "../secret", "link", "." } do
      local folder = shelf.folder { ["x.lua"] = text:format(name:find "^/" and "../../../.." .. name or name) }
      support.run(("ln -s %s %s/link; cp %s %s/../secret"):format(secret, folder, secret, folder))
      local status, stdout = test(folder, "x.lua")
      assert.matches("is not in the recipe's folder", stdout, 1, true)
      assert.equal(1, status)
    end
  end)
end)

describe("suture test of a library with specs", function()
  local function library(spec)
    return shelf.folder { ["recipes/good.lua"] = GOOD:format "", ["lua/acme/part.lua"] = "return { answer = 42 }",
      ["spec/deep/good_spec.lua"] = spec }
  end

  local has_busted = support.run "command -v busted" == 0

  it("passes as suture new made it", function()
    local folder = shelf.folder()
    support.run(("cd %s && %s new acme/router/fix"):format(folder, shelf.suture()))
    for _, options in ipairs { "", ".", folder } do
      local status, stdout, stderr = test(folder, options)
      assert.same({ 0, "", {} }, { status, stderr, failed(stdout) })
      if has_busted then
        assert.matches("ok 21 - spec: acme/router/fix refuses firmware without the instruction\n", stdout, 1, true)
      end
    end
    local status, stdout = test(folder, "acme/router/fix")
    assert.equal(0, status)
    assert.matches("\n# 20 passed, 0 failed, 0 skipped\n$", stdout)
  end)

  if has_busted then
    it("runs them under suture, with its lua/ on the path and its recipes by name", function()
      local status, stdout, stderr = test(library [[
        local part, suture = require "acme.part", require "suture"
        describe("part", function()
          it("answers", function() assert.equal(42, part.answer) end)
          it("finds its recipe", function()
            print "said aloud"
            assert.matches("recipes/good%.lua$", suture.library.find "good")
            assert.equal("acme/good", suture.recipe.describe(suture.library.find "good").name)
          end)
          pending "later"
        end)]])
      assert.same({ 0, "said aloud\n" }, { status, stderr })
      assert.equal("ok 1 - good: has examples # SKIP it has none\nok 2 - spec: part answers\n"
        .. "ok 3 - spec: part finds its recipe\nok 4 - spec: part later # SKIP pending\n1..4\n"
        .. "# 2 passed, 0 failed, 2 skipped\n", stdout)
    end)

    it("tells what fails", function()
      local cases = {
        ["it('differs #1', function() assert.equal(1, 2) end)"] = "spec: differs \\#1: [^\n]*Expected objects",
        ["it('breaks', function() error 'no idea' end)"] = "spec: breaks: [^\n]*no idea",
        ["describe('x', function() setup(function() error 'boom' end) it('y', print) end)"] = "boom",
        ["this is no Lua"] = "syntax error",
        ["it('ends', function() os.exit(0) end)"] = "the specs run to their end: busted ended with status 0",
        ["it('dies', function() os.execute 'kill -9 $PPID' end)"] = "the specs run to their end: busted ended with",
      }
      for spec, words in pairs(cases) do
        local status, stdout = test(library(spec))
        assert.matches(words, table.concat(failed(stdout), "\n"))
        assert.equal(1, status)
      end
    end)
  end

  it("says aloud when it leaves them out", function()
    local folder = library "it('fails', function() error() end)"
    local status, stdout = test(folder, "--no-specs")
    assert.equal(0, status)
    assert.matches("ok 2 - spec: the specs of . # SKIP --no-specs\n", stdout, 1, true)
    support.run("mkdir -p " .. support.path "few" .. " && ln -sf $(command -v rm) $(command -v timeout) "
      .. "$(command -v sh) " .. support.path "few")
    status, stdout = test(folder, "", support.path "few")
    assert.equal(0, status)
    assert.matches("ok 2 - spec: the specs of . # SKIP busted is not installed (Debian package lua-busted)\n",
      stdout, 1, true)
  end)
end)
