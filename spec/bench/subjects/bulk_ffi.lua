-- bulk_ffi.lua xor|translate, for luajit: prints the seconds that a compiled loop over 64 MiB in memory takes.

local ffi = require "ffi"
local bit = require "bit"

local SIZE = 64 * 1024 * 1024
local bytes = ffi.new("uint8_t[?]", SIZE)
local map = ffi.new("uint8_t[256]")
for byte = 0, 255 do
  map[byte] = 255 - byte
end

local work = {
  xor = function() for i = 0, SIZE - 1 do bytes[i] = bit.bxor(bytes[i], 0x5a) end end,
  translate = function() for i = 0, SIZE - 1 do bytes[i] = map[bytes[i]] end end,
}

local run = work[arg[1]]
run()
local begin = os.clock()
run()
print(os.clock() - begin)
