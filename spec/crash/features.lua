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

-- Every scenario is settled by the verb.
local ALWAYS <const> = { "flush", "recover" }

local function has(world, need)
  local probe <const> = assert(PROBES[need], "no probe for " .. need)
  return (world:run(probe)) == 0
end

--- The first of a scenario's needs that is not met, or nil.
---@param world table
---@param scenario table
---@return string|nil
function features.missing(world, scenario)
  for _, list in ipairs { ALWAYS, scenario.needs } do
    for _, need in ipairs(list) do
      if not has(world, need) then
        return need
      end
    end
  end
end

return features
