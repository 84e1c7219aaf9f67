--- Whether recipes of one run get in each other's way: where one has a hunk, no other may have one or write. What they
--- write besides may overlap, as a checksum does that each of them corrects.

local succession <const> = require "suture.recipe.succession"

local overlap = {}

---@class suture.recipe.claim
---@field offset integer
---@field length integer
---@field recipe string
---@field hunk boolean     or a change that is none

-- Nothing wide lies over something only where it is strictly inside, so it goes first.
local function in_order(list)
  table.sort(list, function(left, right)
    if left.offset ~= right.offset then
      return left.offset < right.offset
    end
    return left.length < right.length
  end)
  return list
end

local function is_inside(claim, widest)
  return widest and widest.offset + widest.length > claim.offset
    and (claim.length > 0 or widest.offset < claim.offset)
end

local function wider(claim, widest)
  return (not widest or claim.offset + claim.length > widest.offset + widest.length) and claim or widest
end

-- The first claims, one of each list, that lie over each other.
local function meeting(left, right)
  local at, to = 1, 1
  local widest_left, widest_right
  while left[at] or right[to] do
    local one <const>, other <const> = left[at], right[to]
    local is_left <const> = one and (not other or one.offset < other.offset
      or one.offset == other.offset and one.length <= other.length)
    if is_left then
      if is_inside(one, widest_right) then
        return widest_right, one
      end
      at, widest_left = at + 1, wider(one, widest_left)
    else
      if is_inside(other, widest_left) then
        return widest_left, other
      end
      to, widest_right = to + 1, wider(other, widest_right)
    end
  end
end

local placed <const> = { old = true, new = true }

local function hunks_of(recipe, hunks, number)
  local list <const> = {}
  for _, hunk in ipairs(hunks) do
    if hunk.target == number and placed[hunk.state] then
      list[#list + 1] = { offset = hunk.offset, length = hunk.length, recipe = recipe, hunk = true }
    end
  end
  return in_order(list)
end

-- Where the old bytes stand, or where the new ones do.
local function writes_of(recipe, changes, after)
  local list <const>, growth = {}, 0
  for index, entry in ipairs(changes) do
    list[index] = {
      offset = after and entry.offset or entry.offset - growth, length = after and #entry.new or #entry.old,
      recipe = recipe, hunk = false,
    }
    growth = growth + #entry.new - #entry.old
  end
  return list
end

local function only_hunks(claims)
  local list <const> = {}
  for _, claim in ipairs(claims) do
    list[#list + 1] = claim.hunk and claim or nil
  end
  return list
end

--- Looks whether a recipe's work meets that of the recipes before it, in one target.
---@param claims suture.recipe.claim[]  of the recipes before it; those of this one are added
---@param recipe string                 its name
---@param hunks suture.sighting[]       its hunks, before it moved anything
---@param number integer                of the target, as the hunks have it
---@param changes suture.change[]       what it changes itself
---@return { offset: integer, recipes: string[] }?  the place, and who claims it
function overlap.add(claims, recipe, hunks, number, changes)
  local own <const> = hunks_of(recipe, hunks, number)
  local one, other = meeting(claims, own)
  if not one then
    one, other = meeting(only_hunks(claims), writes_of(recipe, changes, false))
  end
  if one then
    return { offset = math.max(one.offset, other.offset), recipes = { one.recipe, other.recipe } }
  end
  table.move(own, 1, #own, #claims + 1, claims)
  succession.move(in_order(claims), changes)
  local writes <const> = writes_of(recipe, changes, true)
  table.move(writes, 1, #writes, #claims + 1, claims)
  in_order(claims)
end

return overlap
