-- suture run: recipes that change sizes, sets of targets, several recipes; and the checker from outside (--verify),
-- with what it sees and what its failure leaves.

local support = require "spec.support"

local recipe

local function run(target, command, ...)
  local words = { ... }
  for index, word in ipairs(words) do
    words[index] = support.quote(word)
  end
  return support.run(("%s run %s %s --verify %s %s"):format(support.suture, recipe, support.quote(target),
    support.quote(command), table.concat(words, " ")))
end

local function fails(target, words, ...)
  local status, stdout, stderr = run(target, ...)
  assert.matches(words, stderr, 1, true)
  assert.same({ 5, "" }, { status, stdout })
  assert.equal("01234567", support.read(target))
  return stderr
end

setup(function()
  recipe = support.write("recipe.lua", "return { apply = function(b) b:write(0, 'ab') end }")
end)

describe("suture run of a recipe that changes sizes", function()
  local function sized(code)
    local target = support.write("target", "01234567")
    local path = support.write("sized.lua", "return { apply = function(b)\n" .. code .. "\nend }")
    local status, stdout, stderr = support.run(("%s run %s %s --json"):format(support.suture, path, target))
    return status, stdout, stderr, target
  end

  local cases <const> = {
    ["inserts"] = { "b:insert(2, 'xyz')", "01xyz234567", '{"offset":2,"old":"","new":"78797a"}' },
    ["deletes"] = { "b:delete(2, 3)", "01567", '{"offset":2,"old":"323334","new":""}' },
    ["appends and guards what it wrote"] = { "b:insert(8, 'xy') b:expect(7, '7xy')", "01234567xy",
      '{"offset":8,"old":"","new":"7879"}' },
    ["does all of it"] = {
      "b:insert(6, 'x') b:delete(3, 2) b[0] = 0x7a b:insert(1, 'yy')", "zyy125x67", '"size":[8,9]' },
    ["moves a guarded range"] = { "b:expect(4, '45') b:insert(0, 'x') b:expect(5, '45')", "x01234567", '"size":[8,9]' },
  }
  for name, case in pairs(cases) do
    it(name, function()
      local status, stdout, stderr, target = sized(case[1])
      assert.same({ 0, "" }, { status, stderr })
      assert.equal(case[2], support.read(target))
      assert.matches(case[3], stdout, 1, true)
      assert.equal(0, (support.run(("%s revert %s"):format(support.suture, target))))
      assert.equal("01234567", support.read(target))
    end)
  end

  it("refuses (4) a file with several names, and replaces it under this one if it may", function()
    local target, other = support.write("linked", "01234567"), support.path "other name"
    assert.equal(0, (support.run(("ln %s %s"):format(target, support.quote(other)))))
    local path = support.write("sized.lua", "return { apply = function(b) b:insert(2, 'xyz') end }")
    local status, stdout, stderr = support.run(("%s run %s %s"):format(support.suture, path, target))
    assert.same({ 4, "" }, { status, stdout })
    assert.matches("linked: ", stderr, 1, true)
    assert.same({ "01234567", "01234567" }, { support.read(target), support.read(other) })
    status, stdout, stderr = support.run(("%s run --break-links %s %s"):format(support.suture, path, target))
    assert.same({ 0, target .. ": changed (3 bytes at 0x2)\n", "" }, { status, stdout, stderr })
    assert.same({ "01xyz234567", "01234567" }, { support.read(target), support.read(other) })
    os.remove(other)
  end)

  it("fails (5) where the recipe leaves the file", function()
    for _, code in ipairs { "b:insert(9, 'x')", "b:delete(7, 2)" } do
      local status, _, stderr, target = sized(code)
      assert.equal(5, status, stderr)
      assert.equal("01234567", support.read(target))
    end
  end)
end)

