--- What became of one target: the record, and how it reads for people and for programs.

local change <const> = require "suture.change"
local json <const> = require "suture.json"
local printable <const> = require "suture.printable"
local wording <const> = require "suture.recipe.wording"

local report = {}

---@class suture.report
---@field target string          its path, as given
---@field name string?           under which the recipe declares it
---@field label string?          which of the recipe's versions it is
---@field recipe { name: string?, version: string? }
---@field verdict "applicable"|"applied"|"partial"|"foreign"|nil
---@field status "changed"|"unchanged"|"would_change"|"refused"|"failed"|"indeterminate"
---@field size integer[]?        before and after
---@field changes {offset: integer, old: string, new: string}[]
---@field hunks suture.report.hunk[]
---@field guards {offset: integer, bytes: string}[]?  what the recipe relied on
---@field error suture.failure?  one for all reports of a set; `path` tells the target that it is about
---@field reason string?         what the recipe told context.already
---@field output string?         where the result went, if elsewhere
---@field preview string[]?      hunks and changes as lines, where they were looked at in their bytes
---@field code integer           the exit status

---@class suture.report.hunk
---@field offset integer?        in the file
---@field length integer
---@field state "old"|"new"|"absent"|"neither"
---@field note string?
---@field label string?
---@field problem string?        why it is neither
---@field nearest suture.candidate[]?  what comes next to it

local function done_already(result)
  return result.reason and ("already: " .. result.reason) or "already applied"
end

-- Which recipe did it, where a run has several.
local function by(result, several)
  return several and result.recipe.name and (" (%s)"):format(result.recipe.name) or ""
end

--- The line for people after `run`, for stdout. nil where it failed.
---@param result suture.report
---@param several boolean?  whether the run has other recipes, so that this one is named
---@return string?
function report.run_line(result, several)
  local written <const> = (result.output and ", written to " .. result.output or "") .. by(result, several)
  if result.status == "unchanged" then
    return printable(("%s: unchanged (%s)%s"):format(result.target, done_already(result), written))
  elseif result.status == "changed" then
    local rest <const> = result.verdict == "partial" and ", completing a partial patch" or ""
    return printable(("%s: changed (%s)%s%s"):format(result.target, change.extent(result.changes), rest, written))
  end
end

local function compact_lines(result)
  local lines <const> = {}
  for _, hunk in ipairs(result.hunks) do
    lines[#lines + 1] = wording.hunk(hunk)
  end
  for _, entry in ipairs(result.changes) do
    lines[#lines + 1] = wording.change(entry)
  end
  return lines
end

--- The lines for people after `check`, for stdout: the verdict's word first,
--- then each hunk, then what would change. Empty where there is no verdict.
---@param result suture.report
---@param alone boolean     whether there is only this target, so that it need not be named
---@param several boolean?  whether the run has other recipes, so that this one is named
---@return string[]
function report.check_lines(result, alone, several)
  if not result.verdict then
    return {}
  end
  local title <const> = ("%s: %s%s"):format(result.verdict, result.target, by(result, several))
  local lines <const> = { alone and result.verdict or printable(title) }
  if result.reason then
    lines[#lines + 1] = printable("  already: " .. result.reason)
  end
  local rest <const> = result.preview or compact_lines(result)
  return table.move(rest, 1, #rest, #lines + 1, lines)
end

-- What is about a file beside a target, such as the folder that has no room for its journal, does not tell which target
-- it is about.
local function names_one(text, targets)
  for _, path in ipairs(targets) do
    if text:sub(1, #path) == path then
      return true
    end
  end
  return false
end

--- The line that says what went wrong, for stderr. nil where nothing did.
---@param result suture.report
---@param set string[]?  the paths of all targets of the set; only the report's own if left out
---@return string?
function report.error_line(result, set)
  local failure <const> = result.error
  if not failure then
    return nil
  end
  local text, path = failure.text, failure.path
  if failure.code ~= 2 and path and text:sub(1, #path + 1) ~= path .. ":" then
    text = path .. ": " .. text
  end
  local targets <const> = set or { path or result.target }
  if failure.code ~= 2 and not names_one(text, targets) then
    text = ("%s: %s"):format(table.concat(targets, " "), text)
  end
  if failure.recipe and not text:find(failure.recipe, 1, true) then
    text = ("%s (%s)"):format(text, failure.recipe)
  end
  if failure.where and not text:find(failure.where, 1, true) then
    text = ("%s (at %s)"):format(text, failure.where)
  end
  return printable("suture: " .. text)
end

local function change_object(entry)
  return { offset = entry.offset, old = wording.hex(entry.old), new = wording.hex(entry.new) }
end

local function candidate_object(candidate)
  return {
    offset = candidate.offset, matches = candidate.matches, pattern = candidate.pattern,
    differences = json.list(candidate.differences, function(difference)
      return { offset = difference.offset, wanted = difference.wanted, found = difference.found }
    end),
  }
end

local function hunk_object(hunk)
  return {
    note = json.text(hunk.note), offset = hunk.offset or json.null, state = hunk.state,
    label = hunk.label and json.text(hunk.label), problem = hunk.problem and json.text(hunk.problem),
    nearest = hunk.nearest and json.list(hunk.nearest, candidate_object),
  }
end

local function error_object(failure)
  if not failure then
    return json.null
  end
  return { kind = failure.kind, message = json.text(failure.message), offset = failure.offset or json.null }
end

local order <const> = {
  "schema", "target", "recipe", "name", "version", "verdict", "status", "size", "changes", "hunks", "error",
  "kind", "message", "note", "offset", "old", "new", "state", "label", "problem", "nearest", "pattern", "matches",
  "differences", "wanted", "found",
}

--- The report as one line of JSON.
---@param result suture.report
---@return string
function report.json(result)
  return json.line({
    schema = 1, target = json.text(result.target),
    recipe = { name = json.text(result.recipe.name), version = json.text(result.recipe.version) },
    verdict = result.verdict or json.null, status = result.status,
    size = result.size and json.list(result.size, math.tointeger) or json.null,
    changes = json.list(result.changes, change_object), hunks = json.list(result.hunks, hunk_object),
    error = error_object(result.error),
  }, order)
end

return report
