--- What many recipes find in one file. A recipe that cannot be asked without being told more (parameters, other
--- targets) is not guessed at.

local recipe <const> = require "suture.recipe"

local matching = {}

-- Reading a huge file takes its time, for each recipe: a second more for each 64 MiB.
local slowest <const> = 64 << 20

local function sorted(set)
  table.sort(set)
  return set
end

local function required(params)
  local list <const> = {}
  for name, declared in pairs(type(params) == "table" and params or {}) do
    if type(declared) == "table" and declared.required then
      list[#list + 1] = tostring(name)
    end
  end
  return sorted(list)
end

local function target_names(targets)
  local list <const> = {}
  for index, target in ipairs(type(targets) == "table" and targets or {}) do
    list[index] = type(target) == "table" and type(target.name) == "string" and target.name or "target " .. index
  end
  return list
end

--- What a recipe must be told beside the file: words for a person, and what they are about.
---@param about table
---@return "parameters"|"targets"|nil
---@return string[]?
function matching.needs(about)
  local params <const>, targets <const> = required(about.params), target_names(about.targets)
  if #targets > 1 then
    return "targets", targets
  elseif #params > 0 then
    return "parameters", params
  end
end

--- What became of one recipe.
---@class suture.library.match
---@field entry suture.library.entry
---@field needs "parameters"|"targets"|nil  what it was not told
---@field wanted string[]?                  their names
---@field report suture.report?             else what it found

--- What a recipe finds in the file.
---@param entry suture.library.entry  with `about`
---@param target string
---@param size integer    of the target in bytes
---@param timeout number  seconds, and one more for each 64 MiB
---@return suture.library.match
function matching.ask(entry, target, size, timeout)
  local needs <const>, wanted <const> = matching.needs(entry.about)
  if needs then
    return { entry = entry, needs = needs, wanted = wanted }
  end
  local reports <const> = recipe.check(entry.path, target, { timeout = timeout + size // slowest })
  return { entry = entry, report = reports[#reports] } -- those before it are of recipes that it depends on
end

return matching
