-- Messages of the worker.

local raised = require "spec.support.raised"
local wire = require "suture.recipe.wire"

describe("wire", function()
  local messages <const> = {
    { "recipe", "a/b", "1.0" }, { "log", "x\0y" }, { "progress", 100 }, { "target", 1, "n", "1.0" },
    { "hunk", 1, "", -1, 0, "absent" }, { "hunk", 16, "n", math.maxinteger, 5, "neither" },
    { "label", "1.0" }, { "problem", "found 0" }, { "nearest", 5, 1, "48 ??" }, { "difference", 6, "8b", "89" },
    { "change", 255, 7, "a", "b" }, { "guard", 1, 0, "" },
    { "failure", 5, "recipe", "m", "t", 0, -1, "" }, { "verdict", "applied", "" }, { "description", "{}" },
  }
  for _, message in ipairs(messages) do
    it("carries " .. message[1], function()
      assert.same(message, { wire.unpack(wire.pack(table.unpack(message))) })
    end)
  end

  it("refuses every frame that is cut short or too long", function()
    local frame = wire.pack("change", 1, 7, "abc", "def")
    for length = 0, #frame - 1 do
      raised("format", wire.unpack, frame:sub(1, length))
    end
    raised("format", wire.unpack, frame .. "x")
  end)

  it("refuses an unknown message", function()
    raised("format", wire.unpack, string.pack("<s1s4", "shell", "rm"))
  end)
end)
