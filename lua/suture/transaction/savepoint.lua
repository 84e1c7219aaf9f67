--- A savepoint of a transaction: one of each target, made, rolled back to and released together.

local core <const> = require "suture.core"

---@class suture.transaction.savepoint
local methods <const> = {}

local savepoint <const> = {}

-- Keys that no script can spell.
local OWNER <const>, POINTS <const>, OVER <const> = {}, {}, {}

local meta <const> = { __name = "suture.transaction.savepoint" }

local function check(point, method)
  if getmetatable(point) ~= meta then
    core.raise("argument", ("bad object for '%s' (a savepoint expected, got %s; call it with ':')"):format(
      method, type(point)))
  end
end

-- Ends a block that holds a target's savepoint: normally, which releases it, or by an error, which goes back
-- to it first. One that has ended has nothing left to do.
local LEFT <const> = {}

local function leave(point, by_error)
  local held <close> = point -- luacheck: ignore
  if by_error then
    error(LEFT, 0)
  end
end

local function leave_all(point, by_error)
  local problem
  point[OVER] = true
  for _, part in ipairs(point[POINTS]) do
    local ok <const>, err <const> = pcall(leave, part.savepoint, by_error)
    if not ok and err ~= LEFT and problem == nil then
      problem = err
    end
  end
  if problem ~= nil then
    error(problem, 0)
  end
end

--- Makes a savepoint of each member.
---@param set suture.transaction
---@param members { name: string, bytes: suture.bytes }[]
---@return suture.transaction.savepoint
function savepoint.new(set, members)
  local points <const> = {}
  local point <const> = setmetatable({ [OWNER] = set, [POINTS] = points, [OVER] = false }, meta)
  for index, member in ipairs(members) do
    local ok <const>, result <const> = pcall(member.bytes.savepoint, member.bytes)
    if not ok then
      leave_all(point, false)
      error(result, 0)
    end
    points[index] = { bytes = member.bytes, savepoint = result }
  end
  return point
end

--- Goes back to a savepoint of the set, in all targets. Raises `argument` for any other value.
---@param point suture.transaction.savepoint
---@param set suture.transaction
function savepoint.rollback(point, set)
  if getmetatable(point) ~= meta then
    core.raise("argument", ("bad argument #1 to 'rollback' (a savepoint of the transaction expected, got %s; "
      .. "without an argument it drops everything)"):format(type(point)))
  elseif point[OWNER] ~= set then
    core.raise("argument", "bad argument #1 to 'rollback' (the savepoint belongs to another transaction)")
  end
  for _, part in ipairs(point[POINTS]) do
    part.bytes:rollback(part.savepoint)
  end
end

--- Ends the savepoint; what was written since stays.
function methods:release()
  check(self, "release")
  for _, part in ipairs(self[POINTS]) do
    part.savepoint:release()
  end
  self[OVER] = true
end

function meta.__close(point, err)
  if not point[OVER] then
    leave_all(point, not core.left_normally(point, err))
  end
end

function meta.__index(_, name)
  if methods[name] then
    return methods[name]
  end
  core.raise("argument", core.unknown("field or method of a savepoint", tostring(name), { "release" }))
end

function meta.__newindex(_, name)
  core.raise("argument", ("field '%s' of a savepoint cannot be set"):format(tostring(name)))
end

return savepoint
