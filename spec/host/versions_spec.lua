-- Which version a target is: by size, by digest, before and after it was patched.

local reports = require "spec.support.reports"
local support = require "spec.support"

local START <const>, SIZE <const> = ("0123456789"):rep(1000), 10000

local target

local function recipe(versions, body, only)
  local text <const> = "return { targets = { { name = 'image', only = %s, versions = { %s } } }, %s }"
  return reports.recipe("recipe", text:format(only or "false", versions, body))
end

local function version(label, size, content)
  local digest <const> = content and support.sha256(support.write("version", content))
  return ("{ label = %q, size = %d, %s }, "):format(label, size, digest and ("sha256 = %q"):format(digest) or "")
end

local EDITS <const> = [[edits = {
  { label = "1.0", at = 5, old = "5", new = "x" }, { label = "1.1", at = 6, old = "6", new = "y" },
  { at = 8, old = "8", new = "z" } }]]

before_each(function()
  target = support.write("target", START)
end)

describe("a known version", function()
  it("is told by its size, and labelled edits follow", function()
    local path <const> = recipe(version("1.0", 5) .. version("1.1", SIZE), EDITS)
    local list, code = reports.of("run", path, target)
    assert.same({ 0, "1.1" }, { code, list[1].label })
    assert.equal("012345y7z9", support.read(target):sub(1, 10))
    assert.equal("1.1", list[1].hunks[1].label)
    list, code = reports.of("run", path, target)
    assert.same({ 0, "applied" }, { code, list[1].verdict })
  end)

  it("is told by its digest where sizes are the same, and to apply", function()
    local path <const> = recipe(version("1.0", SIZE, "other") .. version("1.1", SIZE, START), EDITS
      .. [[, apply = function(b, p, context) assert(context.label == "1.1" and context.labels.image == "1.1") end]])
    local list, code = reports.of("check", path, target)
    assert.same({ 1, "1.1" }, { code, list[1].label })
  end)

  it("is told by a digest in capitals", function()
    local known <const> = version("1.0", SIZE, START):gsub("%x+\"", string.upper)
    local path <const> = recipe(known .. version("1.1", 5), EDITS, "true")
    assert.equal(1, select(2, reports.of("check", path, target)))
  end)

  it("is nothing to edits without a label", function()
    local path <const> = recipe(version("1.0", 5) .. version("1.1", 6), EDITS)
    local list, code = reports.of("run", path, target)
    assert.same({ 0, nil }, { code, list[1].label })
    assert.equal("01234567z9", support.read(target):sub(1, 10))
  end)

  it("is recognised again when it was patched, wholly or in part", function()
    local path <const> = recipe(version("1.0", SIZE, START), EDITS:gsub("label = \"1.1\"", "label = \"1.0\""), "true")
    support.write("target", "012345678z" .. START:sub(11))
    assert.equal(3, select(2, reports.of("check", path, target)))
    support.write("target", "01234x6789" .. START:sub(11))
    local list, code = reports.of("check", path, target)
    assert.same({ 1, "partial", "1.0" }, { code, list[1].verdict, list[1].label })
    assert.equal(0, select(2, reports.of("run", path, target)))
    list, code = reports.of("run", path, target)
    assert.same({ 0, "applied", "1.0" }, { code, list[1].verdict, list[1].label })
    support.write("target", "01234x6789" .. START:sub(11, -2) .. "Q")
    assert.equal(3, select(2, reports.of("run", path, target)))
  end)

  it("is recognised again when the recipe does more than edits", function()
    local path <const> = recipe(version("1.0", SIZE, START), [[
      edits = { { label = "1.0", at = 5, old = "5", new = "x" } },
      apply = function(b) b[9] = 0 end]], "true")
    assert.equal(0, select(2, reports.of("run", path, target)))
    local list, code = reports.of("run", path, target)
    assert.same({ 0, "applied" }, { code, list[1].verdict })
    support.write("target", "01234x6789" .. START:sub(11, -2) .. "Q")
    assert.equal(3, select(2, reports.of("run", path, target)))
    assert.equal("01234x6789", support.read(target):sub(1, 10))
  end)
end)

describe("an unknown version", function()
  it("is foreign with `only`, and the known ones are told", function()
    local list, code = reports.of("run", recipe(version("1.0", 5) .. version("1.1", 6), EDITS, "true"), target)
    assert.equal(3, code)
    assert.matches("none of the known versions has 10000 bytes (1.0: 5, 1.1: 6)", list[1].error.text, 1, true)
    list, code = reports.of("run", recipe(version("1.0", SIZE, "other") .. version("1.1", 6), EDITS, "true"), target)
    assert.equal(3, code)
    assert.matches("none of the known versions has these 10000 bytes (1.0: 10000, 1.1: 6)", list[1].error.text, 1, true)
    assert.equal(START, support.read(target))
  end)

  it("is told with some of many", function()
    local many = ""
    for number = 1, 20 do
      many = many .. version("v" .. number, number)
    end
    local list = reports.of("run", recipe(many, "apply = print", "true"), target)
    assert.matches("v8: 8, and 12 more)", list[1].error.text, 1, true)
  end)
end)

describe("a digest", function()
  -- What the worker reads of a sparse file of 8 GiB takes longer than this.
  it("is computed only where a size is right", function()
    support.run("truncate -s 8G " .. target)
    local elsewhere <const> = version("1.0", 5, "x") .. version("1.1", 8 << 30 | 1, "y")
    local path = recipe(elsewhere, [[edits = { { at = 5, old = "5", new = "x" } }]])
    local list, code = reports.of("check", path, target, { timeout = 5 })
    assert.same({ 1, "applicable" }, { code, list[1].verdict })
    path = recipe(elsewhere .. version("1.2", 8 << 30, "z"), [[edits = { { at = 5, old = "5", new = "x" } }]])
    list, code = reports.of("check", path, target, { timeout = 0.5 })
    assert.equal(5, code)
    assert.matches("time limit", list[1].error.text, 1, true)
  end)
end)
