--- What a worker tells its parent, message by message.

local wire <const> = require "suture.recipe.wire"

local telling = {}

local function tell_nearest(send, candidate)
  send("nearest", candidate.offset, candidate.matches, candidate.pattern)
  for _, difference in ipairs(candidate.differences) do
    send("difference", difference.offset, difference.wanted, difference.found)
  end
end

local function tell_hunk(send, sighting)
  send("hunk", sighting.target, sighting.note or "", sighting.offset or -1, sighting.length, sighting.state)
  for _, key in ipairs { "label", "problem" } do
    if sighting[key] then
      send(key, sighting[key])
    end
  end
  for _, candidate in ipairs(sighting.nearest or {}) do
    tell_nearest(send, candidate)
  end
end

local function tell_result(send, target, seen)
  for _, guard in ipairs(seen.guards) do
    send("guard", target.number, guard.offset, guard.bytes)
  end
  for _, change in ipairs(target.changes) do
    send("change", target.number, change.offset, change.old, change.new)
  end
end

--- Tells what a run came to, as the last thing of all.
---@param send fun(what: string, ...: any)  a messenger
---@param outcome table      as `patching.run` returns it
---@param seen suture.seen
function telling.outcome(send, outcome, seen)
  for _, target in ipairs(outcome.targets) do
    send("target", target.number, target.declared.name or "", target.label or "")
  end
  for _, hunk in ipairs(outcome.hunks) do
    tell_hunk(send, hunk)
  end
  if outcome.failure then
    return send.failure(outcome.failure)
  end
  for _, target in ipairs(outcome.targets) do
    tell_result(send, target, seen.targets[target.number])
  end
  send("verdict", outcome.verdict, outcome.reason or "")
end

-- The number of the target with that path, 0 where there is none.
local function number_of(job, path)
  for number, target in ipairs(job.targets or {}) do
    if target.path == path then
      return number
    end
  end
  return 0
end

--- What sends messages: called with the name of a message and its fields; its `failure` with a description.
---@param job suture.job
---@param send fun(bytes: string)  hands one frame to the parent
---@return table
function telling.messenger(job, send)
  local function tell(_, ...)
    send(wire.pack(...))
  end
  return setmetatable({
    failure = function(problem)
      send(wire.pack("failure", problem.code, problem.kind, problem.message, problem.text,
        number_of(job, problem.path), problem.offset or -1, problem.where or ""))
    end,
  }, { __call = tell })
end

return telling
