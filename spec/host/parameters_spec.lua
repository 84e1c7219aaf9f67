-- Parameters on their way to a recipe: texts, values, files.

local reports = require "spec.support.reports"
local support = require "spec.support"

local target, path

local PARAMS <const> = [[params = {
  count = { type = "integer", min = 1, max = 9 }, name = { type = "string", pattern = "^%l+$" },
  on = { type = "boolean" }, mode = { type = "enum", values = { "fast", "slow" } }, key = { type = "bytes" },
  donor = { type = "file" } },]]

local function recipe(body, more)
  return reports.recipe("recipe", ("return { %s %s apply = function(b, p) %s end }"):format(PARAMS, more or "", body))
end

local function run(options)
  return reports.of("run", path, target, options)
end

before_each(function()
  target = support.write("target", "0123456789")
  path = recipe [[
    b:write(0, ("%s|%s|%s|%s|%s"):format(p.count, p.name, p.on, p.mode, p.key):sub(1, 10))
    error(("%s|%s|%s|%s|%s"):format(p.count, p.name, p.on, p.mode, p.key), 0)]]
end)

describe("parameters", function()
  it("are texts, values, or both, of which the text goes first", function()
    local list = run { texts = { count = "0x5", on = "yes", key = "41 42" }, params = { count = 3, name = "abc" } }
    assert.equal("5|abc|true|nil|AB", list[1].error.text)
    list = run { params = { count = 3, on = false, key = "\x41\x42", mode = "slow" } }
    assert.equal("3|nil|false|slow|AB", list[1].error.text)
  end)

  local wrong <const> = {
    { { count = "x" }, "parameter 'count' must be an integer, not 'x'" },
    { { count = "0" }, "parameter 'count' must be at least 1, not '0'" },
    { { count = "10" }, "parameter 'count' must be at most 9, not '10'" },
    { { name = "A" }, "parameter 'name' must be a string that matches '^%l+$', not 'A'" },
    { { on = "ture" }, "parameter 'on' must be a boolean (true or false), not 'ture'; did you mean 'true'?" },
    { { mode = "fsat" }, "parameter 'mode' must be one of fast, slow, not 'fsat'; did you mean 'fast'?" },
    { { key = "4x" }, "parameter 'key' must be bytes in hex, not '4x'" },
    { { conut = "1" }, "unknown parameter 'conut'; did you mean 'count'?" },
  }
  for _, case in ipairs(wrong) do
    it("are refused in one line: " .. case[2], function()
      local list, code = run { texts = case[1] }
      assert.same({ 2, case[2] }, { code, list[1].error.text })
      assert.equal("0123456789", support.read(target))
    end)
  end

  it("are missed where they are required", function()
    path = reports.recipe("recipe", [[return { params = { n = { type = "file", required = true } }, apply = print }]])
    local list, code = run {}
    assert.same({ 2, "parameter 'n' is required" }, { code, list[1].error.text })
  end)
end)

describe("a parameter that is a file", function()
  it("is handed over as bytes that can only be read", function()
    local donor <const> = support.write("donor", "xyz")
    path = recipe [[
      assert(#p.donor == 3 and p.donor:read(0, 3) == "xyz" and p.donor.mode == "read")
      assert(not pcall(p.donor.write, p.donor, 0, "a") and not pcall(p.donor.flush, p.donor))
      b:write(0, p.donor:read(0, 3))]]
    for _, options in ipairs { { texts = { donor = donor } }, { params = { donor = donor } } } do
      target = support.write("target", "0123456789")
      local list, code = run(options)
      assert.same({ 0, "changed" }, { code, list[1].status })
      assert.equal("xyz3456789", support.read(target))
    end
    assert.equal("xyz", support.read(donor))
  end)

  it("goes with the other parameters", function()
    path = recipe [[b[0] = p.count + #p.donor]]
    assert.equal(0, select(2, run { texts = { donor = support.write("donor", "xyz"), count = "4" } }))
    assert.equal("\7", support.read(target):sub(1, 1))
  end)

  it("may be the target itself", function()
    path = recipe [[b:write(0, p.donor:read(8, 2)) p.donor:expect(0, "01")]]
    assert.equal(0, select(2, run { texts = { donor = target } }))
    assert.equal("8923456789", support.read(target))
  end)

  it("is only the one that the user named", function()
    local donor <const>, other <const> = support.write("donor", "xyz"), support.write("other", "secret")
    path = recipe([[local suture = require "suture"
      assert(not pcall(suture.open, "]] .. other .. [[") and p.donor) b[0] = 1]])
    assert.equal(0, select(2, run { texts = { donor = donor } }))
  end)

  it("fails (4) where it cannot be read", function()
    path = recipe "b[0] = #p.donor"
    for _, name in ipairs { support.path "missing", "/dev/zero", support.path "" } do
      local list, code = run { texts = { donor = name } }
      assert.equal(4, code)
      assert.matches(name, list[1].error.text, 1, true)
      assert.equal("0123456789", support.read(target))
    end
  end)
end)
