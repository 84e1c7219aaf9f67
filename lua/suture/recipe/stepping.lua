--- One recipe of a run: its process, and what comes of that for the targets and the reports.

local committing <const> = require "suture.recipe.committing"
local core <const> = require "suture.core"
local failure <const> = require "suture.recipe.failure"
local opening <const> = require "suture.recipe.opening"
local overlap <const> = require "suture.recipe.overlap"
local reports <const> = require "suture.recipe.reports"
local succession <const> = require "suture.recipe.succession"
local worker <const> = require "suture.recipe.worker"

local stepping = {}

local function silence() end

local function job_of(run, step)
  local targets <const>, options <const> = {}, run.options
  local is_named <const> = step.plain or #step.targets > 1
  for number, index in ipairs(step.targets) do
    local state <const> = run.states[index]
    targets[number] = {
      path = state.bytes.path, name = is_named and run.targets[index].name or nil, size = #state.bytes,
      earlier = #state.changes > 0 and state.changes or nil,
    }
  end
  return {
    recipe = step.path, targets = targets, plain = step.plain, params = step.params, texts = step.texts,
    files = step.files, checking = run.checking, timeout = options.timeout, memory = options.memory,
    trust = options.trust, strict = options.strict,
  }
end

-- The path as it was given, for whoever prints the problem.
local function located(run, step, problem)
  local index <const> = problem.target and step.targets[problem.target]
  problem.path = index and run.targets[index].path or nil
  problem.target = index
  if #run.steps > 1 and problem.code ~= failure.USAGE then
    problem.recipe = step.about.name
  end
  return problem
end

--- Ends a run.
---@param run suture.recipe.run
---@param step suture.recipe.step?  whose failure it is
---@param problem suture.failure
---@return false
function stepping.fail(run, step, problem)
  run.failure, run.blamed = problem, step
  return false
end

-- Conflicts ---------------------------------------------------------------

local applied <const> = { applied = true, partial = true }

-- One that cannot be run on these targets is not in them.
local function is_applied(run, step, rival)
  local job <const> = job_of(run, { path = rival.path, targets = step.targets })
  for _, target in ipairs(job.targets) do
    target.earlier = nil
  end
  job.checking = true
  return applied[worker.run(job).verdict] or false
end

local function rival_of(run, step)
  for _, rival in ipairs(step.rivals or {}) do
    if is_applied(run, step, rival) then
      local words <const> = "%s conflicts with %s, which is applied already"
      local err <const> = core.error("foreign", words:format(step.about.name, rival.name))
      return failure.describe(err, failure.FOREIGN)
    end
  end
end

-- Steps -------------------------------------------------------------------

local function clash_of(step, met, path)
  local message <const> = ("the recipes %s and %s overlap here"):format(met.recipes[1], met.recipes[2])
  return {
    code = failure.RECIPE, kind = "recipe", message = message, offset = met.offset, path = path,
    text = ("%s: 0x%x: %s"):format(path, met.offset, message), recipe = step.about.name,
  }
end

-- Enters the result of a step for one target. A clash with an earlier recipe is returned.
local function advance(run, step, outcome, number)
  local state <const> = run.states[step.targets[number]]
  local found <const> = outcome.targets[number]
  local own <const> = succession.own(state.changes, found.changes)
  local report <const> = step.reports[number]
  reports.take_changes(report, own, state.size)
  state.size, state.changes = report.size[2], found.changes
  table.move(found.guards, 1, #found.guards, #state.guards + 1, state.guards)
  if #run.steps > 1 then
    local met <const> = overlap.add(state.claims, outcome.name, outcome.hunks, number, own)
    return met and clash_of(step, met, run.targets[step.targets[number]].path)
  end
end

local function advance_all(run, step, outcome)
  for number in ipairs(step.targets) do
    local clash <const> = advance(run, step, outcome, number)
    if clash then
      return clash
    end
  end
end

-- The objects read as they will, while the caller looks at them. A file that cannot be shown has changed meanwhile.
local function show(run, step)
  local look <const> = run.options.preview
  for number, report in ipairs(look and step.reports or {}) do
    local state <const> = run.states[step.targets[number]]
    local ok <const>, err <const> = pcall(committing.apply, state.bytes, state.changes)
    if not ok then
      return stepping.fail(run, step, opening.explain(err, run.checking))
    elseif report.verdict then
      look(state.bytes, report)
    end
    state.bytes:rollback()
  end
  return true
end

--- Runs the recipe of a step and enters what it came to into the reports and into the states of the targets.
---@param run suture.recipe.run
---@param step suture.recipe.step
---@return boolean goes_on
---@return table? about  what the recipe said of itself where the run has to be planned first
function stepping.perform(run, step)
  local options <const> = run.options
  local rival <const> = rival_of(run, step)
  if rival then
    return stepping.fail(run, step, rival)
  end
  local outcome <const> = worker.run(job_of(run, step), {
    log = options.log or silence, progress = options.progress or silence,
  })
  if outcome.about then
    return false, outcome.about
  end
  reports.take_outcome(step.reports, outcome)
  local problem <const> = outcome.failure and located(run, step, outcome.failure) or advance_all(run, step, outcome)
  if problem then
    reports.fail(step.reports, problem, true)
    show(run, step)
    return stepping.fail(run, step, problem)
  end
  reports.succeed(step.reports, run.checking, options.output)
  return show(run, step)
end

--- Gives a step reports of which nothing is known yet.
---@param run suture.recipe.run
---@param step suture.recipe.step
function stepping.begin(run, step)
  step.reports = {}
  for number, index in ipairs(step.targets) do
    local state <const> = run.states[index]
    step.reports[number] = reports.new(run.targets[index], state and #state.bytes)
    step.reports[number].recipe = step.about and { name = step.about.name, version = step.about.version } or {}
  end
end

return stepping
