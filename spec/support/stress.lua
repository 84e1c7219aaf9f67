-- The collector always due: it never rests between two cycles, and after every so many instructions it runs
-- from end to end. For busted --helper.

local EVERY <const> = 20000

collectgarbage("incremental", 100, 100, 13)
collectgarbage("setpause", 0)

local function collect()
  collectgarbage()
end

-- Hooks belong to one coroutine each; a new one gets its creator's.
debug.sethook(collect, "", EVERY)
