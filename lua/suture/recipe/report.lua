--- What became of one target: the record, and how it reads for people and for programs.

local dkjson <const> = require "dkjson"
local printable <const> = require "suture.printable"

local report = {}

---@class suture.report
---@field target string
---@field recipe { name: string?, version: string? }
---@field verdict "applicable"|"applied"|"partial"|"foreign"|nil
---@field status "changed"|"unchanged"|"would_change"|"refused"|"failed"|"indeterminate"
---@field size integer[]?        before and after
---@field changes {offset: integer, old: string, new: string}[]
---@field hunks {note: string?, offset: integer?, state: string}[]
---@field error suture.failure?
---@field reason string?         what the recipe told context.already
---@field output string?         where the result went, if elsewhere
---@field code integer           the exit status

local shown <const> = 16

local function hex(text)
  return (text:gsub(".", function(byte)
    return ("%02x"):format(byte:byte())
  end))
end

local function spaced(text)
  local part <const> = hex(text:sub(1, shown)):gsub("%x%x", "%0 ", shown - 1):gsub(" $", "")
  return #text > shown and ("%s ... (%d bytes)"):format(part, #text) or part
end

local function bytes_changed(changes)
  local total = 0
  for _, change in ipairs(changes) do
    total = total + #change.new
  end
  return total
end

local function extent(changes)
  local total <const> = bytes_changed(changes)
  local first <const> = changes[1]
  local unit <const> = total == 1 and "byte" or "bytes"
  if #changes == 1 then
    return ("%d %s at 0x%x"):format(total, unit, first.offset)
  end
  return ("%d %s in %d places, the first at 0x%x"):format(total, unit, #changes, first and first.offset or 0)
end

local function done_already(result)
  return result.reason and ("already: " .. result.reason) or "already applied"
end

--- The line for people after `run`, for stdout. nil where it failed.
---@param result suture.report
---@return string?
function report.run_line(result)
  local written <const> = result.output and (", written to " .. result.output) or ""
  if result.status == "unchanged" then
    return printable(("%s: unchanged (%s)%s"):format(result.target, done_already(result), written))
  elseif result.status == "changed" then
    local rest <const> = result.verdict == "partial" and ", completing a partial patch" or ""
    return printable(("%s: changed (%s)%s%s"):format(result.target, extent(result.changes), rest, written))
  end
end

local function hunk_line(hunk)
  local place <const> = hunk.offset and ("0x%x"):format(hunk.offset) or "-"
  return ("  hunk %s: %s%s"):format(place, hunk.state, hunk.note and (" (" .. hunk.note .. ")") or "")
end

local function change_line(change)
  return ("  change 0x%x: %s -> %s"):format(change.offset, spaced(change.old), spaced(change.new))
end

--- The lines for people after `check`, for stdout: the verdict's word first,
--- then each hunk, then what would change. Empty where there is no verdict.
---@param result suture.report
---@param alone boolean  whether there is only this target, so that it need not be named
---@return string[]
function report.check_lines(result, alone)
  if not result.verdict then
    return {}
  end
  local lines <const> = { alone and result.verdict or printable(result.verdict .. ": " .. result.target) }
  if result.reason then
    lines[#lines + 1] = printable("  already: " .. result.reason)
  end
  for _, hunk in ipairs(result.hunks) do
    lines[#lines + 1] = printable(hunk_line(hunk))
  end
  for _, change in ipairs(result.changes) do
    lines[#lines + 1] = printable(change_line(change))
  end
  return lines
end

--- The line that says what went wrong, for stderr. nil where nothing did.
---@param result suture.report
---@return string?
function report.error_line(result)
  local failure <const> = result.error
  if not failure then
    return nil
  end
  local text = failure.text
  if failure.code ~= 2 and text:sub(1, #result.target + 1) ~= result.target .. ":" then
    text = result.target .. ": " .. text
  end
  if failure.where and not text:find(failure.where, 1, true) then
    text = ("%s (at %s)"):format(text, failure.where)
  end
  return printable("suture: " .. text)
end

-- JSON is UTF-8; a name that is not has its stray bytes replaced.
local function utf(text)
  if text == nil then
    return dkjson.null
  end
  return utf8.len(text) and text or (text:gsub("[\x80-\xff]", "\u{fffd}"))
end

local function array(list, convert)
  local result <const> = setmetatable({}, { __jsontype = "array" })
  for index, item in ipairs(list) do
    result[index] = convert(item)
  end
  return result
end

local function change_object(change)
  return { offset = change.offset, old = hex(change.old), new = hex(change.new) }
end

local function hunk_object(hunk)
  return { note = utf(hunk.note), offset = hunk.offset or dkjson.null, state = hunk.state }
end

local function error_object(failure)
  if not failure then
    return dkjson.null
  end
  return { kind = failure.kind, message = utf(failure.message), offset = failure.offset or dkjson.null }
end

local order <const> = {
  "schema", "target", "recipe", "name", "version", "verdict", "status", "size", "changes", "hunks", "error",
  "kind", "message", "note", "offset", "old", "new", "state",
}

--- The report as one line of JSON.
---@param result suture.report
---@return string
function report.json(result)
  return (dkjson.encode({
    schema = 1, target = utf(result.target),
    recipe = { name = utf(result.recipe.name), version = utf(result.recipe.version) },
    verdict = result.verdict or dkjson.null, status = result.status,
    size = result.size and array(result.size, math.tointeger) or dkjson.null,
    changes = array(result.changes, change_object), hunks = array(result.hunks, hunk_object),
    error = error_object(result.error),
  }, { keyorder = order }))
end

return report
