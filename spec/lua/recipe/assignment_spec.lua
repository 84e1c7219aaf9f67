-- Which file is which target.

local assignment = require "suture.recipe.assignment"
local raised = require "spec.support.raised"

local none <const>, one <const> = { name = "none" }, { name = "one", targets = { { name = "image" } } }
local two <const> = { name = "two", targets = { { name = "kernel" }, { name = "initrd" } } }

local function refuses(words, fn, ...)
  assert.matches(words, tostring(raised("argument", fn, ...)), 1, true)
end

describe("assignment", function()
  describe(".sets", function()
    it("makes each word a set where a recipe has one target, or none", function()
      assert.same({ { { path = "a" } }, { { path = "b=c" } } }, assignment.sets({ none }, { "a", "b=c" }))
      assert.same({ { { path = "a" } }, { { name = "image", path = "b=c" } }, { { path = "x=y" } } },
        assignment.sets({ one }, { "a", "image=b=c", "x=y" }))
      assert.same({ { { path = "a" } }, { { path = "b" } } }, assignment.sets({ one, none }, { "a", "b" }))
    end)

    it("makes all words one set where a recipe has several, by name or in order", function()
      local set <const> = { { name = "kernel", path = "k" }, { name = "initrd", path = "i" } }
      assert.same({ set }, assignment.sets({ two }, { "k", "i" }))
      assert.same({ set }, assignment.sets({ two }, { "kernel=k", "initrd=i" }))
      assert.same({ set }, assignment.sets({ two }, { "kernel=k", "i" }))
      assert.same({ { set[2], set[1] } }, assignment.sets({ two }, { "initrd=i", "k" }))
      assert.same({ set }, assignment.sets({ none, two }, { "k", "i" }))
    end)

    it("takes the targets of several recipes together", function()
      local sets <const> = assignment.sets({ two, one }, { "k", "i", "m" })
      assert.same({ "kernel", "initrd", "image" }, { sets[1][1].name, sets[1][2].name, sets[1][3].name })
    end)

    it("refuses what fits no target", function()
      refuses("unknown target 'kernal'; did you mean 'kernel'?", assignment.sets, { two }, { "kernal=k", "i" })
      refuses("target 'kernel' is given twice", assignment.sets, { two }, { "kernel=k", "kernel=i" })
      refuses("target 'initrd' is missing: the targets are kernel, initrd", assignment.sets, { two }, { "k" })
      refuses("3 targets are given, and the recipe has 2 (kernel, initrd)", assignment.sets, { two }, { "a", "b", "c" })
      refuses("is missing", assignment.sets, { two }, {})
    end)
  end)

  describe(".of", function()
    it("finds the targets of one recipe", function()
      assert.same({ 1 }, assignment.of(nil, { { path = "a" } }))
      assert.same({ 1 }, assignment.of(one.targets, { { name = "image", path = "a" } }))
      assert.same({ 1, 2 }, assignment.of(two.targets, { { path = "a" }, { path = "b" } }))
      assert.same({ 2, 1 }, assignment.of(two.targets, { { path = "a" }, { name = "kernel", path = "b" } }))
    end)

    it("refuses too many, too few, and unknown names", function()
      refuses("2 targets are given, and the recipe has one", assignment.of, nil, { { path = "a" }, { path = "b" } })
      refuses("unknown target 'imgae'; did you mean", assignment.of, one.targets, { { name = "imgae", path = "a" } })
      refuses("unknown target 'x'", assignment.of, nil, { { name = "x", path = "a" } })
      refuses("'initrd' is missing", assignment.of, two.targets, { { path = "a" } })
    end)
  end)

  describe(".share", function()
    it("gives each recipe its part of a set", function()
      local targets <const> = { { path = "k" }, { path = "i" } }
      local kernel <const> = { name = "k", targets = { { name = "kernel" } } }
      assert.same({ { 1, 2 }, { 1 } }, assignment.share({ two, kernel }, targets))
      assert.same({ "kernel", "initrd" }, { targets[1].name, targets[2].name })
      assert.same({ { 1 }, { 1 } }, assignment.share({ one, none }, { { path = "a" } }))
    end)

    it("refuses a recipe that has no part", function()
      refuses("none has one target, which is none of those", assignment.share, { two, none },
        { { path = "k" }, { path = "i" } })
      refuses("2 targets are given, and the recipes have one", assignment.share, { one, none },
        { { path = "k" }, { path = "i" } })
    end)
  end)
end)
