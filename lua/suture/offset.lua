--- Offsets and lengths that reach the methods written in Lua, checked by the
--- rules of the methods written in C: integers, or floats with an integral
--- value; never strings.

local core <const> = require "suture.core"

local offset <const> = {}

--- A whole number from an argument, or an `argument` error that names it.
---@param value any
---@param method string  the method that was called
---@param number integer  which of its arguments, self not counted
---@param what string  what the number means
---@return integer
function offset.integer(value, method, number, what)
  local whole <const> = type(value) == "number" and math.tointeger(value)
  if whole then
    return whole
  end
  local shown <const> = type(value) == "number" and tostring(value) or type(value)
  core.raise("argument", ("bad argument #%d to '%s' (%s must be an integer, got %s)"):format(
    number, method, what, shown))
end

--- An offset of `b` where something may begin: 0 up to its size.
---@param b suture.bytes
---@param value any
---@param method string
---@param number integer
---@return integer
function offset.inside(b, value, method, number)
  local off <const> = offset.integer(value, method, number, "offset")
  local size <const> = #b
  if off < 0 then
    core.raise("range", ("bad argument #%d to '%s' (offset %d is negative)"):format(number, method, off),
      { path = b.path })
  elseif off > size then
    core.raise("range", ("bad argument #%d to '%s' (offset 0x%x is past the end, size 0x%x)"):format(
      number, method, off, size), { path = b.path, offset = off })
  end
  return off
end

return offset
