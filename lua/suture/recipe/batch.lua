--- Recipes over many sets of targets, as the verbs do it: one after another, or by several processes; what became of
--- each set is told whole and in the order of the command line, and one exit status stands for all.

local assignment <const> = require "suture.recipe.assignment"
local core <const> = require "suture.core"
local failure <const> = require "suture.recipe.failure"
local host <const> = require "suture.host"
local meter <const> = require "suture.meter"
local output <const> = require "suture.output"
local printable <const> = require "suture.printable"
local queue <const> = require "suture.recipe.queue"
local recipe <const> = require "suture.recipe"
local report <const> = require "suture.recipe.report"
local stream <const> = require "suture.recipe.stream"
local values <const> = require "suture.recipe.values"

local batch = {}

local INTERRUPTED <const> = 130

--- How a verb does it.
---@class suture.batch.verb
---@field act fun(recipes: string[], targets: table, options: suture.recipe.options): suture.report[], integer
---@field writes boolean  whether targets are changed
---@field lines fun(result: suture.report, alone: boolean): string[]  for people

local function path_of(target)
  return type(target) == "table" and target.path or target
end

-- What a set is called where it is one of many.
local function name_of(set)
  local paths <const> = {}
  for index, target in ipairs(set) do
    paths[index] = path_of(target)
  end
  return table.concat(paths, " ")
end

local function complain(text)
  io.stderr:write(printable("suture: " .. text), "\n")
end

-- The report of a target on which nothing could be tried, or of which nothing was heard.
local function failed(target, problem)
  return {
    target = path_of(target), recipe = {}, changes = {}, hunks = {}, error = problem, code = problem.code,
    status = problem.code == failure.INDETERMINATE and "indeterminate" or "failed",
  }
end

-- What the recipes say about themselves, in their order; nil and what kept one from saying it.
local function describe(request)
  local abouts <const> = {}
  for index, path in ipairs(request.recipes) do
    local about <const>, problem <const> = recipe.describe(path, request.options)
    if not about then
      return nil, problem
    end
    abouts[index] = about
    request.abouts[path] = about
  end
  return abouts
end

-- A single plain word needs no recipe to say how many targets it has.
local function is_plain(request)
  local word <const> = request.targets[1]
  return #request.targets == 1 and not word:find("=", 1, true)
end

-- A stream is a target where its word stands alone.
local function sets_of(abouts, words)
  local sets <const> = assignment.sets(abouts, words)
  for _, set in ipairs(sets) do
    for _, target in ipairs(set) do
      if stream.is_meant(target.path) then
        core.raise("argument", "- is standard input: it takes no name and no other target")
      end
    end
  end
  return sets
end

-- The sets of targets, the parameters' values read; nil and what is wrong with a recipe.
local function prepare(request)
  local plain <const> = is_plain(request)
  if plain and not request.params_file then
    return { request.targets }
  end
  local abouts <const>, problem <const> = describe(request)
  if not abouts then
    return nil, problem
  end
  if request.params_file then
    request.params = values.read(request.params_file, abouts, request.texts)
  end
  return plain and { request.targets } or sets_of(abouts, request.targets)
end

