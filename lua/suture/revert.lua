--- Takes a recorded flush back: the old bytes of all its targets, as one transaction.

local change <const> = require "suture.change"
local core <const> = require "suture.core"
local transaction <const> = require "suture.transaction"

local revert = {}

-- Where lengths differ, a file of another size is another file than was written; else it may have grown since.
local function is_sized(target)
  if target.old_size ~= target.new_size then
    return true
  end
  for _, entry in ipairs(target.changes) do
    if #entry.old ~= #entry.new then
      return true
    end
  end
  return false
end

-- What of a target is not as it was written; nil where all of it is.
local function deviation(b, target)
  if is_sized(target) and #b ~= target.new_size then
    return ("the size is 0x%x, and it was written as 0x%x"):format(#b, target.new_size)
  end
  for _, entry in ipairs(target.changes) do
    if not change.holds(b, entry.offset, entry.new) then
      return "the bytes are no longer those that were written", entry.offset
    end
  end
end

local function is_old(b, target)
  if is_sized(target) and #b ~= target.old_size then
    return false
  end
  for _, entry in ipairs(target.changes) do
    if not change.holds(b, entry.old_offset, entry.old) then
      return false
    end
  end
  return true
end

local function are_old(items)
  for _, item in ipairs(items) do
    if not is_old(item.bytes, item.target) then
      return false
    end
  end
  return true
end

local function demand_new(items)
  for _, item in ipairs(items) do
    local reason <const>, offset <const> = deviation(item.bytes, item.target)
    if reason then
      core.raise("foreign", reason, { path = item.bytes.path, offset = offset, file_offset = offset })
    end
  end
end

-- From the last to the first: what stands before a change has not moved yet.
local function put_back(b, target)
  for index = #target.changes, 1, -1 do
    local entry <const> = target.changes[index]
    change.apply(b, entry.offset, entry.new, entry.old)
  end
end

local function take_back(set, items)
  if are_old(items) then
    return "already"
  end
  demand_new(items)
  for _, item in ipairs(items) do
    put_back(item.bytes, item.target)
  end
  set:flush { record = false }
  return "reverted"
end

local function open(paths)
  local targets <const> = {}
  for index, path in ipairs(paths) do
    targets["target" .. index] = { path = path, block = true }
  end
  local set <const>, err <const> = transaction(targets)
  if not set then
    error(err, 0)
  end
  return set
end

--- Takes a record's changes back in all its targets, or raises and leaves all as they are: `foreign` where the
--- bytes are no longer what was written, else as opening and flushing do. "already": the old bytes are there.
--- The record stays.
---@param record suture.record
---@param paths string[]  where its targets are
---@return "reverted"|"already"
function revert.run(record, paths)
  local set <const> = open(paths)
  local items <const> = {}
  for index, target in ipairs(record.targets) do
    items[index] = { bytes = set["target" .. index], target = target }
  end
  local ok <const>, result <const> = pcall(take_back, set, items)
  set:cancel()
  if not ok then
    error(result, 0)
  end
  return result
end

return revert
