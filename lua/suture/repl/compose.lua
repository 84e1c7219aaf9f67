--- Two lists of changes, one after the other, as one list.
---
--- A list is in the order of its offsets, and an offset counts where the changes before it in the list are made.

-- The first list's changes and the second's, in the bytes between the two: { from, to, old, new } each, where the
-- first turns `old` into those bytes, and the second turns them into `new`.
local function spans(first, second)
  local list <const> = {}
  for _, entry in ipairs(first) do
    list[#list + 1] = { from = entry.offset, to = entry.offset + #entry.new, entry = entry, is_first = true }
  end
  local growth = 0
  for _, entry in ipairs(second) do
    local from <const> = entry.offset - growth
    list[#list + 1] = { from = from, to = from + #entry.old, entry = entry, is_first = false }
    growth = growth + #entry.new - #entry.old
  end
  table.sort(list, function(left, right)
    if left.from ~= right.from then
      return left.from < right.from
    end
    return left.to < right.to
  end)
  return list
end

-- Spans that overlap or touch, together: nothing of a group is next to another.
local function groups(list)
  local found <const> = {}
  for _, span in ipairs(list) do
    local group <const> = found[#found]
    if group and span.from <= group.to then
      group.to = math.max(group.to, span.to)
      table.insert(group, span)
    else
      found[#found + 1] = { from = span.from, to = span.to, span }
    end
  end
  return found
end

-- The bytes between, of a group: each is in the result of the first list, or is what the second one found.
local function between(group)
  if #group == 1 then
    return group[1].is_first and group[1].entry.new or group[1].entry.old
  end
  local pieces <const> = {}
  for _, span in ipairs(group) do
    local text <const> = span.is_first and span.entry.new or span.entry.old
    for index = 1, #text do
      pieces[span.from - group.from + index] = text:sub(index, index)
    end
  end
  return table.concat(pieces)
end

-- The bytes between with one side of one list's changes in place of what they cover.
local function side(group, middle, is_first, key)
  local pieces <const>, at = {}, group.from
  for _, span in ipairs(group) do
    if span.is_first == is_first then
      pieces[#pieces + 1] = middle:sub(at - group.from + 1, span.from - group.from)
      pieces[#pieces + 1] = span.entry[key]
      at = span.to
    end
  end
  pieces[#pieces + 1] = middle:sub(at - group.from + 1)
  return table.concat(pieces)
end

-- How much longer the bytes between are than those before, up to a group.
local function growth_of(group)
  local growth = 0
  for _, span in ipairs(group) do
    if span.is_first then
      growth = growth + #span.entry.new - #span.entry.old
    end
  end
  return growth
end

--- The changes of both lists as one.
---@param first suture.change[]
---@param second suture.change[]  of the bytes that the first one makes
---@return suture.change[]
return function(first, second)
  local list <const> = {}
  local before, after = 0, 0
  for _, group in ipairs(groups(spans(first, second))) do
    local middle <const> = between(group)
    local old <const>, new <const> = side(group, middle, true, "old"), side(group, middle, false, "new")
    local origin <const> = group.from - before
    if old ~= new then
      list[#list + 1] = { offset = origin + after, old = old, new = new }
      after = after + #new - #old
    end
    before = before + growth_of(group)
  end
  return list
end
