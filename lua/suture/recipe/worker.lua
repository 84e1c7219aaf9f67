--- The parent's side of the process in which a recipe's Lua runs. It never runs
--- a line of the recipe, and takes what comes back as hostile.

local core <const> = require "suture.core"
local failure <const> = require "suture.recipe.failure"
local result <const> = require "suture.recipe.result"

local worker = {}

---@class suture.job
---@field recipe string                path of its file
---@field targets suture.job.target[]?
---@field describe boolean?            only tell what the recipe says about itself
---@field plain boolean?               tell that instead of working where the recipe needs other recipes or files
---@field examples boolean?            or only its examples
---@field params table<string, any>?   values of parameters
---@field texts table<string, string>? or their texts, as a command line has them
---@field files table<string, string>? paths of the files among them
---@field checking boolean?
---@field timeout number?              seconds; 60 if absent, and one more for each 64 MiB of the targets
---@field memory number?               MiB; 512 if absent
---@field trust boolean?               no cell: the recipe has all rights of the user
---@field strict boolean?              a cell that lacks a part is an error

--- A file as a job names it.
---@class suture.job.target: suture.recipe.target
---@field size integer                 in bytes
---@field earlier suture.change[]?     what recipes before this one change in it

local MIB <const> = 1 << 20
local default_timeout <const>, default_memory <const> = 60, 512

-- Reading a huge file takes its time, also where nobody set a limit: one second for so many bytes.
local slowest <const> = 64 << 20

local function set_limits(job)
  local size = 0
  for _, target in ipairs(job.targets or {}) do
    size = size + target.size
  end
  job.timeout = job.timeout or default_timeout + size // slowest
  job.memory = job.memory or default_memory
end

local function host()
  local ok <const>, module <const> = pcall(require, "suture.host")
  if not ok then
    core.raise("unsupported", "recipes run only inside the suture executable")
  end
  return module
end

local parts <const> = {
  { "landlock", function(value) return value > 0 end, "Landlock" },
  { "seccomp", function(value) return value end, "seccomp" },
  { "address_space", function(value) return value end, "the size of a process (/proc)" },
}