-- The text for stdout and the text for stderr about the reports of one set. What is wrong with all of it is said once.
local function texts_of(reports, request, verb, alone)
  local out <const>, err <const>, said <const> = {}, {}, {}
  for _, result in ipairs(reports) do
    local lines <const> = request.json and { report.json(result) }
      or request.quiet and {} or verb.lines(result, alone and #reports == 1)
    table.move(lines, 1, #lines, #out + 1, out)
    local complaint <const> = report.error_line(result)
    if complaint and not said[complaint] then
      said[complaint] = true
      err[#err + 1] = complaint
    end
  end
  return #out > 0 and table.concat(out, "\n") .. "\n" or "", #err > 0 and table.concat(err, "\n") .. "\n" or ""
end

--- Everything that doing one set takes.
---@class suture.batch.job
---@field request suture.request
---@field verb suture.batch.verb
---@field sets table[]

-- Options of a run on one set. What the recipe logs goes straight to stderr.
local function options_of(job, name, progress, decide)
  local options <const> = {
    texts = job.request.texts, params = job.request.params, abouts = job.request.abouts, decide = decide,
  }
  for key, value in pairs(job.request.options) do
    options[key] = value
  end
  options.progress = progress.watched and function(percent)
    progress:show(percent)
  end or nil
  options.log = function(text)
    if not job.request.quiet then
      progress:wipe()
      io.stderr:write(printable(("%s: %s"):format(name, text)), "\n")
    end
  end
  return options
end

-- Does one set. Returns its status and its texts for stdout and stderr.
local function perform(job, index, progress, decide)
  local set <const> = job.sets[index]
  local options <const> = options_of(job, name_of(set), progress, decide)
  local reports <const>, status <const> = job.verb.act(job.request.recipes, set, options)
  return status, texts_of(reports, job.request, job.verb, #job.sets == 1)
end

-- Results in order with what is said about them, where both streams lead to one terminal.
local function say(progress, out, err)
  progress:wipe()
  io.stderr:write(err)
  if out ~= "" then
    output.write(out)
  end
end

-- A target that is foreign, or cannot be read or written, is its own affair. What a recipe or a command got wrong is
-- likely to be wrong with the next target too.
local function ends_all(status, request)
  return status == failure.USAGE or status == INTERRUPTED
    or not request.keep_going and (status == failure.RECIPE or status == failure.INDETERMINATE)
end

local function interrupted(done, job)
  core.raise("interrupted", #job.sets == 1 and "interrupted"
    or ("interrupted: %d of %d done, the others are untouched"):format(done, #job.sets))
end

local function pass_on(err, done, job)
  if core.is_error(err) and err.kind == "interrupted" then
    interrupted(done, job)
  end
  error(err, 0)
end

local function one_by_one(job)
  local highest = 0
  local progress <const> = meter("", #job.sets)
  for index, set in ipairs(job.sets) do
    progress:at(index - 1, name_of(set))
    local done <const>, status <const>, out <const>, err <const> = pcall(perform, job, index, progress, host.hold)
    -- A Ctrl-C that waited until the set was whole is raised here: what became of the set is told first.
    local free <const>, problem <const> = pcall(host.release)
    say(progress, done and out or "", done and err or "")
    if not (done and free) then
      pass_on(done and problem or status, done and index or index - 1, job)
    end
    highest = math.max(highest, status)
    if ends_all(status, job.request) then
      break
    end
  end
  return highest
end

-- In a process of its own nothing can be raised to the parent: an error becomes a status and a line.
local function attempt(job, unit, decide)
  local results <const> = table.pack(pcall(perform, job, unit, meter "", function()
    host.hold()
    decide()
  end))
  if results[1] then
    return table.unpack(results, 2, 4)
  end
  local err <const> = results[2]
  if core.is_error(err) and err.kind == "interrupted" then
    return INTERRUPTED, "", ""
  end
  return core.is_error(err) and failure.USAGE or failure.RECIPE, "", printable("suture: " .. tostring(err)) .. "\n"
end

-- A process that died: whether its set was decided is known, what came of it is not.
local function death(set, detail, decided, job)
  local reports <const> = {}
  for _, target in ipairs(set) do
    local text <const> = decided
      and ("%s: the process that wrote it died (%s): run suture recover"):format(path_of(target), detail)
      or ("%s: the process that was at it died (%s); it is untouched"):format(path_of(target), detail)
    reports[#reports + 1] = failed(target, {
      code = decided and failure.INDETERMINATE or failure.RECIPE, kind = decided and "indeterminate" or "recipe",
      message = text, text = text,
    })
  end
  return reports[1].code, texts_of(reports, job.request, job.verb, #job.sets == 1)
end

-- For each set that shares a file with an earlier one, the last of those: two processes would lock each other out.
local function order_of(sets)
  local users <const>, after <const> = {}, {}
  for index, set in ipairs(sets) do
    for _, target in ipairs(set) do
      local file <const> = core.identify(path_of(target))
      local key <const> = file and ("%d:%d"):format(file.device, file.inode) or path_of(target)
      if users[key] and users[key] ~= index then
        after[index] = math.max(after[index] or 0, users[key])
      end
      users[key] = index
    end
  end
  return after
end

local function together(job, jobs)
  local highest, done = 0, 0
  local units <const>, progress <const> = queue.new(#job.sets, order_of(job.sets)), meter("", #job.sets)
  local function receive(unit, result)
    if result.detail == "interrupted" then
      result.status = INTERRUPTED
    elseif result.detail then
      result.status, result.out, result.err = death(job.sets[unit], result.detail, result.decided, job)
    end
    done = done + (result.status == INTERRUPTED and 0 or 1)
    highest = math.max(highest, result.status)
    if ends_all(result.status, job.request) then
      units:stop()
    end
    progress:at(done, name_of(job.sets[unit]))
  end
  -- What is wrong with the recipe or the command, each process that has begun finds out: it is said once.
  local complaint
  local function tell(_, result)
    local is_known <const> = result.status == failure.USAGE and result.err == complaint
    complaint = result.err
    say(progress, result.out, result.said .. (is_known and "" or result.err))
  end
  progress:at(0, name_of(job.sets[1]))
  local ok <const>, err <const> = pcall(queue.run, units, jobs, function(unit, decide)
    return attempt(job, unit, decide)
  end, receive, tell)
  progress:wipe()
  if not ok or highest == INTERRUPTED then
    pass_on(not ok and err or core.error("interrupted", "interrupted"), done, job)
  end
  return highest
end

-- The target of a run that a stream has part in, its options changed for that, and what is to go out when all went
-- well.
local function connect(private, job, options)
  local target, result = job.request.targets[1], nil
  if stream.is_meant(target) then
    private:take()
    target = private.input
    result = job.verb.writes and not options.output and target
  end
  if stream.is_meant(options.output) then
    result = target == private.input and target or private.result
    options.output = result ~= target and result or nil
  end
  options.record = options.record and not (result and target == private.input)
  return target, result or nil
end

-- Where the result goes to standard output, what is said about it goes to stderr. Returns the status.
local function streamed(job)
  local private <close> = stream.open()
  local options <const> = options_of(job, job.request.targets[1], meter(job.request.targets[1]))
  local target <const>, result <const> = connect(private, job, options)
  local reports <const>, status <const> = job.verb.act(job.request.recipes, { target }, options)
  for _, entry in ipairs(reports) do
    private:rename(entry)
  end
  local out <const>, err <const> = texts_of(reports, job.request, job.verb, true)
  if result and status == 0 then
    stream.give(result)
  end
  io.stderr:write(err, result and out or "")
  if not result and out ~= "" then
    output.write(out)
  end
  return status
end

local function announce(request)
  if request.options.trust and not request.quiet then
    complain(("%s runs with all your rights (--trust)"):format(table.concat(request.recipes, ", ")))
  end
end

-- The status of all sets.
local function run_all(job)
  local jobs <const> = math.min(job.request.jobs, #job.sets)
  if stream.is_meant(job.request.targets[1]) or stream.is_meant(job.request.options.output) then
    return streamed(job)
  elseif jobs > 1 then
    return together(job, jobs)
  end
  return one_by_one(job)
end

--- Does what a command line asks for, and prints what became of it. A recipe or a parameter that is wrong (status 2)
--- ends it, since no other target would fare better; so does, without `keep_going`, one on which the recipe failed
--- (5) or that was left undecided (6). Raises `interrupted` after Ctrl-C, when all is told that was done, and
--- `argument`.
---@param request suture.request
---@param verb suture.batch.verb
---@return integer status  the highest
function batch.run(request, verb)
  if #request.targets == 0 then
    return 0
  end
  announce(request)
  local sets <const>, problem <const> = prepare(request)
  if not sets then
    local out <const>, err <const> = texts_of({ failed(request.targets[1], problem) }, request, verb, true)
    say(meter "", out, err)
    return problem.code
  end
  return run_all { request = request, verb = verb, sets = sets }
end

return batch
