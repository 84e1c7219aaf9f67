-- spots.lua FILE COUNT: flips one byte at so many places of a file, all or nothing.

local suture <const> = require "suture"

local b <close> = assert(suture.open(arg[1]))
local count <const> = tonumber(arg[2])
for spot = 0, count - 1 do
  local off <const> = spot * (#b // count)
  b[off] = b[off] ~ 0xff
end
b:flush()
