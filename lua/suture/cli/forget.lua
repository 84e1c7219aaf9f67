--- suture forget: removes the records of a file's flushes.

local core <const> = require "suture.core"
local output <const> = require "suture.output"
local printable <const> = require "suture.printable"
local records <const> = require "suture.records"

local forget = { summary = "Remove a file's records: its flushes cannot be taken back then.", acts = true }

---@param parser table
function forget.configure(parser)
  parser:argument("target", "A file."):argname("TARGET")
  parser:option("--id", "Only this record, as suture log names it."):argname("ID")
end

local function ids_of(file, id)
  if id then
    return { records.find(file, id).id }
  end
  local ids <const> = {}
  for record in records.each(file) do
    ids[#ids + 1] = record.id
  end
  return ids
end

---@param arguments table
---@return integer status
function forget.run(arguments)
  local file <const> = records.file(arguments.target)
  local ids <const> = ids_of(file, arguments.id)
  for _, id in ipairs(ids) do
    core.forget(id)
  end
  local noun <const> = #ids == 1 and "record" or "records"
  output.write(printable(("%s: %d %s forgotten"):format(file.given, #ids, noun)) .. "\n")
  return 0
end

return forget
