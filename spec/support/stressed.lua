-- Whether the collector is always due (stress.lua), where everything takes a hundred times as long.

local stressed = { is_so = debug.gethook() ~= nil }

--- So many rounds of a random test, or a few where the collector is always due.
function stressed.rounds(usual)
  return stressed.is_so and math.max(1, usual // 60) or usual
end

return stressed
