-- One file that grows at its end and changes before it.
local sample <const> = require "spec.crash.sample"

local PATH <const> = "a/one.bin"
local OLD <const> = sample.bytes(3000, 1)
local TAIL <const>, PIECE <const> = sample.bytes(1500, 50), sample.bytes(9, 51)

return {
  summary = "one file that grows at its end and changes before it",
  needs = { "resize" },
  files = { [PATH] = { old = OLD, new = sample.overlay(OLD, 20, PIECE) .. TAIL } },
  pending = function(suture)
    local bytes <const> = assert(suture.open(PATH))
    bytes:write(20, PIECE)
    bytes:insert(#bytes, TAIL)
    return bytes
  end,
}
