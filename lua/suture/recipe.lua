--- Recipes: files that say what they patch and how. `suture.recipe.check`
--- tells what a recipe finds in a target, `suture.recipe.run` patches it.

local change <const> = require "suture.change"
local checker <const> = require "suture.recipe.checker"
local core <const> = require "suture.core"
local failure <const> = require "suture.recipe.failure"
local worker <const> = require "suture.recipe.worker"

local recipe = {}

local default_timeout <const>, default_memory <const> = 60, 512

-- Reading a huge file takes its time, also where nobody set a limit: one second for each 64 MiB.
local slowest <const> = 64 << 20

local exit_of_check <const> = { applied = 0, applicable = 1, partial = 1 }

--- Options of a check or a run.
---@class suture.recipe.options
---@field params table<string, any>?    values of parameters: bytes are raw, a file is its path
---@field texts table<string, string>?  texts of parameters, as a command line or a JSON file spells them: bytes in hex;
--- a text goes before a value of the same name
---@field output string?                where the result goes instead of into the target (run)
---@field verify string?                a shell command that must succeed before anything is written (run)
---@field record boolean?               whether the flush is kept on record, true if absent (run)
---@field timeout number?               seconds; 60 if absent, and a second more for each 64 MiB of the target
---@field memory number?                MiB, 512 if absent
---@field trust boolean?                run the recipe with all rights of the user
---@field strict boolean?               refuse where the system cannot confine the recipe wholly
---@field log fun(text: string)?        hears what the recipe logs
---@field progress fun(percent: integer)?

local function silence() end

local function job_of(path, b, options, checking)
  return {
    recipe = path, target = b.path, size = #b, params = options.params, texts = options.texts, checking = checking,
    timeout = options.timeout or default_timeout + #b // slowest, memory = options.memory or default_memory,
    trust = options.trust, strict = options.strict,
  }
end

local function take_outcome(report, outcome, size)
  report.recipe = { name = outcome.name, version = outcome.version }
  report.verdict, report.reason = outcome.verdict, outcome.reason
  report.hunks, report.changes = outcome.hunks, outcome.changes
  report.size = { size, size + change.growth(outcome.changes) }
end

local function take_failure(report, problem)
  report.error, report.code = problem, problem.code
  report.changes = {}
  if report.size then
    report.size[2] = report.size[1]
  end
  if problem.code == failure.FOREIGN then
    report.verdict, report.status = "foreign", "refused"
  else
    report.verdict, report.status = nil, problem.code == failure.INDETERMINATE and "indeterminate" or "failed"
  end
end

-- The recipe worked on a copy: what it saw must be what is here.
local function carry_out(b, outcome)
  for _, guard in ipairs(outcome.guards) do
    b:expect(guard.offset, guard.bytes)
  end
  for _, entry in ipairs(outcome.changes) do
    change.apply(b, entry.offset, entry.old, entry.new)
  end
end

local function write(b, options)
  if options.output then
    b:save(options.output)
  else
    b:flush { record = options.record ~= false }
  end
end

-- Where the checker does not accept the result, what it complained of.
local function commit(b, outcome, options)
  local changes <const> = #outcome.changes > 0
  if changes then
    carry_out(b, outcome)
  end
  local problem <const> = changes and options.verify and checker.run(b, options.verify)
  if problem then
    b:rollback()
    return problem
  elseif changes or options.output then
    write(b, options)
  end
end

local function work(report, b, path, options, checking)
  local listener <const> = { log = options.log or silence, progress = options.progress or silence }
  local outcome <const> = worker.run(job_of(path, b, options, checking), listener)
  take_outcome(report, outcome, #b)
  if outcome.failure then
    return take_failure(report, outcome.failure)
  end
  local changes <const> = #outcome.changes > 0
  if checking then
    report.status, report.code = changes and "would_change" or "unchanged", exit_of_check[outcome.verdict]
    return
  end
  local problem <const> = commit(b, outcome, options)
  if problem then
    return take_failure(report, problem)
  end
  report.status, report.code, report.output = changes and "changed" or "unchanged", 0, options.output
end

-- Only who writes can leave something undecided: to a check it is one more file that cannot be read.
local function code_of(err, checking)
  return err.kind == "indeterminate" and not checking and failure.INDETERMINATE or failure.IO
end

-- An error of ours after the recipe is done: it is about the file, which holds its old bytes unless indeterminate.
local function take_error(report, err)
  if not core.is_error(err) or err.kind == "interrupted" or err.kind == "unsupported" and not report.size then
    error(err, 0)
  elseif err.kind == "mismatch" then
    err = core.error("changed", "the file changed while the recipe ran", { path = err.path, offset = err.offset })
  end
  take_failure(report, failure.describe(err, code_of(err)))
end

local function perform(path, target, options, checking)
  local report <const> = { target = target, recipe = {}, changes = {}, hunks = {}, status = "failed" }
  local private <const> = checking or options.output
  local b <const>, err <const> = core.open(target, private and "copy" or "patch")
  if not b then
    take_failure(report, failure.describe(err, code_of(err, checking)))
    return report
  end
  local ok <const>, problem <const> = pcall(work, report, b, path, options, checking)
  if not ok then
    pcall(b.rollback, b)
  end
  pcall(b.close, b)
  if not ok then
    take_error(report, problem)
  end
  return report
end

--- Loads and checks a recipe. This runs the file's Lua in this process, with
--- all its rights. Raises `argument` or `unsupported` for what is no recipe.
---@param path string
---@return table
function recipe.load(path)
  return require("suture.recipe.loading").load(path)
end

--- What a recipe says about itself: name, summary, description, version, license, authors, categories, requires,
--- depends, conflicts, params, targets, without their functions. Its file is run in a process of its own, confined
--- as for `run`. Returns nil and what went wrong for what is no recipe; raises as `run` does.
---@param path string
---@param options suture.recipe.options?
---@return table?
---@return suture.failure?
function recipe.describe(path, options)
  options = options or {}
  return worker.describe {
    recipe = path, timeout = options.timeout or default_timeout, memory = options.memory or default_memory,
    trust = options.trust, strict = options.strict,
  }
end

-- The only item of what is given as one or as a list.
local function only(given, what)
  local list <const> = type(given) == "table" and given or { given }
  if #list ~= 1 then
    core.raise("unsupported", ("exactly one %s is supported by this version"):format(what))
  end
  return list[1]
end

local function perform_all(recipes, targets, options, checking)
  local target <const> = only(targets, "target")
  local path <const> = type(target) == "table" and target.path or target
  local report <const> = perform(only(recipes, "recipe"), path, options or {}, checking)
  return { report }, report.code
end

--- Tells what recipes find in a set of targets. Nothing is written. What goes wrong with a recipe or a target is in
--- the reports; only Ctrl-C raises, wrong arguments, and running outside the suture executable.
---@param recipes string|string[]  paths, in the order in which they see each other's results
---@param targets string|(string|{ name: string?, path: string })[]  one set: paths, or paths with the names under
--- which recipes declare them
---@param options suture.recipe.options?
---@return suture.report[] reports  one for each recipe and target, in the order recipes x targets
---@return integer code  the highest exit status
function recipe.check(recipes, targets, options)
  return perform_all(recipes, targets, options, true)
end

--- Runs recipes on a set of targets: all of it is changed and durable, or nothing is. Otherwise like `check`.
---@param recipes string|string[]
---@param targets string|(string|{ name: string?, path: string })[]
---@param options suture.recipe.options?
---@return suture.report[] reports
---@return integer code
function recipe.run(recipes, targets, options)
  return perform_all(recipes, targets, options, false)
end

return recipe
