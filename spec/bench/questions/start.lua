--- How long until a script begins?

local command <const> = require "spec.bench.command"
local place <const> = require "spec.bench.place"
local report <const> = require "spec.bench.report"
local rounds <const> = require "spec.bench.rounds"

local TIMES <const> = 20 -- in a round: one start is too short to be measured

local function many(text)
  local once <const> = command.wall(text)
  return function()
    local sum = 0
    for _ = 1, TIMES do
      sum = sum + once()
    end
    return sum
  end
end

local costs <const> = rounds.run {
  ours = many(place.suture .. " -e ''"),
  required = many(place.suture .. [[ -e "require 'suture'"]]),
  lua = many "lua5.4 -e ''",
  python = many "/usr/bin/python3 -c 'import mmap'",
}

report.row("start-up", "lua5.4", rounds.ratio(costs.ours, costs.lua), 1.1)
report.row("start-up with require \"suture\"", "lua5.4", rounds.ratio(costs.required, costs.lua))
report.row("start-up with require \"suture\"", "python3 with import mmap", rounds.ratio(costs.required, costs.python))
