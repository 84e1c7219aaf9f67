--- What does it cost to confine a recipe?

local command <const> = require "spec.bench.command"
local place <const> = require "spec.bench.place"
local report <const> = require "spec.bench.report"
local rounds <const> = require "spec.bench.rounds"

local TIMES <const> = 20 -- in a round: one run is too short to be measured
local MOST <const> = 0.005 -- seconds a run

local recipe <const> = place.fresh "nothing.lua"
do
  local file <close> = assert(io.open(recipe, "w"))
  file:write "return { apply = function(_, _, context) context.already 'so' end }\n"
end
local target <const> = place.filled("confined", 4096)

local function many(options)
  local text <const> = ("sh -c 'exec %s check %s ./%s ./%s 2>/dev/null'"):format(place.suture, options, recipe, target)
  return function()
    local sum = 0
    for _ = 1, TIMES do
      sum = sum + command.cost(text).cpu
    end
    return sum / TIMES
  end
end

local costs <const> = rounds.run { confined = many "", trusted = many "--trust" }
local extra <const> = rounds.median(rounds.without(costs.confined, costs.trusted))
report.row(("a recipe in its cell: %.2f ms of %.2f"):format(extra * 1e3, rounds.median(costs.confined) * 1e3),
  "5 ms", extra / MOST, 1)
