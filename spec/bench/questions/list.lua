--- What does it cost to list a library, whose recipes are each read in a process of their own?

local command <const> = require "spec.bench.command"
local place <const> = require "spec.bench.place"
local report <const> = require "spec.bench.report"
local rounds <const> = require "spec.bench.rounds"

local COUNT <const> = 1000
local MOST <const> = 0.01 -- seconds a recipe, processor time

local folder <const> = place.fresh "shelf"
assert(os.execute(("mkdir -p %s/recipes"):format(folder)))
for number = 1, COUNT do
  local file <close> = assert(io.open(("%s/recipes/r%d.lua"):format(folder, number), "w"))
  file:write "return { summary = 'One of many', edits = { { at = 0, old = 'a', new = 'b' } } }\n"
end

local text <const> = ("sh -c 'SUTURE_PATH=./%s XDG_DATA_HOME=/nowhere exec %s list r >/dev/null'"):format(folder,
  place.suture)
local costs <const> = rounds.run { list = function() return command.cost(text).cpu end }
local each <const> = rounds.median(costs.list) / COUNT
report.row(("a recipe of %d that are listed: %.2f ms"):format(COUNT, each * 1e3), "10 ms", each / MOST, 1)
