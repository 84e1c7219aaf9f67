--- suture check: what a recipe finds in targets, and what it would change.

local batch <const> = require "suture.recipe.batch"
local recipe <const> = require "suture.recipe"
local report <const> = require "suture.recipe.report"

local check = { summary = "Tell what a recipe finds in targets and would change; change nothing." }

check.configure = batch.configure

---@param arguments table
---@return integer status
function check.run(arguments)
  return batch.run(arguments, recipe.check, report.check_lines)
end

return check
