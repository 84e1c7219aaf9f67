--- Sets of targets by several processes at once, told in the order of the command line.

local core <const> = require "suture.core"
local failure <const> = require "suture.recipe.failure"
local host <const> = require "suture.host"
local job <const> = require "suture.recipe.batch.job"
local meter <const> = require "suture.meter"
local printable <const> = require "suture.printable"
local queue <const> = require "suture.recipe.queue"

local together = {}

-- How a process ends that nobody lets finish: Ctrl-C, and a second one.
local interruptions <const> = { interrupted = true, ["signal 2"] = true }

-- In a process of its own nothing can be raised to the parent: an error becomes a status and a line.
local function attempt(self, unit, decide)
  local results <const> = table.pack(pcall(job.perform, self, unit, meter "", function()
    host.hold()
    decide()
  end))
  if results[1] then
    return table.unpack(results, 2, 4)
  end
  local err <const> = results[2]
  if core.is_error(err) and err.kind == "interrupted" then
    return job.INTERRUPTED, "", ""
  end
  return core.is_error(err) and failure.USAGE or failure.RECIPE, "", printable("suture: " .. tostring(err)) .. "\n"
end

-- A process that died: whether its set was decided is known, what came of it is not.
local function problem_of(path, detail, decided)
  local text <const> = decided and ("%s: the process that wrote it died (%s): run suture recover"):format(path, detail)
    or ("%s: the process that was at it died (%s); it is untouched"):format(path, detail)
  return {
    code = decided and failure.INDETERMINATE or failure.RECIPE, kind = decided and "indeterminate" or "recipe",
    message = text, text = text, path = path,
  }
end

local function death(self, set, detail, decided)
  local reports <const> = {}
  for index, target in ipairs(set) do
    reports[index] = job.failed(target, problem_of(job.path(target), detail, decided))
  end
  return reports[1].code, job.texts(reports, self.request, self.verb, #self.sets == 1)
end

-- For each set that shares a file with an earlier one, the last of those: two processes would lock each other out.
local function order_of(sets)
  local users <const>, after <const> = {}, {}
  for index, set in ipairs(sets) do
    for _, target in ipairs(set) do
      local file <const> = core.identify(job.path(target))
      local key <const> = file and ("%d:%d"):format(file.device, file.inode) or job.path(target)
      if users[key] and users[key] ~= index then
        after[index] = math.max(after[index] or 0, users[key])
      end
      users[key] = index
    end
  end
  return after
end

-- What comes back is counted, and may end the run.
local function receiver(self, units, progress, state)
  return function(unit, result)
    if interruptions[result.detail] and not result.decided then
      result.status = job.INTERRUPTED
    elseif result.detail then
      result.status, result.out, result.err = death(self, self.sets[unit], result.detail, result.decided)
    end
    state.done = state.done + (result.status == job.INTERRUPTED and 0 or 1)
    state.highest = math.max(state.highest, result.status)
    if job.ends_all(result.status, self.request) then
      units:stop()
    end
    progress:at(state.done, job.name(self.sets[unit]))
  end
end

-- What is wrong with the recipe or the command, each process that has begun finds out: it is said once.
local function teller(progress)
  local before
  return function(_, result)
    local is_known <const> = result.status == failure.USAGE and result.err == before
    before = result.err
    job.say(progress, result.out, result.said .. (is_known and "" or result.err))
  end
end

--- Does all sets and prints what became of each. Raises `interrupted` when all is told that was done.
---@param self suture.batch.job
---@param jobs integer  how many processes
---@return integer status  the highest
function together.run(self, jobs)
  local units <const>, progress <const> = queue.new(#self.sets, order_of(self.sets)), meter("", #self.sets)
  local state <const> = { done = 0, highest = 0 }
  progress:at(0, job.name(self.sets[1]))
  local ok <const>, err <const> = pcall(queue.run, units, jobs, function(unit, decide)
    return attempt(self, unit, decide)
  end, receiver(self, units, progress, state), teller(progress))
  progress:wipe()
  if not ok or state.highest == job.INTERRUPTED then
    job.pass_on(self, not ok and err or core.error("interrupted", "interrupted"), state.done)
  end
  return state.highest
end

return together
