-- Ranges that share a byte.

local overlap = require "suture.hunk.overlap"
local stressed = require "spec.support.stressed"

local function first(...)
  local ranges = {}
  for index, pair in ipairs { ... } do
    ranges[index] = { offset = pair[1], length = pair[2], name = index, label = pair[3] }
  end
  local one, other, offset = overlap.first(ranges, function(a, b)
    return not (a.label and b.label) or a.label == b.label
  end)
  return one and one.name, other and other.name, offset
end

describe("overlap", function()
  describe(".first", function()
    it("finds none where ranges touch or lie apart", function()
      assert.is_nil(first())
      assert.is_nil(first({ 4, 2 }, { 0, 4 }, { 6, 1 }, { 10, 5 }))
    end)

    it("finds the pair with the lowest byte in common", function()
      assert.same({ 2, 1, 3 }, { first({ 3, 9 }, { 0, 4 }, { 5, 1 }) })
      assert.same({ 1, 3, 7 }, { first({ 0, 9 }, { 20, 1 }, { 7, 1 }) })
    end)

    it("looks past one that does not count", function()
      assert.same({ 1, 3, 2 }, { first({ 0, 9, "a" }, { 1, 3, "b" }, { 2, 1, "a" }) })
    end)

    it("agrees with looking at every pair", function()
      math.randomseed(7)
      for _ = 1, stressed.rounds(300) do
        local ranges, lowest = {}, nil
        for index = 1, math.random(6) do
          ranges[index] = { math.random(0, 40), math.random(6) }
        end
        for i, one in ipairs(ranges) do
          for j = 1, i - 1 do
            local start = math.max(one[1], ranges[j][1])
            if start < math.min(one[1] + one[2], ranges[j][1] + ranges[j][2]) then
              lowest = math.min(lowest or start, start)
            end
          end
        end
        assert.equal(lowest, (select(3, first(table.unpack(ranges)))))
      end
    end)
  end)
end)
