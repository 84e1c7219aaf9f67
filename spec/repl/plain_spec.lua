-- The reader of plain lines, for input that is no terminal.

local support = require "spec.support"

-- Prints each chunk quoted, on a line of its own.
local ECHO <const> = [[
local reader <close> = require "suture.repl.input".open {}
for text in function() return reader:read("first> ", "more> ") end do
  print((("%q"):format(text):gsub("\\\n", "\\n")))
end
print(#reader:history() .. " kept")
]]

local function chunks(text)
  local script = support.write("echo.lua", ECHO)
  local status, stdout, stderr = support.run(("%s %s"):format(support.suture, script), text)
  assert(status == 0 and stderr == "", stderr)
  return stdout
end

describe("reader of plain lines", function()
  it("gives a line without its newline, and shows no prompt", function()
    assert.same('"x = 1"\n"y"\n0 kept\n', chunks "x = 1\ny\n")
  end)

  it("joins the lines of a chunk", function()
    assert.same('"f(1,\\n2)"\n"3"\n0 kept\n', chunks "f(1,\n2)\n3\n")
  end)

  it("gives the last line without newline, and an unfinished chunk at the end", function()
    assert.same('"1"\n"f("\n0 kept\n', chunks "1\nf(")
  end)

  it("gives bytes as they are", function()
    assert.same('"\\0\255"\n0 kept\n', chunks "\0\255\n")
  end)
end)
