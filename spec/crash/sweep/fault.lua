--- Failing system calls: each may end the flush in one of its three outcomes and in no other way.

local judge <const> = require "spec.crash.judge"
local subject <const> = require "spec.crash.subject"

local fault <const> = {}

--- The ways in which a call fails.
fault.WAYS = {
  { name = "EIO", how = "error=EIO" },
  { name = "EIO from then on", how = "error=EIO", onwards = true },
  { name = "ENOSPC", how = "error=ENOSPC" },
  { name = "ENOSPC from then on", how = "error=ENOSPC", onwards = true },
  { name = "EINTR", how = "error=EINTR" },
}

local OUTCOMES <const> = { flushed = true, untouched = true, indeterminate = true }

-- At once, before anything settles it.
local function now(world, scenario, told)
  local wanted <const> = not scenario.decided and subject.wanted(told, scenario)
  local side <const>, detail <const> = judge.side(world, scenario)
  if wanted and side ~= wanted then
    return ("was told %s, but %s"):format(told, detail)
  end
end

local function try(world, scenario, how, turn)
  subject.prepare(world, scenario)
  local status <const>, stdout <const>, stderr <const> = subject.run(world, scenario, how)
  local told <const> = subject.told(status, stdout, scenario)
  if not OUTCOMES[told] then
    return ("undocumented end, %s: %s"):format(told, stderr:gsub("\n", " ")), "undocumented"
  end
  local violation <const> = now(world, scenario, told)
    or judge.settle(world, scenario, subject.wanted(told, scenario), turn)
  return violation, told
end

--- Sweeps the calls that `wants` accepts, each failing in the given ways. Tallies are by what was told.
---@param world table
---@param scenario table
---@param recording table
---@param report table
---@param wants fun(recording: table, call: call): boolean
---@param ways table[]
function fault.sweep(world, scenario, recording, report, wants, ways)
  for index = recording.first, recording.last do
    local call <const> = recording.calls[index]
    if wants(recording, call) then
      for _, way in ipairs(ways) do
        local violation <const>, told <const> =
          try(world, scenario, { strace = subject.strace(call, way.how, way.onwards) }, index)
        report:count(told, violation and ("%s at %s #%d: %s"):format(way.name, call.name, call.nth, violation))
      end
    end
  end
end

-- File sizes at which some write of the trace falls short: by its first byte, in its middle, by its last byte.
local function limits(recording)
  local sizes <const>, seen <const> = {}, {}
  local function add(size)
    if not seen[size] then
      seen[size] = true
      sizes[#sizes + 1] = size
    end
  end
  for index = recording.first, recording.last do
    local call <const> = recording.calls[index]
    if (call.name == "pwrite64" or call.name == "write") and subject.in_tree(recording, call)
        and (call.result or 0) > 0 then
      local off <const> = math.tointeger(tonumber(call.args[4] or "0"))
      add(off)
      add(off + call.result // 2)
      add(off + call.result - 1)
    end
  end
  table.sort(sizes)
  return sizes
end

--- True short writes, by the largest size that a file may have.
function fault.short(world, scenario, recording, report)
  for turn, size in ipairs(limits(recording)) do
    local violation <const>, told <const> = try(world, scenario, { fsize = size }, turn)
    report:count(told, violation and ("files of at most %d bytes: %s"):format(size, violation))
  end
end

return fault
