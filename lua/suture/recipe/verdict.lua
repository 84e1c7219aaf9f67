--- The verdict: what a recipe finds, told from what its own code did.

local verdict = {}

--- What is seen of a recipe's work on a target.
---@class suture.evidence
---@field old integer      hunks that found their old bytes
---@field new integer      hunks that found their new bytes
---@field wrote boolean    whether anything was written, even the bytes that stood there
---@field changed boolean  whether the bytes differ in the end, other than by hunks
---@field already string?  the reason given to context.already

--- Where a recipe used hunks they decide. All other writes together are one item, judged by the final bytes only:
---
---   hunks                     other writes              verdict
---   all new                   none or unchanged         applied
---   all old                   any                       applicable
---   some of each              any                       partial
---   all new                   changed                   partial
---   none                      changed                   applicable
---   none                      wrote, unchanged          applied
---   none                      none                      foreign, unless context.already
---@param seen suture.evidence
---@return "applicable"|"applied"|"partial"|"foreign"
function verdict.of(seen)
  if seen.old > 0 then
    return seen.new > 0 and "partial" or "applicable"
  elseif seen.new > 0 then
    return seen.changed and "partial" or "applied"
  elseif seen.changed then
    return "applicable"
  end
  return (seen.wrote or seen.already) and "applied" or "foreign"
end

return verdict
