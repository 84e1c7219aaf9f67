--- What does one access from a script cost?

local command <const> = require "spec.bench.command"
local place <const> = require "spec.bench.place"
local report <const> = require "spec.bench.report"
local rounds <const> = require "spec.bench.rounds"

local file <const> = place.filled("access.bin", 1 << 20)

local function ours(what)
  return command.printed(("%s spec/bench/subjects/access.lua %s %s"):format(place.suture, what, file))
end

local function python(what)
  return command.printed(("/usr/bin/python3 spec/bench/subjects/access.py %s %s"):format(what, file))
end

local costs <const> = rounds.run {
  index = ours "index", byte = ours "byte", python_index = python "index",
  set = ours "set", set_shared = ours "set_shared", python_set = python "set",
  u32le = ours "u32le", unpack = ours "unpack", python_u32le = python "u32le",
  each = ours "each",
}

local function row(work, name, over, peer, goal)
  report.row(work, over, rounds.ratio(costs[name], costs[peer]), goal)
end

row("b[i] in a loop", "index", "string.byte", "byte", 0.9)
row("b[i] in a loop", "index", "Python's m[i]", "python_index", 0.75)
row("b[i] = v with tracking", "set", "Python's m[i] = v", "python_set", 0.9)
row("b[i] = v with tracking", "set", "untracked (shared mode)", "set_shared", 1.15)
row("b:u32le(i)", "u32le", "string.unpack", "unpack")
row("b:u32le(i)", "u32le", "Python's struct.unpack_from", "python_u32le")
row("one step of b:each", "each", "b[i]", "index")
