--- What is interrupted: a scenario made ready, run, and recorded.
---
--- A scenario is a module of scenarios/:
---   summary   one line
---   needs     names of features.lua that it uses
---   files     path -> { old=, new= }: what each file may be after everything is settled; `first` is what it is
---             before the steps, when that is not `old`
---   make      function(world) -> files, for files that depend on the machine, in place of `files`
---   links     name -> path: more names of files, which are in `files` too
---   sealed    folders in which nothing can be made or removed
---   running   one of the files, a program that runs meanwhile
---   pending   function(suture) -> object with flush and close: opens the targets and changes them, or
---   command   words for suture, in place of a script
---   steps     what happens before: { play = scenario [, cut = function(calls) -> call [, how=, onwards=]] }: the
---             run of another scenario, whole or with a fault at one of its calls (how: "signal=KILL" if not told)
---   decided   "new" or "old" where the steps have decided the outcome already

local trace <const> = require "spec.crash.trace"

local subject <const> = {}

--- A scenario by its name.
---@param name string
---@return table
function subject.load(name)
  local scenario <const> = require("spec.crash.scenarios." .. name)
  scenario.name = name
  return scenario
end

--- The words that make the run after the executable's name.
---@param world table
---@param scenario table
---@return string
function subject.words(world, scenario)
  return scenario.command or ("%s/spec/crash/play.lua %s"):format(world.root, scenario.name)
end

--- What strace is told to do something at one call, and at nothing else.
---@param call call
---@param how string   "signal=KILL", "error=EIO"
---@param onwards boolean|nil   also at every later call of that name
---@return string
function subject.injection(call, how, onwards)
  return ("-e inject=%s:%s:when=%d%s"):format(call.name, how, call.nth, onwards and "+" or "")
end

--- The options for a run that nothing is recorded of.
---@param call call
---@param how string
---@param onwards boolean|nil
---@return string
function subject.strace(call, how, onwards)
  return ("-f -e trace=%s %s"):format(call.name, subject.injection(call, how, onwards))
end

-- Where a step is cut is looked up once for each scenario that has it.
local cuts <const> = {}

local function cut_of(world, step)
  if step.cut and not cuts[step] then
    local recording <const> = subject.record(world, subject.load(step.play))
    cuts[step] = assert(step.cut(recording.calls), "no call to cut at")
  end
  return cuts[step]
end

--- The scenario's own run, with what runs beside it.
---@param world table
---@param scenario table
---@param how table|nil   as world:execute takes it
---@return integer status
---@return string stdout
---@return string stderr
function subject.run(world, scenario, how)
  if scenario.running then
    world:start(scenario.running)
  end
  local status <const>, stdout <const>, stderr <const> = world:run(subject.words(world, scenario), how)
  world:stop()
  return status, stdout, stderr
end

--- Brings the tree to where the scenario's own run begins.
---@param world table
---@param scenario table
function subject.prepare(world, scenario)
  local steps <const> = scenario.steps or {}
  for _, step in ipairs(steps) do
    cut_of(world, step)
  end
  scenario.files = scenario.files or scenario.make(world)
  local files <const>, links <const> = {}, scenario.links or {}
  for path, file in pairs(scenario.files) do
    files[path] = not links[path] and (file.first or file.old) or nil
  end
  world:fill(files, links, scenario.sealed)
  if scenario.running then
    world.shell:must("chmod 755 " .. scenario.running)
  end
  for _, step in ipairs(steps) do
    local call <const> = cut_of(world, step)
    local strace <const> = call and subject.strace(call, step.how or "signal=KILL", step.onwards)
    local words <const> = subject.words(world, subject.load(step.play))
    local status <const>, _, stderr <const> = world:run(words, { strace = strace })
    assert((status ~= 0) == (call ~= nil), ("a step of %s: status %d: %s"):format(scenario.name, status, stderr))
  end
end

--- Whether a call is about the tree, by a descriptor or a name.
---@param recording table
---@param call call
---@return boolean
function subject.in_tree(recording, call)
  for _, arg in ipairs(call.args) do
    local number <const>, path <const> = trace.descriptor(arg)
    local name <const> = trace.string(arg)
    local at <const> = number and path or name or ""
    if at:find(recording.tree, 1, true) or name and recording.names[name:match "^[^/]+"] then
      return true
    end
  end
  return false
end

-- The calls between which the flush happens, for a verb the whole run; and what the user was told at its end.
local function bounds(recording, scenario)
  recording.first, recording.last, recording.told_at = 1, #recording.calls, #recording.calls
  for index, call in ipairs(recording.calls) do
    local line <const> = trace.printed(call)
    if line == "begin\n" then
      recording.first = index + 1
    elseif not scenario.command and line and (line:find "^flushed" or line:find "^failed") then
      recording.told_at = index
    end
  end
  if scenario.command then
    for index, call in ipairs(recording.calls) do
      if subject.in_tree(recording, call) then
        recording.first = index
        break
      end
    end
  end
end

local function uses_attributes(calls)
  for _, call in ipairs(calls) do
    if call.name:find "setxattr" and not call.failed then
      return true
    end
  end
  return false
end

--- Runs a scenario under strace, from the beginning.
---@param world table
---@param scenario table
---@param injection string|nil   options of strace that make a call fail
---@return table recording  { calls, first, last, told_at, status, told, before, tree, names }
function subject.record(world, scenario, injection)
  subject.prepare(world, scenario)
  local before <const> = world:snapshot()
  local options <const> = trace.OPTIONS .. " " .. (injection or "")
  local status <const>, stdout <const>, stderr <const> = subject.run(world, scenario, { strace = options })
  local names <const> = {}
  for _, entry in ipairs(before) do
    names[entry.path:match "^[^/]+"] = true
  end
  local recording <const> = {
    calls = trace.parse(world:log()), status = status, told = subject.told(status, stdout, scenario), stderr = stderr,
    before = before, tree = world.tree, names = names,
  }
  bounds(recording, scenario)
  world.marked = world.marked or uses_attributes(recording.calls)
  return recording
end

--- What a user was told by the end of a run: "flushed", "untouched", "indeterminate", or "nothing" when it was killed
--- before. An undocumented end raises nothing; it is told as "status N".
---@param status integer
---@param stdout string
---@param scenario table
---@return string
function subject.told(status, stdout, scenario)
  if not scenario.command then
    local kind <const> = stdout:match "failed (%w+)"
    if stdout:find "flushed" then
      return "flushed"
    elseif kind then
      return kind == "indeterminate" and kind or "untouched"
    end
  end
  if status == 137 then
    return "nothing"
  elseif status == 0 and scenario.command then
    return "flushed"
  elseif status == 6 then
    return "indeterminate"
  elseif status == 4 or status == 1 and not scenario.command then
    return "untouched"
  end
  return "status " .. status
end

local SIDE <const> = { flushed = "new", untouched = "old" }

--- The side that all files must be on once a user has been told so much; nil for either.
---@param told string
---@param scenario table
---@return "old"|"new"|nil
function subject.wanted(told, scenario)
  return scenario.decided or SIDE[told]
end

return subject
