--- What many recipes find in one file. A recipe that cannot be asked without being told more (parameters, other
--- targets) is not guessed at.

local recipe <const> = require "suture.recipe"
local together <const> = require "suture.library.together"

local matching = {}

-- Reading a huge file takes its time, for each recipe: a second more for each 64 MiB.
local slowest <const> = 64 << 20

local function needs(about)
  if #about.targets > 1 then
    return "targets", about.targets
  elseif #about.required > 0 then
    return "parameters", about.required
  end
end

--- What became of one recipe.
---@class suture.library.match
---@field needs "parameters"|"targets"|nil  what it was not told
---@field wanted string[]?                  their names
---@field verdict string?                   what it found
---@field status string?                    as in a report
---@field reason string?                    of the verdict, or why there is none

local died <const> = { status = "failed", reason = "the process that asked it died" }

local function brief(report)
  return {
    verdict = report.verdict, status = report.status, reason = report.error and report.error.message or report.reason,
  }
end

--- Sets `match` of each entry.
---@param entries suture.library.entry[]  each with `about`
---@param target string
---@param size integer    of the target in bytes
---@param timeout number  seconds, and one more for each 64 MiB
function matching.ask(entries, target, size, timeout)
  together.run(entries, function(entry)
    local what <const>, wanted <const> = needs(entry.about)
    entry.match = what and { needs = what, wanted = wanted }
    return what == nil
  end, function(entry)
    local reports <const> = recipe.check(entry.path, target, { timeout = timeout + size // slowest })
    return brief(reports[#reports]) -- those before it are of recipes that it depends on
  end, function(entry, answer)
    entry.match = answer or died
  end)
end

return matching
