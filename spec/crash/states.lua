--- The subsets of undecided units that a power cut may leave: all of them up to a bound, beyond it a sample
--- that is the same in every run.

local states <const> = {}

local SEED <const> = 20240229

local function chosen(units, keep)
  local subset <const> = {}
  for index, unit in ipairs(units) do
    if keep(index) then
      subset[#subset + 1] = unit
    end
  end
  return subset
end

local function exhaustive(units)
  local subsets <const> = {}
  for bits = 0, (1 << #units) - 1 do
    subsets[#subsets + 1] = chosen(units, function(index)
      return bits >> (index - 1) & 1 == 1
    end)
  end
  return subsets
end

-- The corners first: nothing and everything, each unit alone and each alone missing, each prefix. Then chance,
-- with a share of kept units that differs from draw to draw.
local function sampled(units, draws)
  local subsets <const> = {}
  local function add(keep)
    subsets[#subsets + 1] = chosen(units, keep)
  end
  local generator <const> = math.random
  math.randomseed(SEED, #units)
  for mark = 0, #units do
    add(function(index) return index <= mark end)
    add(function(index) return index == mark end)
    add(function(index) return index ~= mark end)
  end
  for _ = 1, draws do
    local share <const> = generator()
    add(function() return generator() < share end)
  end
  return subsets
end

--- Lists subsets of units.
---@param units table[]
---@param bounds { exhaustive: integer, draws: integer }   up to so many units all subsets; beyond, so many draws
---@return table[][] subsets
---@return boolean complete
function states.of(units, bounds)
  if #units <= bounds.exhaustive then
    return exhaustive(units), true
  end
  return sampled(units, bounds.draws), false
end

return states
