-- Plays a scenario's change. Run by build/suture in the tree: suture play.lua SCENARIO
--
-- The lines on stdout bound the flush in a trace, and are all that a user is told:
-- "begin", then "flushed" or "failed KIND".

local suture <const> = require "suture"
local scenario <const> = require("spec.crash.scenarios." .. arg[1])

local function tell(line)
  io.stdout:write(line, "\n")
  io.stdout:flush()
end

local subject <const> = scenario.pending(suture)
tell "begin"
local flushed <const>, failure <const> = pcall(subject.flush, subject)
if not flushed then
  tell("failed " .. (type(failure) == "table" and failure.kind or tostring(failure)))
  error(failure, 0)
end
tell "flushed"
subject:close()
