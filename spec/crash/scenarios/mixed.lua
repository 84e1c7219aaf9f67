-- One file in place and one replaced, one transaction.
local sample <const> = require "spec.crash.sample"

local ONE <const>, TWO <const> = "a/one.bin", "b/two.bin"
local OLD_ONE <const>, OLD_TWO <const> = sample.bytes(3000, 1), sample.bytes(2000, 2)
local PIECE <const> = sample.bytes(700, 50)

return {
  summary = "one file in place and one replaced, one transaction",
  needs = { "transaction", "insert" },
  files = {
    [ONE] = { old = OLD_ONE, new = sample.overlay(OLD_ONE, 500, PIECE) },
    [TWO] = { old = OLD_TWO, new = sample.insert(OLD_TWO, 10, PIECE) },
  },
  pending = function(suture)
    local set <const> = assert(suture.transaction { one = ONE, two = TWO })
    set.one:write(500, PIECE)
    set.two:insert(10, PIECE)
    return set
  end,
}
