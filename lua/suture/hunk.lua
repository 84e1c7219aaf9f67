--- Hunks: guarded changes. A hunk names a place or a signature, the old bytes
--- and the new ones; it writes where the old ones stand, does nothing where the
--- new ones stand already, and raises where it finds neither.

local core <const> = require "suture.core"
local edit <const> = require "suture.hunk.edit"
local sites <const> = require "suture.hunk.sites"

-- Taken before anyone wraps them: what a hunk does is reported once, as a hunk.
local read <const>, expect <const>, patch <const> = core.methods.read, core.methods.expect, core.methods.patch

local hunk = {}

local observer, miss_observer

--- What an observer hears: what a hunk came to at one of its sites, in the file's offsets. "absent" is the state of
--- an optional hunk that was not found, "neither" that of one that has no place, or other bytes there.
---@class suture.sighting
---@field bytes suture.bytes
---@field offset integer?
---@field length integer
---@field span integer[]?   offset and length of what the finding relied on
---@field state "old"|"new"|"absent"|"neither"
---@field note string?
---@field label string?     of an edit that is about one version
---@field problem string?   why it is neither
---@field nearest suture.candidate[]?  what comes next to it where it is neither, the best first

--- Has a function called for each hunk that is found from now on, before it writes, and another one for each that
--- raises. nil ends that.
---@param fn fun(sighting: suture.sighting)?
---@param missed fun(finding: suture.finding)?
function hunk.observe(fn, missed)
  observer, miss_observer = fn, missed
end

--- Tells the observer, if there is one.
---@param sighting suture.sighting
function hunk.report(sighting)
  if observer then
    observer(sighting)
  end
end

--- Tells the observer of a hunk that has a problem, if there is one.
---@param finding suture.finding
function hunk.report_miss(finding)
  if miss_observer then
    miss_observer(finding)
  end
end

-- One alternative: its own problem. Several: all of them, since none is more to blame.
local function no_alternative(problems)
  if #problems == 1 then
    return problems[1]
  end
  local texts <const>, absent = {}, true
  for index, problem in ipairs(problems) do
    local place <const> = problem.offset and ("0x%x: "):format(problem.offset) or ""
    texts[index] = ("%d: %s%s"):format(index, place, problem.message)
    absent = absent and problem.absent or false
  end
  local message <const> = "no alternative has a site (" .. table.concat(texts, "; ") .. ")"
  return { kind = "notunique", message = message, absent = absent }
end

-- The sites of the first alternative that has any. A signature that is found too often ends the search, since a
-- later alternative would only hide that.
local function inspect(b, form, known)
  local problems <const> = {}
  for index, alternative in ipairs(form.alternatives) do
    local found <const>, problem <const> = sites.of(b, alternative, known)
    if found then
      return found, alternative
    end
    problems[index] = problem
    if problem.kind == "notunique" and not problem.absent then
      return nil, problem
    end
  end
  return nil, no_alternative(problems)
end

--- What a hunk comes to on a target.
---@class suture.finding
---@field bytes suture.bytes
---@field form suture.edit
---@field state "old"|"new"|"absent"|"neither"   "old" if one site is
---@field sites suture.site[]               none where it is absent or neither
---@field alternative suture.alternative?   whose sites they are
---@field problem suture.problem?           why it is neither
---@field known table<suture.alternative, suture.matches>  where its signatures match, among others

--- Finds a hunk without writing.
---@param b suture.bytes
---@param form suture.edit
---@param known table<suture.alternative, suture.matches>?  where signatures match, as far as that is known; filled
---@return suture.finding
function hunk.find(b, form, known)
  known = known or {}
  local found <const>, answer <const> = inspect(b, form, known)
  if not found then
    local absent <const> = form.optional and answer.absent
    return {
      bytes = b, form = form, sites = {}, state = absent and "absent" or "neither", known = known,
      problem = not absent and answer or nil,
    }
  end
  local state = "new"
  for _, site in ipairs(found) do
    state = site.state == "old" and "old" or state
  end
  return { bytes = b, form = form, sites = found, alternative = answer, state = state, known = known }
