-- What every recipe that ships must do, on inputs that its own spec gives.
--
--     driver.proves("pe/checksum", {
--       cases = {                          -- inputs that the recipe patches
--         ["PE32"] = { input = bytes, params = { ... }, output = bytes?, log = text?, suffix = "exe"?,
--                      before = fun(path, case)?, after = fun(path, case)? },
--       },
--       partial = { ["half done"] = case },   -- the same, for inputs that are patched in part
--       refused = {                        -- at least ten kinds of wrong or damaged input
--         ["cut in the header"] = bytes,
--         ["no room"] = { input = bytes, params = { ... }, message = "does not fit" },
--       },
--       params = { ... },                  -- of cases and refusals that have none of their own
--     })
--
-- An input is a string or a function that returns one. `before` and `after` are the outside witness: they look at the
-- file as it is before and after the run. `log` is in what the run says on stderr.

local assert = require "luassert"
local busted = require "busted"
local json = require "dkjson"
local loading = require "suture.recipe.loading"
local support = require "spec.support"
local world = require "spec.support.world"

local driver = {}

local quote <const> = support.quote

local function path_of(name)
  return ("scripts/%s.lua"):format(name)
end

-- A value of a parameter as the command line has it.
local function text_of(recipe, name, value)
  local declared = assert((recipe.params or {})[name], "no parameter " .. name)
  if declared.type == "bytes" then
    return (value:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end))
  end
  return tostring(value)
end

