-- Where signatures match: one pass finds what each search by itself finds, and both what a naive matcher finds.

local edit = require "suture.hunk.edit"
local matching = require "suture.hunk.matching"
local naive = require "spec.support.naive"
local stressed = require "spec.support.stressed"
local suture = require "suture"

local pattern = suture.pattern

local ALPHABET <const> = "\1\2\3"

local function noise(length)
  local bytes = {}
  for index = 1, length do
    bytes[index] = string.char(math.random(3))
  end
  return table.concat(bytes)
end

-- A random hunk with a signature; its alternative and the texts of both forms.
local function hunk()
  local length, width = math.random(4, 9), math.random(2)
  local find, skip = naive.pattern(length, ALPHABET), math.random(0, 6)
  local old, new = noise(width), noise(width)
  local form = edit.read { find = pattern(find), skip = skip, old = old, new = new,
    nth = math.random(3) == 1 and math.random(3) or nil }
  local alternative = form.alternatives[1]
  return alternative, find, tostring(alternative.patched)
end

local function both(data, find, patched)
  local seen, list = {}, {}
  for _, text in ipairs { find, patched } do
    for _, offset in ipairs(naive.matches(data, text, 0, #data)) do
      if not seen[offset] then
        seen[offset], list[#list + 1] = true, offset
      end
    end
  end
  table.sort(list)
  list.is_cut = false
  return list
end

describe("matching", function()
  it("finds the same in one pass, one by one, and byte by byte", function()
    math.randomseed(21)
    local in_pass, found = 0, 0
    for _ = 1, stressed.rounds(100) do
      local data, alternatives, texts = noise(math.random(0, 600)), {}, {}
      for index = 1, math.random(10) do
        local alternative, find, patched = hunk()
        alternatives[index], texts[index] = alternative, { find, patched }
      end
      local b, known = suture.buffer(data), {}
      matching.all(b, alternatives, known)
      for index, alternative in ipairs(alternatives) do
        local wanted = both(data, texts[index][1], texts[index][2])
        assert.same(wanted, matching.of(b, alternative))
        if known[alternative] then
          assert.same(wanted, known[alternative])
          in_pass, found = in_pass + 1, found + #wanted
        end
      end
    end
    local little = ("the pass has too little to do: %d, %d"):format(in_pass, found)
    assert(stressed.is_so or in_pass > 80 and found > 80, little)
  end)

  it("leaves to others what has a range, a base, or matches nearly everywhere", function()
    local find = pattern "01 02 03 04"
    local list = {}
    local others = { { within = { 0, 4 } }, { base = 1 }, { find = pattern "01 ?? ?? 04" }, { find = "zz" } }
    for index, more in ipairs(others) do
      more.find, more.old, more.new = more.find or find, "\1", "\2"
      list[index] = edit.read(more).alternatives[1]
    end
    list[5] = edit.read { at = 0, old = "a", new = "b" }.alternatives[1]
    local known = {}
    matching.all(suture.buffer "\1\2\3\4", list, known)
    assert.same({}, known)
  end)

  it("keeps a bound, in the order of the file", function()
    local alternative = edit.read { find = "ab", old = "ab", new = "xy", nth = 2 }.alternatives[1]
    local list = matching.of(suture.buffer(("abxy"):rep(5000)), alternative)
    assert.same({ 4098, true, 0, 2, 8194 }, { #list, list.is_cut, list[1], list[2], list[4098] })
    list = matching.of(suture.buffer(("ab"):rep(4098)), alternative)
    assert.same({ 4098, false }, { #list, list.is_cut })
    list = matching.of(suture.buffer(("ab"):rep(4099)), alternative)
    assert.same({ 4098, true }, { #list, list.is_cut })
    alternative = edit.read { find = "0123ab", skip = 4, old = "ab", new = "xy" }.alternatives[1]
    local b, known = suture.buffer(("0123ab0123xy"):rep(5000)), {}
    matching.all(b, { alternative }, known)
    assert.same({ 4097, true }, { #known[alternative], known[alternative].is_cut })
    assert.same(known[alternative], matching.of(b, alternative))
  end)
end)
