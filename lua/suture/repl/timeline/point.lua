--- A target at the beginning of a line: how to come back there, and how to go forward again.
---
--- The way back is a savepoint. Where a rollback has ended it, it is the list of what was pending, or, where that was
--- too much, redo.

local change <const> = require "suture.change"
local core <const> = require "suture.core"

-- As they are before anybody watches them.
local savepoint <const>, rollback <const>, redo <const> =
  core.methods.savepoint, core.methods.rollback, core.methods.redo

local point <const> = {}

---@class suture.repl.point
---@field bytes suture.bytes
---@field savepoint suture.savepoint
---@field order "le"|"be"      its byte order then
---@field held integer        what the target held then, as core.state tells
---@field before table[]?     what was pending then, where the savepoint has ended
---@field by_redo boolean?     the line was a rollback of so much that only redo takes it back
---@field after any           what it held when it was taken back; what was pending, where there is `before`

local goes_back <const> = { patch = true, copy = true, memory = true }

--- Whether an object can still be used.
---@param b suture.bytes
---@return boolean
function point.is_open(b)
  return (pcall(core.state, b))
end

--- A point of each object that can go back.
---@param objects suture.bytes[]
---@return suture.repl.point[]
function point.all(objects)
  local points <const> = {}
  for _, b in ipairs(objects) do
    if point.is_open(b) and goes_back[b.mode] then
      points[#points + 1] = { bytes = b, savepoint = savepoint(b), order = b.order, held = (core.state(b)) }
    end
  end
  return points
end

local function pending_list(b)
  local list <const> = {}
  for off, old, new in b:changes() do
    list[#list + 1] = { offset = off, old = old, new = new }
  end
  return list
end

local function bring(b, list)
  rollback(b)
  for _, entry in ipairs(list) do
    change.apply(b, entry.offset, entry.old, entry.new)
  end
end

--- Whether the object holds something else than at the point.
---@param at suture.repl.point
---@return boolean
function point.has_moved(at)
  return core.state(at.bytes) ~= at.held
end

--- Whether the way back is gone.
---@param at suture.repl.point
---@return boolean
function point.has_ended(at)
  return not (at.before or at.by_redo) and tostring(at.savepoint):find "%(ended%)$" ~= nil
end

--- The point is not needed any more.
---@param at suture.repl.point
function point.release(at)
  if not (at.before or at.by_redo) then
    at.savepoint:release()
  end
end

-- Returns a savepoint of what was there before.
local function redo_to(b, state)
  local now <const> = savepoint(b)
  if not redo(b) or core.state(b) ~= state then
    rollback(b, now)
    core.raise("unsupported", "what was taken back is gone: something was written since", { path = b.path })
  end
  return now
end

--- Goes back.
---@param at suture.repl.point
function point.take_back(at)
  if at.before then
    bring(at.bytes, at.before)
  elseif at.by_redo then
    redo_to(at.bytes, at.held)
  else
    rollback(at.bytes, at.savepoint)
  end
end

--- Goes back so that `do_again` comes forward again.
---@param at suture.repl.point
function point.undo(at)
  at.after = at.before and pending_list(at.bytes) or core.state(at.bytes)
  point.take_back(at)
end

--- Comes forward again. Raises `unsupported` where that is no longer possible; nothing has changed then.
---@param at suture.repl.point
function point.do_again(at)
  if at.before then
    bring(at.bytes, at.after)
  elseif at.by_redo then
    rollback(at.bytes)
  else
    at.savepoint = redo_to(at.bytes, at.after)
  end
end

--- Goes back from one point of an object to the one before, notes what was pending at each, and comes forward again.
---@param b suture.bytes
---@param points suture.repl.point[]  the last one first
function point.note_each(b, points)
  local steps = 0
  for _, at in ipairs(points) do
    local held <const> = core.state(b)
    rollback(b, at.savepoint)
    steps = steps + (core.state(b) ~= held and 1 or 0)
    at.before = pending_list(b)
  end
  for _ = 1, steps do
    redo(b)
  end
end

return point
