-- Which recipes make a run, by what they say about themselves.

local core = require "suture.core"
local plan = require "suture.recipe.plan"
local support = require "spec.support"

-- Recipes by path, in a library; what they say is `about`, and their files are empty.
local abouts, library

local function recipe(name, about)
  local path <const> = library .. "/recipes/" .. name .. ".lua"
  support.run("mkdir -p " .. path:match("^.*/"))
  support.write(path, "")
  about.name = name
  abouts[path] = about
  return path
end

-- As the recipe path is searched.
local function find(name, folder)
  local path <const> = (folder or "/nowhere") .. "/recipes/" .. name .. ".lua"
  if not abouts[path] then
    core.raise("argument", ("no recipe '%s'"):format(name))
  end
  return path
end

local function make(paths, given)
  local asked <const> = {}
  local steps, problem = plan.make(paths, { { path = "t" } }, {
    texts = given and given.texts or {}, params = given and given.params or {},
  }, {}, function(path)
    asked[#asked + 1] = path
    if abouts[path].broken then
      return nil, { code = 2, text = "broken" }
    end
    return abouts[path]
  end, find)
  return steps, problem, asked
end

local function names_of(steps)
  local list <const> = {}
  for index, step in ipairs(steps) do
    list[index] = step.about.name
  end
  return table.concat(list, " ")
end

local function fails(words, ...)
  local steps, problem = make(...)
  assert.is_nil(steps)
  assert.equal(2, problem.code)
  assert.matches(words, problem.text, 1, true)
end

before_each(function()
  abouts, library = {}, support.path "lib"
  support.run("rm -rf " .. library)
end)

describe("a plan", function()
  it("keeps the order in which recipes are asked for", function()
    assert.equal("b a", names_of(make { recipe("b", {}), recipe("a", {}) }))
  end)

  it("puts what a recipe depends on in front of it, each once", function()
    recipe("c", {})
    recipe("b", { depends = { "c" } })
    local steps, _, asked = make { recipe("a", { depends = { "b", "c" } }), recipe("d", { depends = { "c" } }) }
    assert.equal("c b a d", names_of(steps))
    assert.same({ "b", "a" }, { steps[1].needed_by, steps[2].needed_by })
    assert.is_nil(steps[3].needed_by)
    assert.equal(4, #asked)
  end)

  it("moves one that is asked for in front of what needs it", function()
    local b <const> = recipe("b", {})
    local steps = make { recipe("a", { depends = { "b" } }), b }
    assert.equal("b a", names_of(steps))
    assert.is_nil(steps[1].needed_by)
  end)

  it("finds dependencies in folders of the library", function()
    recipe("acme/router/unlock", {})
    assert.equal("acme/router/unlock acme/router/timeout",
      names_of(make { recipe("acme/router/timeout", { depends = { "acme/router/unlock" } }) }))
  end)

  it("tells a circle, from where it closes", function()
    recipe("c", { depends = { "b" } })
    recipe("b", { depends = { "c" } })
    fails("recipes depend on each other in a circle: b -> c -> b", { recipe("a", { depends = { "b" } }) })
    fails("in a circle: x -> x", { recipe("x", { depends = { "x" } }) })
  end)

  it("tells what is missing, and who needs it", function()
    fails("a depends on gone, which is not there: no recipe 'gone'", { recipe("a", { depends = { "gone" } }) })
  end)

  it("takes no path for a name", function()
    fails("'gone.lua' is not the name of a recipe", { recipe("a", { depends = { "gone.lua" } }) })
    fails("'/etc/passwd' is not the name of a recipe", { recipe("b", { depends = { "/etc/passwd" } }) })
  end)

  it("refuses a recipe twice, and recipes that exclude each other", function()
    local a <const> = recipe("a", {})
    fails("the recipe a is given twice", { a, a })
    fails("the recipe a is given twice", { a, library .. "/recipes/../recipes/a.lua" })
    fails("b conflicts with a", { a, recipe("b", { conflicts = { "a" } }) })
    fails("c conflicts with a", { recipe("c", { depends = { "a" }, conflicts = { "a" } }) })
  end)

  it("knows which of the recipes in conflict can be looked for", function()
    local a <const> = recipe("a", {})
    local steps = make { recipe("b", { conflicts = { "a", "elsewhere" } }) }
    assert.same({ { name = "a", path = a } }, steps[1].rivals)
  end)

  it("passes on why a recipe tells nothing", function()
    fails("broken", { recipe("a", { broken = true }) })
  end)

  it("has an end", function()
    for number = 1, 70 do
      recipe("r" .. number, { depends = { "r" .. number + 1 } })
    end
    fails("a run has at most 64 recipes", { library .. "/recipes/r1.lua" })
  end)

  it("gives each recipe the parameters that it declares", function()
    local a <const> = recipe("a", { params = { n = { type = "integer" }, donor = { type = "file" } } })
    local b <const> = recipe("b", { params = { n = { type = "integer" }, key = { type = "bytes" } } })
    local steps = make({ a, b }, { texts = { n = "1", donor = "x.bin" }, params = { key = "\0" } })
    assert.same({ { n = "1", donor = "x.bin" }, { donor = "x.bin" }, {} },
      { steps[1].texts, steps[1].files, steps[1].params })
    assert.same({ { n = "1" }, {}, { key = "\0" } }, { steps[2].texts, steps[2].files, steps[2].params })
    fails("unknown parameter 'kye'; did you mean 'key'?", { a, b }, { texts = { kye = "1" } })
    fails("unknown parameter 'm'", { a, b }, { params = { m = 1 } })
  end)
end)