describe("suture run of a recipe with several targets", function()
  local left, right, pair

  local function both(words, verb)
    return support.run(("%s %s %s %s"):format(support.suture, verb or "run", pair, words))
  end

  before_each(function()
    left, right = support.write("left", "01234567"), support.write("right", "abcdefgh")
    pair = support.write("pair.lua", [[return { name = "acme/pair", version = "1.0",
      targets = { { name = "left", match = function(b) return b[7] == 0x37 end }, { name = "right" } },
      apply = function(t) t.left[0] = 0x78 t.right[0] = t.left[1] end }]])
  end)

  it("takes them in order or by name, as one set", function()
    local status, stdout, stderr = both(left .. " " .. right)
    assert.same({ 0, ("%s: changed (1 byte at 0x0)\n%s: changed (1 byte at 0x0)\n"):format(left, right), "" },
      { status, stdout, stderr })
    assert.same({ "x1234567", "1bcdefgh" }, { support.read(left), support.read(right) })
    status, stdout = both(("right=%s left=%s"):format(right, left))
    assert.same({ 0, ("%s: unchanged (already applied)\n%s: unchanged (already applied)\n"):format(right, left) },
      { status, stdout })
    local revert <const> = support.run(("%s revert %s"):format(support.suture, right))
    assert.equal(0, revert)
  end)

  it("tells what is wrong with the set once, and writes nothing", function()
    local wrong <const> = {
      { left, 2, "target 'right' is missing: the targets are left, right" },
      { ("%s %s %s"):format(left, right, left), 2, "3 targets are given, and the recipe has 2 (left, right)" },
      { ("lfet=%s %s"):format(left, right), 2, "unknown target 'lfet'; did you mean 'left'?" },
      { ("%s %s"):format(left, left), 2, ("%s and %s are one file: a set needs different ones"):format(left, left) },
      { ("%s %s"):format(right, left), 3, right .. ": no match: the recipe does not know this file" },
      { ("%s %s.gone"):format(left, left), 4, left .. ".gone: No such file or directory" },
    }
    for _, case in ipairs(wrong) do
      for _, verb in ipairs { "run", "check" } do
        local status, _, stderr = both(case[1], verb)
        assert.same({ case[2], ("suture: %s\n"):format(case[3]) }, { status, stderr })
      end
    end
    assert.same({ "01234567", "abcdefgh" }, { support.read(left), support.read(right) })
  end)

  it("refuses -o", function()
    local status, _, stderr = both(("%s %s -o %s"):format(left, right, support.path "out"))
    assert.equal(2, status)
    assert.matches("-o takes one target", stderr, 1, true)
  end)
end)

describe("suture run of several recipes", function()
  it("names both where they overlap, and changes nothing", function()
    local target = support.write("target", "01234567")
    local text <const> = "return { name = %q, edits = { { at = %d, old = %q, new = %q } } }"
    local a, b = support.write("a.lua", text:format("acme/a", 0, "01", "xy")),
      support.write("b.lua", text:format("acme/b", 1, "y2", "12"))
    for _, verb in ipairs { "run", "check" } do
      local status, _, stderr = support.run(("%s %s -r %s -r %s %s"):format(support.suture, verb, a, b, target))
      assert.same({ 5, ("suture: %s: 0x1: the recipes acme/a and acme/b overlap here\n"):format(target) },
        { status, stderr })
    end
    assert.equal("01234567", support.read(target))
  end)

  it("tells which of them did what", function()
    local target = support.write("target", "01234567")
    local text <const> = "return { name = %q, edits = { { at = %d, old = %q, new = 'x' } } }"
    local words = ("-r %s -r %s %s"):format(support.write("a.lua", text:format("acme/a", 0, "0")),
      support.write("b.lua", text:format("acme/b", 1, "1")), target)
    local _, stdout = support.run(("%s run %s"):format(support.suture, words))
    assert.equal(("%s: changed (1 byte at 0x0) (acme/a)\n%s: changed (1 byte at 0x1) (acme/b)\n"):format(target,
      target), stdout)
    _, stdout = support.run(("%s run %s"):format(support.suture, words))
    assert.equal(("%s: unchanged (already applied) (acme/a)\n%s: unchanged (already applied) (acme/b)\n"):format(target,
      target), stdout)
  end)

  it("ends with 2 for recipes that depend on each other in a circle, and names it", function()
    support.run("mkdir -p " .. support.path "shelf")
    local target = support.write("target", "01234567")
    for name, other in pairs { a = "b", b = "a" } do
      support.write(support.path("shelf/" .. name .. ".lua"), ("return { name = %q, depends = { %q }, apply = print }")
        :format(name, other))
    end
    local status, _, stderr = support.run(("SUTURE_PATH=%s %s run a %s"):format(support.path "shelf", support.suture,
      target))
    assert.same({ 2, "suture: recipes depend on each other in a circle: a -> b -> a\n" }, { status, stderr })
  end)
end)

