--- Whether a second run would take a recipe's edits for done: each must be
--- found again, as new and at the same places, after all were written.

local core <const> = require "suture.core"
local entries <const> = require "suture.recipe.entries"
local hunk <const> = require "suture.hunk"
local renewal <const> = require "suture.hunk.renewal"

local recognition = {}

-- What was written in a target, ascending.
local function written_in(bytes, findings)
  local ranges <const> = {}
  for _, finding in ipairs(findings) do
    for _, site in ipairs(finding.bytes == bytes and finding.sites or {}) do
      ranges[#ranges + 1] = site.state == "old" and { offset = site.offset, length = #site.current } or nil
    end
  end
  table.sort(ranges, function(one, other)
    return one.offset < other.offset
  end)
  return ranges
end

local function has_same_sites(finding, other)
  for index, site in ipairs(finding.sites) do
    local twin <const> = other.sites[index]
    if not twin or twin.offset ~= site.offset then
      return false
    end
  end
  return #finding.sites == #other.sites
end

-- Why a second run would not take a hunk for done; nil where it would.
local function lost(before, after)
  if after.problem then
    return after.problem.message
  elseif before.state == "absent" and after.state ~= "absent" then
    return ("it was absent and is found at 0x%x"):format(after.sites[1].offset)
  elseif after.state == "old" or not has_same_sites(before, after) then
    return ("it is found at 0x%x"):format(after.sites[1].offset)
  end
end

-- Only around what was written can a signature have come or gone.
local function renew(works, findings, known)
  local changed = false
  for bytes, alternatives in pairs(entries.alternatives(works)) do
    local written <const> = written_in(bytes, findings)
    if #written > 0 then
      changed = true
      renewal.update(bytes, alternatives, known, written)
    end
  end
  return changed
end

local function check(work, before, known)
  local reason <const> = lost(before, hunk.find(work.bytes, work.form, known))
  if reason then
    local message <const> = ("%s is not recognised after all edits were written: %s"):format(work.name, reason)
    core.raise("argument", message, { path = work.bytes.path })
  end
end

--- Demands that all edits are recognised, if anything was written. Raises `argument` for the first that is not.
---@param works suture.work[]
---@param findings suture.finding[]  what each came to before it was written
---@param known table<suture.alternative, suture.matches>  where signatures matched then; brought up to date
function recognition.check(works, findings, known)
  if renew(works, findings, known) then
    for index, work in ipairs(works) do
      check(work, findings[index], known)
    end
  end
end

return recognition
