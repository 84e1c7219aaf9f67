--- suture recover: settles what an interrupted flush has left.

local core <const> = require "suture.core"
local failure <const> = require "suture.recipe.failure"
local output <const> = require "suture.output"
local printable <const> = require "suture.printable"
local recover <const> = require "suture.recover"

local verb = { summary = "Settle an interrupted flush: each file becomes wholly new or old.", acts = true }

---@param parser table
function verb.configure(parser)
  parser:argument("targets", "Files."):args("+"):argname("TARGET")
  parser:mutex(
    parser:flag("--old", "Where the bytes do not decide: the old ones, whatever is there now."),
    parser:flag("--new", "Where the bytes do not decide: the new ones, whatever is there now."),
    parser:flag("--forget", "Leave the files as they are, and remove what the flush has left."))
  parser:option("--journal", "A journal that is not found by itself (one TARGET)."):argname("PATH")
end

local function choice(arguments)
  return arguments.old and "old" or arguments.new and "new" or arguments.forget and "forget" or nil
end

-- The status of one target: another may still be settled where this one cannot.
local function settle(target, options)
  local ok <const>, result <const> = pcall(recover, target, options)
  if ok then
    output.write(printable(("%s: %s"):format(target, result)) .. "\n")
    return 0
  elseif not core.is_error(result) or result.kind == "argument" or result.kind == "interrupted" then
    error(result, 0)
  end
  io.stderr:write(printable("suture: " .. result), "\n")
  return result.kind == "indeterminate" and failure.INDETERMINATE or failure.IO
end

---@param arguments table
---@return integer status  the highest
function verb.run(arguments)
  if arguments.journal and #arguments.targets > 1 then
    core.raise("argument", "--journal takes one target")
  end
  local status = 0
  for _, target in ipairs(arguments.targets) do
    status = math.max(status, settle(target, { choice = choice(arguments), journal = arguments.journal }))
  end
  return status
end

return verb
