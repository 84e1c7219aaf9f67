-- The documents for users: their commands print what they say they print, and they lead to files that are there.

local document = require "spec.docs.document"
local support = require "spec.support"

local DOCUMENTS <const> = { "README.md", "docs/cookbook.md", "docs/recipes.md", "docs/report.md" }

for _, path in ipairs(DOCUMENTS) do
  describe(path, function()
    local text = support.read("./" .. path)
    local folder

    setup(function()
      folder = document.folder(path:gsub("%W", "-"))
    end)

    -- In one test, since each block stands on what those before it have left.
    it("prints what its commands print", function()
      for _, block in ipairs(document.blocks(text)) do
        folder:act(block, function(command, shown, printed)
          assert.equal(shown, printed, ("line %d: %s"):format(block.line, command))
        end)
      end
    end)

    it("links to files that are there", function()
      local here = path:match "^.*/" or ""
      for link in text:gmatch "%]%(([^)#:]+)%)" do
        assert.is_truthy(support.read("./" .. here .. link))
      end
    end)
  end)
end
