-- What comes next to a hunk that is not there: where, in what it differs, what pattern would find it.

local edit = require "suture.hunk.edit"
local hunk = require "suture.hunk"
local nearest = require "suture.hunk.nearest"
local noise = require "spec.support.noise"
local stressed = require "spec.support.stressed"
local suture = require "suture"

local hex, pattern = suture.hex, suture.pattern

-- What comes next to each of these hunks.
local function near(b, ...)
  local findings, known, result = {}, {}, {}
  for index, given in ipairs { ... } do
    findings[index] = hunk.find(b, edit.read(given), known)
  end
  local found = nearest.of(findings)
  for index, finding in ipairs(findings) do
    result[index] = found[finding] or {}
  end
  return table.unpack(result)
end

-- A candidate in one line.
local function line(candidate)
  local parts = {}
  for index, difference in ipairs(candidate.differences) do
    parts[index] = (" 0x%x %s->%s"):format(difference.offset, difference.wanted, difference.found)
  end
  return ("0x%x [%s] %d%s"):format(candidate.offset, candidate.pattern, candidate.matches, table.concat(parts))
end

local function lines(list)
  local texts = {}
  for index, candidate in ipairs(list) do
    texts[index] = line(candidate)
  end
  return texts
end

local CODE <const> = hex "90 90 48 8b 05 11 22 33 44 85 c0 74 10 c3 90 90"
local SIGNATURE <const> = "48 8b 05 ?? ?? ?? ?? 85 c0 74 10 c3"

-- A hunk that patches the last bytes but one of a signature.
local function jump(text)
  return { find = pattern(text), skip = 9, old = hex "74", new = hex "eb" }
end

