--- Says what the files of a scenario have become, and settles what was interrupted.

local judge <const> = {}

local function side_of(file, data)
  if data == file.old then
    return "old"
  elseif data == file.new then
    return "new"
  end
  return "torn"
end

--- "old" or "new" when every file is, else "mixed" and, for people, the side of each file.
---@param world table
---@param scenario table
---@return "old"|"new"|"mixed" side
---@return string detail
function judge.side(world, scenario)
  local details <const> = {}
  local side
  for path, file in pairs(scenario.files) do
    local own <const> = side_of(file, world:read(path))
    details[#details + 1] = path .. " is " .. own
    if own == "torn" or side and side ~= own then
      side = "mixed"
    else
      side = side or own
    end
  end
  table.sort(details)
  return side, table.concat(details, ", ")
end

--- The paths of a scenario's files, the `turn`th first.
local function in_turn(scenario, turn)
  local paths <const> = {}
  for path in pairs(scenario.files) do
    paths[#paths + 1] = path
  end
  table.sort(paths)
  local turned <const> = {}
  for index = 1, #paths do
    turned[index] = paths[(index + turn - 1) % #paths + 1]
  end
  return turned
end

-- The two ways in which an interrupted flush is settled: the verb, and opening for patching.
local WAYS <const> = { "recover %s", "%s/spec/crash/settle.lua %s" }

local function settle_one(world, path, turn)
  local way <const> = turn % 2 == 0 and WAYS[1]:format(path) or WAYS[2]:format(world.root, path)
  local status <const>, _, stderr <const> = world:run(way)
  if status ~= 0 then
    return ("`%s` ended with status %d: %s"):format(way:match "[^/]*$", status, stderr:gsub("\n", " "))
  end
end

--- Settles by way of one file, which must decide for all of them, then through the others. `turn` varies which file is
--- first and how it is settled.
---@param world table
---@param scenario table
---@param wanted "old"|"new"|nil   nil for either
---@param turn integer
---@return string|nil violation
---@return string side
function judge.settle(world, scenario, wanted, turn)
  local decided
  for index, path in ipairs(in_turn(scenario, turn // 2)) do
    local failure <const> = settle_one(world, path, turn)
    if failure then
      return failure, "unsettled"
    end
    local side <const>, detail <const> = judge.side(world, scenario)
    if side == "mixed" then
      return ("mixed after settling %s: %s"):format(path, detail), side
    elseif wanted and side ~= wanted then
      return ("%s after settling %s, must be %s"):format(side, path, wanted), side
    elseif index > 1 and side ~= decided then
      return ("%s at first, %s after settling %s"):format(decided, side, path), side
    end
    decided = side
  end
  local left <const> = world:leftovers(scenario.files)
  if #left > 0 then
    return "left over: " .. table.concat(left, ", "), decided
  end
  return nil, decided
end

return judge
