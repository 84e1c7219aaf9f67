-- Parameters of recipes: declarations and values.

local declarations = require "suture.recipe.declarations"
local parameters = require "suture.recipe.parameters"
local raised = require "spec.support.raised"

describe("parameters", function()
  local declared <const> = {
    on = { type = "boolean", default = false },
    seconds = { type = "integer", default = 90, min = 1, max = 255 },
    name = { type = "string", pattern = "^%a+$" },
    mode = { type = "enum", values = { "fast", "slow" }, default = "fast" },
    key = { type = "bytes" },
  }

  it("declares what the types need", function()
    declarations.check(declared)
  end)

  it("turns texts into values of their types", function()
    local texts = { on = "yes", seconds = "0x10", name = "ab", mode = "slow", key = "90 90" }
    local values = parameters.parse(declared, texts)
    assert.same({ true, 16, "ab", "slow" }, { values.on, values.seconds, values.name, values.mode })
    assert.equal("\x90\x90", values.key)
  end)

  it("gives defaults, and nil where there is none", function()
    local values = parameters.parse(declared, {})
    assert.same({ false, 90, "fast" }, { values.on, values.seconds, values.mode })
    assert.is_nil(values.name)
  end)

  it("takes values of Lua", function()
    local values = parameters.resolve(declared, { on = true, seconds = 1.0, key = "\0" })
    assert.same({ true, 1, "\0" }, { values.on, values.seconds, values.key })
  end)

  it("takes the smallest and the largest value", function()
    assert.equal(1, parameters.parse(declared, { seconds = "1" }).seconds)
    assert.equal(255, parameters.parse(declared, { seconds = "255" }).seconds)
  end)

  it("raises for a name that the recipe misspells", function()
    local values = parameters.parse(declared, {})
    local err = raised("argument", function() return values.secnds end)
    assert.matches("did you mean 'seconds'?", tostring(err), 1, true)
  end)

  it("demands what is required", function()
    local err = raised("argument", parameters.parse, { x = { type = "string", required = true } }, {})
    assert.matches("parameter 'x' is required", tostring(err), 1, true)
  end)

  local wrong <const> = {
    { { secnds = "1" }, "unknown parameter 'secnds'; did you mean 'seconds'?" },
    { { seconds = "soon" }, "parameter 'seconds' must be an integer, not 'soon'" },
    { { seconds = "1.5" }, "must be an integer" },
    { { seconds = "" }, "must be an integer" },
    { { seconds = "0" }, "must be at least 1" },
    { { seconds = "256" }, "must be at most 255" },
    { { seconds = "99999999999999999999" }, "must be an integer" },
    { { on = "maybe" }, "must be a boolean" },
    { { name = "a1" }, "matches '^%a+$'" },
    { { mode = "fsat" }, "one of fast, slow, not 'fsat'; did you mean 'fast'?" },
    { { key = "9" }, "must be bytes in hex, not '9'" },
    { { key = "xx" }, "must be bytes in hex, not 'xx'" },
  }
  for _, case in ipairs(wrong) do
    local name, text = next(case[1])
    it(("raises argument for %s=%s"):format(name, text), function()
      local err = raised("argument", parameters.parse, declared, case[1])
      assert.matches(case[2], tostring(err), 1, true)
    end)
  end

  local undeclarable <const> = {
    ["a list"] = { { "x" }, "is not a name" },
    ["a declaration that is a type"] = { { x = "integer" }, "params.x must be a table" },
    ["no type"] = { { x = {} }, "params.x: type is missing" },
    ["an unknown type"] = { { x = { type = "int" } }, "params.x: unknown type 'int'" },
    ["an unknown key"] = { { x = { type = "integer", defualt = 1 } }, "did you mean 'default'?" },
    ["a default of another type"] = { { x = { type = "integer", default = "1" } }, "must be a number, not a string" },
    ["a default out of range"] = { { x = { type = "integer", default = 0, min = 1 } }, "default must be at least 1" },
    ["a default of a required one"] = { { x = { type = "string", default = "", required = true } }, "has no default" },
    ["an enum without values"] = { { x = { type = "enum" } }, "an enum needs values" },
    ["min of a string"] = { { x = { type = "string", min = 1 } }, "min goes with type integer" },
    ["a broken pattern"] = { { x = { type = "string", pattern = "[" } }, "pattern is not a Lua pattern" },
    ["help that is no text"] = { { x = { type = "string", help = 1 } }, "help must be a string" },
    ["required that is no boolean"] = { { x = { type = "string", required = 1 } }, "required must be a boolean" },
    ["min that is a fraction"] = { { x = { type = "integer", min = 0.5 } }, "min must be an integer" },
  }
  for name, case in pairs(undeclarable) do
    it("raises argument for " .. name, function()
      assert.matches(case[2], tostring(raised("argument", declarations.check, case[1])), 1, true)
    end)
  end
end)
