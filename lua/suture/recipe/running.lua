--- A run: recipes one after the other over one set of targets, all of which are open until it is decided.

local committing <const> = require "suture.recipe.committing"
local opening <const> = require "suture.recipe.opening"
local place <const> = require "suture.recipe.place"
local plan <const> = require "suture.recipe.plan"
local printable <const> = require "suture.printable"
local reports <const> = require "suture.recipe.reports"
local stepping <const> = require "suture.recipe.stepping"
local worker <const> = require "suture.recipe.worker"

local running = {}

---@class suture.recipe.run
---@field paths string[]                 of the recipes that are asked for
---@field targets suture.recipe.target[]
---@field options suture.recipe.options
---@field checking boolean
---@field states suture.recipe.state[]   one for each target, once they are open; `claims` tells who works where
---@field steps suture.recipe.step[]     with their reports
---@field failure suture.failure?        what ended it
---@field blamed suture.recipe.step?     whose failure it is

--- Has a recipe tell what it is. As `recipe.describe`.
---@param path string
---@param options suture.recipe.options
---@return table?
---@return suture.failure?
function running.describe(path, options)
  return worker.describe {
    recipe = path, timeout = options.timeout, memory = options.memory, trust = options.trust, strict = options.strict,
  }
end

local function executable()
  return require("suture.host").executable()
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
    stepping.begin(run, steps[number])
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
    return stepping.fail(run, nil, problem)
  end
  run.steps = steps
  for _, step in ipairs(steps) do
    stepping.begin(run, step)
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
    if not stepping.perform(run, step) then
      return false
    end
  end
  return true
end

local function perform_all(run)
  local known <const>, path <const> = run.options.abouts or {}, run.paths[1]
  if #run.paths == 1 and not known[path] then
    local done <const>, about <const> = stepping.perform(run, run.steps[1])
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
    stepping.fail(run, nil, problem)
  end
end

-- Where the system has no cell that is to be whole, or there is no worker at all, nobody can go on.
local function work(run)
  local done <const> = perform_all(run)
  if done and not run.checking then
    local ok <const>, err <const> = pcall(commit, run)
    if not ok then
      stepping.fail(run, nil, opening.explain(err, false))
    end
  end
end

local function open(run)
  local private <const> = run.checking or run.options.output
  local list <const>, problem <const> = opening.open(run.targets, private and "copy" or "patch", run.checking)
  if not list then
    problem.path = problem.target and run.targets[problem.target].path
    stepping.fail(run, nil, problem)
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
