--- Options of a method: a table whose every field is known and has its type.

local core <const> = require "suture.core"

local function names_of(known)
  local names <const> = {}
  for name in pairs(known) do
    names[#names + 1] = name
  end
  return names
end

-- What is wrong with a value; nil where nothing is. A range stands for the integers in it.
local function complaint(name, value, wanted)
  if type(wanted) == "string" then
    return type(value) ~= wanted and ("option '%s' must be a %s, got %s"):format(name, wanted, type(value)) or nil
  end
  local whole <const> = type(value) == "number" and math.tointeger(value)
  if not whole or whole < wanted[1] or whole > wanted[2] then
    local shown <const> = type(value) == "number" and tostring(value) or type(value)
    return ("option '%s' must be an integer from %d to %d, got %s"):format(name, wanted[1], wanted[2], shown)
  end
end

--- Raises `argument` unless the options are a table of known fields with fitting values.
---@generic T: table
---@param b suture.bytes
---@param options T
---@param known table<string, string|integer[]>  a type, or the lowest and the highest integer
---@param method string  the method that was called
---@param number integer  which of its arguments the options are, self not counted
---@return T options
return function(b, options, known, method, number)
  local function refuse(reason)
    local message <const> = ("bad argument #%d to '%s' (%s)"):format(number, method, reason)
    core.raise("argument", message, { path = b.path or "buffer" })
  end
  if type(options) ~= "table" then
    refuse(("options must be a table, got %s"):format(type(options)))
  end
  for name, value in pairs(options) do
    local reason <const> = known[name] == nil and core.unknown("option", tostring(name), names_of(known))
      or complaint(name, value, known[name])
    if reason then
      refuse(reason)
    end
  end
  return options
end
