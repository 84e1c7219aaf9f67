--- What doing one set of targets takes, whichever way the sets are gone through: the options of its run, what is said
--- about its reports, and whether the next one may begin.

local core <const> = require "suture.core"
local failure <const> = require "suture.recipe.failure"
local output <const> = require "suture.output"
local preview <const> = require "suture.recipe.preview"
local printable <const> = require "suture.printable"
local report <const> = require "suture.recipe.report"
local terminal <const> = require "suture.terminal"

local job = {}

--- The status of a set that Ctrl-C has kept from being done.
job.INTERRUPTED = 130

--- How a verb does it.
---@class suture.batch.verb
---@field act fun(recipes: string[], targets: table, options: suture.recipe.options): suture.report[], integer
---@field writes boolean  whether targets are changed
---@field lines fun(result: suture.report, alone: boolean, several: boolean): string[]  for people

--- All that a command line asks for.
---@class suture.batch.job
---@field request suture.request
---@field verb suture.batch.verb
---@field sets table[]   lists of targets: paths, or tables with a path
---@field style suture.preview.style

--- The path of a target.
---@param target string|{ path: string }
---@return string
function job.path(target)
  return type(target) == "table" and target.path or target
end

--- What a set is called where it is one of many.
---@param set table
---@return string
function job.name(set)
  local paths <const> = {}
  for index, target in ipairs(set) do
    paths[index] = job.path(target)
  end
  return table.concat(paths, " ")
end

--- The report of a target on which nothing could be tried, or of which nothing was heard.
---@param target string|{ path: string }
---@param problem suture.failure
---@return suture.report
function job.failed(target, problem)
  return {
    target = job.path(target), recipe = {}, changes = {}, hunks = {}, error = problem, code = problem.code,
    status = problem.code == failure.INDETERMINATE and "indeterminate" or "failed",
  }
end

local function joined(lines)
  return #lines > 0 and table.concat(lines, "\n") .. "\n" or ""
end

-- The paths of the targets that reports are about, and whether there are several recipes: the reports of each follow
-- one another.
local function extent_of(reports)
  local set <const>, seen <const>, name = {}, {}, reports[1] and reports[1].recipe.name
  local several = false
  for _, result in ipairs(reports) do
    several = several or result.recipe.name ~= name
    if not seen[result.target] then
      seen[result.target] = true
      set[#set + 1] = result.target
    end
  end
  return set, several
end

--- What is said about the reports of one set. What is wrong with all of it is said once.
---@param reports suture.report[]
---@param request suture.request
---@param verb suture.batch.verb
---@param alone boolean  whether there is no other set
---@return string out  for stdout
---@return string err  for stderr
function job.texts(reports, request, verb, alone)
  local out <const>, err <const>, said <const> = {}, {}, {}
  local set <const>, several <const> = extent_of(reports)
  for _, result in ipairs(reports) do
    local lines <const> = request.json and { report.json(result) }
      or request.quiet and {} or verb.lines(result, alone and #reports == 1, several)
    table.move(lines, 1, #lines, #out + 1, out)
    local complaint <const> = report.error_line(result, set)
    if complaint and not said[complaint] then
      said[complaint] = true
      err[#err + 1] = complaint
    end
  end
  return joined(out), joined(err)
end

-- Where somebody looks at one target, or asks for it, what changes is shown in the bytes around it.
local function previewer(self)
  local request <const> = self.request
  local looks <const> = request.verbose or not self.verb.writes and #self.sets == 1
  if request.json or request.quiet or not looks then
    return nil
  end
  return function(b, result)
    result.preview = preview.lines(b, result, self.style)
  end
end

--- All that a command line asks for. What the terminal can show is found out here: another process has none.
---@param request suture.request
---@param verb suture.batch.verb
---@param sets table[]
---@return suture.batch.job
function job.new(request, verb, sets)
  local style <const> = { width = terminal.width(1 + 8), colour = terminal.is_coloured(), all = request.verbose }
  return { request = request, verb = verb, sets = sets, style = style }
end

--- Options of a run on one set. What the recipe logs goes straight to stderr.
---@param self suture.batch.job
---@param name string
---@param progress suture.meter
---@param decide fun()?  called before anything is written
---@return suture.recipe.options
function job.options(self, name, progress, decide)
  local options <const> = {
    texts = self.request.texts, params = self.request.params, abouts = self.request.abouts, decide = decide,
    preview = previewer(self),
  }
  for key, value in pairs(self.request.options) do
    options[key] = value
  end
  options.progress = progress.watched and function(percent)
    progress:show(percent)
  end or nil
  options.log = function(text)
    if not self.request.quiet then
      progress:wipe()
      io.stderr:write(printable(("%s: %s"):format(name, text)), "\n")
    end
  end
  return options
end

--- Does one set. Raises what the verb raises: `interrupted`, `argument`.
---@param self suture.batch.job
---@param index integer
---@param progress suture.meter
---@param decide fun()
---@return integer status
---@return string out  for stdout
---@return string err  for stderr
function job.perform(self, index, progress, decide)
  local set <const> = self.sets[index]
  local options <const> = job.options(self, job.name(set), progress, decide)
  local reports <const>, status <const> = self.verb.act(self.request.recipes, set, options)
  return status, job.texts(reports, self.request, self.verb, #self.sets == 1)
end

--- Prints results in order with what is said about them, where both streams lead to one terminal.
---@param progress suture.meter  is wiped first
---@param out string
---@param err string
function job.say(progress, out, err)
  progress:wipe()
  io.stderr:write(err)
  if out ~= "" then
    output.write(out)
  end
end

--- Whether no other set may begin. A target that is foreign, or cannot be read or written, is its own affair; what a
--- recipe or a command got wrong is likely to be wrong with the next target too.
---@param status integer
---@param request suture.request
---@return boolean
function job.ends_all(status, request)
  return status == failure.USAGE or status == job.INTERRUPTED
    or not request.keep_going and (status == failure.RECIPE or status == failure.INDETERMINATE)
end

--- Raises what ended everything; for Ctrl-C, with the count of sets that are done.
---@param self suture.batch.job
---@param err any
---@param done integer
function job.pass_on(self, err, done)
  if core.is_error(err) and err.kind == "interrupted" then
    core.raise("interrupted", #self.sets == 1 and "interrupted"
      or ("interrupted: %d of %d done, the others are untouched"):format(done, #self.sets))
  end
  error(err, 0)
end

return job
