-- What is no recipe, on the command line: one clear line that names the file, the status that tells whether it ran, and
-- nothing touched.

local misfits = require "spec.support.misfits"
local support = require "spec.support"

local quote <const> = support.quote

-- Runs both verbs on a recipe given as text; each must end so. Returns what is said, without the recipe's folder.
local function ends(wanted, text)
  local folder, target = support.path "misfits", support.write("target", "abcd")
  support.run("mkdir -p " .. quote(folder))
  local recipe = support.write(folder .. "/recipe.lua", text)
  local said
  for _, verb in ipairs { "check", "run" } do
    local command = ("%s %s %s %s"):format(support.suture, verb, quote(recipe), quote(target))
    local status, stdout, stderr = support.run(command)
    assert.same({ wanted, "" }, { status, stdout }, stderr)
    assert.matches("^suture: [^\n%c]+\n$", stderr)
    assert.equal(said or stderr, stderr)
    said = stderr
  end
  assert.equal("abcd", support.read(target))
  local _, listed = support.run(("ls -A %s"):format(quote(folder)))
  assert.equal("recipe.lua\n", listed)
  return (said:gsub(folder:gsub("%p", "%%%0") .. "/", ""))
end

describe("suture cannot load (2)", function()
  for name, case in pairs(misfits) do
    it(name, function()
      local said = ends(2, case[1])
      assert.matches(case[2], said, 1, true)
      assert.matches("recipe.lua", said, 1, true)
    end)
  end

  local raising <const> = {
    ["a string"] = { "error 'boom'", "suture: recipe.lua:1: boom\n" },
    ["a string without a place"] = { "error('boom', 0)", "suture: recipe.lua: boom\n" },
    ["nil"] = { "error()", "suture: recipe.lua: error object is a nil value (nil)\n" },
    ["an object of many lines"] = {
      "error(setmetatable({}, { __tostring = function() return 'one\\ntwo' end }))",
      "suture: recipe.lua: error object is a table value (one\\x0atwo)\n",
    },
    ["what a module that is not there does"] = {
      "return require 'socket'",
      "suture: recipe.lua: no module 'socket': a recipe can require suture's and those of its library\n",
    },
    ["what its metatable does"] = {
      "return setmetatable({}, { __index = function() error 'boo' end })",
      "suture: recipe.lua: recipe.lua:1: boo\n",
    },
    ["bad hex"] = { "return { edits = { require 'suture'.hex '7' } }",
      "suture: 0x0: lone digit '7' in hex (a byte has two) (at recipe.lua:1)\n" },
  }
  for name, case in pairs(raising) do
    it("a file that raises " .. name, function()
      assert.equal(case[2], ends(2, case[1]))
    end)
  end

  it("one that needs a newer suture", function()
    assert.matches("^suture: recipe.lua: the recipe needs suture >= 99, this is ",
      ends(2, "return { requires = { suture = '>= 99' } }"))
  end)

  it("a file whose path is long", function()
    local folder = support.path(("x"):rep(200) .. ("/" .. ("y"):rep(200)):rep(9))
    local target = support.write("target", "abcd")
    support.run("mkdir -p " .. folder)
    local texts <const> = {
      ["return 5"] = "the file returns a number and not a table: it is no recipe",
      [string.dump(function() end)] = "attempt to load a binary chunk (mode is 't')",
      ["return {}"] = "the recipe changes nothing: it has neither edits nor apply",
    }
    for text, wanted in pairs(texts) do
      local recipe = support.write(folder .. "/recipe.lua", text)
      local status, _, stderr = support.run(("%s check %s %s"):format(support.suture, recipe, target))
      assert.same({ 2, ("suture: %s: %s\n"):format(recipe, wanted) }, { status, stderr })
    end
  end)

  it("a file that is not there", function()
    local status, _, stderr = support.run(support.suture .. " check ./nowhere.lua " .. support.write("target", "abcd"))
    assert.same({ 2, "suture: ./nowhere.lua: No such file or directory\n" }, { status, stderr })
  end)
end)

describe("suture fails or refuses once it ran", function()
  it("where an edit lies behind all offsets (3)", function()
    local target, recipe = support.write("target", "abcd"),
      support.write("recipe.lua", "return { edits = { { at = math.maxinteger, old = 'a', new = 'b' } } }")
    local status, stdout, stderr = support.run(("%s check %s %s"):format(support.suture, recipe, target))
    assert.same({ 3, ("suture: %s: 0x7fffffffffffffff: read of 1 byte passes the end (size 0x4)\n"):format(target) },
      { status, stderr })
    assert.matches("^foreign\n  hunk 0x7fffffffffffffff: neither: ", stdout)
  end)

  local failing <const> = {
    ["a new side of another length"] = { "'yy'", "edits[1]: old has 1 byte and new has 2" },
    ["a new side that is a number"] = { "5", "edits[1]: new must be a string or a pattern, not a number" },
    ["no new side"] = { "nil", "edits[1]: new is missing" },
  }
  for name, case in pairs(failing) do
    it("where a function gives " .. name .. " (5)", function()
      local code = "return { edits = { { at = 0, old = 'a', new = function() return %s end } } }"
      assert.matches(case[2], ends(5, code:format(case[1])), 1, true)
    end)
  end
end)
