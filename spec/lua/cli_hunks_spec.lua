-- Hunks of recipes from the command line and in reports: every hunk is told of, what overlaps or is not found again is
-- refused, and a refusal tells what comes next.

local hunks_of = require "spec.support.hunks"
local support = require "spec.support"

local CODE <const> = "\x90\x90\x48\x8b\x05\x11\x22\x33\x44\x85\xc0\x74\x10\xc3\x90\x90"
local START <const> = CODE .. ("\0"):rep(200)

local function write(edits)
  return support.write("hunks.lua", "local suture <const> = require 'suture'\n"
    .. "local hex <const>, pattern <const> = suture.hex, suture.pattern\nreturn { edits = {" .. edits .. "} }")
end

local function run(verb, edits, ...)
  local target = support.write("target", START)
  local status, stdout, stderr = support.run(table.concat({ support.suture, verb, write(edits), target, ... }, " "))
  return status, stdout, stderr, target
end

-- Demands a status of run and check, one line on stderr with these words, and the target as it was.
local function refused(wanted, words, edits)
  for _, verb in ipairs { "check", "run" } do
    local status, _, stderr, target = run(verb, edits)
    assert.equal(wanted, status, stderr)
    assert.matches(words, stderr, 1, true)
    assert.matches("^suture: [^\n]*\n$", stderr)
    assert.equal(START, support.read(target))
  end
end

local function hunks(edits)
  return hunks_of(write(edits), support.write("target", START))
end

describe("hunks of a recipe", function()
  it("are all told of, in their order, where some are neither old nor new", function()
    assert.equal(table.concat({
      "old\t11\t1\tjump\t",
      "neither\t-\t1\tload\tneeded exactly 1 match of 48 8b 0d ?? ?? ?? ?? 85 c0, found 0",
      "  0x2\t48 8b ?? ?? ?? ?? ?? 85 c0\t1\t0x4 0d->05",
      "neither\t20\t4\t\texpected 85 c0 74 10 (or 85 c0 90 90 when applied), found 00 00 00 00",
      "  0x9\t85 c0 74 10\t1\t",
      "  0x14\t?? ?? ?? ??\t213\t0x14 85->00, 0x15 c0->00, 0x16 74->00, 0x17 10->00",
      "new\t9\t2\t\t",
      "",
    }, "\n"), hunks [[
      { at = 11, old = hex "74", new = hex "eb", note = "jump" },
      { find = pattern "48 8b 0d ?? ?? ?? ?? 85 c0", skip = 2, old = hex "0d", new = hex "1d", note = "load" },
      { at = 20, old = hex "85 c0 74 10", new = hex "85 c0 90 90" },
      { at = 9, old = hex "31 c0", new = hex "85 c0" },
    ]])
  end)

  it("end a run with the first that is neither", function()
    refused(3, "needed exactly 1 match of 7a 7a, found 0",
      "{ at = 11, old = hex '74', new = hex 'eb' }, { find = 'zz', old = 'zz', new = 'yy' },"
        .. "{ at = 0, old = 'q', new = 'r' }")
  end)

  describe("of apply", function()
    local function of_apply(code)
      local path = support.write("apply.lua", "local hex <const> = require 'suture'.hex\n"
        .. "return { apply = function(b)\n" .. code .. "\nend }")
      return hunks_of(path, support.write("target", START))
    end
    local first <const> = "b:hunk { at = 11, old = hex '74', new = hex 'eb' }\n"

    it("are told of where one ends the run", function()
      assert.equal("old\t11\t1\t\t\nneither\t-\t1\tload\tneeded exactly 1 match of 48 8b 0d 11, found 0\n"
        .. "  0x2\t48 8b ?? 11\t1\t0x4 0d->05\n", of_apply(first
        .. "b:hunk { find = hex '48 8b 0d 11', old = hex '48', new = hex '49', note = 'load' }"))
    end)

    it("are told of where a patch ends it", function()
      assert.equal("old\t11\t1\t\t\nneither\t8\t3\t\texpected 44 86 c0 (or 45 86 c0 when applied), found 44 85 c0\n"
        .. "  0x8\t44 ?? c0\t1\t0x9 86->85\n",
        of_apply(first .. "b:view(4):patch(4, hex '44 86 c0', hex '45 86 c0')"))
    end)

    it("are passed over where the recipe went on without them", function()
      local tried <const> = "pcall(b.hunk, b, { at = 0, old = 'q', new = 'r' }) pcall(b.patch, b, 0, 'q', 'r')\n"
      assert.equal("old\t11\t1\t\t\n", of_apply(tried .. first))
      assert.equal("old\t11\t1\t\t\n", of_apply(tried .. first .. "b:expect(1, 'z')"))
    end)
  end)

  it("may stand in any order", function()
    local status, _, stderr, target = run("run", "{ at = 13, old = hex 'c3', new = hex 'cc' },"
      .. "{ find = hex '85 c0 74', skip = 2, old = hex '74', new = hex 'eb' },"
      .. "{ at = 0, old = hex '90', new = hex '91' }")
    assert.same({ 0, "" }, { status, stderr })
    assert.equal("\x91\x90\x48\x8b\x05\x11\x22\x33\x44\x85\xc0\xeb\x10\xcc\x90\x90", support.read(target):sub(1, 16))
  end)

  it("cannot be loaded (2) where they overlap at literal places", function()
    refused(2, "edits[1] (one) and edits[2] overlap at 0xb",
      "{ at = 10, old = hex 'c0 74', new = hex 'c0 eb', note = 'one' }, { at = 11, old = hex '74', new = hex '75' }")
  end)

  it("fail (5) where they overlap when they are found, and name both and the place", function()
    refused(5, "0xb: edits[1] (one) and edits[2] overlap",
      "{ find = hex 'c0 74', old = hex 'c0 74', new = hex 'c0 eb', note = 'one' },"
        .. "{ at = 11, old = hex '74', new = hex '75' }")
  end)

  it("fail (5) where a second run would not find them", function()
    refused(5, "edits[2] (two) is not recognised after all edits were written: needed exactly 1 match",
      "{ find = hex '85 c0', old = hex '85', new = hex '31' },"
        .. "{ find = hex '85 c0 74 10', skip = 2, old = hex '74', new = hex 'eb', note = 'two' }")
  end)
end)
