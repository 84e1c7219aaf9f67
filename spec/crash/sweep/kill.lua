--- SIGKILL at every system call of the flush, then recovery.

local judge <const> = require "spec.crash.judge"
local subject <const> = require "spec.crash.subject"

local kill <const> = {}

local function try(world, scenario, call, turn)
  subject.prepare(world, scenario)
  local status <const>, stdout <const> = subject.run(world, scenario,
    { strace = subject.strace(call, "signal=KILL") })
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