describe("suture run --verify", function()
  it("flushes where the command succeeds on a copy of the result", function()
    local target = support.write("target", "01234567")
    local status, stdout, stderr = run(target, 'test "$(cat {})" = ab234567 && cat ' .. target)
    assert.same({ 0, target .. ": changed (2 bytes at 0x0)\n", "01234567" }, { status, stdout, stderr })
    assert.equal("ab234567", support.read(target))
  end)

  it("leaves the target where it fails (5), and says how", function()
    local target = support.write("target", "01234567")
    fails(target, target .. ": --verify: 'false' ended with status 1\n", "false")
    fails(target, "ended with status 7", "echo {} >/dev/null; exit 7")
    fails(target, "ended by signal 15", "kill -15 $$")
    fails(target, "ended with status 127", "no-such-command {}")
    fails(target, "ended with status 2", "if {")
    local status, stdout = run(target, "false", "--json")
    assert.equal(5, status)
    assert.matches('"status":"failed","size":[8,8],"changes":[]', stdout, 1, true)
    assert.matches("ended with status 1", stdout, 1, true)
  end)

  it("passes what the command prints to stderr", function()
    local target = support.write("target", "01234567")
    local stderr = fails(target, "checked\n", "echo checked; false")
    assert.matches("^checked\n", stderr)
  end)

  it("hands the path over as one word, under the target's name", function()
    local target = support.write(support.path "it's a \"$HOME\" {}", "01234567")
    local status, _, stderr = run(target, 'set -- {} {}; test $# = 2 && test -f "$1" && basename "$1"')
    assert.same({ 0, "it's a \"$HOME\" {}\n" }, { status, stderr })
  end)

  it("keeps the copy private, with the target's mode, and removes it", function()
    local target = support.write("target", "01234567")
    support.run("chmod 4755 " .. target)
    local status, _, stderr = run(target, "stat -c %a {} \"$(dirname {})\"; dirname {}")
    assert.equal(0, status)
    local mode, folder_mode, folder = stderr:match "^(%d+)\n(%d+)\n([^\n]+)\n$"
    assert.same({ "755", "700" }, { mode, folder_mode })
    assert.equal(1, (support.run("test -e " .. folder)))
    stderr = fails(support.write("target2", "01234567"), "", "dirname {}; touch \"$(dirname {})/left\"; false")
    assert.equal(1, (support.run("test -e " .. stderr:match "^[^\n]+")))
  end)

  it("guards the result of -o too", function()
    local target, out = support.write("target", "01234567"), support.path "out"
    os.remove(out)
    fails(target, "ended with status 1", "false", "-o", out)
    assert.equal(1, (support.run("test -e " .. out)))
    assert.equal(0, (run(target, "true", "-o", out)))
    assert.equal("ab234567", support.read(out))
    assert.equal("01234567", support.read(target))
  end)

  it("is not asked where nothing changes", function()
    local target = support.write("target", "ab234567")
    assert.equal(0, (run(target, "false")))
  end)

  it("ends with 4 where there is no room for the copy", function()
    local target = support.write("target", "01234567")
    local status, _, stderr = support.run(("TMPDIR=/proc %s run %s %s --verify true"):format(support.suture, recipe,
      target))
    assert.equal(4, status)
    assert.matches("^suture: " .. target:gsub("%p", "%%%0") .. ": [^\n]*no folder for the copy[^\n]*\n$", stderr)
    assert.equal("01234567", support.read(target))
  end)

  it("leaves no copy where Ctrl-C comes when it is removed", function()
    local target, folder = support.write("target", "01234567"), support.path "cut"
    support.run("mkdir -p " .. folder .. "/tmp")
    local rm = support.write(folder .. "/rm", "#!/bin/sh\nkill -INT 0\nexec /bin/rm \"$@\"\n")
    support.run("chmod 755 " .. rm)
    support.run(("PATH=%s:$PATH TMPDIR=%s/tmp setsid -w %s run %s %s --verify true"):format(folder, folder,
      support.suture, recipe, target))
    local _, left = support.run(("ls -A %s/tmp"):format(folder))
    assert.equal("", left)
  end)

  it("ends with 130 where Ctrl-C ends the command", function()
    local target = support.write("target", "01234567")
    local status, stdout, stderr = run(target, "kill -INT $$")
    assert.same({ 130, "", "suture: interrupted\n" }, { status, stdout, stderr })
    assert.equal("01234567", support.read(target))
  end)
end)
