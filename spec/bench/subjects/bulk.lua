-- bulk.lua xor|translate: prints the seconds that the work takes on 64 MiB in memory.

local suture <const> = require "suture"

local b <const> = suture.buffer(64 << 20)
local reversed <const> = {}
for byte = 0, 255 do
  reversed[byte + 1] = string.char(255 - byte)
end
local map <const> = table.concat(reversed)

local work <const> = {
  xor = function() b:xor(0, #b, 0x5a) end,
  translate = function() b:translate(0, #b, map) end,
}

local run <const> = work[arg[1]]
run()
local begin <const> = os.clock()
run()
print(os.clock() - begin)
