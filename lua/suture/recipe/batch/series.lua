--- Sets of targets one after another, in this process.

local host <const> = require "suture.host"
local job <const> = require "suture.recipe.batch.job"
local meter <const> = require "suture.meter"

local series = {}

--- Does all sets and prints what became of each. Raises `interrupted` and `argument`.
---@param self suture.batch.job
---@return integer status  the highest
function series.run(self)
  local highest = 0
  local progress <const> = meter("", #self.sets)
  for index, set in ipairs(self.sets) do
    progress:at(index - 1, job.name(set))
    local done <const>, status <const>, out <const>, err <const> =
      pcall(job.perform, self, index, progress, host.hold)
    -- A Ctrl-C that waited until the set was whole is raised here: what became of the set is told first.
    local free <const>, problem <const> = pcall(host.release)
    job.say(progress, done and out or "", done and err or "")
    if not (done and free) then
      job.pass_on(self, done and problem or status, done and index or index - 1)
    end
    highest = math.max(highest, status)
    if job.ends_all(status, self.request) then
      break
    end
  end
  return highest
end

return series