--- What this system lacks of a whole cell, in words; empty where nothing.
---@return string[]
function worker.missing()
  local offer <const>, list <const> = host().system(), {}
  for _, part in ipairs(parts) do
    if not part[2](offer[part[1]]) then
      list[#list + 1] = part[3]
    end
  end
  return list
end

local warned = false

-- Once in a process: every recipe after the first is in the same cell.
local function look_at_cell(job)
  local missing <const> = not job.trust and worker.missing() or {}
  if #missing == 0 then
    return
  end
  local words <const> = "this system has no " .. table.concat(missing, ", no ")
  if job.strict then
    core.raise("unsupported", words .. ": a recipe would not be confined wholly (--strict)")
  elseif not warned then
    warned = true
    io.stderr:write(("suture: warning: %s: recipes are confined less than they should be\n"):format(words))
  end
end

local function failed(kind, format, ...)
  local text <const> = format:format(...)
  return { code = failure.RECIPE, kind = kind, message = text, text = text }
end

local function memory_limit(job)
  return failed("limit", "the recipe passed the memory limit of %g MiB (--memory)", job.memory)
end

local limits <const> = {
  memory = memory_limit,
  cpu = function()
    return failed("limit", "the recipe passed the limit of processor time (--timeout)")
  end,
  ["file size"] = function()
    return failed("limit", "the recipe passed the limit of file size: it may write no file")
  end,
}

local function trouble(taken, ending, detail, job)
  if ending == "timeout" then
    return failed("limit", "the recipe passed the time limit of %g seconds (--timeout)", job.timeout)
  elseif ending == "limit" then
    return limits[detail](job)
  elseif ending == "died" then
    return failed("recipe", "the recipe's process died (%s)", detail)
  elseif not taken:is_complete() then
    return failed("recipe", "the recipe ended its process without a result")
  end
end

local function refused(limit)
  if limit then
    return failed("limit", "the recipe passed the limit of %s", limit)
  end
  return failed("recipe", "the recipe's process sent what is no result")
end

local OUT_OF_MEMORY <const> = "not enough memory"

-- The parent knows which option sets the limit that the worker ran into. An image that finds no memory tells what for.
local function explained(problem, job)
  if not problem or problem.kind ~= "limit" or not problem.message:find("memory", 1, true) then
    return problem
  end
  local limit <const> = memory_limit(job)
  limit.offset, limit.where = problem.offset, problem.where
  if problem.message ~= OUT_OF_MEMORY then
    limit.text = ("%s: %s"):format(limit.text, problem.text)
  end
  return limit
end

local silent <const> = { log = function() end, progress = function() end }

-- What is no value of a parameter of any type cannot cross, and need not.
local function check_params(params)
  for name, value in pairs(params or {}) do
    local kind <const> = type(value)
    if kind ~= "string" and kind ~= "number" and kind ~= "boolean" then
      local text <const> = ("parameter '%s' cannot be a %s"):format(name, kind)
      return { code = failure.USAGE, kind = "argument", message = text, text = text }
    end
  end
end

local function plain_job(job)
  return {
    recipe = job.recipe, targets = job.targets or {}, describe = job.describe, examples = job.examples,
    plain = job.plain, params = job.params, texts = job.texts, files = job.files, checking = job.checking,
    trust = job.trust,
  }
end

local function descriptions(job)
  return job.examples and "examples" or job.describe and "only" or job.plain and "instead" or "never"
end

-- Returns the result as far as it came, and what went wrong with it.
local function collect(job, listener)
  local most <const> = math.tointeger(job.memory * MIB // 1) or math.maxinteger
  local taken <const> = result.new(job.targets or {}, most, listener or silent, descriptions(job))
  local ok <const>, ending <const>, detail <const> = pcall(host().confine, plain_job(job), function(frame)
    taken:take(frame)
  end, { timeout = job.timeout, memory = job.memory, trust = job.trust })
  if ok then
    return taken.outcome, trouble(taken, ending, detail, job)
  end
  local is_ending <const>, limit <const> = result.ending(ending)
  if not is_ending then
    error(ending, 0)
  end
  return taken.outcome, refused(limit)
end

-- What JSON from a recipe's process reads as; nil where it has not the shape. A Ctrl-C meanwhile is no fault of it.
local function decoded(decode, text)
  local ok <const>, value <const> = pcall(decode, text)
  if not ok and core.is_error(value) then
    error(value, 0)
  end
  return ok and value or nil
end

-- A recipe that failed has nothing to carry out, and a description is believed only in its shape.
local function settle(outcome)
  if outcome.failure then
    outcome.verdict, outcome.reason = nil, nil
    for _, target in ipairs(outcome.targets) do
      target.changes, target.guards = {}, {}
    end
  elseif outcome.description then
    outcome.about = decoded(require("suture.recipe.description").decode, outcome.description)
    if outcome.about then
      outcome.about.name = outcome.name
    else
      outcome.failure = refused()
    end
  end
  return outcome
end

--- Runs a recipe on targets in a process of its own, and returns what it came
--- to; nothing is done yet. `about` is what it says about itself, where it was
--- to tell that. Raises `unsupported` outside the suture executable, and where
--- the cell is not whole and that is to be an error; `interrupted` after Ctrl-C.
---@param job suture.job
---@param listener { log: fun(text: string), progress: fun(percent: integer) }?
---@return suture.outcome
function worker.run(job, listener)
  set_limits(job)
  look_at_cell(job)
  local wrong <const> = check_params(job.params)
  if wrong then
    return { hunks = {}, targets = {}, failure = wrong }
  end
  local outcome <const>, problem <const> = collect(job, listener)
  outcome.failure = problem or explained(outcome.failure, job)
  return settle(outcome)
end

--- Has a recipe tell what it is, in the same cell. Returns its metadata, or what went wrong.
---@param job suture.job
---@return table?
---@return suture.failure?
function worker.describe(job)
  job.describe = true
  local outcome <const> = worker.run(job)
  return outcome.about, outcome.failure
end

--- Has a recipe tell its examples, whose functions run in the same cell. Returns them, or what went wrong.
---@param job suture.job
---@return { recognises: boolean, targets: string[], examples: suture.example[] }?
---@return suture.failure?
function worker.examples(job)
  job.describe, job.examples = true, true
  local outcome <const> = worker.run(job)
  if outcome.failure then
    return nil, outcome.failure
  end
  local value <const> = decoded(require("suture.recipe.example").decode, outcome.examples)
  if not value then
    return nil, refused()
  end
  value.name = outcome.name
  return value
end

return worker
