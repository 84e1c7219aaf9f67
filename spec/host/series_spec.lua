-- Several recipes in one run: what they depend on, what they exclude, and how they get on with each other.

local reports = require "spec.support.reports"
local support = require "spec.support"

local START <const> = "A0123456789"

local target

local function recipe(name, body)
  return reports.recipe("lib/recipes/" .. name, ("return { name = %q, version = '1.0', %s }"):format(name, body))
end

local function edit(offset, old, new, more)
  return ("edits = { { at = %d, old = %q, new = %q } }, %s"):format(offset, old, new, more or "")
end

local function column(list, field)
  local values = {}
  for index, report in ipairs(list) do
    values[index] = report[field] or false
  end
  return values
end

local function names_of(list)
  local values = {}
  for index, report in ipairs(list) do
    values[index] = report.recipe.name or false
  end
  return values
end

local function untouched()
  assert.equal(START, support.read(target))
  assert.equal(0, (support.run("flock -n " .. target .. " true")))
end

before_each(function()
  support.run("rm -rf " .. support.path "lib")
  target = support.write("target", START)
end)

describe("recipes of one run", function()
  it("see what those before them have done, and are one flush", function()
    local paths <const> = {
      recipe("a", edit(1, "0", "x")),
      recipe("b", [[apply = function(b) assert(b[1] == 0x78) b:insert(0, "<<") end]]),
      recipe("c", [[apply = function(b) assert(b:read(0, 5) == "<<Ax1") b[10] = 0x7a end]]),
    }
    assert.equal(1, select(2, reports.of("check", paths, target)))
    untouched()
    local list, code = reports.of("run", paths, target)
    assert.equal(0, code)
    assert.same({ "a", "b", "c" }, names_of(list))
    assert.equal("<<Ax123456z89", support.read(target))
    assert.same({ { offset = 1, old = "0", new = "x" } }, list[1].changes)
    assert.same({ { offset = 0, old = "", new = "<<" } }, list[2].changes)
    assert.same({ { offset = 10, old = "7", new = "z" } }, list[3].changes)
    assert.same({ 11, 11 }, list[1].size)
    assert.same({ 11, 13 }, list[2].size)
    assert.same({ 13, 13 }, list[3].size)
    assert.equal(0, (support.run(("%s revert %s"):format(support.suture, target))))
    untouched()
  end)

  it("are each judged by what they do themselves", function()
    local a <const>, b <const> = recipe("a", edit(1, "0", "x")), recipe("b", edit(3, "2", "y"))
    assert.equal(0, select(2, reports.of("run", { b }, target)))
    local list, code = reports.of("check", { a, b }, target)
    assert.equal(1, code)
    assert.same({ "applicable", "applied" }, column(list, "verdict"))
    assert.same({ "would_change", "unchanged" }, column(list, "status"))
    assert.same({ 1, 0 }, column(list, "code"))
    assert.equal(0, select(2, reports.of("run", { a, b }, target)))
    assert.equal("Ax1y3456789", support.read(target))
    local _, before = support.run("stat -c '%i %y' " .. target)
    list = reports.of("run", { a, b }, target)
    assert.same({ "unchanged", "unchanged" }, column(list, "status"))
    assert.equal(before, select(2, support.run("stat -c '%i %y' " .. target)))
  end)

  it("say that nothing is to be done where they only meet what is done", function()
    local writer <const> = "apply = function(b) b[9] = 0x7a end"
    local list = reports.of("check", { recipe("a", writer), recipe("b", writer) }, target)
    assert.same({ "applicable", "applied" }, column(list, "verdict"))
    list = reports.of("check", { recipe("a", writer), recipe("b", "apply = function(b) b:find 'Q' end") }, target)
    assert.same({ "applicable", "foreign" }, column(list, "verdict"))
    assert.same({ 1, 3 }, column(list, "code"))
  end)

  it("are all refused when one of them is", function()
    local paths <const> = {
      recipe("a", edit(1, "0", "x")), recipe("b", edit(3, "Q", "y")), recipe("c", edit(9, "8", "z")),
    }
    local list, code = reports.of("run", paths, target)
    assert.equal(3, code)
    assert.same({ "applicable", "foreign", false }, column(list, "verdict"))
    assert.same({ "refused", "refused", "refused" }, column(list, "status"))
    assert.equal("b", list[1].error.recipe)
    untouched()
  end)

  it("correct one checksum after the other", function()
    local sum <const> = [[
      local sum = 0
      for _, byte in b:each(0, 10) do sum = (sum + byte) % 256 end
      b[10] = sum end]]
    local paths <const> = {
      recipe("a", edit(1, "0", "x", "apply = function(b)" .. sum)),
      recipe("b", edit(3, "2", "y", "apply = function(b)" .. sum)),
    }
    assert.equal(0, select(2, reports.of("run", paths, target)))
    local text, sum_now = support.read(target), 0
    for index = 1, 10 do
      sum_now = (sum_now + text:byte(index)) % 256
    end
    assert.equal(sum_now, text:byte(11))
    local list = reports.of("run", paths, target)
    assert.same({ "unchanged", "unchanged" }, column(list, "status"))
  end)

  local meetings <const> = {
    ["two hunks"] = { edit(4, "345", "xyz"), edit(6, "z6", "56"), 6 },
    ["a hunk over another recipe's bytes"] = { "apply = function(b) b[5] = 0x7a end", edit(4, "3z", "xy"), 5 },
    ["bytes in another recipe's hunk"] = { edit(4, "34", "xy"), "apply = function(b) b[5] = 0x7a end", 5 },
  }
  for name, case in pairs(meetings) do
    it("are told where they overlap: " .. name, function()
      local paths <const> = { recipe("acme/first", case[1]), recipe("acme/second", case[2]) }
      for _, verb in ipairs { "check", "run" } do
        local list, code = reports.of(verb, paths, target)
        assert.equal(5, code)
        local text <const> = list[2].error.text
        assert.matches(("%s: 0x%x: the recipes acme/"):format(target, case[3]), text, 1, true)
        assert(text:find "acme/first" and text:find "acme/second")
        assert.equal(case[3], list[2].error.offset)
        untouched()
      end
    end)
  end
end)

