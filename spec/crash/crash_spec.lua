-- Flushes interrupted in every way, in the short form; `make crash` runs the full one.

local support <const> = require "spec.support"

describe("an interrupted flush", function()
  it("leaves every file of its transaction wholly old or wholly new after recovery", function()
    local status <const>, stdout <const>, stderr <const> = support.run(
      ("LUA_PATH='./?.lua;;' SUTURE_BIN=%s sh spec/crash/room.sh lua5.4 spec/crash/run.lua -- --short"):format(
        support.suture))
    assert(status == 0, stdout .. stderr)
  end)
end)
