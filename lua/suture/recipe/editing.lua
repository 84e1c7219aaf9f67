--- The edits of a recipe. All are located and judged before the first is
--- written, so that their order does not matter and a miss hides no other.

local core <const> = require "suture.core"
local entries <const> = require "suture.recipe.entries"
local failure <const> = require "suture.recipe.failure"
local hunk <const> = require "suture.hunk"
local matching <const> = require "suture.hunk.matching"
local nearest <const> = require "suture.hunk.nearest"
local overlap <const> = require "suture.hunk.overlap"
local recognition <const> = require "suture.recipe.recognition"

local editing = {}

--- A target that a recipe works on.
---@class suture.editing.target
---@field name string?       as the recipe declares it
---@field bytes suture.bytes
---@field label string?      which of the known versions it is

-- All signatures that are about one target are looked for in one pass.
local function locate(works, known)
  local findings <const> = {}
  for bytes, alternatives in pairs(entries.alternatives(works)) do
    matching.all(bytes, alternatives, known)
  end
  for index, work in ipairs(works) do
    findings[index] = hunk.find(work.bytes, work.form, known)
  end
  return findings
end

-- Where memory runs out there are none: that must not change what the recipe comes to.
local function nearest_of(findings)
  local ok <const>, found <const> = pcall(nearest.of, findings)
  if not ok and not failure.is_out_of_memory(found) then
    error(found, 0)
  end
  return ok and found or {}
end

local function report(works, findings)
  local near <const> = nearest_of(findings)
  for index, finding in ipairs(findings) do
    for _, sighting in ipairs(hunk.sightings(finding)) do
      sighting.label, sighting.nearest = works[index].label, near[finding]
      hunk.report(sighting)
    end
  end
end

local function refuse_misses(findings)
  for _, finding in ipairs(findings) do
    if finding.problem then
      error(hunk.error(finding.bytes, finding.problem), 0)
    end
  end
end

-- What each target's hunks change.
local function ranges_by_target(works, findings)
  local by_target <const> = {}
  for index, finding in ipairs(findings) do
    local ranges <const> = by_target[finding.bytes] or {}
    for _, site in ipairs(finding.sites) do
      ranges[#ranges + 1] = { offset = site.offset, length = #site.current, name = works[index].name }
    end
    by_target[finding.bytes] = ranges
  end
  return by_target
end

local function refuse_overlaps(works, findings)
  for bytes, ranges in pairs(ranges_by_target(works, findings)) do
    local one <const>, other <const>, offset <const> = overlap.first(ranges)
    if one then
      core.raise("argument", ("%s and %s overlap"):format(one.name, other.name), {
        path = bytes.path, offset = offset, file_offset = bytes.offset + offset,
      })
    end
  end
end

--- Carries out a recipe's edits. Raises what the first of them that is missing comes to (`mismatch`, `notunique`,
--- `range`) when the observer of hunks has heard of all, and `argument` where two change the same byte; nothing is
--- written then. Raises `argument` too where one is not found again as new when all are written, since the second run
--- would take the file for another one. What a function of the parameters raises passes through.
---@param edits table[]  as the schema has checked them
---@param targets suture.editing.target[]  the first is meant where an edit names none
---@param params table
function editing.run(edits, targets, params)
  local works <const>, known <const> = entries.works(edits, targets, params), {}
  local findings <const> = locate(works, known)
  report(works, findings)
  refuse_misses(findings)
  refuse_overlaps(works, findings)
  for _, finding in ipairs(findings) do
    hunk.write(finding)
  end
  recognition.check(works, findings, known)
end

--- Tells the observer of hunks of one that `apply` tried in vain, and what comes next to it.
---@param finding suture.finding
function editing.report_miss(finding)
  report({ {} }, { finding })
end

return editing
