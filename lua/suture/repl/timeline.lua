--- What the lines of a session did to its targets: taken back and done again, line by line.
---
--- Before a line each target gets a savepoint. A line that raises is taken back to it; one that changed something
--- keeps it for `undo`. A rollback of the line's own that goes back behind its savepoint ends that: then the list of
--- what was pending takes its place. A flush ends everything.

local change <const> = require "suture.change"
local core <const> = require "suture.core"

-- As they are before anybody watches them.
local savepoint <const>, rollback <const>, redo <const> =
  core.methods.savepoint, core.methods.rollback, core.methods.redo

---@class suture.repl.point   a target at the beginning of a line
---@field bytes suture.bytes
---@field savepoint suture.savepoint
---@field held integer        what the target held then, as core.state tells
---@field before table[]?     what was pending then, where the savepoint has ended
---@field by_redo boolean?     the line was a rollback of so much that only redo takes it back
---@field after any           what it held when it was taken back; what was pending, where there is `before`

---@class suture.repl.entry   a line
---@field label string
---@field number integer
---@field points suture.repl.point[]

---@class suture.repl.timeline
---@field objects fun(): suture.bytes[]
---@field done suture.repl.entry[]
---@field undone suture.repl.entry[]
---@field line suture.repl.entry?  the one that runs
---@field count integer             of the lines so far
---@field most { lines: integer, whole: integer }  bytes that are noted
---@field made_in table<suture.savepoint, integer>  by which line a savepoint was made, where lines make some themselves
local Timeline <const> = {}
Timeline.__index = Timeline

-- So many bytes are noted, so that a rollback keeps earlier lines apart; and so many, so that a line can fail behind
-- a rollback of its own.
local LINES <const>, WHOLE <const> = 16 << 20, 64 << 20

--- The label of a line that only rolls back.
Timeline.ROLLBACK = ".rollback"

local goes_back <const> = { patch = true, copy = true, memory = true }

local function is_open(b)
  return pcall(core.state, b)
end

