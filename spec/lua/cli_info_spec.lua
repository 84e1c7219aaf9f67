-- suture info: all that a recipe says, for people and for programs.

local dkjson = require "dkjson"
local shelf = require "spec.support.shelf"
local support = require "spec.support"

local FULL <const> = [[return {
  name = "acme/router/timeout", summary = "Raise the watchdog timeout", version = "1.2.0", license = "MIT",
  description = "The first line.\n\n  The last one.\n\n", authors = { "A. Person", "B. Person" },
  categories = { "firmware", "safety" }, requires = { suture = ">= 0.1" },
  params = {
    seconds = { type = "integer", default = 90, min = 1, max = 255, help = "how long\nit waits" },
    low = { type = "integer", min = 1, required = true }, high = { type = "integer", max = 9 },
    mode = { type = "enum", values = { "fast", "slow" }, default = "fast" },
    magic = { type = "bytes", default = "\xfe\x0a" }, off = { type = "boolean", default = false },
    word = { type = "string", pattern = "^%a*$", default = "" },
  },
  targets = { { name = "image", only = true, match = function() return true end,
    versions = { { label = "1.0", size = 123456 }, { label = "2.0", size = 7 } } } },
  examples = { { input = "a", output = "b" }, { input = "ab", output = "bb" } },
  edits = { { at = 0, old = "a", new = "b" } },
}]]

local folder

local function info(...)
  return shelf.run(folder, "info", ...)
end

setup(function()
  folder = shelf.folder { ["full.lua"] = FULL, ["bare.lua"] = shelf.recipe(), ["broken.lua"] = "return {",
    ["loops.lua"] = "while true do end" }
end)

describe("suture info", function()
  it("prints everything that a recipe says", function()
    local status, stdout, stderr = info "full"
    assert.same({ 0, "" }, { status, stderr })
    assert.equal(([[
acme/router/timeout 1.2.0
Raise the watchdog timeout

The first line.

  The last one.

file: %s/full.lua
license: MIT
authors: A. Person, B. Person
categories: firmware, safety
requires: suture >= 0.1
targets:
  image (only these versions)
    1.0: 123456 bytes
    2.0: 7 bytes
parameters:
  high (integer of at most 9; may be left out)
  low (integer of at least 1; required)
  magic (bytes; default fe0a)
  mode (enum: fast, slow; default fast)
  off (boolean; default false)
  seconds (integer from 1 to 255; default 90)
    how long
    it waits
  word (string that matches '^%%a*$'; default '')
examples: 2
]]):format(folder), stdout)
  end)

  it("leaves out what is not said", function()
    local _, stdout = info(folder .. "/bare.lua")
    assert.equal(("bare\nfile: %s/bare.lua\n"):format(folder), stdout)
  end)

  it("prints it as one line of JSON", function()
    local status, stdout = info("full", "--json")
    assert.equal(0, status)
    assert.matches("^{[^\n]*}\n$", stdout)
    local object = dkjson.decode(stdout, 1, nil)
    assert.same({ 1, "acme/router/timeout", "1.2.0", 2 }, { object.schema, object.name, object.version,
      object.examples })
    assert.same({ suture = ">= 0.1" }, object.requires)
    assert.same({ { name = "image", only = true, versions = { { label = "1.0", size = 123456 },
      { label = "2.0", size = 7 } } } }, object.targets)
    assert.same({ name = "seconds", type = "integer", default = 90, required = false, min = 1, max = 255, values = {},
      help = "how long\nit waits" }, object.params[6])
    assert.equal("fe0a", object.params[3].default)
    assert.is_false(object.params[5].default)
    local _, bare = info("bare", "--json")
    assert.equal(('{"schema":1,"name":"bare","version":null,"summary":null,"description":null,"path":"%s/bare.lua",'
      .. '"license":null,"authors":[],"categories":[],"requires":null,"depends":[],"conflicts":[],"targets":[],'
      .. '"params":[],"examples":0}\n'):format(folder), bare)
  end)

  it("has one line for what cannot be told: a missing name (2), a broken file (2), a limit (5)", function()
    local function fails(wanted, words, ...)
      local status, stdout, stderr = info(...)
      assert.matches(words, stderr, 1, true)
      assert.matches("^suture: [^\n]*\n$", stderr)
      assert.same({ wanted, "" }, { status, stdout })
    end
    fails(2, "did you mean 'full'?", "fulll")
    fails(2, "broken.lua:1: ", "broken")
    fails(2, "No such file", "./missing.lua")
    fails(2, "is not the name of a recipe", "a/../x")
    fails(2, "needs a recipe, or --system")
    fails(2, "not both", "full", "--system")
    fails(2, "--json goes with a recipe", "--system", "--json")
    fails(5, "time limit of 1 seconds", "loops", "--timeout", "1")
  end)

  it("spells control characters out", function()
    local path = support.write("escape.lua", shelf.recipe("summary = '\\27[31m', description = '\\27]0;x\\7\\nb\\rc', "
      .. "authors = { '\\27' }, params = { a = { type = 'string', help = '\\27[2J', default = '\\n' } }"))
    local _, stdout = info(path)
    assert(not stdout:find "[\27\7\r]")
    assert.matches("\n\\x1b]0;x\\x07\nb\\x0dc\n", stdout, 1, true)
  end)
end)
