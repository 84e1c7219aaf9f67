-- The picture in README.md shows what a terminal gets.

local picture = require "spec.docs.picture"
local support = require "spec.support"

describe("docs/check.svg", function()
  it("is what a terminal shows", function()
    assert.equal(support.read "docs/check.svg", picture.svg())
  end)

  it("shows its colours", function()
    assert.same({ { "a ", "plain" }, { "b", "31" }, { " c", "plain" } }, picture.spans "a \27[31mb\27[0m c")
  end)
end)
