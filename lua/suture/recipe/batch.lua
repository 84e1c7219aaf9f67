--- Recipes over many sets of targets, as the verbs do it: one after another, or by several processes; what became of
--- each set is told whole and in the order of the command line, and one exit status stands for all.

local assignment <const> = require "suture.recipe.assignment"
local core <const> = require "suture.core"
local job <const> = require "suture.recipe.batch.job"
local meter <const> = require "suture.meter"
local printable <const> = require "suture.printable"
local recipe <const> = require "suture.recipe"
local series <const> = require "suture.recipe.batch.series"
local stream <const> = require "suture.recipe.stream"
local streaming <const> = require "suture.recipe.batch.streaming"
local values <const> = require "suture.recipe.values"

local batch = {}

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

-- Also by a hard link, a symbolic link or a detour.
local function is_one_file(left, right)
  if left == right then
    return true
  end
  local one <const>, other <const> = core.identify(left), core.identify(right)
  return one and other and one.device == other.device and one.inode == other.inode
end

local function check_output(out, target)
  if out and not stream.is_meant(out) and is_one_file(out, job.path(target)) then
    core.raise("argument", ("-o names the target itself: %s"):format(out))
  end
end

local function announce(request)
  if request.options.trust and not request.quiet then
    local words <const> = "suture: %s runs with all your rights (--trust)"
    io.stderr:write(printable(words:format(table.concat(request.recipes, ", "))), "\n")
  end
end

-- The status of all sets.
local function run_all(self)
  local jobs <const> = math.min(self.request.jobs, #self.sets)
  if streaming.is_meant(self.request) then
    return streaming.run(self)
  elseif jobs > 1 then
    return require("suture.recipe.batch.together").run(self, jobs)
  end
  return series.run(self)
end

--- Does what a command line asks for, and prints what became of it. A recipe or a parameter that is wrong (status 2)
--- ends it, since no other target would fare better; so does, without `keep_going`, one on which the recipe failed
--- (5) or that was left undecided (6). Raises `interrupted` after Ctrl-C, when all is told that was done; `argument`;
--- `io` where a stream fails.
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
    job.say(meter "", job.texts({ job.failed(request.targets[1], problem) }, request, verb, true))
    return problem.code
  end
  check_output(request.options.output, sets[1][1])
  return run_all(job.new(request, verb, sets))
end

return batch
