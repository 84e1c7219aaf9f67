--- What becomes of a step of a run, as reports: one for each target that its recipe works on.

local change <const> = require "suture.change"
local failure <const> = require "suture.recipe.failure"

local reports = {}

local exit_of_check <const> = { applied = 0, applicable = 1, partial = 1 }

--- A report of which nothing is known yet.
---@param target suture.recipe.target
---@param size integer?  in bytes, where the target could be opened
---@return suture.report
function reports.new(target, size)
  return {
    target = target.path, name = target.name, recipe = {}, changes = {}, hunks = {}, status = "failed",
    size = size and { size, size } or nil,
  }
end

local function hunks_of(outcome, number)
  local list <const> = {}
  for _, hunk in ipairs(outcome.hunks) do
    list[#list + 1] = hunk.target == number and hunk or nil
  end
  return list
end

--- Enters what a recipe's process has sent.
---@param list suture.report[]
---@param outcome suture.outcome
function reports.take_outcome(list, outcome)
  for number, report in ipairs(list) do
    local target <const> = outcome.targets[number] or {}
    report.recipe = { name = outcome.name, version = outcome.version }
    report.verdict, report.reason = outcome.verdict, outcome.reason
    report.name, report.label = target.name or report.name, target.label
    report.hunks, report.guards = hunks_of(outcome, number), target.guards or {}
  end
end

--- Enters what the recipe changes in a target that reads as the recipes before it leave it.
---@param report suture.report
---@param changes suture.change[]  its own
---@param before integer           size of the target for it
function reports.take_changes(report, changes, before)
  report.changes, report.size = changes, { before, before + change.growth(changes) }
end

--- Says that all went well.
---@param list suture.report[]
---@param checking boolean
---@param output string?  where the result went, if elsewhere
function reports.succeed(list, checking, output)
  for _, report in ipairs(list) do
    local changes <const> = #report.changes > 0
    report.status = changes and (checking and "would_change" or "changed") or "unchanged"
    report.code, report.output = checking and exit_of_check[report.verdict] or 0, output
  end
end

local status_of <const> = { [failure.FOREIGN] = "refused", [failure.INDETERMINATE] = "indeterminate" }

--- Says what went wrong. Each report has the same problem, which tells the path of its target where it is about one.
---@param list suture.report[]
---@param problem suture.failure
---@param is_to_blame boolean  whether it is this recipe that failed: the verdict of another one stands
function reports.fail(list, problem, is_to_blame)
  for _, report in ipairs(list) do
    report.error, report.code, report.changes = problem, problem.code, {}
    report.status = status_of[problem.code] or "failed"
    if report.size then
      report.size[2] = report.size[1]
    end
    if is_to_blame then
      report.verdict, report.reason = problem.code == failure.FOREIGN and "foreign" or nil, nil
    end
  end
end

return reports
