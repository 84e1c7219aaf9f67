-- One file, replaced because its bytes moved.
local sample <const> = require "spec.crash.sample"

local PATH <const> = "a/one.bin"
local OLD <const> = sample.bytes(3000, 1)
local PIECE <const> = sample.bytes(700, 50)

return {
  summary = "one file, replaced because its bytes moved",
  needs = { "insert" },
  files = { [PATH] = { old = OLD, new = sample.insert(OLD, 1000, PIECE) } },
  pending = function(suture)
    local bytes <const> = assert(suture.open(PATH))
    bytes:insert(1000, PIECE)
    return bytes
  end,
}
