--- Ranges that share a byte.

local overlap = {}

---@class suture.range
---@field offset integer
---@field length integer

local function before(one, other)
  return one.offset < other.offset
end

-- Of those that are open at an offset: the first that the range must not meet.
local function met(open, range, may_meet)
  for _, other in ipairs(open) do
    if may_meet(other, range) then
      return other
    end
  end
end

local function still_open(open, offset)
  local list <const> = {}
  for _, range in ipairs(open) do
    if range.offset + range.length > offset then
      list[#list + 1] = range
    end
  end
  return list
end

local function always()
  return true
end

--- Two ranges that share a byte, and the first one that they share; the pair with the lowest such byte. nil where
--- there are none. Sorts the list by offset.
---@generic T: suture.range
---@param ranges T[]
---@param matters? fun(one: T, other: T): boolean  whether a pair counts; all do if absent
---@return T?
---@return T?
---@return integer?
function overlap.first(ranges, matters)
  local open = {}
  table.sort(ranges, before)
  for _, range in ipairs(ranges) do
    open = still_open(open, range.offset)
    local other <const> = met(open, range, matters or always)
    if other then
      return other, range, range.offset
    end
    open[#open + 1] = range
  end
end

return overlap
