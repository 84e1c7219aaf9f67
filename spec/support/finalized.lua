-- Objects to which a finalizer does something in the middle of what is done with them.

local GARBAGE <const> = 100000 -- bytes a round: enough that the collector gets through a large heap

-- With the collector always due, each round takes a whole collection, and little garbage will do.
local STRESSED <const> = debug.gethook() ~= nil

local finalized = {}

--- Calls step(b) with one object after the other, again and again while garbage piles up, until it returns true.
-- A finalizer does deed(b) at some moment: between two calls, or within one that allocates.
---@param objects integer        how many
---@param make fun(): any        an object
---@param deed fun(b: any)
---@param step fun(b: any): boolean?
function finalized.each(objects, make, deed, step)
  local pause <const>, speed <const> = collectgarbage("setpause", 0), collectgarbage("setstepmul", 1000)
  local ok <const>, err <const> = pcall(function()
    for _ = 1, objects do
      local b <const> = make()
      setmetatable({}, { __gc = function() deed(b) end })
      for round = 1, 1000 do
        local garbage = ("x"):rep((STRESSED and 500 or GARBAGE) + round) -- luacheck: ignore
        if step(b) then
          break
        end
      end
    end
  end)
  collectgarbage("setpause", pause)
  collectgarbage("setstepmul", speed)
  assert(ok, err)
end

return finalized
