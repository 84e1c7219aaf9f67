#!/usr/bin/env suture
-- A first script: opens a text file as bytes, reads its first line, overwrites
-- the beginning, reads the line again, and saves by leaving the block.
--
--     suture scripts/hello-mmap.lua FILE

local suture <const> = require "suture"

local path <const> = arg[1]
if not path then
  io.stderr:write("usage: suture hello-mmap.lua FILE\n")
  os.exit(2)
end

do
  local b <close> = assert(suture.open(path))
  local cursor <const> = b:cursor()
  print("before: " .. (cursor:read "l" or ""))

  b:write(0, "Howdy") -- the offset first; nothing reaches the file yet

  cursor:seek "set"
  print("after:  " .. cursor:read "l")
end -- left without an error: flushed here

print("saved:  " .. path)
