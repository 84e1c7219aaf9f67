--- What does a safe flush cost over an unsafe one, and does the size of the file matter?

local command <const> = require "spec.bench.command"
local place <const> = require "spec.bench.place"
local report <const> = require "spec.bench.report"
local rounds <const> = require "spec.bench.rounds"

local spots <const> = place.build .. "/bench/spots"
local small <const> = place.filled("flush.bin", 1 << 30)
local small_sparse <const> = place.sparse("flush_small_sparse.bin", 1 << 30)
local huge <const> = place.sparse("flush_sparse.bin", 64 << 30)

local function ours(path, count)
  return command.wall(("%s spec/bench/subjects/spots.lua %s %d"):format(place.suture, path, count))
end

local costs <const> = rounds.run {
  ours = ours(small, 10),
  unsafe = command.wall(("%s %s 10"):format(spots, small)),
  python = command.wall(("/usr/bin/python3 spec/bench/subjects/spots.py %s 10"):format(small)),
  copy = command.wall(("%s %s 10 %s.copy"):format(spots, small, small)),
  sparse = ours(small_sparse, 10),
  huge = ours(huge, 10),
  one = ours(small, 1),
  dd = command.wall(("dd if=/dev/zero of=%s bs=1 count=1 seek=536870912 conv=notrunc,fsync status=none"):format(small)),
  python_one = command.wall(("/usr/bin/python3 spec/bench/subjects/spots.py %s 1"):format(small)),
}

local function row(work, name, over, peer, goal)
  report.row(work, over, rounds.ratio(costs[name], costs[peer]), goal)
end

local ten <const> = "flush of 10 spots in 1 GiB, whole process"
row(ten, "ours", "unsafe pwrite and fdatasync", "unsafe", 1.6)
row(ten, "ours", "Python's mmap flush", "python", 0.35)
row(ten, "ours", "copy and rename", "copy", 0.05)
row("the same at 64 GiB, sparse", "huge", "at 1 GiB, sparse", "sparse", 1.2)
row("one byte patched in 1 GiB, whole process", "one", "dd conv=notrunc,fsync", "dd", 1.5)
row("one byte patched in 1 GiB, whole process", "one", "Python's mmap with flush", "python_one", 0.25)

local peak <const> = command.cost(("%s spec/bench/subjects/spots.lua %s 1"):format(place.suture, small)).memory
report.row("its peak memory", "6 MiB", peak / 6144, 1)
