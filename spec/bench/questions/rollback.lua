--- What does going back cost over the least that has to be done?

local command <const> = require "spec.bench.command"
local place <const> = require "spec.bench.place"
local report <const> = require "spec.bench.report"
local rounds <const> = require "spec.bench.rounds"

local program <const> = place.build .. "/bench/rollback"
local file <const> = place.filled("rollback.bin", 1 << 30)

local function way(name, pages)
  return command.printed(("%s %s %s %d"):format(program, name, file, pages))
end

for _, pages in ipairs { 1, 1000, 100000 } do
  local costs <const> = rounds.run { ours = way("ours", pages), copy = way("copy", pages), drop = way("drop", pages) }
  local copy <const>, drop <const> = rounds.median(costs.copy), rounds.median(costs.drop)
  local better <const> = copy < drop and "copy" or "drop"
  report.row(("rollback of %d page%s"):format(pages, pages == 1 and "" or "s"),
    better == "copy" and "copying them back" or "one MADV_DONTNEED", rounds.ratio(costs.ours, costs[better]), 1.3)
end
