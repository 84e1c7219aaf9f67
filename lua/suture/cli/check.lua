--- suture check: what recipes find in targets, and what they would change.

local batch <const> = require "suture.recipe.batch"
local recipe <const> = require "suture.recipe"
local report <const> = require "suture.recipe.report"
local request <const> = require "suture.recipe.request"

local check = { summary = "Tell what a recipe finds and would change; change nothing." }

---@param parser table
function check.configure(parser)
  request.configure(parser, "check")
  parser:flag("-v --verbose", "Show each target's changes in their bytes, however many.")
end

---@param arguments table
---@return integer status
function check.run(arguments)
  return batch.run(request.new(arguments), { act = recipe.check, writes = false, lines = report.check_lines })
end

return check
