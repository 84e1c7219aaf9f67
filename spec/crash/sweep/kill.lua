--- SIGKILL at every system call of the flush, then recovery.

local judge <const> = require "spec.crash.judge"
local subject <const> = require "spec.crash.subject"

local kill <const> = {}

-- Some calls are made by one flush in sixteen, at random: the recording may be of one of those.
local MOST_RUNS <const> = 400

-- Runs the subject until it comes to the call, or ends otherwise than well.
local function run(world, scenario, call)
  local status, stdout
  local runs = 0
  repeat
    subject.prepare(world, scenario)
    status, stdout = subject.run(world, scenario, { strace = subject.strace(call, "signal=KILL") })
    runs = runs + 1
  until status ~= 0 or runs == MOST_RUNS
  return status, stdout
end

local function try(world, scenario, call, turn)
  local status <const>, stdout <const> = run(world, scenario, call)
  if status ~= 137 then
    return ("was not killed (status %d)"):format(status)
  end
  local told <const> = subject.told(status, stdout, scenario)
  return judge.settle(world, scenario, subject.wanted(told, scenario), turn)
end

--- Sweeps the calls that `wants` accepts. Tallies are by side.
---@param world table
---@param scenario table
---@param recording table
---@param report table
---@param wants fun(recording: table, call: call): boolean
function kill.sweep(world, scenario, recording, report, wants)
  for index = recording.first, recording.last do
    local call <const> = recording.calls[index]
    if wants(recording, call) then
      local violation <const>, side <const> = try(world, scenario, call, index)
      report:count(side, violation and ("killed at %s #%d: %s"):format(call.name, call.nth, violation))
    end
  end
end

return kill
