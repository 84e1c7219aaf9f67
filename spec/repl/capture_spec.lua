-- The session that the documents show is a true one.

local capture = require "spec.repl.capture"
local support = require "spec.support"

describe("docs/repl-session.txt", function()
  it("is what a terminal shows", function()
    assert.same(support.read "docs/repl-session.txt", capture.text())
  end)
end)
