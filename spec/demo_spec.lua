-- make demo: it checks each of its steps itself.

local support = require "spec.support"

describe("make demo", function()
  it("finds everything as it should be", function()
    local status, stdout, stderr = support.run "sh spec/demo.sh"
    assert(status == 0, stdout .. stderr)
    assert.matches("\ndemo: everything as it should be\n$", stdout)
  end)
end)
