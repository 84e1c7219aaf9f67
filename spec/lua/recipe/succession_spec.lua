-- What a recipe adds to what those before it have changed, against a naive file.

local succession = require "suture.recipe.succession"

-- Where the collector is always due (spec/support/stress.lua), everything takes a hundred times as long.
local ROUNDS <const> = debug.gethook() and 40 or 4000

-- Carries changes out, as they are told: what is in front of one has its new length already.
local function carry_out(text, changes)
  for _, change in ipairs(changes) do
    local past <const> = change.offset + #change.old
    assert(text:sub(change.offset + 1, past) == change.old, "the old bytes are not there")
    text = text:sub(1, change.offset) .. change.new .. text:sub(past + 1)
  end
  return text
end

-- Ascending changes of a text, none of which touches another.
local function changes_of(text, sized)
  local list, offset, growth = {}, math.random(0, 4), 0
  while offset < #text do
    local length <const> = math.min(math.random(0, 3), #text - offset)
    local old <const> = text:sub(offset + 1, offset + length)
    local count <const> = sized and math.random(0, 3) or length
    local new = ("ABC"):sub(math.random(3)):rep(3):sub(1, count)
    if new ~= old then
      list[#list + 1] = { offset = offset + growth, old = old, new = new }
      growth = growth + #new - #old
    end
    offset = offset + length + math.random(1, 6)
  end
  return list
end

local function ascends(list)
  local reached = -1
  for _, change in ipairs(list) do
    if change.offset < reached or change.old == change.new then
      return false
    end
    reached = change.offset + #change.new
  end
  return true
end

describe("succession", function()
  describe(".own", function()
    for _, sized in ipairs { false, true } do
      it("leads from the one state to the other" .. (sized and ", where sizes change" or ""), function()
        math.randomseed(20260202)
        local text <const> = ("abcdefghij"):rep(4)
        local met = 0
        for _ = 1, ROUNDS do
          local earlier <const>, whole <const> = changes_of(text, sized), changes_of(text, sized)
          local own <const> = succession.own(earlier, whole)
          assert.equal(carry_out(text, whole), carry_out(carry_out(text, earlier), own))
          assert(ascends(own))
          met = met + (#own < #earlier + #whole and 1 or 0)
        end
        assert(met > ROUNDS // 4, "the lists never meet")
      end)
    end

    it("is exact to the byte where sizes stay", function()
      local earlier = { { offset = 2, old = "cde", new = "CDE" } }
      local whole = { { offset = 1, old = "bcdef", new = "bCxEf" } }
      assert.same({ { offset = 3, old = "D", new = "x" } }, succession.own(earlier, whole))
    end)

    it("is nothing where nothing is added", function()
      local list = { { offset = 2, old = "a", new = "bb" }, { offset = 9, old = "", new = "x" } }
      assert.same({}, succession.own(list, list))
    end)

    it("takes back what the later list leaves out", function()
      local earlier = { { offset = 2, old = "a", new = "b" } }
      assert.same({ { offset = 2, old = "b", new = "a" } }, succession.own(earlier, {}))
    end)

    it("is the whole where nothing came before", function()
      local list = { { offset = 2, old = "a", new = "b" } }
      assert.equal(list, succession.own({}, list))
    end)
  end)

  describe(".move", function()
    it("moves what lies behind a change", function()
      local ranges = { { offset = 0 }, { offset = 5 }, { offset = 6 }, { offset = 20 } }
      succession.move(ranges, { { offset = 5, old = "x", new = "xyz" }, { offset = 15, old = "abcd", new = "" } })
      assert.same({ { offset = 0 }, { offset = 5 }, { offset = 8 }, { offset = 18 } }, ranges)
    end)
  end)
end)
