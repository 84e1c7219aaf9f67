-- Copies of the old files beside them.

local reports = require "spec.support.reports"
local support = require "spec.support"

local START <const> = "0123456789"

local folder, first, second, path

local function stat(file)
  local _, text = support.run("stat -c '%a %u %g %y %s' " .. file)
  return text
end

local function listing()
  return (select(2, support.run("ls -A " .. folder)))
end

before_each(function()
  folder = support.path "backup"
  support.run(("rm -rf %s && mkdir %s"):format(folder, folder))
  first, second = support.write(folder .. "/first", START), support.write(folder .. "/second", START)
  support.run(("chmod 751 %s && touch -d 2001-02-03T04:05:06.789 %s %s"):format(first, first, second))
  path = reports.recipe("recipe", [[return { targets = { { name = "a" }, { name = "b" } },
    apply = function(t) t.a:insert(0, "x") t.b[0] = 0x7a end }]])
end)

describe("a backup", function()
  it("keeps the old file of each target that changes, with mode and times", function()
    local before <const> = { stat(first), stat(second) }
    local _, code = reports.of("run", path, { first, second }, { backup = ".orig" })
    assert.equal(0, code)
    assert.same({ "x" .. START, "z" .. START:sub(2) }, { support.read(first), support.read(second) })
    assert.same({ START, START }, { support.read(first .. ".orig"), support.read(second .. ".orig") })
    assert.same(before, { stat(first .. ".orig"), stat(second .. ".orig") })
    assert.equal("first\nfirst.orig\nsecond\nsecond.orig\n", listing())
  end)

  it("is not made of what stays, by a check, or for a result elsewhere", function()
    reports.of("check", path, { first, second }, { backup = ".orig" })
    local one <const> = reports.recipe("one", [[return { targets = { { name = "a" }, { name = "b" } },
      apply = function(t) t.b[0] = 0x7a end }]])
    reports.of("run", one, { first, second }, { backup = ".orig" })
    assert.equal("first\nsecond\nsecond.orig\n", listing())
    reports.of("run", one, { first, second }, { backup = ".again" })
    local single <const> = reports.recipe("single", "return { apply = function(b) b[0] = 1 end }")
    reports.of("run", single, first, { backup = ".again", output = support.path "out" })
    assert.equal("first\nsecond\nsecond.orig\n", listing())
  end)

  it("never replaces a file: nothing is changed (4)", function()
    support.write(second .. ".orig", "kept")
    local list, code = reports.of("run", path, { first, second }, { backup = ".orig" })
    assert.equal(4, code)
    assert.matches(second .. ".orig", list[1].error.text, 1, true)
    assert.matches("File exists", list[1].error.text, 1, true)
    assert.same({ START, START, "kept" },
      { support.read(first), support.read(second), support.read(second .. ".orig") })
    assert.equal("first\nsecond\nsecond.orig\n", listing())
  end)

  it("is taken away where the flush fails with nothing written", function()
    local _, code = reports.of("run", path, { first, second }, { backup = ".orig" }, "",
      "env ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e inject=fallocate:error=ENOSPC")
    assert.equal(4, code)
    assert.same({ START, START }, { support.read(first), support.read(second) })
    assert.equal("first\nsecond\n", listing())
  end)
end)
