-- run.lua [QUESTION...]: asks what things cost, all questions or those named, and prints one table of ratios.

local report <const> = require "spec.bench.report"

local all <const> = { "search", "scan", "find", "access", "bulk", "sums", "flush", "rollback", "start", "cell" }

report.head()
for _, question in ipairs(#arg > 0 and arg or all) do
  require("spec.bench.questions." .. question)
end
io.write(("%d above the goal\n"):format(report.missed))
