-- The four verdicts by every recipe that ships, on its own examples. The list is the folder: a recipe without an
-- example that it patches fails here.

local driver = require "spec.scripts.driver"

-- Those with several hunks, which alone can be half done.
local some_partial = false

describe("the verdicts of", function()
  for _, name in ipairs(driver.names()) do
    it(name .. " are told by status and JSON, and a second run touches nothing", function()
      local seen = driver.verdicts(name)
      assert.is_true(seen.applicable and seen.applied and seen.foreign, "no example that it patches")
      some_partial = some_partial or seen.partial or false
    end)
  end

  it("all of them are four", function()
    assert.is_true(some_partial)
  end)
end)
