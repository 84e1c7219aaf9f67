-- How a result reads.

local report = require "suture.recipe.report"

describe("report", function()
  local function changed(changes)
    return { target = "prog", recipe = {}, status = "changed", verdict = "applicable", changes = changes, hunks = {} }
  end

  it("counts the bytes and the places", function()
    assert.equal("prog: changed (1 byte at 0x1c4)",
      report.run_line(changed { { offset = 0x1c4, old = "a", new = "b" } }))
    assert.equal("prog: changed (3 bytes in 2 places, the first at 0x1)",
      report.run_line(changed { { offset = 1, old = "a", new = "b" }, { offset = 5, old = "aa", new = "bb" } }))
  end)

  it("spells out control characters and stray bytes", function()
    local result = changed { { offset = 0, old = "a", new = "b" } }
    result.target = "a\27[31m\n\xff"
    assert.equal("a\\x1b[31m\\x0a\\xff: changed (1 byte at 0x0)", report.run_line(result))
  end)

  it("names the target that a problem is about, and the recipe where a run has several", function()
    local result = changed {}
    result.error = { code = 3, kind = "foreign", message = "m", text = "found nothing to do" }
    assert.equal("suture: prog: found nothing to do", report.error_line(result))
    result.error.path, result.error.recipe = "other", "acme/b"
    assert.equal("suture: other: found nothing to do (acme/b)", report.error_line(result))
    result.error.text = "other: 0x1: the recipes acme/a and acme/b overlap here"
    assert.equal("suture: other: 0x1: the recipes acme/a and acme/b overlap here", report.error_line(result))
  end)

  it("names the targets where the problem is about another file", function()
    local set, text = { "disk/one", "disk/two" }, "disk: 0x40: cannot write: No space left on device"
    local full = { target = "disk/one", error = { code = 4, path = "disk", text = text } }
    assert.equal("suture: disk/one disk/two: " .. text, report.error_line(full, set))
    for _, beside in ipairs { "disk/two: is locked", "disk/two.orig: File exists" } do
      full.error.text, full.error.path = beside, beside:match "^[^:]+"
      assert.equal("suture: " .. beside, report.error_line(full, set))
    end
    full.error = { code = 5, text = "recipe.lua:1: boom" }
    assert.equal("suture: disk/one disk/two: recipe.lua:1: boom", report.error_line(full, set))
  end)

  it("cuts long changes", function()
    local result = changed { { offset = 0, old = ("a"):rep(20), new = ("b"):rep(20) } }
    assert.matches("62 %.%.%. %(20 bytes%)$", report.check_lines(result, true)[2])
  end)
end)
