-- One file in a folder that cannot be written to: the journal lies in the state folder, which is new.
local sample <const> = require "spec.crash.sample"

local PATH <const> = "a/one.bin"
local OLD <const> = sample.bytes(3000, 1)
local PIECE <const> = sample.bytes(700, 50)

return {
  summary = "one file in a folder that cannot be written to, the journal in the state folder",
  needs = {},
  files = { [PATH] = { old = OLD, new = sample.overlay(OLD, 500, PIECE) } },
  sealed = { "a" },
  pending = function(suture)
    local bytes <const> = assert(suture.open(PATH))
    bytes:write(500, PIECE)
    return bytes
  end,
}
