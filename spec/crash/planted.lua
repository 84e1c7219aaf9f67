--- Planted bugs: a recorded trace is edited as if the program had a bug, and the power-cut sweep must find it.
--- They test the test.

local trace <const> = require "spec.crash.trace"

local planted <const> = {}

--- Raised by `plant` where the trace lacks the calls that the bug is about.
planted.IMPOSSIBLE = "the trace has no such call"

local JOURNAL <const> = "%.suture%-%x+%.(%l+)$"

local IS_SYNC <const> = { fsync = true, fdatasync = true }
local IS_RENAME <const> = { rename = true, renameat = true, renameat2 = true }
local IS_WRITE <const> = { pwrite64 = true, pwritev = true, write = true }

-- The state that a journal's name tells, when an argument holds such a name.
local function state_of(arg)
  local _, path <const> = trace.descriptor(arg)
  return (trace.string(arg) or path or ""):match(JOURNAL)
end

-- The first and the last state among a call's arguments: of a rename, from and to.
local function states_of(call)
  local from, to
  for _, arg in ipairs(call.args) do
    local state <const> = state_of(arg)
    from, to = from or state, state or to
  end
  return from, to
end

local function without(calls, drop)
  local kept <const> = {}
  for index, call in ipairs(calls) do
    if not drop(call, index) then
      kept[#kept + 1] = call
    end
  end
  return kept
end

local function is_folder_sync(call, folders)
  local _, path <const> = trace.descriptor(call.args[1])
  return IS_SYNC[call.name] and path and folders[path]
end

local function folders_of(recording)
  local folders <const> = { [recording.tree] = true }
  for _, entry in ipairs(recording.before) do
    if entry.kind == "folder" then
      folders[recording.tree .. "/" .. entry.path] = true
    end
  end
  return folders
end

local function is_target_write(recording, scenario, call)
  local _, path <const> = trace.descriptor(call.args[1])
  local below <const> = path and path:sub(1, #recording.tree) == recording.tree and path:sub(#recording.tree + 2)
  return IS_WRITE[call.name] and below and scenario.files[below] ~= nil
end

local function find(calls, wanted)
  for index, call in ipairs(calls) do
    if wanted(call) then
      return index
    end
  end
  error(planted.IMPOSSIBLE, 0)
end

local function renames_to(state)
  return function(call)
    local _, to <const> = states_of(call)
    return IS_RENAME[call.name] and to == state
  end
end

local function journal_sync(recording)
  return without(recording.calls, function(call)
    local state <const> = state_of(call.args[1])
    return IS_SYNC[call.name] and (state == "tmp" or state == "redo")
  end)
end

local function folder_sync(recording)
  local folders <const> = folders_of(recording)
  return without(recording.calls, function(call)
    return is_folder_sync(call, folders)
  end)
end

-- All writes to targets come before the journal's rename, and before anything of the journal is synced.
local function early_writes(recording, scenario)
  local commit <const> = find(recording.calls, renames_to "redo")
  local first_sync <const> = find(recording.calls, function(call) return IS_SYNC[call.name] end)
  local moved <const>, calls <const> = {}, {}
  for _, call in ipairs(recording.calls) do
    if is_target_write(recording, scenario, call) then
      moved[#moved + 1] = call
    end
  end
  for index, call in ipairs(recording.calls) do
    if index == math.min(commit, first_sync) then
      table.move(moved, 1, #moved, #calls + 1, calls)
    end
    if not is_target_write(recording, scenario, call) then
      calls[#calls + 1] = call
    end
  end
  return calls
end

local function renamed(call, from, to)
  local args <const> = {}
  for index, arg in ipairs(call.args) do
    local text <const> = trace.string(arg)
    args[index] = text and text:find(JOURNAL) and trace.quote((text:gsub("%." .. from .. "$", "." .. to))) or arg
  end
  return setmetatable({ args = args }, { __index = call })
end

-- The old bytes are put back under the name that says "finish me", and no folder is synced on the way.
local function undo_without_rename(recording)
  local folders <const> = folders_of(recording)
  local back <const> = find(recording.calls, renames_to "undo")
  local calls <const> = {}
  for index, call in ipairs(recording.calls) do
    if index < back then
      calls[#calls + 1] = call
    elseif index > back and not is_folder_sync(call, folders) then
      calls[#calls + 1] = renamed(call, "undo", "redo")
    end
  end
  return calls
end

--- Each: what the bug is, the scenario whose trace is edited, how that trace is edited, and whether the recorded flush
--- is one that fails after its commit and is taken back.
planted.BUGS = {
  { summary = "the journal is not synced", edit = journal_sync },
  { summary = "no folder is synced", edit = folder_sync },
  { summary = "targets are written before the commit", edit = early_writes },
  { summary = "an undo without its rename", edit = undo_without_rename, taken_back = true },
}

--- The recording with a bug in it.
---@param bug table
---@param recording table
---@param scenario table
---@return table
function planted.plant(bug, recording, scenario)
  local calls <const> = bug.edit(recording, scenario)
  local told <const> = recording.calls[recording.told_at]
  local made <const> = setmetatable({ calls = calls }, { __index = recording })
  for index, call in ipairs(calls) do
    if call == told or getmetatable(call) and getmetatable(call).__index == told then
      made.told_at = index
    end
  end
  return made
end

--- The last write to a target of a recording: the call to fail for a flush that is taken back.
---@param recording table
---@param scenario table
---@return call
function planted.last_write(recording, scenario)
  local last
  for _, call in ipairs(recording.calls) do
    if is_target_write(recording, scenario, call) then
      last = call
    end
  end
  return assert(last, "the trace writes to no target")
end

return planted