local function options_of(recipe, params)
  local words = {}
  for name, value in pairs(params or {}) do
    words[#words + 1] = "-p " .. quote(name .. "=" .. text_of(recipe, name, value))
  end
  table.sort(words)
  return table.concat(words, " ")
end

local function value_of(input)
  return type(input) == "function" and input() or input
end

-- Runs a verb with --json; returns its status, the object it prints, and stderr.
local function ask(verb, name, path, options)
  local command = ("%s %s --json %s %s %s"):format(support.suture, verb, path_of(name), options, quote(path))
  local status, stdout, stderr = support.run(command)
  local report = json.decode(stdout)
  assert(report and stdout:find "^[^\n]+\n$", ("status %d, no object on stdout: %s%s"):format(status, stdout, stderr))
  return status, report, stderr
end

-- What changes when a file is written, even with the bytes that it holds.
local function identity(path)
  return world.stat(path, "%i %y %s")
end

local function expect_verdict(name, path, options, wanted)
  local codes <const> = { applicable = 1, partial = 1, applied = 0 }
  local mark, before = identity(path), support.read(path)
  local status, report, stderr = ask("check", name, path, options)
  local told = report.error and report.error ~= json.null and report.error.message or ""
  assert.same({ wanted, codes[wanted] }, { report.verdict, status }, told .. stderr)
  assert.equal(wanted == "applied" and "unchanged" or "would_change", report.status)
  assert.equal(mark, identity(path))
  assert.is_true(before == support.read(path), "check has changed the file")
end

local function expect_idempotent(name, path, options)
  local mark, before = identity(path), support.read(path)
  local status, report, stderr = ask("run", name, path, options)
  assert.same({ 0, "applied", "unchanged" }, { status, report.verdict, report.status }, stderr)
  assert.equal(mark, identity(path), "the second run has touched the file")
  assert.is_true(before == support.read(path), "the second run has changed the file")
end

local function expect_revert(path, digest)
  local status, _, stderr = support.run(("%s revert %s"):format(support.suture, quote(path)))
  assert.equal(0, status, stderr)
  assert.equal(digest, support.sha256(path))
end

local function first_difference(a, b)
  for at = 1, math.max(#a, #b) do
    if a:byte(at) ~= b:byte(at) then
      return at - 1
    end
  end
end

local function expect_bytes(wanted, found)
  local at = first_difference(wanted, found)
  assert(not at, at and ("byte 0x%x is %s, expected %s"):format(at, found:byte(at + 1), wanted:byte(at + 1)))
end

-- From check to revert.
local function prove_case(name, recipe, case, verdict)
  local options = options_of(recipe, case.params)
  local input = value_of(case.input)
  local path = support.write("case." .. (case.suffix or "bin"), input)
  assert.equal(0, (support.run("chmod 755 " .. quote(path))))
  local digest = support.sha256(path)
  if case.before then
    case.before(path, case)
  end
  expect_verdict(name, path, options, verdict)
  local status, report, stderr = ask("run", name, path, options)
  assert.same({ 0, verdict, "changed" }, { status, report.verdict, report.status }, stderr)
  if case.output then
    expect_bytes(value_of(case.output), support.read(path))
  end
  if case.after then
    case.after(path, case)
  end
  if case.log then
    assert.matches(case.log, stderr, 1, true)
  end
  expect_verdict(name, path, options, "applied")
  expect_idempotent(name, path, options)
  expect_revert(path, digest)
end

-- Runs the verbs on a file in one go: what run says on stderr, its status, check's object and status, and whether the
-- file is as it was.
local REFUSAL <const> = [[
before=$(stat -c '%%i %%y %%s' %s)
%s run %s %s %s; echo $?
%s check --json %s %s %s 2>/dev/null; echo $?
[ "$before" = "$(stat -c '%%i %%y %%s' %s)" ] && echo same || echo touched]]

local function ask_refusal(name, path, options)
  local file, program, recipe = quote(path), support.suture, path_of(name)
  local _, stdout, stderr = support.run(REFUSAL:format(file, program, recipe, options, file, program, recipe, options,
    file, file))
  local ran, object, checked, touched = stdout:match "^(%d+)\n([^\n]*)\n(%d+)\n(%l+)\n$"
  assert(ran, "more on stdout than an object: " .. stdout .. stderr)
  return { line = stderr, ran = ran, report = json.decode(object), checked = checked, touched = touched }
end

local function prove_refusal(name, recipe, case)
  local input = value_of(case.input)
  local path = support.write("refused." .. (case.suffix or "bin"), input)
  local seen = ask_refusal(name, path, options_of(recipe, case.params))
  assert(seen.ran == "3", ("status %s of run: %s"):format(seen.ran, seen.line))
  assert(seen.line:find("suture: " .. path .. ": ", 1, true) == 1, "the line names no file: " .. seen.line)
  assert(seen.line:find "^[^\n%c]+\n$", "not one line: " .. seen.line)
  assert.same({ "3", "foreign", "refused" }, { seen.checked, seen.report.verdict, seen.report.status })
  assert.equal("same", seen.touched)
  assert.is_true(input == support.read(path), "the refused file has changed")
  if case.message then
    assert.matches(case.message, seen.line, 1, true)
  end
end

local function noise(size)
  local state, bytes = 1, {}
  for at = 1, size do
    state = (state * 1103515245 + 12345) & 0x7fffffff
    bytes[at] = string.char(state >> 16 & 0xff)
  end
  return table.concat(bytes)
end

-- What no recipe knows.
local strangers <const> = {
  ["an empty file"] = "",
  ["a file of one byte"] = "\x7f",
  ["a text"] = ("no program and no image at all\n"):rep(100),
  ["a file of zeros"] = ("\0"):rep(8192),
  ["a file of noise"] = noise(8192),
}

local function sorted(set)
  local list = {}
  for label in pairs(set) do
    list[#list + 1] = label
  end
  table.sort(list)
  return list
end

-- The case in a table, with the parameters of all if it has none.
local function normal(case, params)
  if type(case) ~= "table" then
    case = { input = case }
  end
  return setmetatable({ params = case.params or params }, { __index = case })
end

local function prove_about(name, recipe)
  assert.equal(name, recipe.name)
  assert.matches("^%u[^\n]*[^.]$", recipe.summary)
  assert.is_true(#recipe.summary <= 72)
  assert.matches("^%u.*%.$", recipe.description)
  assert.matches("^%d+%.%d+%.%d+$", recipe.version)
  assert.equal("MIT", recipe.license)
  assert.is_true(#recipe.categories > 0)
  for parameter, declared in pairs(recipe.params or {}) do
    assert(declared.help and declared.help ~= "", "no help for the parameter " .. parameter)
  end
end

--- An example of a recipe, its input and output as strings: `changes` are laid over the input.
---@return string input
---@return string output
function driver.example(example)
  local input = value_of(example.input)
  local output = value_of(example.output) or input
  for _, change in ipairs(example.changes or {}) do
    output = world.patched(output, change[1], change[2])
  end
  return input, output
end

local function prove_example(name, recipe, example)
  local input, output = driver.example(example)
  local path = support.write("example.bin", input)
  local options = options_of(recipe, example.params)
  local _, report = ask("check", name, path, options)
  assert.equal(example.verdict or "applicable", report.verdict)
  local status = ask("run", name, path, options)
  assert.equal(report.verdict == "foreign" and 3 or 0, status)
  expect_bytes(output, support.read(path))
end

-- An input on which the first hunk is done already, up to the second; nil where the recipe has no two hunks.
local function half_done(name, recipe, input, output, params)
  local path = support.write("half.bin", input)
  local _, report = ask("check", name, path, options_of(recipe, params))
  local first, second = report.hunks[1], report.hunks[2]
  if second and #input == #output then
    return world.patched(input, first.offset, output:sub(first.offset + 1, second.offset))
  end
end

--- What a recipe makes of its own examples and of noise, by status and JSON: each verdict that it can give, and that a
-- second run touches nothing. Returns the verdicts that were seen.
---@return table<string, boolean>
function driver.verdicts(name)
  local recipe, seen = driver.load(name), {}
  for _, example in ipairs(recipe.examples or {}) do
    if (example.verdict or "applicable") == "applicable" then
      local input, output = driver.example(example)
      prove_case(name, recipe, { input = input, params = example.params, output = output }, "applicable")
      prove_refusal(name, recipe, { input = noise(8192), params = example.params })
      seen.applicable, seen.applied, seen.foreign = true, true, true
      local half = half_done(name, recipe, input, output, example.params)
      if half then
        prove_case(name, recipe, { input = half, params = example.params, output = output }, "partial")
        seen.partial = true
      end
    end
  end
  return seen
end

--- The names of all recipes that ship.
---@return string[]
function driver.names()
  local names = {}
  for name in world.must("find scripts -mindepth 2 -name '*.lua' | sort"):gmatch "scripts/(%S+)%.lua" do
    names[#names + 1] = name
  end
  return names
end

--- Loads a recipe of scripts/ in this process.
---@return table
function driver.load(name)
  return loading.load(path_of(name))
end

--- Describes a recipe: its verdicts by status and JSON, its result, that a second run touches nothing, that it reverts,
-- that it refuses what it must in one line, its examples, and what it says about itself.
function driver.proves(name, given)
  local recipe <const> = driver.load(name)

  local it <const> = busted.it

  busted.describe(name, function()
    it("says what it is", function()
      prove_about(name, recipe)
    end)

    for _, label in ipairs(sorted(given.cases)) do
      it("patches " .. label, function()
        prove_case(name, recipe, normal(given.cases[label], given.params), "applicable")
      end)
    end

    for _, label in ipairs(sorted(given.partial or {})) do
      it("completes " .. label, function()
        prove_case(name, recipe, normal(given.partial[label], given.params), "partial")
      end)
    end

    for _, label in ipairs(sorted(given.refused)) do
      it("refuses " .. label, function()
        prove_refusal(name, recipe, normal(given.refused[label], given.params))
      end)
    end

    for _, label in ipairs(sorted(strangers)) do
      it("refuses " .. label, function()
        prove_refusal(name, recipe, normal(strangers[label], given.params))
      end)
    end

    it("is shown at least ten kinds of wrong input", function()
      assert.is_true(#sorted(given.refused) >= 10)
    end)

    for index, example in ipairs(recipe.examples or {}) do
      it("keeps its example " .. index, function()
        prove_example(name, recipe, example)
      end)
    end
  end)
end

return driver
