--- How long does a search of a whole file take, as a process?

local command <const> = require "spec.bench.command"
local place <const> = require "spec.bench.place"
local report <const> = require "spec.bench.report"
local rounds <const> = require "spec.bench.rounds"

local file <const> = place.programs("find.bin", 512 << 20)
local rule <const> = place.fresh "find.yar"
local yara <const> = assert(io.open(rule, "w"))
yara:write [[rule found { strings: $a = { 48 8b ?? ?? e8 } condition: #a > 0 }]]
yara:close()

local costs <const> = rounds.run {
  ours = command.wall(("%s find --count '48 8b ?? ?? e8' %s"):format(place.suture, file)),
  rg = command.wall(([[rg --no-unicode -c -a -s '(?s-u)\x48\x8b..\xe8' %s]]):format(file)),
  python = command.wall(("/usr/bin/python3 spec/bench/subjects/find.py %s"):format(file)),
  yara = command.wall(("yara %s %s"):format(rule, file)),
}

local work <const> = "suture find --count in 512 MiB of programs, whole process"
report.row(work, "rg -c -a", rounds.ratio(costs.ours, costs.rg), 1.05)
report.row(work, "Python's re on mmap", rounds.ratio(costs.ours, costs.python), 0.2)
report.row(work, "yara", rounds.ratio(costs.ours, costs.yara), 0.06)
