--- What does work on whole ranges cost?

local command <const> = require "spec.bench.command"
local place <const> = require "spec.bench.place"
local report <const> = require "spec.bench.report"
local rounds <const> = require "spec.bench.rounds"

for _, what in ipairs { "xor", "translate" } do
  local costs <const> = rounds.run {
    ours = command.printed(("%s spec/bench/subjects/bulk.lua %s"):format(place.suture, what)),
    luajit = command.printed(("luajit spec/bench/subjects/bulk_ffi.lua %s"):format(what)),
  }
  report.row(what .. " of 64 MiB", "a compiled LuaJIT ffi loop", rounds.ratio(costs.ours, costs.luajit), 0.3)
end
