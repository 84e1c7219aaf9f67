--- What the executable under test can do, so that what a scenario needs is asked for and never assumed.

local features <const> = {}

local PROBES <const> = {
  flush = [[-e 'assert(require "suture".open)']],
  transaction = [[-e 'assert(require "suture".transaction)']],
  insert = [[-e 'assert(require "suture".buffer(1).insert)']],
  resize = [[-e 'assert(require "suture".buffer(1).resize)']],
  recover = "help recover",
  revert = "help revert",
}

--- The first of a scenario's needs that is not met, or nil.
---@param world table
---@param scenario table
---@return string|nil
function features.missing(world, scenario)
  for _, need in ipairs(scenario.needs) do
    local probe <const> = assert(PROBES[need], "no probe for " .. need)
    if (world.shell:run(("%s %s >/dev/null 2>&1"):format(world.suture, probe))) ~= 0 then
      return need
    end
  end
end

return features
