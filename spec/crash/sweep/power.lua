--- Power cuts: for every prefix of a trace, every disk that may be found afterwards, then recovery.

local judge <const> = require "spec.crash.judge"
local lay <const> = require "spec.crash.lay"
local replay <const> = require "spec.crash.replay"
local states <const> = require "spec.crash.states"
local subject <const> = require "spec.crash.subject"

local power <const> = {}

local function attributes_of(entry)
  local words <const> = {}
  for name, value in pairs(entry.attributes) do
    words[#words + 1] = name .. "=" .. value
  end
  table.sort(words)
  return table.concat(words, "\0")
end

-- One string for each state that recovery could tell apart.
local function key_of(found, wanted, ids)
  local parts <const> = { wanted or "either" }
  for path, entry in pairs(found) do
    ids[entry.node] = ids[entry.node] or tostring(entry.node)
    local words <const> = { path, ids[entry.node], entry.mode, attributes_of(entry), entry.data or "/" }
    parts[#parts + 1] = table.concat(words, "\0")
  end
  table.sort(parts)
  return table.concat(parts, "\0\0")
end

-- The inode numbers that matter: of the originals, and of files that anyone has asked for.
local function numbers_in(found, numbers)
  for _, entry in pairs(found) do
    if entry.node.number and (entry.data or entry.node.original) then
      numbers[entry.node.number] = true
    end
  end
  return numbers
end

-- Plays a recording and calls `visit(found, index, told)` for each state that a power cut may leave after each call,
-- until it returns true.
local function each_state(player, recording, report, bounds, visit)
  local told, clock
  for index, call in ipairs(recording.calls) do
    player:play(call)
    if index == recording.told_at then
      told, clock = recording.told, nil
    end
    if index >= recording.first then
      report.prefixes = report.prefixes + 1
    end
    if index >= recording.first and player.disk.clock ~= clock then
      clock = player.disk.clock
      local subsets <const>, complete <const> = states.of(player.disk:undecided(), bounds)
      report.sampled = report.sampled + (complete and 0 or 1)
      for _, units in ipairs(subsets) do
        if visit(player.disk:after(units), index, told or "nothing") then
          return
        end
      end
    end
  end
end

--- Plays a recording and checks every state after every call. Tallies are by side; `report.prefixes`,
--- `report.sampled` (prefixes whose subsets were too many to list) and `report.left_out` (states that could not be laid
--- out, for want of an inode number) are set.
---@param world table
---@param scenario table
---@param recording table
---@param report table
---@param bounds { exhaustive: integer, draws: integer, enough: integer|nil }   enough: stop after so many violations
function power.sweep(world, scenario, recording, report, bounds)
  local player <const> = replay.new(world.tree, recording.before)
  local layer <const> = lay.new(world)
  local numbers <const> = numbers_in(player.disk:after({}), {})
  local seen <const>, ids <const> = {}, {}
  report.prefixes, report.sampled, report.left_out = 0, 0, 0
  each_state(player, recording, report, bounds, function(found, index, told)
    local wanted <const> = subject.wanted(told, scenario)
    local key <const> = key_of(found, wanted, ids)
    if seen[key] then
      return false
    end
    seen[key] = true
    if not layer:out(found, numbers_in(found, numbers)) then
      report.left_out = report.left_out + 1
      return false
    end
    local violation <const>, side <const> = judge.settle(world, scenario, wanted, report.tried)
    report:count(side, violation and ("after call %d, %s: %s"):format(index, recording.calls[index].name, violation))
    return #report.violations >= (bounds.enough or math.huge)
  end)
  layer:close()
end

return power