local function points_of(objects)
  local points <const> = {}
  for _, b in ipairs(objects) do
    if is_open(b) and goes_back[b.mode] then
      points[#points + 1] = { bytes = b, savepoint = savepoint(b), held = (core.state(b)) }
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

local function release(point)
  if not (point.before or point.by_redo) then
    point.savepoint:release()
  end
end

-- Returns a savepoint of what was there before.
local function redo_to(b, state)
  local point <const> = savepoint(b)
  if not redo(b) or core.state(b) ~= state then
    rollback(b, point)
    core.raise("unsupported", "what was taken back is gone: something was written since", { path = b.path })
  end
  return point
end

local function take_back(point)
  if point.before then
    bring(point.bytes, point.before)
  elseif point.by_redo then
    redo_to(point.bytes, point.held)
  else
    rollback(point.bytes, point.savepoint)
  end
end

local function has_moved(point)
  return core.state(point.bytes) ~= point.held
end

--- A line begins.
---@param label string  what it is, for people
function Timeline:begin(label)
  self.count = self.count + 1
  self.line = { label = label, number = self.count, points = points_of(self.objects()) }
end

--- A line has ended well.
---@return boolean changed  whether it wrote to a target, so that it can be taken back
function Timeline:finish()
  local line <const>, changed <const> = self.line, {}
  for _, point in ipairs(line.points) do
    if is_open(point.bytes) and has_moved(point) then
      changed[#changed + 1] = point
    elseif is_open(point.bytes) then
      release(point)
    end
  end
  self.line = nil
  if #changed == 0 then
    return false
  end
  table.insert(self.done, { label = line.label, number = line.number, points = changed })
  self.undone = {}
  return true
end

--- A line has failed: every target is as it was before. Nothing happens where no line runs.
---@return boolean changed  whether there was something to take back
function Timeline:abort()
  local changed = false
  for _, point in ipairs(self.line and self.line.points or {}) do
    if is_open(point.bytes) then
      changed = changed or has_moved(point)
      take_back(point)
      release(point)
    end
  end
  self.line = nil
  if changed then
    self.undone = {}
  end
  return changed
end

--- What was pending is lost: nothing can be taken back any more.
function Timeline:forget()
  self.line, self.done, self.undone = nil, {}, {}
end

--- Takes the last line back that changed something.
---@return string? label  nil where there is none
function Timeline:undo()
  local entry <const> = table.remove(self.done)
  if not entry then
    return nil
  end
  for _, point in ipairs(entry.points) do
    point.after = point.before and pending_list(point.bytes) or core.state(point.bytes)
    take_back(point)
  end
  self:replayed(entry)
  table.insert(self.undone, entry)
  return entry.label
end

local function do_again(point)
  if point.before then
    return bring(point.bytes, point.after)
  elseif point.by_redo then
    return rollback(point.bytes)
  end
  point.savepoint = redo_to(point.bytes, point.after)
end

--- Does the line again that was taken back last. Raises `unsupported` where that is no longer possible.
---@return string? label  nil where there is none
function Timeline:redo()
  local entry <const> = table.remove(self.undone)
  if not entry then
    return nil
  end
  for _, point in ipairs(entry.points) do
    do_again(point)
  end
  self:replayed(entry)
  table.insert(self.done, entry)
  return entry.label
end

--- A line made a savepoint itself.
---@param point suture.savepoint
function Timeline:made(point)
  self.made_in[point] = self.count
end

local function point_of(entry, b)
  for _, point in ipairs(entry and entry.points or {}) do
    if point.bytes == b and not point.before then
      return point
    end
  end
end

-- The savepoints of a target that were made behind that line: the running line's, then the others, the last first.
local function savepoints_behind(self, number, b)
  local list <const> = { point_of(self.line, b) }
  for index = #self.done, 1, -1 do
    if self.done[index].number > number then
      list[#list + 1] = point_of(self.done[index], b)
    end
  end
  return list
end

-- Goes back from one savepoint to the one before, notes what was pending at each, and comes forward again.
local function note_each(b, points)
  local steps = 0
  for _, point in ipairs(points) do
    local held <const> = core.state(b)
    rollback(b, point.savepoint)
    steps = steps + (core.state(b) ~= held and 1 or 0)
    point.before = pending_list(b)
  end
  for _ = 1, steps do
    redo(b)
  end
end

-- Too much to be noted: a line that only rolls back can still be taken back by redo.
local function pass_over(self, point)
  if self.line.label ~= self.ROLLBACK then
    core.raise("limit", "too much is pending for a rollback within a line: .rollback drops it",
      { path = point.bytes.path })
  end
  point.by_redo = true
end

--- A line is about to roll a target back, to a savepoint or wholly. What would be lost by it is kept, of earlier lines
--- too where that is not much. Raises `limit` where it is too much, unless the line is the command for it.
---@param b suture.bytes
---@param to suture.savepoint?
function Timeline:before_rollback(b, to)
  local current <const> = point_of(self.line, b)
  local number <const> = to and self.made_in[to] or 0
  if not current or number == self.line.number then
    return
  end
  local points <const> = savepoints_behind(self, number, b)
  local pending <const> = b:pending() or 0
  if pending > self.most.whole then
    return pass_over(self, current)
  end
  note_each(b, pending * #points > self.most.lines and { current } or points)
end

local function has_ended(entry)
  for _, point in ipairs(entry.points) do
    if not (point.before or point.by_redo) and tostring(point.savepoint):find "%(ended%)$" then
      return true
    end
  end
  return false
end

local function is_replayable(entry)
  for _, point in ipairs(entry.points) do
    if not point.before then
      return false
    end
  end
  return true
end

-- Without the entries of a stack from its bottom up to the last one that is lost.
local function without_lost(list, is_lost)
  for index = #list, 1, -1 do
    if is_lost(list[index]) then
      return table.move(list, index + 1, #list, 1, {})
    end
  end
  return list
end

--- A target was rolled back by a line: earlier lines whose savepoints that has ended can no longer be taken back.
function Timeline:after_rollback()
  self.done = without_lost(self.done, has_ended)
end

--- An entry was taken back, or done again. Where that was by writing, savepoints of other lines and what redo would
--- bring back have gone.
---@param entry suture.repl.entry
function Timeline:replayed(entry)
  for _, point in ipairs(entry.points) do
    if point.before then
      self:after_rollback()
      self.undone = without_lost(self.undone, function(other)
        return not is_replayable(other)
      end)
      return
    end
  end
end

--- The targets were flushed: there is nothing to take back any more.
function Timeline:flushed()
  self.done, self.undone = {}, {}
  if self.line then
    self.line.points = points_of(self.objects())
  end
end

local timeline <const> = {}

--- Makes a timeline.
---@param objects fun(): suture.bytes[]  the targets that are open now
---@param most { lines: integer, whole: integer }?  bytes that are noted of earlier lines, and of one
---@return suture.repl.timeline
function timeline.new(objects, most)
  return setmetatable({
    objects = objects, most = most or { lines = LINES, whole = WHOLE },
    done = {}, undone = {}, count = 0, made_in = setmetatable({}, { __mode = "k" }),
  }, Timeline)
end

return timeline
