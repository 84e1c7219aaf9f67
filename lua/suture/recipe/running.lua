--- A run: recipes one after the other over one set of targets, all of which are open until it is decided.

local committing <const> = require "suture.recipe.committing"
local core <const> = require "suture.core"
local failure <const> = require "suture.recipe.failure"
local opening <const> = require "suture.recipe.opening"
local overlap <const> = require "suture.recipe.overlap"
local place <const> = require "suture.recipe.place"
local plan <const> = require "suture.recipe.plan"
local printable <const> = require "suture.printable"
local reports <const> = require "suture.recipe.reports"
local succession <const> = require "suture.recipe.succession"
local worker <const> = require "suture.recipe.worker"

local running = {}

local default_timeout <const>, default_memory <const> = 60, 512

-- Reading a huge file takes its time, also where nobody set a limit: one second for each 64 MiB.
local slowest <const> = 64 << 20

---@class suture.recipe.run
---@field paths string[]                 of the recipes that are asked for
---@field targets suture.recipe.target[]
---@field options suture.recipe.options
---@field checking boolean
---@field states suture.recipe.state[]   one for each target, once they are open; `claims` tells who works where
---@field steps suture.recipe.step[]     with their reports
---@field failure suture.failure?        what ended it
---@field blamed suture.recipe.step?     whose failure it is

local function silence() end

local function executable()
  return require("suture.host").executable()
end

local function limits_of(options, targets)
  local size = 0
  for _, target in ipairs(targets) do
    size = size + target.size
  end
  return options.timeout or default_timeout + size // slowest, options.memory or default_memory
end

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
  local timeout <const>, memory <const> = limits_of(options, targets)
  return {
    recipe = step.path, targets = targets, plain = step.plain, params = step.params, texts = step.texts,
    files = step.files, checking = run.checking, timeout = timeout, memory = memory, trust = options.trust,
    strict = options.strict,
  }
end

--- Has a recipe tell what it is. As `recipe.describe`.
---@param path string
---@param options suture.recipe.options
---@return table?
---@return suture.failure?
function running.describe(path, options)
  return worker.describe {
    recipe = path, timeout = options.timeout or default_timeout, memory = options.memory or default_memory,
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

local function fail(run, step, problem)
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
      return fail(run, step, opening.explain(err, run.checking))
    elseif report.verdict then
      look(state.bytes, report)
    end
    state.bytes:rollback()
  end
  return true
end

-- Returns whether the run goes on, and what the recipe said of itself where it has to be planned first.
local function perform(run, step)
  local options <const> = run.options
  local rival <const> = rival_of(run, step)
  if rival then
    return fail(run, step, rival)
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
    return fail(run, step, problem)
  end
  reports.succeed(step.reports, run.checking, options.output)
  return show(run, step)
end

local function add_reports(run, step)
  step.reports = {}
  for number, index in ipairs(step.targets) do
    local state <const> = run.states[index]
    step.reports[number] = reports.new(run.targets[index], state and #state.bytes)
    step.reports[number].recipe = step.about and { name = step.about.name, version = step.about.version } or {}
  end
end

local function all_targets(run)
  local list <const> = {}
  for index in ipairs(run.targets) do
    list[index] = index
  end
  return list
end

-- Planning ----------------------------------------------------------------

-- A recipe that is asked for alone is its own plan, until it says otherwise.
local function plain_steps(run)
  local steps <const> = {}
  for number, path in ipairs(run.paths) do
    steps[number] = {
      path = path, plain = true, targets = all_targets(run), texts = run.options.texts, params = run.options.params,
    }
    add_reports(run, steps[number])
  end
  return steps
end

local told <const> = {}

-- Once for each in a process: over a thousand targets it is the same.
local function tell_dependency(step)
  local words <const> = ("suture: also runs %s, which %s depends on"):format(step.about.name, step.needed_by)
  if not told[words] then
    told[words] = true
    io.stderr:write(printable(words), "\n")
  end
end

-- False where there is no plan.
local function make_plan(run, known)
  local options <const> = run.options
  local steps <const>, problem <const> = plan.make(run.paths, run.targets, {
    texts = options.texts or {}, params = options.params or {},
  }, known, function(path)
    local about <const>, problem_with <const> = running.describe(path, options)
    known[path] = about
    return about, problem_with
  end, function(name, library)
    return place.find(name, executable(), library)
  end)
  if not steps then
    return fail(run, nil, problem)
  end
  run.steps = steps
  for _, step in ipairs(steps) do
    add_reports(run, step)
    if step.needed_by then
      tell_dependency(step)
    end
  end
  return true
end

local function perform_planned(run, known)
  if not make_plan(run, known) then
    return false
  end
  for _, step in ipairs(run.steps) do
    if not perform(run, step) then
      return false
    end
  end
  return true
end

local function perform_all(run)
  local known <const>, path <const> = run.options.abouts or {}, run.paths[1]
  if #run.paths == 1 and not known[path] then
    local done <const>, about <const> = perform(run, run.steps[1])
    if not about then
      return done
    end
    known[path] = about
  end
  return perform_planned(run, known)
end

-- The end -----------------------------------------------------------------

-- A run is all or nothing; a check tells of each recipe what it came to by itself.
local function settle_failure(run)
  local problem <const> = run.failure
  local before = run.blamed ~= nil
  for _, step in ipairs(run.steps) do
    local is_to_blame <const> = step == run.blamed or not run.blamed
    before = before and not is_to_blame
    if not (before and run.checking) then
      reports.fail(step.reports, problem, is_to_blame)
    end
  end
end

local function collect(run)
  if run.failure then
    settle_failure(run)
  end
  local list <const>, code = {}, 0
  for _, step in ipairs(run.steps) do
    for _, report in ipairs(step.reports) do
      list[#list + 1] = report
      code = math.max(code, report.code)
    end
  end
  return list, code
end

local function commit(run)
  local problem <const> = committing.commit(run.states, run.options)
  if problem then
    fail(run, nil, problem)
  end
end

-- Where the system has no cell that is to be whole, or there is no worker at all, nobody can go on.
local function work(run)
  local done <const> = perform_all(run)
  if done and not run.checking then
    local ok <const>, err <const> = pcall(commit, run)
    if not ok then
      fail(run, nil, opening.explain(err, false))
    end
  end
end

local function open(run)
  local private <const> = run.checking or run.options.output
  local list <const>, problem <const> = opening.open(run.targets, private and "copy" or "patch", run.checking)
  if not list then
    problem.path = problem.target and run.targets[problem.target].path
    fail(run, nil, problem)
    return
  end
  for index, b in ipairs(list) do
    run.states[index] = { bytes = b, size = #b, changes = {}, guards = {}, claims = {} }
  end
  return list
end

--- Runs recipes on targets, or tells what they would do. What goes wrong is in the reports; raises `argument`,
--- `unsupported` where recipes cannot be run here, `interrupted`.
---@param paths string[]
---@param targets suture.recipe.target[]
---@param options suture.recipe.options
---@param checking boolean
---@return suture.report[]
---@return integer code  the highest exit status
function running.run(paths, targets, options, checking)
  local run <const> = { paths = paths, targets = targets, options = options, checking = checking, states = {} }
  run.steps = {}
  local list <const> = open(run)
  run.steps = plain_steps(run)
  if list then
    local ok <const>, err <const> = pcall(work, run)
    opening.close(list)
    if not ok then
      error(err, 0)
    end
  end
  return collect(run)
end

return running
