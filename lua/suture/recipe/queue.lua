--- Units of work for several processes at once: given out in order, told in order, whatever the order in which they
--- are done. What is done before its turn is kept, within bounds.

local host <const> = require "suture.host"

local queue = {}

-- How far the units that are given out may be ahead of those that are told, and how many bytes may wait to be told.
local AHEAD <const>, HELD <const> = 256, 64 << 20

---@class suture.queue
---@field count integer     of units
---@field given integer     how many are given out
---@field received integer  how many have come back
---@field told integer      how many are told
---@field held integer      bytes that wait to be told
---@field waiting table<integer, table>  what came back before its turn
---@field after table<integer, integer>  units that must not begin before another one is done
---@field stopped boolean   whether no more are given out
local Queue <const> = {}
Queue.__index = Queue

local function is_done(self, unit)
  return unit <= self.told or self.waiting[unit] ~= nil
end

--- The next unit to give out; nil for none at present.
---@return integer?
function Queue:next()
  local unit <const> = self.given + 1
  local before <const> = self.after[unit]
  if self.stopped or unit > self.count or unit - self.told > AHEAD or self.held > HELD
    or before and not is_done(self, before) then
    return nil
  end
  self.given = unit
  return unit
end

--- Takes what came of a unit, and tells what has its turn now.
---@param unit integer
---@param size integer  bytes
---@param result table
---@param tell fun(unit: integer, result: table)
function Queue:take(unit, size, result, tell)
  self.received, self.held = self.received + 1, self.held + size
  self.waiting[unit] = { size = size, result = result }
  local first = self.waiting[self.told + 1]
  while first do
    self.told, self.held = self.told + 1, self.held - first.size
    self.waiting[self.told] = nil
    tell(self.told, first.result)
    first = self.waiting[self.told + 1]
  end
end

--- Gives out no more. What is given out is received and told as before.
function Queue:stop()
  self.stopped = true
end

--- A queue of which nothing is given out yet.
---@param count integer  of units
---@param after table<integer, integer>  for a unit another one, before it, that must be done first
---@return suture.queue
function queue.new(count, after)
  return setmetatable({
    count = count, after = after, given = 0, received = 0, told = 0, held = 0, waiting = {}, stopped = false,
  }, Queue)
end

--- What came of a unit, as a process hands it in: the exit status, text for stdout and text for stderr; or, where the
--- process died, nil for the status.
---@class suture.queue.result
---@field status integer?
---@field out string
---@field err string
---@field said string       what the process, or what it started, wrote to stdout and stderr on the way
---@field detail string?    how the process died
---@field decided boolean?  and whether that was after it had decided

local function result_of(frame, said, detail, decided)
  if not frame then
    return { out = "", err = "", said = said, detail = detail, decided = decided }
  end
  local status <const>, out <const>, err <const> = string.unpack("<I1s4s4", frame)
  return { status = status, out = out, err = err, said = said }
end

--- Does all units in so many processes. Raises what host.crew raises.
---@param self suture.queue
---@param jobs integer
---@param work fun(unit: integer, decide: fun()): integer, string, string  in a process of its own: returns the exit
--- status, text for stdout, text for stderr; calls decide before it does what cannot be taken back
---@param receive fun(unit: integer, result: suture.queue.result)  as they come
---@param tell fun(unit: integer, result: suture.queue.result)     in order
function queue.run(self, jobs, work, receive, tell)
  host.crew(function(unit, send)
    return string.pack("<I1s4s4", work(unit, function() send "" end))
  end, function()
    return self:next()
  end, function(unit, frame, ...)
    local result <const> = result_of(frame, ...)
    receive(unit, result)
    self:take(unit, #(frame or "") + #result.said, result, tell)
  end, jobs)
end

return queue
