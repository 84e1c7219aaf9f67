-- A recipe of three targets that fails after it has written to two of them: one line says why, and all three are what
-- they were.

local support = require "spec.support"
local world = require "spec.support.world"

local quote <const> = support.quote
local names <const> = { "a", "b", "c" }

-- What happens to a file beside suture goes on in the recipe's own process, which --trust lets out of its cell.
local RECIPE <const> = [[
return { name = "acme/three", targets = { { name = "a" }, { name = "b" }, { name = "c" } },
  apply = function(t, _, context)
    t.a[0] = 1
    t.b[0] = 2
    %s
    t.c[0] = 3
  end, %s }
]]

local folder, program

setup(function()
  program = quote((world.must("realpath " .. support.suture):gsub("\n", "")))
end)

-- All three, with what would tell that they were touched.
local function state()
  local words = {}
  for index, name in ipairs(names) do
    words[index] = quote(folder .. "/" .. name)
  end
  local list = table.concat(words, " ")
  return world.must(("cat %s; stat -c '%%i %%y %%z %%s' %s; ls -A %s"):format(list, list, quote(folder)))
end

local function targets()
  folder = world.folder("set" .. tostring({}):match "%x+$")
  for _, name in ipairs(names) do
    support.write(folder .. "/" .. name, "0123 " .. name)
  end
end

-- Runs the recipe with that line in it; `also` are other keys, `options` of the command.
local function run(line, also, options)
  local recipe = support.write("three.lua", RECIPE:format(line, also or ""))
  return support.run(("cd %s && %s run %s %s a b c"):format(quote(folder), program, options or "", recipe))
end

local function said_of(stderr)
  return (stderr:gsub("^suture: [^\n]* runs with all your rights %(%-%-trust%)\n", "")
    :gsub(support.path "three.lua":gsub("%p", "%%%0"), "three.lua"))
end

describe("suture run of three targets, two of which are written to", function()
  before_each(targets)

  it("does all three", function()
    assert.same({ 0, "a: changed (1 byte at 0x0)\nb: changed (1 byte at 0x0)\nc: changed (1 byte at 0x0)\n", "" },
      { run "" })
    assert.equal("\1", support.read(folder .. "/a"):sub(1, 1))
  end)

  local failing <const> = {
    ["raises"] = { 5, "a b c: three.lua:5: boom", "error 'boom'" },
    ["refuses"] = { 3, "a b c: not these (at three.lua:5)", "context.refuse 'not these'" },
    ["finds other bytes in the third"] = { 3, "c: 0x0: expected 7a, found 30 (at three.lua:5)", "t.c:expect(0, 'z')" },
    ["reads past the end of the third"] = {
      3, "c: 0x7: read of 1 byte passes the end (size 0x6) (at three.lua:5)", "t.a[1] = t.c[7]",
    },
    ["writes past the end of the third"] = {
      5, "c: 0x7: write of 1 byte passes the end (size 0x6) (at three.lua:5)", "t.c[7] = 1",
    },
    ["loops"] = {
      5, "a b c: the recipe passed the time limit of 1 seconds (--timeout)", "while true do end", nil, "--timeout 1",
    },
    ["takes all memory"] = {
      5, "a b c: the recipe passed the memory limit of 64 MiB (--memory)",
      "local list = {} while true do list[#list + 1] = ('x'):rep(1 << 20) .. #list end", nil, "--memory 64",
    },
    ["does not accept its result"] = {
      5, "a b c: verify failed: the recipe does not accept its own result", "", "verify = function() return false end",
    },
    ["leaves a result that an outside checker does not accept"] = {
      5, "a: --verify: 'false' ended with status 1", "", nil, "--verify false",
    },
    ["ends its process"] = { 5, "a b c: the recipe ended its process without a result", "os.exit(0)", nil, "--trust" },
  }
  for name, case in pairs(failing) do
    it(("leaves all where the recipe %s (%d)"):format(name, case[1]), function()
      local before = state()
      local status, stdout, stderr = run(case[3], case[4], case[5])
      assert.same({ case[1], "", ("suture: %s\n"):format(case[2]) }, { status, stdout, said_of(stderr) })
      assert.equal(before, state())
    end)
  end

  local losing <const> = {
    ["is removed"] = { "rm c", "c: was removed or renamed since it was opened" },
    ["is replaced"] = { "cp c d; mv d c", "c: was replaced by another file since it was opened" },
    ["is cut"] = { ": > c", "c: was truncated from 0x6 to 0x0 bytes by another process" },
    ["grows"] = { "echo >> c", "c: grew from 0x6 to 0x7 bytes since it was opened" },
    ["is written to"] = {
      "printf Q | dd of=c conv=notrunc status=none", "c: 0x0: the file changed while the recipe ran",
    },
  }
  for name, case in pairs(losing) do
    it(("leaves the others where the third %s meanwhile (4)"):format(name), function()
      local others = ("cat a b; stat -c '%i %y %z %s' a b; ls -A"):gsub("^", "cd " .. quote(folder) .. " && ")
      local before = world.must(others)
      local status, stdout, stderr = run(("t.c[0] = 3 os.execute %q"):format(case[1]), nil, "--trust")
      assert.same({ 4, "" }, { status, stdout })
      local said = said_of(stderr):gsub(" %(at three.lua:%d%)\n$", "\n")
      assert.equal(("suture: %s\n"):format(case[2]), said)
      assert.equal(before:gsub("c\n$", ""), (world.must(others):gsub("c\n$", "")))
    end)
  end

  it("leaves all where another patcher holds the third (4)", function()
    local before = state()
    local file = assert(require("suture").open(folder .. "/c"))
    local status, stdout, stderr = run ""
    file:close()
    assert.same({ 4, "" }, { status, stdout })
    assert.matches("^suture: c: is being patched by process %d+\n$", stderr)
    assert.equal(before, state())
  end)
end)
