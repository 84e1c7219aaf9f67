--- Many patterns looked for in one pass, with a bound on what each may give.

local core <const> = require "suture.core"

local scan <const> = core.methods.scan

local pass = {}

-- The first part is small, so that what matches nearly everywhere is known and left out early; each part is twice the
-- one before it, so that a file full of holes is not cut into many.
local first_part <const> = 1 << 20

-- Matches of a pattern that suits lie so far apart at least.
local least_distance <const> = 4

local longest <const> = 1 << 16

local function differ(one, other)
  return one ~= "?" and other ~= "?" and one ~= other
end

-- Whether a pattern's text, three characters a byte, can lie over itself so many bytes further on.
local function can_repeat(text, distance)
  for index = 1, #text - 3 * distance do
    if differ(text:sub(index, index), text:sub(index + 3 * distance, index + 3 * distance)) then
      return false
    end
  end
  return true
end

--- Whether a pattern is fit for a pass: its matches cannot be so many that they fill the memory, as those of a run of
--- zeros would.
---@param pattern suture.pattern
---@param apart integer?  how far its matches must be apart, 4 if absent
---@return boolean
function pass.suits(pattern, apart)
  apart = apart or least_distance
  if #pattern < apart or #pattern > longest then
    return false
  end
  local text <const> = tostring(pattern)
  for distance = 1, apart - 1 do
    if can_repeat(text, distance) then
      return false
    end
  end
  return true
end

-- Adds what begins before `to`; a pattern that has more than enough is wanted no longer.
local function add(lists, wanted, found, to, most)
  for name, offsets in pairs(found) do
    local list <const> = lists[name]
    for _, offset in ipairs(offsets) do
      if offset >= to then
        break
      elseif #list == most[name] then
        list.is_cut, wanted[name] = true, nil
        break
      end
      list[#list + 1] = offset
    end
  end
end

local function longest_of(patterns)
  local length = 1
  for _, pattern in pairs(patterns) do
    length = math.max(length, #pattern)
  end
  return length
end

--- Looks for patterns in all of the bytes, each one of which suits.
---@param b suture.bytes
---@param patterns table<any, suture.pattern>  by any name
---@param most table<any, integer>             how many matches of each are enough
---@param start integer?                      bytes of the first part, 1 MiB if absent
---@return table<any, suture.matches>
function pass.run(b, patterns, most, start)
  local lists <const>, wanted <const> = {}, {}
  for name, pattern in pairs(patterns) do
    lists[name], wanted[name] = { is_cut = false }, pattern
  end
  local from, part, size <const> = 0, start or first_part, #b
  while from < size and next(wanted) ~= nil do
    local to <const> = part < size - from and from + part or size
    local behind <const> = math.min(size - to, longest_of(wanted) - 1)
    add(lists, wanted, scan(b, wanted, from, to + behind), to, most)
    from, part = to, 2 * part
  end
  return lists
end

return pass
