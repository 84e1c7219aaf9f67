--- What the lines of a session did to its targets: taken back and done again, line by line.
---
--- Before a line each target gets a savepoint. A line that raises is taken back to it; one that changed something
--- keeps it for `undo`. A rollback of the line's own that goes back behind its savepoint ends that: then the list of
--- what was pending takes its place. A flush ends everything.

local core <const> = require "suture.core"
local points <const> = require "suture.repl.timeline.point"

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

--- A line begins.
---@param label string  what it is, for people
function Timeline:begin(label)
  self.count = self.count + 1
  self.line = { label = label, number = self.count, points = points.all(self.objects()) }
end

--- A line has ended well.
---@return boolean changed  whether it wrote to a target, so that it can be taken back
function Timeline:finish()
  local line <const>, changed <const> = self.line, {}
  for _, point in ipairs(line.points) do
    if points.is_open(point.bytes) and points.has_moved(point) then
      changed[#changed + 1] = point
    elseif points.is_open(point.bytes) then
      points.release(point)
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
    if points.is_open(point.bytes) then
      changed = changed or points.has_moved(point)
      points.take_back(point)
      points.release(point)
      point.bytes.order = point.order
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
    points.undo(point)
  end
  self:replayed(entry)
  table.insert(self.undone, entry)
  return entry.label
end

--- Does the line again that was taken back last. Raises `unsupported` where that is no longer possible.
---@return string? label  nil where there is none
function Timeline:redo()
  local entry <const> = table.remove(self.undone)
  if not entry then
    return nil
  end
  for _, point in ipairs(entry.points) do
    points.do_again(point)
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
  local behind <const> = savepoints_behind(self, number, b)
  local pending <const> = b:pending() or 0
  if pending > self.most.whole then
    return pass_over(self, current)
  end
  points.note_each(b, pending * #behind > self.most.lines and { current } or behind)
end

local function has_ended(entry)
  for _, point in ipairs(entry.points) do
    if points.has_ended(point) then
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
    self.line.points = points.all(self.objects())
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
