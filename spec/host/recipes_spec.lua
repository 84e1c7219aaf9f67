-- suture.recipe as a script calls it inside the executable, which alone has the worker that runs a recipe's Lua.

local support = require "spec.support"

local RECIPE <const> = [[
return {
  name = "acme/limit", version = "1.2.3",
  params = { limit = { type = "integer", default = 9, min = 0, max = 255 } },
  edits = { { at = 2, old = "\5", new = function(params) return string.char(params.limit) end, note = "the limit" } },
  apply = function(b, params, context)
    context.log "hello"
    context.progress(1, 2)
    if b[0] ~= 0x41 then context.refuse "no A" end
  end,
}
]]

local PRELUDE <const> = [[
local suture = require "suture"
local recipe, target, output = ...
local function content(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read "a"
end
]]

-- Runs a script with a recipe, a target that holds "A.\5" and a name for output.
local function script(text, content)
  local path = support.write("script.lua", PRELUDE .. text)
  local status, stdout, stderr = support.run(("%s %s %s %s %s"):format(support.suture, path,
    support.write("limit.lua", RECIPE), support.write("target.bin", content or "A.\5"), support.path "output.bin"))
  assert.same({ 0, "" }, { status, stderr })
  return stdout
end

describe("suture.recipe", function()
  describe(".describe", function()
    it("tells what a recipe says about itself", function()
      script [[
        local about = assert(suture.recipe.describe(recipe))
        assert(about.name == "acme/limit" and about.version == "1.2.3")
      ]]
    end)
  end)

  describe(".check", function()
    it("tells what a run would do, and changes nothing", function()
      script [[
        local report = suture.recipe.check(recipe, target, { params = { limit = 7 } })[1]
        assert(report.verdict == "applicable" and report.status == "would_change" and report.code == 1)
        assert(report.recipe.name == "acme/limit" and report.recipe.version == "1.2.3" and report.target == target)
        assert(report.size[1] == 3 and report.size[2] == 3 and report.error == nil)
        assert(#report.changes == 1 and report.changes[1].offset == 2)
        assert(report.changes[1].old == "\5" and report.changes[1].new == "\7")
        assert(report.hunks[1].state == "old" and report.hunks[1].note == "the limit")
        assert(content(target) == "A.\5")
      ]]
    end)

    it("passes on what the recipe tells", function()
      assert.equal("hello\n50\n", script [[
        suture.recipe.check(recipe, target, { log = print, progress = print })
      ]])
    end)

    it("reports a target that is another one, missing, or not for these parameters", function()
      script([[
        local report = suture.recipe.check(recipe, target)[1]
        assert(report.verdict == "foreign" and report.status == "refused" and report.code == 3)
        assert(report.error.message:find "no A")
        report = suture.recipe.check(recipe, output)[1]
        assert(report.status == "failed" and report.code == 4 and report.error.kind == "io")
        report = suture.recipe.check(recipe, target, { params = { limit = 256 } })[1]
        assert(report.status == "failed" and report.code == 2)
      ]], "B.\5")
    end)
  end)

  describe(".run", function()
    it("changes the target once", function()
      script [[
        local report = suture.recipe.run(recipe, target)[1]
        assert(report.status == "changed" and report.code == 0 and content(target) == "A.\9")
        report = suture.recipe.run(recipe, target, { timeout = 5, record = false })[1]
        assert(report.status == "unchanged" and report.verdict == "applied" and content(target) == "A.\9")
      ]]
    end)

    it("writes elsewhere, or not at all where a command does not accept it", function()
      script [[
        local report = suture.recipe.run(recipe, target, { output = output })[1]
        assert(report.output == output and content(output) == "A.\9" and content(target) == "A.\5")
        report = suture.recipe.run(recipe, target, { verify = "false" })[1]
        assert(report.status == "failed" and report.code == 5 and content(target) == "A.\5")
        report = suture.recipe.run(recipe, target, { verify = "grep -q A {}" })[1]
        assert(report.status == "changed" and content(target) == "A.\9")
      ]]
    end)
  end)

  describe("in another interpreter", function()
    it("loads recipes, and raises unsupported when it is to run one", function()
      local path = support.write("script.lua", PRELUDE .. [[
        assert(suture.recipe.load(recipe).name == "acme/limit")
        for _, name in ipairs { "check", "run" } do
          local ok, err = pcall(suture.recipe[name], recipe, target)
          assert(not ok and err.kind == "unsupported", tostring(err))
        end
        assert(content(target) == "A.\5")
      ]])
      local status, _, stderr = support.run(("lua5.4 %s %s %s"):format(
        path, support.write("limit.lua", RECIPE), support.write("target.bin", "A.\5")))
      assert.same({ 0, "" }, { status, stderr })
    end)
  end)
end)
