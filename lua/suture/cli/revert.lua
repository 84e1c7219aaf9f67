--- suture revert: takes the last flush of a file back.

local change <const> = require "suture.change"
local core <const> = require "suture.core"
local output <const> = require "suture.output"
local printable <const> = require "suture.printable"
local records <const> = require "suture.records"
local reverting <const> = require "suture.revert"

local revert = { summary = "Take the last flush of a file back; once more: the one before.", acts = true }

---@param parser table
function revert.configure(parser)
  parser:argument("target", "A file."):argname("TARGET")
  parser:option("--id", "The flush to take back, as suture log names it."):argname("ID")
end

-- The file is where the user says; its companions are where they were.
local function paths_of(record, file)
  local own <const> = records.target(record, file)
  local paths <const> = {}
  for index, target in ipairs(record.targets) do
    paths[index] = target == own and file.given or target.path
  end
  return paths
end

local function line(path, target, result, id)
  if result == "already" then
    return ("%s: unchanged (the bytes from before record %s are there already)"):format(path, id)
  end
  local size <const> = target.old_size ~= target.new_size
    and (", size 0x%x -> 0x%x"):format(target.new_size, target.old_size) or ""
  return ("%s: reverted (%s%s)"):format(path, change.extent(target.changes), size)
end

-- What was taken back is done, whether its record goes or not: taken back again, it is found to be so.
local function forget(record)
  local ok <const>, err <const> = pcall(core.forget, record.id)
  if not ok then
    io.stderr:write(printable(("suture: warning: record %s stays: %s"):format(record.id, err)), "\n")
  end
end

---@param arguments table
---@return integer status
function revert.run(arguments)
  local file <const> = records.file(arguments.target)
  local record <const> = records.find(file, arguments.id)
  local paths <const> = paths_of(record, file)
  local result <const> = reverting.run(record, paths)
  forget(record)
  for index, target in ipairs(record.targets) do
    output.write(printable(line(paths[index], target, result, record.id)) .. "\n")
  end
  return 0
end

return revert