describe("nearest", function()
  describe("of a signature", function()
    it("tells which bytes differ, and what pattern would be found", function()
      local list = near(suture.buffer(CODE), jump "48 8b 0d ?? ?? ?? ?? 85 c9 74 10 c3")
      assert.equal("0x2 [48 8b ?? ?? ?? ?? ?? 85 ?? 74 10 c3] 1 0x4 0d->05 0xa c9->c0", line(list[1]))
    end)

    it("counts what the widened pattern finds", function()
      local list = near(suture.buffer(CODE .. CODE), jump "48 8b 0d ?? ?? ?? ?? 85 c0 74 10 c3")
      assert.same({ "0x2 [48 8b ?? ?? ?? ?? ?? 85 c0 74 10 c3] 2 0x4 0d->05",
        "0x12 [48 8b ?? ?? ?? ?? ?? 85 c0 74 10 c3] 2 0x14 0d->05" }, lines(list))
    end)

    it("knows the form after the patch too", function()
      local patched = CODE:gsub("\x74", "\xeb")
      local list = near(suture.buffer(patched), jump "48 8b 0d ?? ?? ?? ?? 85 c0 74 10 c3")
      assert.equal("0x2 [48 8b ?? ?? ?? ?? ?? 85 c0 eb 10 c3] 1 0x4 0d->05", line(list[1]))
    end)

    it("widens a half byte wholly, and shows what was wanted of it", function()
      local list = near(suture.buffer(CODE), jump "48 8b 1? ?? ?? ?? ?? 85 c0 74 10 c3")
      assert.equal("0x2 [48 8b ?? ?? ?? ?? ?? 85 c0 74 10 c3] 1 0x4 1?->05", line(list[1]))
    end)

    it("passes over bits that are free", function()
      local list = near(suture.buffer(CODE), jump "48 8? 0d ?? ?? ?? ?? 8? c0 74 1? c3")
      assert.equal("0x2 [48 8? ?? ?? ?? ?? ?? 8? c0 74 1? c3] 1 0x4 0d->05", line(list[1]))
    end)

    it("tells only of the best where its pattern is everywhere", function()
      local list = near(suture.buffer(CODE:rep(300)), jump "48 8b 0d ?? ?? ?? ?? 85 c0 74 10 c3")
      assert.same({ "0x2 [48 8b ?? ?? ?? ?? ?? 85 c0 74 10 c3] 300 0x4 0d->05" }, lines(list))
    end)

    it("puts the one that differs least first, three at most", function()
      local function variant(data, ...)
        for _, at in ipairs { ... } do
          data = data:sub(1, at) .. "\0" .. data:sub(at + 2)
        end
        return data
      end
      local b = suture.buffer(variant(CODE, 2, 9, 12) .. variant(CODE, 10) .. variant(CODE, 2, 10)
        .. variant(CODE, 4, 9) .. variant(CODE, 2, 10, 12))
      local list = near(b, jump(SIGNATURE))
      assert.same({ 0x12, 0x22, 0x32 }, { list[1].offset, list[2].offset, list[3].offset })
      assert.equal(3, #list)
    end)

    it("finds one that has moved out of its range", function()
      local given = jump(SIGNATURE)
      given.within = { 0, 12 }
      assert.equal("0x2 [" .. SIGNATURE .. "] 1", line(near(suture.buffer(CODE), given)[1]))
    end)

    it("finds an instruction in between that became longer", function()
      local b = suture.buffer((CODE:gsub("\x85\xc0", "\x41\x85\xc0")))
      assert.same({ "0x2 [48 8b 05 ?? ?? ?? ?? ?? 85 c0 74 10 c3] 1" }, lines((near(b, jump(SIGNATURE)))))
    end)

    it("finds a shift where one part is short", function()
      local b = suture.buffer((CODE:gsub("\x74\x10", "\x90\x74\x10")))
      assert.equal("0x2 [48 8b 05 11 22 33 44 85 c0 ?? 74 10 c3] 1",
        line(near(b, jump "48 8b 05 11 22 33 44 85 c0 74 10 c3")[1]))
      b = suture.buffer((CODE:gsub("\x8b\x05", "\x8b\x90\x05")))
      assert.equal("0x2 [48 8b ?? 05 11 22 33 44 85 c0 74 10 c3] 1",
        line(near(b, jump "48 8b 05 11 22 33 44 85 c0 74 10 c3")[1]))
    end)

    it("finds one that became shorter", function()
      local b = suture.buffer((CODE:gsub("\x33\x44", "")))
      assert.equal("0x2 [48 8b 05 ?? ?? 85 c0 74 10 c3] 1", line(near(b, jump(SIGNATURE))[1]))
    end)

    it("finds a part of it in a long file", function()
      local data = noise:sub(1, 30000) .. "\0\0\0\6\x85\xc0\x74\x10\xc3\x90" .. noise:sub(30001, 60000)
      local list = near(suture.buffer(data), jump "48 8b 05 01 02 03 04 05 06 85 c0 74 10 c3 07 08 09 10")
      assert.equal(30003 - 8, list[1].offset)
      assert.equal("?? ?? ?? ?? ?? ?? ?? ?? 06 85 c0 74 10 c3 ?? ?? ?? ??", list[1].pattern)
    end)

    it("says nothing of a file that is another one", function()
      assert.same({}, near(suture.buffer(("a"):rep(3000)), jump(SIGNATURE)))
      assert.same({}, near(suture.buffer(0), jump(SIGNATURE)))
      assert.same({}, near(suture.buffer "a", jump(SIGNATURE)))
    end)

    it("says nothing of one that is found too often", function()
      assert.same({}, near(suture.buffer(CODE .. CODE), jump(SIGNATURE)))
    end)

    it("tells of the bytes that change where the signature leaves them open", function()
      local given = { find = pattern "48 8b 05 ?? ?? ?? ?? ?? ?? 74", skip = 7, old = hex "85 c9", new = hex "31 c9" }
      assert.same({ "0x9 [85 ??] 1 0xa c9->c0" }, lines((near(suture.buffer(CODE), given))))
    end)

    it("counts in the file", function()
      local b = suture.buffer("....." .. CODE)
      assert.equal("0x7 [48 8b ?? ?? ?? ?? ?? 85 c0 74 10 c3] 1 0x9 0d->05",
        line(near(b, jump "48 8b 0d ?? ?? ?? ?? 85 c0 74 10 c3")[1]))
    end)
  end)

  describe("of a place", function()
    it("tells which bytes differ there", function()
      local list = near(suture.buffer(CODE), { at = 9, old = hex "85 c9 74", new = hex "31 c9 74" })
      assert.same({ "0x9 [85 ?? 74] 1 0xa c9->c0" }, lines(list))
    end)

    it("tells where the bytes have moved, before what is there instead", function()
      local list = near(suture.buffer(CODE), { at = 3, old = hex "85 c0 74 10", new = hex "85 c0 90 90" })
      assert.equal("0x9 [85 c0 74 10] 1", line(list[1]))
      assert.equal("0x3 [?? ?? ?? ??] 13 0x3 85->8b 0x4 c0->05 0x5 74->11 0x6 10->22", line(list[2]))
    end)

    it("takes the side that differs less", function()
      local list = near(suture.buffer(CODE), { at = 9, old = hex "31 c9 75 ff", new = hex "85 c0 75 ff" })
      assert.equal("0x9 [85 c0 ?? ??] 1 0xb 75->74 0xc ff->10", line(list[1]))
    end)

    it("finds them where the place lies behind the end", function()
      local list = near(suture.buffer(CODE), { at = 99, old = hex "85 c0 74 10", new = hex "85 c0 90 90" })
      assert.same({ "0x9 [85 c0 74 10] 1" }, lines(list))
    end)

    it("compares the beginning of a long side", function()
      local old = noise:sub(1, 3000)
      local data = old:sub(1, 20) .. "\0\0" .. old:sub(23)
      local list = near(suture.buffer(data), { at = 0, old = old, new = ("x"):rep(3000) })
      assert.same({ 0, 1, 2, 1024 }, { list[1].offset, list[1].matches, #list[1].differences,
        (#list[1].pattern + 1) // 3 })
    end)

    it("bounds how many differences it tells", function()
      local list = near(suture.buffer(noise:sub(1, 200)), { at = 0, old = ("x"):rep(90), new = ("y"):rep(90) })
      assert.equal(64, #list[#list].differences)
    end)
  end)

  it("looks into alternatives", function()
    local list = near(suture.buffer(CODE), { any = { { find = hex "31 c0 85 c0 74 11" },
      { find = hex "48 8b 0d 11 22 33 44 85" } }, old = hex "31", new = hex "33" })
    assert.same({ "0x2 [48 8b ?? 11 22 33 44 85] 1 0x4 0d->05",
      "0x7 [33 ?? 85 c0 74 ??] 1 0x8 c0->44 0xc 11->10" }, lines(list))
  end)

  it("looks into the first four that are missing", function()
    local function wrong(at)
      return { at = at, old = "zz", new = "yy" }
    end
    local b = suture.buffer(CODE)
    local lists = { near(b, wrong(0), wrong(2), { at = 4, old = "\5", new = "\6" }, wrong(6), wrong(8), wrong(10)) }
    assert.same({ 1, 1, 0, 1, 1, 0 }, { #lists[1], #lists[2], #lists[3], #lists[4], #lists[5], #lists[6] })
  end)

  it("finds what was planted in a long file, whatever the collector of pieces sees", function()
    math.randomseed(41)
    for round = 1, stressed.rounds(30) do
      local length, at = math.random(8, 40), math.random(20000, #noise - 100)
      local signature = noise:sub(at + 1, at + length)
      local changed, spoilt = {}, signature
      for _ = 1, math.random(1, 2) do
        local place = math.random(length)
        spoilt = spoilt:sub(1, place - 1) .. string.char(signature:byte(place) ~ 0xff) .. spoilt:sub(place + 1)
        changed[place] = true
      end
      local list = near(suture.buffer(noise), { find = spoilt, old = spoilt:sub(1, 1), new = "\0" })
      assert(list[1] and list[1].offset == at and list[1].matches == 1, ("round %d at 0x%x"):format(round, at))
      for _, difference in ipairs(list[1].differences) do
        assert(changed[difference.offset - at + 1] or difference.wanted == "00")
      end
    end
  end)

  it("holds: the widened pattern matches where it says, and not before it is widened", function()
    math.randomseed(42)
    for _ = 1, stressed.rounds(20) do
      local at = math.random(0, 400)
      local text = noise:sub(at + 1, at + 12):gsub("^.(.)", "%1%1")
      local b = suture.buffer(noise:sub(1, 600))
      for _, candidate in ipairs(near(b, { find = text, old = text:sub(1, 1), new = "\0" })) do
        local found = pattern(candidate.pattern)
        assert.equal(candidate.offset, (b:find(found, candidate.offset)))
        assert.equal(candidate.matches, b:count(found))
      end
    end
  end)

  if stressed.is_so then
    return
  end

  it("ends in time where pieces are everywhere", function()
    local many = 1 << 19
    local b = suture.buffer(("ab"):rep(many) .. ("\0"):rep(2 * many) .. ("\1\2\3\4"):rep(many))
    local start = os.clock()
    near(b, { find = ("ab"):rep(20) .. "zz" .. ("ab"):rep(20), old = "a", new = "b" },
      { find = ("\0"):rep(40) .. "x", old = "\0", new = "\1" },
      { find = ("\1\2\3\4"):rep(9) .. "x" .. ("\1\2\3\4"):rep(9), old = "\1", new = "\2" },
      { at = 77, old = ("\1\2\3\4"):rep(200), new = ("\1\2\3\5"):rep(200) })
    assert(os.clock() - start < 20)
  end)
end)
