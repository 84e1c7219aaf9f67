--- suture run: patch targets with a recipe.

local batch <const> = require "suture.recipe.batch"
local core <const> = require "suture.core"
local recipe <const> = require "suture.recipe"
local report <const> = require "suture.recipe.report"

local run = { summary = "Patch targets with a recipe: each one wholly or not at all.", acts = true }

---@param parser table
function run.configure(parser)
  batch.configure(parser)
  parser:option("-o --output", "Write the result there and leave the target alone."):argname("OUT")
  parser:option("--verify", "Flush only if this succeeds; {} stands for a copy of the result."):argname("COMMAND")
  parser:flag("--no-record", "Keep no record: the change cannot be taken back with suture revert.")
end

local function lines(result)
  return { report.run_line(result) }
end

-- Also by a hard link, a symbolic link or a detour.
local function is_one_file(left, right)
  if left == right then
    return true
  end
  local one <const>, other <const> = core.identify(left), core.identify(right)
  return one and other and one.device == other.device and one.inode == other.inode
end

---@param arguments table
---@return integer status
function run.run(arguments)
  if arguments.output and #arguments.targets > 1 then
    core.raise("argument", "-o takes one target")
  elseif arguments.output and is_one_file(arguments.output, arguments.targets[1]) then
    core.raise("argument", ("-o names the target itself: %s"):format(arguments.output))
  end
  return batch.run(arguments, recipe.run, lines)
end

return run
