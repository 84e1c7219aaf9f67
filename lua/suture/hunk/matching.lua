--- Where the signatures of hunks match, in the form before or after the patch.

local core <const> = require "suture.core"
local pass <const> = require "suture.hunk.pass"

local matches <const> = core.methods.matches

local matching = {}

--- Where a signature matches: each place once, ascending. No hunk needs more
--- than it asks for and some to tell it is another file, so that they are bounded.
---@class suture.matches
---@field [integer] integer
---@field is_cut boolean  there are more

-- So many more than a hunk asks for are looked for: enough to say how far off it is, and to do without some.
local spare <const> = 4096

--- How many matches of an alternative are looked for.
---@param alternative suture.alternative
---@return integer
function matching.most(alternative)
  return math.max(alternative.count or 1, alternative.nth or 1) + spare
end

-- Of two ascending lists, those of `most` places that come first.
local function merge(one, other, most)
  local list <const>, i, j = { is_cut = one.is_cut or other.is_cut or false }, 1, 1
  while one[i] or other[j] do
    if #list == most then
      list.is_cut = true
      break
    end
    local here <const>, there <const> = one[i] or math.maxinteger, other[j] or math.maxinteger
    list[#list + 1] = math.min(here, there)
    i = here <= there and i + 1 or i
    j = there <= here and j + 1 or j
  end
  return list
end

local function together(alternative, before, after)
  return merge(before, after, matching.most(alternative))
end

--- Where a signature is looked for: from, and up to.
---@param b suture.bytes
---@param alternative suture.alternative
---@return integer from
---@return integer to  may lie behind the end
function matching.bounds(b, alternative)
  local within <const> = alternative.within
  if not within then
    return alternative.base, #b
  end
  local from <const> = alternative.base + within[1]
  return from, from + within[2]
end

local function first_matches(b, what, from, to, most)
  local list <const> = { is_cut = false }
  for offset in matches(b, what, from, to) do
    if #list == most then
      list.is_cut = true
      break
    end
    list[#list + 1] = offset
  end
  return list
end

--- Looks for one signature by itself, within its bounds.
---@param b suture.bytes
---@param alternative suture.alternative  one that has a signature
---@return suture.matches|nil
---@return suture.problem?  where the bounds leave the bytes
function matching.of(b, alternative)
  local from <const>, to <const> = matching.bounds(b, alternative)
  if from > to or to > #b then
    local past <const> = from > to and from or to
    return nil, {
      kind = "range", message = ("the signature is looked for up to 0x%x, past the end (size 0x%x)"):format(past, #b),
    }
  end
  local most <const> = matching.most(alternative)
  return together(alternative, first_matches(b, alternative.find, from, to, most),
    first_matches(b, alternative.patched, from, to, most))
end

-- Whether a signature is looked for everywhere, and suits.
local function is_for_pass(alternative)
  return alternative.find and not alternative.within and alternative.base == 0
    and pass.suits(alternative.find) and pass.suits(alternative.patched)
end

--- Looks for the signatures of many hunks in one pass. Those that are bound to a range, and those that could match
--- nearly everywhere, are left to `of`.
---@param b suture.bytes
---@param alternatives suture.alternative[]
---@param known table<suture.alternative, suture.matches>  filled
function matching.all(b, alternatives, known)
  local forms <const>, most <const>, chosen <const> = {}, {}, {}
  for _, alternative in ipairs(alternatives) do
    if is_for_pass(alternative) then
      for _, form in ipairs { "find", "patched" } do
        forms[#forms + 1], most[#most + 1] = alternative[form], matching.most(alternative)
      end
      chosen[#chosen + 1] = alternative
    end
  end
  local lists <const> = pass.run(b, forms, most)
  for index, alternative in ipairs(chosen) do
    known[alternative] = together(alternative, lists[2 * index - 1], lists[2 * index])
  end
end

return matching
