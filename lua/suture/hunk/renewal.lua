--- Where signatures match after something was written: only around that can a
--- match have come or gone, so that only there is looked again.

local core <const> = require "suture.core"
local matching <const> = require "suture.hunk.matching"

local read <const> = core.methods.read

local renewal = {}

-- Beyond so many bytes, or half of them all, a search from the start is as good.
local most_copied <const> = 64 << 20

-- The bytes that a match of either form takes.
local function length_of(alternative)
  return math.max(#alternative.find, #alternative.patched)
end

-- The written ranges with `reach` bytes on either side, joined where they meet, and their bytes in all.
local function stretches(b, written, reach)
  local list <const>, total = {}, 0
  for _, range in ipairs(written) do
    local from <const> = math.max(0, range.offset - reach)
    local to <const> = math.min(#b, range.offset + range.length + reach)
    local last <const> = list[#list]
    if last and from <= last.to then
      total = total + math.max(0, to - last.to)
      last.to = math.max(to, last.to)
    else
      total = total + to - from
      list[#list + 1] = { from = from, to = to }
    end
  end
  return list, total
end

-- The index of the last item whose `key` is at most a value; 0 where there is none.
local function last_up_to(list, key, value)
  local low, high = 0, #list
  while low < high do
    local middle <const> = (low + high + 1) // 2
    if list[middle][key] <= value then
      low = middle
    else
      high = middle - 1
    end
  end
  return low
end

-- A copy of the stretches, one behind the other; each learns where it begins there.
local function copy(b, list)
  local parts <const>, start = {}, 0
  for index, stretch in ipairs(list) do
    stretch.start, start = start, start + stretch.to - stretch.from
    parts[index] = read(b, stretch.from, stretch.to - stretch.from)
  end
  return core.buffer(table.concat(parts))
end

local function is_touched(written, offset, length)
  local range <const> = written[last_up_to(written, "offset", offset + length - 1)]
  return range and range.offset + range.length > offset
end

local function is_there(b, what, offset, to)
  return #what <= to - offset and what:matches(read(b, offset, #what))
end

-- Whether either form matches there, inside the alternative's bounds.
local function is_match(b, alternative, offset)
  local from <const>, to <const> = matching.bounds(b, alternative)
  return offset >= from and offset < to
    and (is_there(b, alternative.find, offset, to) or is_there(b, alternative.patched, offset, to))
end

-- An alternative that is looked for in all of the copy.
local function unbound(alternative)
  return {
    find = alternative.find, patched = alternative.patched, base = 0,
    count = alternative.count, nth = alternative.nth,
  }
end

-- Where the copy matches, in the file's offsets. Some may lie across the seam of two stretches and match nothing.
local function places(matches, list)
  local offsets <const> = {}
  for index, position in ipairs(matches) do
    local stretch <const> = list[last_up_to(list, "start", position)]
    offsets[index] = stretch.from + position - stretch.start
  end
  return offsets
end

-- What was known and is not touched, with what is there now where something was written.
local function renewed(b, alternative, before, around, written)
  local list <const>, length <const> = { is_cut = false }, length_of(alternative)
  for _, offset in ipairs(before) do
    list[#list + 1] = not is_touched(written, offset, length) and offset or nil
  end
  for _, offset in ipairs(around) do
    if is_touched(written, offset, length) and is_match(b, alternative, offset) then
      list[#list + 1] = offset
    end
  end
  table.sort(list)
  return list
end

local function longest(alternatives)
  local length = 0
  for _, alternative in ipairs(alternatives) do
    length = math.max(length, length_of(alternative))
  end
  return length
end

local function known_among(alternatives, known)
  local list <const> = {}
  for _, alternative in ipairs(alternatives) do
    list[#list + 1] = known[alternative] and alternative or nil
  end
  return list
end

-- Those around what was written, by alternative.
local function look_around(buffer, list)
  local found <const>, twins <const> = {}, {}
  for index, alternative in ipairs(list) do
    twins[index] = unbound(alternative)
  end
  matching.all(buffer, twins, found)
  for index, alternative in ipairs(list) do
    found[alternative] = found[twins[index]] or matching.of(buffer, twins[index])
  end
  return found
end

--- Brings up to date what is known of one target's signatures. Where too much was written, or more matches than are
--- kept, nothing stays known, so that they are looked for again.
---@param b suture.bytes
---@param alternatives suture.alternative[]
---@param known table<suture.alternative, suture.matches>
---@param written suture.range[]  what was written, ascending, apart from each other
function renewal.update(b, alternatives, known, written)
  local list <const> = known_among(alternatives, known)
  local around <const>, total <const> = stretches(b, written, longest(list))
  if total > math.min(#b // 2, most_copied) then
    for _, alternative in ipairs(list) do
      known[alternative] = nil
    end
    return matching.all(b, alternatives, known)
  end
  local found <const> = look_around(copy(b, around), list)
  for _, alternative in ipairs(list) do
    local before <const>, now <const> = known[alternative], found[alternative]
    local is_whole <const> = not (before.is_cut or now.is_cut)
    known[alternative] = is_whole and renewed(b, alternative, before, places(now, around), written) or nil
  end
end

return renewal
