--- `suture.flush { a, b, ... }`: several objects, all of them or none.

local core <const> = require "suture.core"

--- Flushes the objects of a list as one: all of them are durable on return, or none was written. Raises as
--- `b:flush` does.
---@param list table  bytes objects, and the options `by`, `record`, `break_links`
---@return string[] outcomes  one for each object: "unchanged", "place" or "replaced"
return function(list)
  if type(list) ~= "table" then
    core.raise("argument", ("bad argument #1 to 'flush' (a list of bytes objects expected, got %s)"):format(type(list)))
  end
  local objects <const>, options <const> = table.move(list, 1, #list, 1, {}), {}
  for key, value in pairs(list) do
    if not (math.type(key) == "integer" and key >= 1 and key <= #list) then
      options[key] = value
    end
  end
  return core.flush(objects, options)
end