describe("a recipe that depends on others", function()
  it("has them run in front of it, and says so", function()
    recipe("unlock", edit(1, "0", "x"))
    local path <const> = recipe("timeout", [[depends = { "unlock" },
      apply = function(b) assert(b[1] == 0x78) b[2] = 0x79 end]])
    local list, code, stderr = reports.of("run", path, target)
    assert.equal(0, code)
    assert.same({ "unlock", "timeout" }, names_of(list))
    assert.equal("suture: also runs unlock, which timeout depends on\n", stderr)
    assert.equal("Axy23456789", support.read(target))
    list = reports.of("run", path, target)
    assert.same({ "applied", "applied" }, column(list, "verdict"))
  end)

  it("is asked what it is once for all sets", function()
    recipe("unlock", edit(1, "0", "x"))
    local path <const> = recipe("timeout", [[depends = { "unlock" }, apply = function(b) b[2] = 0x79 end]])
    local _, code, stderr = reports.of("run", path, target, {}, ([[
      options.abouts = {}
      local host = require "suture.host"
      local confine = host.confine
      host.confine = function(job, ...)
        io.stderr:write((job.describe or job.plain) and "asked\n" or "run\n")
        return confine(job, ...)
      end
      suture.recipe.check(%q, %q, options)]]):format(path, target))
    assert.equal(0, code)
    assert.equal("asked\nasked\nsuture: also runs unlock, which timeout depends on\nrun\nrun\nrun\nrun\n", stderr)
  end)

  it("ends with 2 where one is missing, or leads back", function()
    local path <const> = recipe("a", [[depends = { "gone" }, apply = print]])
    local list, code = reports.of("run", path, target)
    assert.equal(2, code)
    assert.matches("a depends on gone, which is not there: no recipe 'gone'", list[1].error.text, 1, true)
    recipe("c", [[depends = { "b" }, apply = print]])
    list, code = reports.of("check", recipe("b", [[depends = { "c" }, apply = print]]), target)
    assert.equal(2, code)
    assert.matches("in a circle: b -> c -> b", list[1].error.text, 1, true)
    untouched()
  end)

  it("ends as what it depends on ends", function()
    recipe("unlock", edit(1, "Q", "x"))
    local path <const> = recipe("timeout", [[depends = { "unlock" }, apply = function(b) b[2] = 1 end]])
    local list, code = reports.of("run", path, target)
    assert.equal(3, code)
    assert.same({ "foreign", false }, column(list, "verdict"))
    recipe("unlock", "apply = 5")
    assert.equal(2, select(2, reports.of("run", path, target)))
    untouched()
  end)
end)

describe("a recipe that conflicts with another", function()
  it("is not run with it (2)", function()
    local list, code = reports.of("run", { recipe("a", edit(1, "0", "x")),
      recipe("b", edit(3, "2", "y", [[conflicts = { "a" }]])) }, target)
    assert.equal(2, code)
    assert.matches("b conflicts with a", list[1].error.text, 1, true)
    untouched()
  end)

  it("is refused where that is applied already (3)", function()
    local a <const> = recipe("a", edit(1, "0", "x"))
    local b <const> = recipe("b", edit(3, "2", "y", [[conflicts = { "a", "not/installed" }]]))
    local list, code = reports.of("check", b, target)
    assert.same({ 1, "applicable" }, { code, list[1].verdict })
    reports.of("run", a, target)
    list, code = reports.of("run", b, target)
    assert.same({ 3, "foreign" }, { code, list[1].verdict })
    assert.matches("b conflicts with a, which is applied already", list[1].error.text, 1, true)
    assert.equal("Ax123456789", support.read(target))
  end)
end)

describe("recipes of one run over several targets", function()
  local function two(name, body)
    return recipe(name, "targets = { { name = 'left' }, { name = 'right' } }, " .. body)
  end

  it("take what each of them declares", function()
    local right <const> = support.write("right", START)
    local paths <const> = {
      two("both", "apply = function(t) t.left[1] = 0x78 t.right[1] = 0x78 end"),
      recipe("one", "targets = { { name = 'right' } }, apply = function(b) assert(b[1] == 0x78) b[2] = 0x79 end"),
    }
    local list, code = reports.of("run", paths, { target, right })
    assert.equal(0, code)
    assert.same({ "left", "right", "right" }, column(list, "name"))
    assert.same({ "both", "both", "one" }, names_of(list))
    assert.same({ "Ax123456789", "Axy23456789" }, { support.read(target), support.read(right) })
  end)
end)
