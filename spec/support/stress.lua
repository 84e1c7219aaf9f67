-- The collector always due: each allocation may run a step of it, and every so many instructions it
-- runs from end to end. For busted --helper.

local EVERY <const> = 1000000

collectgarbage("incremental", 100, 1000, 10)
collectgarbage("setpause", 0)

local function collect()
  collectgarbage()
end

-- Hooks belong to one coroutine each; a new one gets its creator's.
debug.sethook(collect, "", EVERY)
