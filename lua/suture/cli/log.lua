--- suture log: the flushes of a file that are on record.

local change <const> = require "suture.change"
local core <const> = require "suture.core"
local json <const> = require "suture.json"
local output <const> = require "suture.output"
local printable <const> = require "suture.printable"
local records <const> = require "suture.records"

local log = { summary = "List the flushes of a file that are on record, newest first." }

---@param parser table
function log.configure(parser)
  parser:argument("target", "A file."):argname("TARGET")
  parser:flag("--json", "Print one JSON object a line for each record.")
end

-- Local time as ISO 8601 writes it.
local function time(seconds)
  return (os.date("%Y-%m-%dT%H:%M:%S%z", seconds):gsub("(%d%d)$", ":%1"))
end

local function other_paths(record, target)
  local paths <const> = {}
  for _, other in ipairs(record.targets) do
    if other ~= target then
      paths[#paths + 1] = other.path
    end
  end
  return paths
end

local function line(record, target)
  local size <const> = target.old_size ~= target.new_size
    and (", size 0x%x -> 0x%x"):format(target.old_size, target.new_size) or ""
  local others <const> = other_paths(record, target)
  local with <const> = #others > 0 and ", together with " .. table.concat(others, ", ") or ""
  return printable(("%s  %s  %s%s%s"):format(record.id, time(record.time), change.extent(target.changes), size, with))
end

local order <const> = { "schema", "target", "id", "time", "size", "changes", "bytes", "others" }

local function object(record, target, given)
  return json.line({
    schema = 1, target = json.text(given), id = record.id, time = time(record.time),
    size = json.list({ target.old_size, target.new_size }, math.tointeger),
    changes = #target.changes, bytes = change.bytes(target.changes),
    others = json.list(other_paths(record, target), json.text),
  }, order)
end

---@param arguments table
---@return integer status
function log.run(arguments)
  local file <const> = records.file(arguments.target)
  local found = false
  for record, target in records.each(file) do
    found = true
    local text <const> = arguments.json and object(record, target, file.given) or line(record, target)
    if not output.write(text .. "\n") then
      break
    end
  end
  if not found and not file.inode then
    local _, err <const> = core.identify(file.given)
    error(err, 0)
  end
  return 0
end

return log
