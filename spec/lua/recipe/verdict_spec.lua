-- The verdict table.

local verdict = require "suture.recipe.verdict"

describe("verdict", function()
  -- hunks old, hunks new, other writes: none, same (wrote, unchanged), changed; verdict
  local matrix <const> = {
    { 0, 2, "none", "applied" },
    { 0, 2, "same", "applied" },
    { 2, 0, "none", "applicable" },
    { 2, 0, "same", "applicable" },
    { 2, 0, "changed", "applicable" },
    { 1, 1, "none", "partial" },
    { 1, 1, "changed", "partial" },
    { 0, 2, "changed", "partial" },
    { 0, 0, "changed", "applicable" },
    { 0, 0, "same", "applied" },
    { 0, 0, "none", "foreign" },
  }
  for _, row in ipairs(matrix) do
    it(("is %s for %d old, %d new hunks and other writes: %s"):format(row[4], row[1], row[2], row[3]), function()
      local changed = row[3] == "changed" or row[1] > 0
      local wrote = changed or row[3] == "same"
      assert.equal(row[4], verdict.of { old = row[1], new = row[2], wrote = wrote, changed = changed })
    end)
  end

  it("is applied where the recipe says so and wrote nothing", function()
    assert.equal("applied", verdict.of { old = 0, new = 0, wrote = false, changed = false, already = "done" })
  end)
end)
