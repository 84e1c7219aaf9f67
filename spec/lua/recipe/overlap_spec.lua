-- Recipes that meet, against looking at each byte.

local overlap = require "suture.recipe.overlap"

-- Where the collector is always due (spec/support/stress.lua), everything takes a hundred times as long.
local ROUNDS <const> = debug.gethook() and 40 or 4000

local function hunk(offset, length, state)
  return { target = 1, offset = offset, length = length, state = state or "old" }
end

local function change(offset, old, new)
  return { offset = offset, old = old, new = new }
end

-- Two recipes, each with hunks and changes: where they meet.
local function meet(first, second)
  local claims <const> = {}
  assert(not overlap.add(claims, "a", first.hunks or {}, 1, first.changes or {}))
  return overlap.add(claims, "b", second.hunks or {}, 1, second.changes or {})
end

describe("overlap", function()
  it("of two hunks is told, with both names and the place", function()
    assert.same({ offset = 6, recipes = { "a", "b" } }, meet({ hunks = { hunk(4, 4) } }, { hunks = { hunk(6, 4) } }))
    assert.equal(6, meet({ hunks = { hunk(6, 4) } }, { hunks = { hunk(4, 4) } }).offset)
    assert.equal(4, meet({ hunks = { hunk(4, 1) } }, { hunks = { hunk(4, 1, "new") } }).offset)
  end)

  it("of a hunk and another recipe's change is told", function()
    assert.equal(5, meet({ hunks = { hunk(4, 4) } }, { changes = { change(5, "x", "y") } }).offset)
    assert.equal(5, meet({ changes = { change(5, "x", "y") } }, { hunks = { hunk(4, 4) } }).offset)
  end)

  it("of two changes is fine", function()
    assert.is_nil(meet({ changes = { change(5, "x", "y") } }, { changes = { change(5, "y", "z") } }))
  end)

  it("of a recipe with itself is fine", function()
    assert.is_nil(meet({}, { hunks = { hunk(4, 4) }, changes = { change(5, "x", "y") } }))
  end)

  it("is none where they only touch, is not found, or is elsewhere", function()
    assert.is_nil(meet({ hunks = { hunk(4, 4) } }, { hunks = { hunk(8, 4), hunk(0, 4) } }))
    assert.is_nil(meet({ hunks = { hunk(4, 4) } }, { hunks = { hunk(4, 4, "neither") } }))
    local elsewhere <const> = { target = 2, offset = 4, length = 4, state = "old" }
    assert.is_nil(meet({ hunks = { hunk(4, 4) } }, { hunks = { elsewhere } }))
  end)

  it("counts an insertion only inside of a hunk", function()
    assert.is_nil(meet({ hunks = { hunk(4, 4) } }, { changes = { change(4, "", "xx") } }))
    assert.is_nil(meet({ hunks = { hunk(4, 4) } }, { changes = { change(8, "", "xx") } }))
    assert.equal(5, meet({ hunks = { hunk(4, 4) } }, { changes = { change(5, "", "xx") } }).offset)
  end)

  it("follows what moves", function()
    local first <const> = { hunks = { hunk(4, 2) }, changes = { change(0, "", "xyz") } }
    assert.is_nil(meet(first, { hunks = { hunk(4, 2) } }))
    assert.equal(8, meet(first, { hunks = { hunk(8, 2) } }).offset)
    local claims <const> = {}
    overlap.add(claims, "a", { hunk(10, 2) }, 1, {})
    overlap.add(claims, "b", {}, 1, { change(0, "", "xyz") })
    assert.is_nil(overlap.add(claims, "c", { hunk(10, 2) }, 1, {}))
    assert.same({ offset = 13, recipes = { "a", "d" } }, overlap.add(claims, "d", { hunk(13, 2) }, 1, {}))
  end)

  it("is found wherever it is", function()
    math.randomseed(20260203)
    local met = 0
    for _ = 1, ROUNDS do
      local lists <const>, marks, expected = { {}, {} }, {}, false
      for which, list in ipairs(lists) do
        for _ = 1, math.random(0, 3) do
          local one <const> = hunk(math.random(0, 30), math.random(1, 4))
          list[#list + 1] = one
          for offset = one.offset, one.offset + one.length - 1 do
            expected = expected or marks[offset] == 3 - which
            marks[offset] = which
          end
        end
      end
      met = met + (expected and 1 or 0)
      assert.equal(expected, meet({ hunks = lists[1] }, { hunks = lists[2] }) ~= nil)
    end
    assert(met > ROUNDS // 8 and met < ROUNDS * 7 // 8)
  end)
end)
