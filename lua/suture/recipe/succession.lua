--- Changes after changes: what a recipe adds to what the recipes before it have changed, and where a place is
--- afterwards. A list of changes is as `b:changes()` tells it: ascending, each offset counted where those in front of
--- it are carried out already.

local succession = {}

---@class suture.change
---@field offset integer
---@field old string
---@field new string

---@class suture.succession.piece
---@field base integer   offset in what all changes start from
---@field old string
---@field new string
---@field last boolean   whether it is of the later list

local function based(list, last)
  local pieces <const>, growth = {}, 0
  for index, entry in ipairs(list) do
    pieces[index] = { base = entry.offset - growth, old = entry.old, new = entry.new, last = last }
    growth = growth + #entry.new - #entry.old
  end
  return pieces
end

local function merged(first, second)
  local all <const> = table.move(second, 1, #second, #first + 1, table.move(first, 1, #first, 1, {}))
  for index, piece in ipairs(all) do
    piece.number = index
  end
  table.sort(all, function(left, right)
    if left.base ~= right.base then
      return left.base < right.base
    end
    return left.number < right.number
  end)
  return all
end

-- Pieces that lie over or beside each other, with the bytes under all of them.
local function clusters(pieces)
  local list <const> = {}
  local cluster, reached
  for _, piece in ipairs(pieces) do
    if not cluster or piece.base > reached then
      cluster, reached = { base = piece.base, pieces = {}, under = {} }, piece.base
      list[#list + 1] = cluster
    end
    table.insert(cluster.pieces, piece)
    if piece.base + #piece.old > reached then
      table.insert(cluster.under, piece.old:sub(reached - piece.base + 1))
      reached = piece.base + #piece.old
    end
  end
  return list
end

-- The cluster's bytes as one of the lists leaves them, and by how much that list lengthens it.
local function text_of(cluster, under, last)
  local parts <const>, reached, growth = {}, cluster.base, 0
  for _, piece in ipairs(cluster.pieces) do
    if piece.last == last then
      parts[#parts + 1] = under:sub(reached - cluster.base + 1, piece.base - cluster.base) .. piece.new
      reached = piece.base + #piece.old
      growth = growth + #piece.new - #piece.old
    end
  end
  return table.concat(parts) .. under:sub(reached - cluster.base + 1), growth
end

-- What is equal is passed over in blocks: it may be long.
local block <const> = 4096

local function first_difference(old, new, from)
  local shorter <const> = math.min(#old, #new)
  while from + block <= shorter and old:sub(from, from + block - 1) == new:sub(from, from + block - 1) do
    from = from + block
  end
  for index = from, shorter do
    if old:byte(index) ~= new:byte(index) then
      return index
    end
  end
end

local function first_equal(old, new, from)
  for index = from, #old do
    if old:byte(index) == new:byte(index) then
      return index
    end
  end
  return #old + 1
end

local function add_runs(list, offset, old, new)
  local from = first_difference(old, new, 1)
  while from do
    local past <const> = first_equal(old, new, from)
    list[#list + 1] = { offset = offset + from - 1, old = old:sub(from, past - 1), new = new:sub(from, past - 1) }
    from = first_difference(old, new, past)
  end
end

local function add_whole(list, offset, old, new)
  local shorter <const> = math.min(#old, #new)
  local front <const> = (first_difference(old, new, 1) or shorter + 1) - 1
  local back = 0
  while back < shorter - front and old:byte(-back - 1) == new:byte(-back - 1) do
    back = back + 1
  end
  list[#list + 1] = {
    offset = offset + front, old = old:sub(front + 1, #old - back), new = new:sub(front + 1, #new - back),
  }
end

--- What leads from the state after `earlier` to the state after `whole`, both counted from the same start.
---@param earlier suture.change[]
---@param whole suture.change[]
---@return suture.change[]
function succession.own(earlier, whole)
  if #earlier == 0 then
    return whole
  end
  local list <const>, shift = {}, 0
  for _, cluster in ipairs(clusters(merged(based(earlier, false), based(whole, true)))) do
    local under <const> = table.concat(cluster.under)
    local old <const> = text_of(cluster, under, false)
    local new <const>, growth <const> = text_of(cluster, under, true)
    if #old ~= #new then
      add_whole(list, cluster.base + shift, old, new)
    elseif old ~= new then
      add_runs(list, cluster.base + shift, old, new)
    end
    shift = shift + growth
  end
  return list
end

--- Moves ranges to where they lie after the changes: what changes in front of a range makes it move.
---@param ranges { offset: integer }[]  ascending
---@param changes suture.change[]
function succession.move(ranges, changes)
  local at, growth = 1, 0
  for _, range in ipairs(ranges) do
    while changes[at] and changes[at].offset - growth + #changes[at].old <= range.offset do
      growth = growth + #changes[at].new - #changes[at].old
      at = at + 1
    end
    range.offset = range.offset + growth
  end
end

return succession
