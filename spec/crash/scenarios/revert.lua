-- A revert of the last flush.
local flushed <const> = require "spec.crash.scenarios.in_place"

local files <const> = {}
for path, file in pairs(flushed.files) do
  files[path] = { first = file.old, old = file.new, new = file.old }
end

return {
  summary = "a revert of the last flush",
  needs = { "revert" },
  files = files,
  steps = { { play = "in_place" } },
  command = "revert a/one.bin",
}
