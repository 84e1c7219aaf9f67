-- access.lua WHAT FILE: prints the nanoseconds of one access in a loop, the loop taken off.

local suture <const> = require "suture"

local COUNT <const>, MASK <const> = 5000000, 0x7ffff
local clock <const> = os.clock
local what <const>, path <const> = arg[1], arg[2]
local b <const> = assert(suture.open(path, what == "set_shared" and "shared" or "copy"))
local text <const>, byte <const> = b:read(0, MASK + 4), string.byte

local loops <const> = {
  index = function() for i = 1, COUNT do local _ = b[i & MASK] end end,
  byte = function() for i = 1, COUNT do local _ = byte(text, (i & MASK) + 1) end end,
  set = function() for i = 1, COUNT do b[i & MASK] = 7 end end,
  set_shared = function() for i = 1, COUNT do b[i & MASK] = 7 end end,
  u32le = function() for i = 1, COUNT do local _ = b:u32le(i & MASK) end end,
  unpack = function() for i = 1, COUNT do local _ = ("<I4"):unpack(text, (i & MASK) + 1) end end,
  each = function() for _ = 1, COUNT, MASK + 1 do for _, _ in b:each(0, MASK + 1) do end end end,
}

local function time(loop)
  local begin <const> = clock()
  loop()
  return clock() - begin
end

local rest <const> = what == "each" and 0 or time(function() for i = 1, COUNT do local _ = i & MASK end end)
print((time(loops[what]) - rest) / COUNT * 1e9)
