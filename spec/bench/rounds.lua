--- Runs contenders in turn and compares them: absolute figures drift from minute to minute, ratios within one run
--- do not. A contender is a function that does the work once and returns what it cost, as a number.

local rounds <const> = { COUNT = tonumber(os.getenv "BENCH_ROUNDS") or 7 }

local function median(list)
  table.sort(list)
  local middle <const> = #list // 2
  return #list % 2 == 1 and list[middle + 1] or (list[middle] + list[middle + 1]) / 2
end

--- Runs each contender once to warm up, then COUNT times, the first one changing from round to round.
---@param contenders table<string, fun(): number>
---@return table<string, number[]> costs  by name, one for each round
function rounds.run(contenders)
  local names <const>, costs <const> = {}, {}
  for name, contender in pairs(contenders) do
    names[#names + 1] = name
    costs[name] = {}
    contender()
  end
  table.sort(names)
  for round = 1, rounds.COUNT do
    for step = 1, #names do
      local name <const> = names[(round + step) % #names + 1]
      costs[name][round] = contenders[name]()
    end
  end
  return costs
end

--- The median over the rounds of one contender's cost divided by the other's in the same round.
---@param ours number[]
---@param theirs number[]
---@return number
function rounds.ratio(ours, theirs)
  local ratios <const> = {}
  for round = 1, #ours do
    ratios[round] = ours[round] / theirs[round]
  end
  return median(ratios)
end

--- The median cost.
---@param costs number[]
---@return number
function rounds.median(costs)
  return median(table.move(costs, 1, #costs, 1, {}))
end

--- Costs without a part that is no part of the question, such as the loop around it; round by round.
---@param costs number[]
---@param part number[]
---@return number[]
function rounds.without(costs, part)
  local rest <const> = {}
  for round = 1, #costs do
    rest[round] = math.max(costs[round] - part[round], 1e-12)
  end
  return rest
end

return rounds
