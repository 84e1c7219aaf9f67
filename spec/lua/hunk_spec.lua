-- Hunks on buffers: which sites they find, what they write, and what they refuse.

local suture = require "suture"
local hunk = require "suture.hunk"
local raised = require "spec.support.raised"

local hex, pattern = suture.hex, suture.pattern

local function bytes(text)
  return suture.buffer(hex(text))
end

local function text_of(b)
  return (b:read(0, #b):gsub(".", function(byte) return ("%02x"):format(byte:byte()) end))
end

-- Demands an error with words in its message, and that the buffer is as before.
local function refused(kind, words, b, edit)
  local before = text_of(b)
  local err = raised(kind, b.hunk, b, edit)
  assert.matches(words, tostring(err), 1, true)
  assert.equal(before, text_of(b))
  return err
end

describe("hunk", function()
  describe("at a place", function()
    it("writes where the old bytes stand", function()
      local b = bytes "00 75 0a 00"
      local offset, state = b:hunk { at = 1, old = hex "75 0a", new = hex "90 90" }
      assert.same({ 1, "old" }, { offset, state })
      assert.equal("00909000", text_of(b))
    end)

    it("writes nothing where the new bytes stand", function()
      local b = bytes "00 90 90 00"
      local offset, state = b:hunk { at = 1, old = hex "75 0a", new = hex "90 90" }
      assert.same({ 1, "new" }, { offset, state })
      assert.is_false(b:pending())
    end)

    it("reaches the first and the last byte", function()
      local b = bytes "01 02"
      b:hunk { at = 0, old = "\1", new = "\3" }
      b:hunk { at = 1, old = "\2", new = "\4" }
      assert.equal("0304", text_of(b))
    end)

    it("counts from base", function()
      local b = bytes "00 00 75 00"
      assert.equal(2, (b:hunk { at = 1, base = 1, old = "\x75", new = "\x90" }))
    end)

    it("shows both sides where neither stands", function()
      local err = refused("mismatch", "expected 75 0a (or 90 90 when applied), found 75 0b", bytes "00 75 0b",
        { at = 1, old = hex "75 0a", new = hex "90 90" })
      assert.equal(1, err.offset)
    end)

    it("shows long sides from the first byte that differs", function()
      local old = ("a"):rep(40)
      local err = refused("mismatch", "found 62 61 61", suture.buffer(("a"):rep(20) .. "b" .. ("a"):rep(19)),
        { at = 0, old = old, new = ("c"):rep(40) })
      assert.matches("at +0x14", tostring(err), 1, true)
    end)

    it("raises range one past the end and far outside", function()
      for _, offset in ipairs { 1, 2, 3, math.maxinteger } do
        refused("range", "read of 2 bytes passes the end", bytes "00 00", { at = offset, old = "\0\0", new = "\1\1" })
      end
    end)

    it("raises range in an empty buffer", function()
      raised("range", function() suture.buffer(0):hunk { at = 0, old = "\0", new = "\1" } end)
    end)

    it("keeps the bits that are wild in new", function()
      local b = bytes "12 34"
      b:hunk { at = 0, old = pattern "1? ??", new = pattern "?f ??" }
      assert.equal("1f34", text_of(b))
    end)

    it("asks new first where both sides agree", function()
      local b = bytes "75 01"
      local _, state = b:hunk { at = 0, old = pattern "75 ??", new = pattern "75 ??" }
      assert.equal("new", state)
    end)
  end)

  describe("by a signature", function()
    local edit = { find = pattern "c7 ?? 3c c3", skip = 2, old = "\x3c", new = "\x5a" }

    it("returns where it patches", function()
      local b = bytes "00 c7 45 3c c3"
      assert.same({ 3, "old" }, { b:hunk(edit) })
      assert.equal("00c7455ac3", text_of(b))
    end)

    it("recognises a patched file", function()
      local b = bytes "00 c7 45 5a c3"
      assert.same({ 3, "new" }, { b:hunk(edit) })
      assert.is_false(b:pending())
    end)

    it("is found a second time after it was written", function()
      local b = bytes "00 c7 45 3c c3"
      b:hunk(edit)
      assert.same({ 3, "new" }, { b:hunk(edit) })
    end)

    it("counts the matches of both forms together", function()
      refused("notunique", "found 2 (0x0, 0x4)", bytes "c7 45 3c c3 c7 45 5a c3", edit)
    end)

    it("raises notunique when nothing is found", function()
      refused("notunique", "found 0", bytes "00 00 00 00", edit)
    end)

    it("returns nil when an optional one is not found", function()
      local optional = { find = edit.find, skip = 2, old = "\x3c", new = "\x5a", optional = true }
      assert.same({ nil, "absent" }, { bytes("00 00 00 00"):hunk(optional) })
      refused("notunique", "found 2", bytes "c7 45 3c c3 c7 45 5a c3", optional)
    end)

    it("takes a string as it is, without wildcards", function()
      local b = suture.buffer "a?b"
      assert.equal(1, (b:hunk { find = "a?b", skip = 1, old = "?", new = "!" }))
    end)

    it("raises mismatch where the signature leaves the old bytes open", function()
      refused("mismatch", "found 07", bytes "c7 07 c3", { find = pattern "c7 ?? c3", skip = 1, old = "\1", new = "\2" })
    end)

    it("takes a match that both forms give only once", function()
      local b = bytes "c7 01 c3"
      assert.same({ 1, "old" }, { b:hunk { find = pattern "c7 ?? c3", skip = 1, old = "\1", new = "\2" } })
    end)

    it("looks only within its range", function()
      local b = bytes "c7 01 c7 01 c7 01"
      local inside = { find = hex "c7 01", skip = 1, old = "\1", new = "\2", within = { 1, 4 } }
      assert.equal(3, (b:hunk(inside)))
      assert.equal("c701c702c701", text_of(b))
      inside.within = { 1, 2 }
      refused("notunique", "found 0", b, inside)
    end)

    it("counts within from base, and looks from base on without it", function()
      local b = bytes "c7 01 c7 01 c7 01"
      local find = { find = hex "c7 01", skip = 1, old = "\1", new = "\2", base = 1, within = { 1, 2 } }
      assert.equal(3, (b:hunk(find)))
      assert.equal(5, (b:hunk { find = hex "c7 01", skip = 1, old = "\1", new = "\2", base = 3 }))
      refused("range", "past the end", b, { find = hex "c7", old = hex "c7", new = "\1", base = 7 })
      refused("notunique", "found 0", b, { find = hex "c7", old = hex "c7", new = "\1", base = 6 })
    end)

    it("counts no more matches than tell that it is another file", function()
      local err = raised("notunique", suture.buffer(9000).hunk, suture.buffer(9000),
        { find = "\0", old = "\0", new = "\1" })
      assert.matches("found more than 4097 (0x0, 0x1, 0x2, 0x3, ...)", tostring(err), 1, true)
    end)

    it("raises range when within leaves the bytes", function()
      refused("range", "end", bytes "c7 01", { find = "\xc7", old = "\xc7", new = "\1", within = { 1, 2 } })
    end)

    it("patches behind the signature", function()
      local b = bytes "aa bb 01"
      assert.same({ 2, "old" }, { b:hunk { find = hex "aa bb", skip = 2, old = "\1", new = "\2" } })
      assert.same({ 2, "new" }, { b:hunk { find = hex "aa bb", skip = 2, old = "\1", new = "\2" } })
    end)

    it("raises range where the patch would lie behind the end", function()
      refused("range", "passes the end", bytes "aa bb", { find = hex "aa bb", skip = 2, old = "\1", new = "\2" })
    end)
  end)

  describe("count and nth", function()
    local function edit(more)
      more.find, more.skip, more.old, more.new = hex "c7 01", 1, "\1", "\2"
      return more
    end

    it("patches all of count matches", function()
      local b = bytes "c7 01 00 c7 01"
      local offsets, state = b:hunk(edit { count = 2 })
      assert.same({ 1, 4 }, offsets)
      assert.equal("old", state)
      assert.equal("c70200c702", text_of(b))
    end)

    it("completes matches of which some are new", function()
      local b = bytes "c7 02 00 c7 01"
      local offsets, state = b:hunk(edit { count = 2 })
      assert.same({ 1, 4 }, offsets)
      assert.equal("old", state)
      assert.equal("c70200c702", text_of(b))
    end)

    it("raises when there are more or fewer than count", function()
      refused("notunique", "exactly 2 matches", bytes "c7 01 c7 01 c7 01", edit { count = 2 })
      refused("notunique", "exactly 2 matches", bytes "c7 01", edit { count = 2 })
    end)

    it("patches the nth match, counted from 1 in both forms", function()
      local b = bytes "c7 02 c7 01 c7 01"
      assert.equal(3, (b:hunk(edit { nth = 2 })))
      assert.equal("c702c702c701", text_of(b))
    end)

    it("raises when there is no nth match", function()
      refused("notunique", "at least 3 matches", bytes "c7 01 c7 01", edit { nth = 3 })
    end)

    it("holds to count where nth is given too", function()
      local b = bytes "c7 01 c7 01"
      assert.equal(3, (b:hunk(edit { nth = 2, count = 2 })))
      refused("notunique", "exactly 2", bytes "c7 01 c7 01 c7 01", edit { nth = 2, count = 2 })
    end)

    it("validates all sites before it writes one", function()
      refused("mismatch", "found 07", bytes "c7 01 c7 07",
        { find = pattern "c7 ??", skip = 1, old = "\1", new = "\2", count = 2 })
    end)

    it("refuses matches that overlap where they change", function()
      refused("notunique", "overlap", bytes "00 00 00",
        { find = hex "00 00", old = hex "00 00", new = hex "01 01", count = 2 })
    end)
  end)

  describe("any", function()
    it("takes the first alternative that has a site", function()
      local b = bytes "aa 01 bb 01"
      local offset = b:hunk { any = {
        { find = hex "cc 01", skip = 1, old = "\1", new = "\2" },
        { at = 100, old = "\1", new = "\2" },
        { find = hex "bb 01", skip = 1, old = "\1", new = "\3" },
        { find = hex "aa 01", skip = 1, old = "\1", new = "\4" },
      } }
      assert.equal(3, offset)
      assert.equal("aa01bb03", text_of(b))
    end)

    it("passes over a place that has other bytes", function()
      local b = bytes "07 01"
      assert.equal(1, (b:hunk { any = { { at = 0 }, { at = 1 } }, old = "\1", new = "\2" }))
    end)

    it("gives to alternatives what they leave out", function()
      local b = bytes "aa 01 bb 01"
      local offset = b:hunk { any = { { at = 0 }, { find = "\xbb" } }, skip = 1, old = "\1", new = "\2" }
      assert.equal(3, offset)
    end)

    it("does not pass over a signature that is found too often", function()
      refused("notunique", "found 2", bytes "aa 01 aa 01",
        { any = { { find = "\xaa", skip = 1 }, { at = 3 } }, old = "\1", new = "\2" })
    end)

    it("tells why no alternative has a site", function()
      local err = refused("notunique", "no alternative has a site", bytes "07",
        { any = { { find = "\xaa" }, { at = 0 } }, old = "\1", new = "\2" })
      assert.matches("1: needed exactly 1 match of aa, found 0; 2: 0x0: expected 01", tostring(err), 1, true)
    end)

    it("returns nil when it is optional and nothing is found", function()
      local given = { any = { { find = "\xaa" }, { find = "\xbb" } }, old = "\1", new = "\2", optional = true }
      assert.same({ nil, "absent" }, { bytes("00"):hunk(given) })
    end)
  end)

  describe("its argument", function()
    local wrong <const> = {
      ["nothing"] = { nil, "a table is needed" },
      ["an unknown key"] = { { att = 0, old = "a", new = "b" }, "did you mean 'at'?" },
      ["no target"] = { { old = "a", new = "b" }, "exactly one of at, find and any" },
      ["two targets"] = { { at = 0, find = "a", old = "a", new = "b" }, "exactly one of at, find and any" },
      ["no old"] = { { at = 0, new = "b" }, "old is missing" },
      ["no new"] = { { at = 0, old = "b" }, "new is missing" },
      ["an empty side"] = { { at = 0, old = "", new = "" }, "old is empty" },
      ["an empty find"] = { { find = "", old = "a", new = "b" }, "find is empty" },
      ["sides of different length"] = { { at = 0, old = "ab", new = "c" }, "old has 2 bytes and new has 1" },
      ["a side that is a number"] = { { at = 0, old = 1, new = "b" }, "old must be a string or a pattern" },
      ["a side that is a bytes object"] = { { at = 0, old = suture.buffer(1), new = "b" }, "old must be a string" },
      ["a negative offset"] = { { at = -1, old = "a", new = "b" }, "at must be at least 0" },
      ["a fraction"] = { { at = 0.5, old = "a", new = "b" }, "at must be an integer" },
      ["a string as offset"] = { { at = "0", old = "a", new = "b" }, "at must be an integer" },
      ["a count of 0"] = { { find = "a", count = 0, old = "a", new = "b" }, "count must be at least 1" },
      ["an nth of 0"] = { { find = "a", nth = 0, old = "a", new = "b" }, "nth must be at least 1" },
      ["skip with at"] = { { at = 0, skip = 1, old = "a", new = "b" }, "skip goes with find" },
      ["within that is a number"] = { { find = "a", within = 1, old = "a", new = "b" }, "within must be" },
      ["within of one number"] = { { find = "a", within = { 1 }, old = "a", new = "b" }, "within must be" },
      ["within past all offsets"] = {
        { find = "a", within = { math.maxinteger, 1 }, old = "a", new = "b" }, "base and within are too far together" },
      ["within past all offsets from base"] = {
        { find = "a", base = math.maxinteger - 1, within = { 1, 1 }, old = "a", new = "b" }, "too far together" },
      ["at past all offsets from base"] = {
        { at = 1, base = math.maxinteger, old = "a", new = "b" }, "base and at are too far together" },
      ["a skip past all patterns"] = { { find = "a", skip = math.maxinteger, old = "a", new = "b" }, "too long" },
      ["base that is negative"] = { { at = 0, base = -1, old = "a", new = "b" }, "base must be at least 0" },
      ["skip that is negative"] = { { find = "a", skip = -1, old = "a", new = "b" }, "skip must be at least 0" },
      ["count in an alternative that is a place"] = {
        { any = { { at = 0, count = 1 } }, old = "a", new = "b" }, "count goes with find" },
      ["an alternative that is a string"] = { { any = { "a" }, old = "a", new = "b" }, "any[1] must be a table" },
      ["optional in an alternative"] = {
        { any = { { at = 0, optional = true } }, old = "a", new = "b" }, "any[1] cannot have optional" },
      ["new that is a function"] = { { at = 0, old = "a", new = print }, "new must be a string or a pattern" },
      ["a label"] = { { at = 0, old = "a", new = "b", label = "1.0" }, "unknown key 'label'" },
      ["a note that is a number"] = { { at = 0, old = "a", new = "b", note = 1 }, "note must be a string" },
      ["optional that is a string"] = { { at = 0, old = "a", new = "b", optional = "yes" }, "optional must be" },
      ["any that is empty"] = { { any = {}, old = "a", new = "b" }, "any must be a list" },
      ["any in any"] = { { any = { { any = {} } }, old = "a", new = "b" }, "cannot have any" },
      ["a key that is no string"] = { { [1] = "a", at = 0, old = "a", new = "b" }, "unknown key '1'" },
    }
    for name, case in pairs(wrong) do
      it("raises argument for " .. name, function()
        refused("argument", case[2], suture.buffer "a", case[1])
      end)
    end

    it("takes a float with an integral value as offset", function()
      assert.equal(0, (suture.buffer("a"):hunk { at = 0.0, old = "a", new = "b" }))
    end)
  end)

  describe(".observe", function()
    after_each(function() hunk.observe(nil) end)

    it("hears each site once, in the file's offsets, before it is written", function()
      local heard = {}
      hunk.observe(function(sighting)
        heard[#heard + 1] = { sighting.offset, sighting.length, sighting.state, sighting.note }
      end)
      local b = bytes "00 00 c7 01 c7 02"
      b:view(2):hunk { find = hex "c7 01", skip = 1, old = "\1", new = "\2", count = 2, note = "two" }
      assert.same({ { 3, 1, "old", "two" }, { 5, 1, "new", "two" } }, heard)
    end)

    it("hears that an optional one is absent", function()
      local states = {}
      hunk.observe(function(sighting) states[#states + 1] = sighting.state end)
      bytes("00"):hunk { find = "\1", old = "\1", new = "\2", optional = true }
      assert.same({ "absent" }, states)
    end)
  end)
end)
