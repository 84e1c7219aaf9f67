--- The table of a bench: one row for each comparison, with the goal that it was given.

local report <const> = { missed = 0 }

local FORM <const> = "%-58s %-34s %8s %8s  %s\n"

function report.head()
  io.write(FORM:format("work", "over", "ratio", "at most", ""))
end

--- Prints a row. A ratio above its goal is marked, not hidden.
---@param work string
---@param over string
---@param ratio number
---@param goal? number
function report.row(work, over, ratio, goal)
  local late <const> = goal and ratio > goal
  report.missed = report.missed + (late and 1 or 0)
  io.write((FORM:format(work, over, ("%.3g"):format(ratio), goal and tostring(goal) or "-", late and "above" or "")
    :gsub("%s+\n$", "\n")))
  io.flush()
end

return report
