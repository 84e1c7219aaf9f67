--- Where a hunk's sites are and what stands there. Nothing here writes.

local core <const> = require "suture.core"
local matching <const> = require "suture.hunk.matching"

local read <const> = core.methods.read

local sites = {}

--- A place where a hunk applies.
---@class suture.site
---@field match integer    where the signature begins
---@field offset integer   where the bytes change: match + skip
---@field span integer     how many bytes from match the finding relied on
---@field current string   the bytes at offset
---@field state "old"|"new"

--- Why a hunk has no site.
---@class suture.problem
---@field kind string
---@field message string
---@field offset integer?
---@field absent boolean?  nothing was found, as opposed to: too much, or other bytes

local shown <const> = 16

-- The canonical text of a pattern has three characters for each byte, "48 ", so that a byte is cut out by its index.
local function cut(text, first, count)
  return text:sub(3 * first - 2, 3 * (first + count - 1) - 1)
end

local function agrees(wanted, found)
  return not wanted:gsub("()%x", function(place)
    return wanted:byte(place) == found:byte(place) and "" or "!"
  end):find("!", 1, true)
end

local function first_difference(wanted, found, length)
  for index = 1, length do
    if not agrees(cut(wanted, index, 1), cut(found, index, 1)) then
      return index
    end
  end
  return 1
end

-- Long sides are shown from the first byte that differs from what is wanted.
local function both_sides(alternative, current)
  local old <const>, new <const>, found <const> =
    tostring(alternative.old), tostring(alternative.new), tostring(core.literal(current))
  local first, place, tail = 1, "", ""
  if #current > shown then
    first = first_difference(old, found, #current)
    place = (" at +0x%x"):format(first - 1)
    tail = first + shown <= #current and " ..." or ""
  end
  return ("expected %s%s (or %s%s when applied), found %s%s%s"):format(
    cut(old, first, shown), tail, cut(new, first, shown), tail, cut(found, first, shown), tail, place)
end

--- Which form the bytes at an offset have. `new` is asked first: where both
--- sides agree with the bytes there is nothing left to write.
---@param b suture.bytes
---@param alternative suture.alternative
---@param offset integer
---@return "old"|"new"|nil state
---@return string|suture.problem current the bytes, or why there is no state
function sites.judge(b, alternative, offset)
  local length <const>, size <const> = #alternative.old, #b
  if length > size or offset > size - length then
    local unit <const> = length == 1 and "byte" or "bytes"
    local message <const> = ("read of %d %s passes the end (size 0x%x)"):format(length, unit, size)
    return nil, { kind = "range", offset = offset, message = message }
  end
  local current <const> = read(b, offset, length)
  if alternative.new:matches(current) then
    return "new", current
  elseif alternative.old:matches(current) then
    return "old", current
  end
  return nil, { kind = "mismatch", offset = offset, message = both_sides(alternative, current) }
end

local function places(list)
  local text <const> = {}
  for index = 1, math.min(#list, 4) do
    text[index] = ("0x%x"):format(list[index])
  end
  text[#text + 1] = #list > 4 and "..." or nil
  return table.concat(text, ", ")
end

local function wrong_number(alternative, list)
  local wanted
  if alternative.nth and not alternative.count then
    wanted = ("at least %d matches"):format(alternative.nth)
  else
    local count <const> = alternative.count or 1
    wanted = count == 1 and "exactly 1 match" or ("exactly %d matches"):format(count)
  end
  local number <const> = list.is_cut and ("more than %d"):format(#list) or #list
  local found <const> = #list == 0 and "0" or ("%s (%s)"):format(number, places(list))
  return {
    kind = "notunique", absent = #list == 0,
    message = ("needed %s of %s, found %s"):format(wanted, cut(tostring(alternative.find), 1, shown), found),
  }
end

-- The matches that the hunk is about: the only one, all `count` of them, or the `nth`.
local function choose(alternative, list)
  local count <const>, nth <const> = alternative.count, alternative.nth
  if count or not nth then
    if #list ~= (count or 1) then
      return nil, wrong_number(alternative, list)
    end
  end
  if not nth then
    return list
  elseif nth > #list then
    return nil, wrong_number(alternative, list)
  end
  return { list[nth] }
end

local function overlapping(alternative, chosen)
  for index = 2, #chosen do
    if chosen[index] - chosen[index - 1] < #alternative.old then
      return {
        kind = "notunique", offset = chosen[index] + alternative.skip,
        message = ("the matches at %s overlap where they change"):format(places { chosen[index - 1], chosen[index] }),
      }
    end
  end
end

local function matches_of(b, alternative, known)
  if not known[alternative] then
    local list <const>, problem <const> = matching.of(b, alternative)
    if not list then
      return nil, problem
    end
    known[alternative] = list
  end
  return known[alternative]
end

local function located(b, alternative, known)
  if alternative.at then
    return { alternative.base + alternative.at }
  end
  local list <const>, out_of_range <const> = matches_of(b, alternative, known)
  if not list then
    return nil, out_of_range
  end
  local chosen <const>, problem <const> = choose(alternative, list)
  if not chosen then
    return nil, problem
  end
  local clash <const> = overlapping(alternative, chosen)
  return not clash and chosen or nil, clash
end

--- The sites of one alternative, each with its state.
---@param b suture.bytes
---@param alternative suture.alternative
---@param known table<suture.alternative, suture.matches>  where signatures match, as far as that is known; filled
---@return suture.site[]|nil
---@return suture.problem? why there are none
function sites.of(b, alternative, known)
  local found <const>, problem <const> = located(b, alternative, known)
  if not found then
    return nil, problem
  end
  local list <const> = {}
  for index, match in ipairs(found) do
    local offset <const> = match + alternative.skip
    local state <const>, current <const> = sites.judge(b, alternative, offset)
    if not state then
      return nil, current
    end
    local span <const> = alternative.find and #alternative.find or #alternative.old
    list[index] = { match = match, offset = offset, span = span, current = current, state = state }
  end
  return list
end

return sites
