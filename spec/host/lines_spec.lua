-- The line loop of -i.

local support = require "spec.support"

local function typed(text)
  return support.run(support.suture .. " -i", text)
end

describe("host -i", function()
  local cases = {
    ["prints the values of an expression"] = { "1, 'two', nil\n", "1\ttwo\tnil\n" },
    ["runs a statement"] = { "x = 3\nx\n", "3\n" },
    ["goes on with an unfinished block"] = { "for i = 1, 2 do\nprint(i)\nend\n", "1\n2\n" },
    ["goes on with an unfinished expression"] = { "1 +\n2\n", "3\n" },
    ["goes on with an unfinished string of brackets"] = { "[[a\nb]]\n", "a\nb\n" },
    ["ignores empty lines and comments"] = { "\n-- nothing\n\n5\n", "5\n" },
    ["has suture as a global"] = { "#suture.buffer(3)\n", "3\n" },
    ["runs a last line without newline"] = { "7", "7\n" },
    ["ends quietly with nothing typed"] = { "", "" },
  }
  for name, case in pairs(cases) do
    it(name, function()
      local status, stdout, stderr = typed(case[1])
      assert.same({ 0, "" }, { status, stderr })
      assert.same(case[2], (stdout:gsub("^suture [^\n]*\n", "")))
    end)
  end

  it("reports an error and goes on", function()
    local status, stdout, stderr = typed("error 'first'\nx x\n'second'\n")
    assert.same(0, status)
    assert.matches("second\n$", stdout)
    assert.matches("stdin:1: first\n", stderr)
    assert.matches("stdin:1: syntax error near 'x'\n$", stderr)
  end)

  it("follows a script, and sees its globals", function()
    local script = support.write("globals.lua", "seen = arg[1]")
    local _, stdout = support.run(("%s -i %s argument"):format(support.suture, script), "seen\n")
    assert.matches("\nargument\n$", stdout)
  end)

  it("does not follow a script that failed", function()
    local script = support.write("fails.lua", "error 'no'")
    local status, stdout = support.run(("%s -i %s"):format(support.suture, script), "'typed'\n")
    assert.same(1, status)
    assert.not_matches("typed", stdout)
  end)
end)
