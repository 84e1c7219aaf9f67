-- What is known of signatures after something was written: the same as a search from the start finds.

local edit = require "suture.hunk.edit"
local matching = require "suture.hunk.matching"
local naive = require "spec.support.naive"
local renewal = require "suture.hunk.renewal"
local stressed = require "spec.support.stressed"
local suture = require "suture"

local ALPHABET <const> = "\1\2\3"

local function noise(length)
  local bytes = {}
  for index = 1, length do
    bytes[index] = string.char(math.random(3))
  end
  return table.concat(bytes)
end

local function alternative(size)
  local width = math.random(2)
  local given = {
    find = suture.pattern(naive.pattern(math.random(1, 8), ALPHABET)), skip = math.random(0, 9), old = noise(width),
    new = noise(width), nth = math.random(4) == 1 and 2 or nil,
  }
  if math.random(3) == 1 then
    given.base = math.random(0, size // 4)
    given.within = { math.random(0, size // 4), math.random(0, size // 4) }
  end
  return edit.read(given).alternatives[1]
end

local function search(b, alternatives)
  local known = {}
  matching.all(b, alternatives, known)
  for _, one in ipairs(alternatives) do
    known[one] = known[one] or matching.of(b, one)
  end
  return known
end

-- Writes at a few places that do not meet; ascending ranges.
local function write(b)
  local ranges, offset = {}, 0
  while true do
    offset = offset + math.random(0, 40)
    local length = math.random(3)
    if offset + length > #b or #ranges == 5 then
      return ranges
    end
    b:write(offset, noise(length))
    ranges[#ranges + 1] = { offset = offset, length = length }
    offset = offset + length
  end
end

describe("renewal", function()
  it("knows what a search from the start finds", function()
    math.randomseed(31)
    local changed = 0
    for _ = 1, stressed.rounds(200) do
      local b, alternatives = suture.buffer(noise(math.random(20, 300))), {}
      for index = 1, math.random(8) do
        alternatives[index] = alternative(#b)
      end
      local known = search(b, alternatives)
      local before = known[alternatives[1]]
      renewal.update(b, alternatives, known, write(b))
      for _, one in ipairs(alternatives) do
        assert.same(matching.of(b, one), known[one] or matching.of(b, one))
      end
      changed = changed + (#before ~= #(known[alternatives[1]] or before) and 1 or 0)
    end
    assert(stressed.is_so or changed > 10, "what is written changes too little")
  end)

  it("forgets lists that do not hold all", function()
    local b = suture.buffer(("a"):rep(9000))
    local one = edit.read { find = "a", old = "a", new = "b" }.alternatives[1]
    local known = search(b, { one })
    b:write(0, "b")
    renewal.update(b, { one }, known, { { offset = 0, length = 1 } })
    assert.same({}, known)
  end)

  it("keeps what it has not been told of", function()
    local b = suture.buffer "abcdefghabcdefgh"
    local one = edit.read { find = "abc", old = "a", new = "x" }.alternatives[1]
    local known = { [one] = { 0, 3, is_cut = false } }
    b:write(8, "z")
    renewal.update(b, { one }, known, { { offset = 8, length = 1 } })
    assert.same({ 0, 3, is_cut = false }, known[one])
  end)
end)
