-- Where recipes are found; names and folders are in library_spec.

local place = require "suture.recipe.place"
local raised = require "spec.support.raised"

describe("place", function()
  it("takes a path as it is", function()
    for _, path in ipairs { "./x", "/x/y", "../x", "x.lua", "a/b.lua" } do
      assert.equal(path, place.find(path, nil))
    end
  end)

  it("finds the recipes that ship beside build/ and under share/", function()
    local folders = place.folders("/src/suture/build/suture")
    assert.equal("/src/suture/scripts", folders[#folders])
    folders = place.folders("/usr/local/bin/suture")
    assert.equal("/usr/local/share/suture/scripts", folders[#folders])
  end)

  it("raises for what is no name", function()
    for _, name in ipairs { "", "a/../b", "a//b", "a/" } do
      raised("argument", place.find, name, nil)
    end
  end)
end)
