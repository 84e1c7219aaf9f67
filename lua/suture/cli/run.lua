--- suture run: patch targets with recipes.

local batch <const> = require "suture.recipe.batch"
local core <const> = require "suture.core"
local recipe <const> = require "suture.recipe"
local report <const> = require "suture.recipe.report"
local request <const> = require "suture.recipe.request"

local run = { summary = "Patch targets with a recipe: each one wholly or not at all.", acts = true }

---@param parser table
function run.configure(parser)
  request.configure_writing(parser, "run")
end

local function lines(result)
  return { report.run_line(result) }
end

local function all_lines(result)
  local list <const> = report.check_lines(result, false)
  list[#list + 1] = report.run_line(result)
  return list
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
  local asked <const> = request.new(arguments)
  local out <const>, target <const> = asked.options.output, asked.targets[1]
  if out and target and out ~= "-" and is_one_file(out, target) then
    core.raise("argument", ("-o names the target itself: %s"):format(out))
  end
  return batch.run(asked, { act = recipe.run, writes = true, lines = asked.verbose and all_lines or lines })
end

return run
