--- Lists whose items are in a file: read and written when they are asked for.

local core <const> = require "suture.core"

local listing = {}

---@type table<table, { count: integer, get: function, set: function? }>
local states <const> = setmetatable({}, { __mode = "k" })

local function check_index(state, index)
  if math.type(index) ~= "integer" or index < 1 or index > state.count then
    core.raise("argument", ("no item '%s': the list has the items 1 to %d"):format(tostring(index), state.count))
  end
end

local List <const> = {}

-- One past the last is nil, so that ipairs ends.
function List.__index(self, index)
  local state <const> = states[self]
  if index == state.count + 1 then
    return nil
  end
  check_index(state, index)
  return state.get(index)
end

function List.__newindex(self, index, value)
  local state <const> = states[self]
  check_index(state, index)
  if not state.set then
    core.raise("argument", "the items of this list are structures: set their fields")
  end
  state.set(index, value)
end

function List.__len(self)
  return states[self].count
end

--- Makes a list of items from 1 to the count; `#list` and ipairs know them. Other indices raise `argument`, but for
--- reading the one behind the last.
---@param count integer
---@param get fun(index: integer): any
---@param set (fun(index: integer, value: any))?
---@return table
function listing.new(count, get, set)
  local self <const> = setmetatable({}, List)
  states[self] = { count = count, get = get, set = set }
  return self
end

return listing
