--- One question to many recipes, put by a few processes at once. Each recipe still has a process of its own below them.

local host <const> = require "suture.host"
local parcel <const> = require "suture.recipe.parcel"

local together = {}

-- Processes at once: enough for the cores of most machines, few enough for the memory that recipes may take.
local most_jobs <const> = 4

-- What one of them said on the way, such as that this system confines less, all of them say.
local function tell_once(told, said)
  if said ~= "" and not told[said] then
    told[said] = true
    io.stderr:write(said)
  end
end

--- Asks all entries. Raises what host.crew raises: `io`, `interrupted`.
---@param entries suture.library.entry[]
---@param is_wanted fun(entry: suture.library.entry): boolean  asked in their order, before each; false: it is left out
---@param ask fun(entry: suture.library.entry): any  in another process: returns a plain value
---@param take fun(entry: suture.library.entry, answer: any)  as answers come; nil for a process that died over it
function together.run(entries, is_wanted, ask, take)
  local given, told <const> = 0, {}
  local function next_unit()
    while given < #entries do
      given = given + 1
      if is_wanted(entries[given]) then
        return given
      end
    end
  end
  host.crew(function(unit)
    return parcel.pack(ask(entries[unit]))
  end, next_unit, function(unit, frame, said)
    tell_once(told, said)
    take(entries[unit], frame and parcel.unpack(frame) or nil)
  end, most_jobs)
end

return together
