-- The edits of a recipe on buffers: what is heard of each, what is refused before anything is written.

local editing = require "suture.recipe.editing"
local hunk = require "suture.hunk"
local raised = require "spec.support.raised"
local suture = require "suture"

local pattern = suture.pattern

local heard

local function listen()
  heard = {}
  hunk.observe(function(sighting)
    heard[#heard + 1] = sighting
  end)
end

local function run(b, edits, label, params)
  editing.run(edits, { { name = "image", bytes = b, label = label } }, params or {})
end

local function states()
  local list = {}
  for index, sighting in ipairs(heard) do
    list[index] = sighting.state
  end
  return list
end

-- Demands an error with words in its message, and a buffer as it was.
local function refused(kind, words, b, edits)
  local before = b:read(0, #b)
  local err = raised(kind, run, b, edits)
  assert.matches(words, tostring(err), 1, true)
  assert.equal(before, b:read(0, #b))
  assert.is_false(b:pending())
  return err
end

describe("editing", function()
  before_each(listen)
  after_each(function() hunk.observe(nil) end)

  it("tells of every edit, in their order, and writes", function()
    local b = suture.buffer "abcdef"
    run(b, {
      { at = 4, old = "e", new = "E", note = "late" },
      { find = pattern "61 ?? 63", skip = 1, old = "b", new = "B" },
      { at = 3, old = "d", new = "d" },
      { find = "xx", old = "xx", new = "yy", optional = true },
      { find = "a", old = "a", new = "a", label = "one", count = 1 },
    }, "one")
    assert.equal("aBcdEf", b:read(0, 6))
    assert.same({ "old", "old", "new", "absent", "new" }, states())
    assert.same({ 4, 1, "late" }, { heard[1].offset, heard[1].length, heard[1].note })
    assert.same({ 1, 0, "one" }, { heard[2].offset, heard[5].offset, heard[5].label })
  end)

  it("passes over the edits of other versions", function()
    local b = suture.buffer "ab"
    run(b, { { at = 0, old = "x", new = "y", label = "two" }, { at = 0, old = "a", new = "y", label = "one" } }, "one")
    assert.equal("yb", b:read(0, 2))
    assert.equal(1, #heard)
  end)

  it("edits the target that each entry is about", function()
    local b, other = suture.buffer "ab", suture.buffer "ab"
    editing.run({ { at = 0, old = "a", new = "x" }, { at = 0, old = "a", new = "y", target = "other" },
      { at = 1, old = "b", new = "z", target = "first" }, { at = 0, old = "q", new = "r", target = "none" } },
      { { name = "first", bytes = b }, { name = "other", bytes = other } }, {})
    assert.same({ "xz", "yb" }, { b:read(0, 2), other:read(0, 2) })
  end)

  it("finds all before it writes, so that what one writes is not seen by the next", function()
    local b = suture.buffer "aa bb"
    run(b, { { find = "aa", old = "aa", new = "bb", within = { 0, 2 } },
      { find = "bb", old = "bb", new = "cc", within = { 2, 3 } } })
    assert.equal("bb cc", b:read(0, 5))
  end)

  it("tells of every edit where some are neither, and raises the first problem", function()
    local err = refused("mismatch", "0x1: expected 78 (or 79 when applied), found 62", suture.buffer "abcd", {
      { at = 0, old = "a", new = "A" },
      { at = 1, old = "x", new = "y", note = "wrong" },
      { find = "zz", old = "zz", new = "ZZ", label = "one" },
      { at = 4, old = "x", new = "y" },
      { find = "d", old = "d", new = "D", within = { 3, 2 } },
      { at = 3, old = "D", new = "d" },
    })
    assert.equal(1, err.offset)
    assert.same({ "old", "neither", "neither", "neither", "new" },
      { heard[1].state, heard[2].state, heard[3].state, heard[4].state, heard[5].state })
  end)

  it("tells where a neither is, how long, and why", function()
    local b = suture.buffer "abcd"
    pcall(run, b, {
      { at = 1, old = "xy", new = "yz", note = "wrong" },
      { find = "zz", old = "zz", new = "ZZ", label = "one" },
      { at = 4, old = "x", new = "y" },
      { find = "d", old = "d", new = "D", within = { 3, 2 } },
    }, "one")
    local seen = {}
    for index, sighting in ipairs(heard) do
      seen[index] = { sighting.state, sighting.offset or "-", sighting.length, sighting.note or sighting.label or "" }
    end
    assert.same({ { "neither", 1, 2, "wrong" }, { "neither", "-", 2, "one" }, { "neither", 4, 1, "" },
      { "neither", "-", 1, "" } }, seen)
    local words = { "expected 78 79", "found 0", "passes the end", "past the end" }
    for index, text in ipairs(words) do
      assert.matches(text, heard[index].problem, 1, true)
    end
  end)

  describe("of a new side that is a function", function()
    local function new(params)
      return string.char(params.byte)
    end

    it("calls it with the parameters, in alternatives too", function()
      local b = suture.buffer "a.b"
      run(b, { { at = 0, old = "a", new = new },
        { any = { { at = 9 }, { find = ".b", skip = 1, new = new } }, old = "b", new = "x" } }, nil, { byte = 0x7a })
      assert.equal("z.z", b:read(0, 3))
    end)

    it("takes a pattern", function()
      local b = suture.buffer "ab"
      run(b, { { at = 0, old = "a", new = function() return pattern "4?" end } })
      assert.equal("Ab", b:read(0, 2))
    end)

    local wrong = { [1] = "new must be a string or a pattern, not a number", [""] = "new is empty",
      xy = "old has 1 byte and new has 2", [true] = "new must be a string or a pattern, not a boolean" }
    for value, words in pairs(wrong) do
      it("raises argument, naming the edit, for " .. tostring(value), function()
        refused("argument", "edits[2] (n): " .. words, suture.buffer "ab",
          { { at = 0, old = "a", new = "b" }, { at = 1, old = "b", note = "n", new = function() return value end } })
      end)
    end

    it("raises argument for nothing", function()
      refused("argument", "edits[1]: new is missing", suture.buffer "a",
        { { at = 0, old = "a", new = function() end } })
    end)

    it("passes on what it raises", function()
      local ok, err = pcall(run, suture.buffer "a", { { at = 0, old = "a", new = function() error("boom", 0) end } })
      assert.same({ false, "boom" }, { ok, err })
    end)
  end)

  describe("of edits that overlap", function()
    it("refuses them before anything is written, and names both", function()
      local err = refused("argument", "edits[2] (the call) and edits[3] overlap", suture.buffer "abcdef", {
        { at = 0, old = "a", new = "x" },
        { find = "cd", old = "cd", new = "yy", note = "the call" },
        { find = "def", old = "de", new = "zz" },
      })
      assert.equal(3, err.offset)
    end)

    it("refuses the same place twice, also where it is new", function()
      refused("argument", "edits[1] and edits[2] overlap", suture.buffer "b",
        { { find = "a", old = "a", new = "b" }, { at = 0, old = "a", new = "b" } })
    end)

    it("lets them touch", function()
      local b = suture.buffer "abcd"
      run(b, { { find = "cd", old = "cd", new = "xy" }, { find = "b", old = "b", new = "z" },
        { at = 0, old = "a", new = "v" } })
      assert.equal("vzxy", b:read(0, 4))
    end)

    it("looks at all matches of each", function()
      local err = refused("argument", "edits[1] and edits[2] overlap", suture.buffer "a.a.aa",
        { { at = 5, old = "a", new = "b" }, { find = "a", count = 4, old = "a", new = "x" } })
      assert.equal(5, err.offset)
    end)

    it("does not mix up targets", function()
      local b, other = suture.buffer "a", suture.buffer "a"
      editing.run({ { at = 0, old = "a", new = "x" }, { at = 0, old = "a", new = "y", target = "other" } },
        { { name = "first", bytes = b }, { name = "other", bytes = other } }, {})
      assert.same({ "x", "y" }, { b:read(0, 1), other:read(0, 1) })
    end)

    it("refuses a foreign target first", function()
      refused("notunique", "found 0", suture.buffer "a",
        { { at = 0, old = "a", new = "b" }, { find = "a", old = "a", new = "b" },
          { find = "z", old = "z", new = "y" } })
    end)
  end)

  describe("after all edits are written", function()
    local lost <const> = {
      ["breaks a signature"] = { "edits[2] (n) is not recognised after all edits were written: needed exactly 1 match",
        "abcd", { { at = 0, old = "a", new = "x" }, { find = "abc", skip = 2, old = "c", new = "z", note = "n" } } },
      ["makes one match twice"] = { "edits[1] is not recognised after all edits were written: needed exactly 1 match "
        .. "of 62 63 64, found 2 (0x1, 0x6)",
        "abcd  bced", { { find = "bcd", old = "b", new = "x" }, { at = 8, old = "ed", new = "de" } } },
      ["is an earlier alternative"] = { "edits[1] is not recognised after all edits were written: it is found at 0x5",
        "abc.ef", { { any = { { find = "gf", skip = 1, old = "f", new = "f" }, { at = 0 } }, old = "a", new = "b" },
          { at = 4, old = "e", new = "g" } } },
      ["is what was absent"] = {
        "edits[1] is not recognised after all edits were written: it was absent and is found at 0x1",
        "abc", { { find = "bd", old = "b", new = "x", optional = true }, { at = 2, old = "c", new = "d" } } },
      ["is the first of several"] = { "edits[2] is not recognised after all edits were written: it is found at 0x4",
        "aab.ab.", { { at = 0, old = "a", new = "x" }, { find = "a", nth = 2, old = "a", new = "y" } } },
    }
    for name, case in pairs(lost) do
      it("refuses what a second run would not take for done: what is written " .. name, function()
        local b = suture.buffer(case[2])
        local err = raised("argument", run, b, case[3])
        assert.matches(case[1], tostring(err), 1, true)
      end)
    end

    it("is done the second time", function()
      local edits = { { find = pattern "61 ?? 63", skip = 1, old = "b", new = "B" }, { at = 3, old = "d", new = "D" },
        { find = "ef", count = 2, old = "e", new = "E" }, { any = { { find = "q" }, { find = "g" } }, old = "g",
        new = "h" }, { find = "zz", old = "zz", new = "yy", optional = true } }
      local b = suture.buffer "abcdefefg"
      run(b, edits)
      local before = b:read(0, #b)
      assert.equal("aBcDEfEfh", before)
      listen()
      run(b, edits)
      assert.same({ "new", "new", "new", "new", "new", "absent" }, states())
      assert.equal(before, b:read(0, #b))
    end)
  end)
end)
