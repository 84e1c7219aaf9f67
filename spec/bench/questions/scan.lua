--- How fast are many signatures found in one pass over 512 MiB of programs?

local command <const> = require "spec.bench.command"
local place <const> = require "spec.bench.place"
local report <const> = require "spec.bench.report"

for work, ours, peer, ratio, goal in command.rows(place.build .. "/bench/scan") do
  report.row(("%s (%s)"):format(work, ours), peer, ratio, goal)
end
