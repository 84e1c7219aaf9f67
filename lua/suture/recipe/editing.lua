--- A recipe's `edits`, carried out one after the other on the targets that they name.

local entries <const> = require "suture.recipe.entries"

local editing = {}

--- A target that a recipe works on.
---@class suture.editing.target
---@field name string?       as the recipe declares it
---@field bytes suture.bytes
---@field label string?      which of the known versions it is

--- Carries out the edits in their order. Raises what a hunk raises that finds neither side, `argument` for a `new`
--- that does not fit, and what the recipe's own functions raise.
---@param edits table[]  as the schema has checked them
---@param targets suture.editing.target[]
---@param params table
function editing.run(edits, targets, params)
  for _, given in ipairs(entries.hunks(edits, targets[1].label, params)) do
    targets[1].bytes:hunk(given)
  end
end

return editing
