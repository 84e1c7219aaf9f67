--- suture run: patch targets with recipes.

local batch <const> = require "suture.recipe.batch"
local recipe <const> = require "suture.recipe"
local report <const> = require "suture.recipe.report"
local request <const> = require "suture.recipe.request"

local run = { summary = "Patch targets with a recipe: each one wholly or not at all.", acts = true }

---@param parser table
function run.configure(parser)
  request.configure_writing(parser, "run")
end

local function lines(result, _, several)
  return { report.run_line(result, several) }
end

local function all_lines(result, _, several)
  local list <const> = report.check_lines(result, false, several)
  list[#list + 1] = report.run_line(result, several)
  return list
end

---@param arguments table
---@return integer status
function run.run(arguments)
  local asked <const> = request.new(arguments)
  return batch.run(asked, { act = recipe.run, writes = true, lines = asked.verbose and all_lines or lines })
end

return run