end

--- The error that a problem is.
---@param b suture.bytes
---@param problem suture.problem
---@return suture.error
function hunk.error(b, problem)
  local offset <const> = problem.offset
  return core.error(problem.kind, problem.message, {
    path = b.path, offset = offset, file_offset = offset and b.offset + offset or nil,
  })
end

local function sighting_of_site(finding, site)
  local start <const> = finding.bytes.offset
  return {
    bytes = finding.bytes, offset = start + site.offset, length = #site.current, state = site.state,
    span = { start + site.match, site.span }, note = finding.alternative.note or finding.form.note,
  }
end

--- What an observer is to hear of a finding: each site, or that there is none.
---@param finding suture.finding
---@return suture.sighting[]
function hunk.sightings(finding)
  local list <const>, problem <const> = {}, finding.problem
  for index, site in ipairs(finding.sites) do
    list[index] = sighting_of_site(finding, site)
  end
  if #list == 0 then
    list[1] = {
      bytes = finding.bytes, state = finding.state, note = finding.form.note, problem = problem and problem.message,
      length = problem and #finding.form.alternatives[1].old or 0,
      offset = problem and problem.offset and finding.bytes.offset + problem.offset,
    }
  end
  return list
end

-- The guards go through the core, so that a flush demands these bytes of the file again.
local function guard(b, site)
  expect(b, site.match, read(b, site.match, site.span))
  expect(b, site.offset, site.current)
end

--- Writes where the old bytes stand. Raises what writing raises.
---@param finding suture.finding
function hunk.write(finding)
  local b <const> = finding.bytes
  for _, site in ipairs(finding.sites) do
    guard(b, site)
  end
  for _, site in ipairs(finding.sites) do
    if site.state == "old" then
      patch(b, site.offset, site.current, finding.alternative.new:apply(site.current))
    end
  end
end

local function offsets_of(finding)
  local offsets <const>, alternative <const> = {}, finding.alternative
  for index, site in ipairs(finding.sites) do
    offsets[index] = site.offset
  end
  local is_list <const> = alternative and (alternative.count or 1) > 1 and not alternative.nth
  return is_list and offsets or offsets[1]
end

--- The method `b:hunk { ... }`. The keys:
---
---   at = offset                where, counted from `base`
---   find = string or pattern   or: a signature. It is looked for as it is and with `new` laid over it at `skip`,
---                              so that a patched file is recognised; both together must match exactly once
---   any = { hunk, ... }        or: alternatives, of which the first that has a site is taken. What an
---                              alternative leaves out it takes from the hunk around it
---   old, new                   string or pattern, of one length. Bits that are wild in `new` stay as they are
---   skip                       from the start of the match to the bytes that change
---   within = { offset, length }  the match lies in there. base: `at` and `within` count from it
---   count                      that many matches, all of which change. nth: the match with that number changes
---   optional                   not found is no error
---   note                       for people, in reports
---
--- Every site is looked at before the first one is written. Raises `mismatch`
--- where neither side stands, `notunique` for too many matches or none.
---@param b suture.bytes
---@param given table
---@return integer|integer[]|nil offset where it patches; a list with `count` above 1; nil where it is absent
---@return "old"|"new"|"absent" state what was found: "old" if anything was written
function hunk.apply(b, given)
  local finding <const> = hunk.find(b, edit.read(given))
  if finding.problem then
    hunk.report_miss(finding)
    error(hunk.error(b, finding.problem), 0)
  end
  for _, sighting in ipairs(hunk.sightings(finding)) do
    hunk.report(sighting)
  end
  hunk.write(finding)
  return offsets_of(finding), finding.state
end

hunk.hunk = hunk.apply

return hunk
