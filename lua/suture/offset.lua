--- Offsets and lengths of what the methods written in Lua read, checked by the
--- rules of the methods written in C: integers, or floats with an integral
--- value; never strings.

local core <const> = require "suture.core"

local offset <const> = {}

--- Raises an error about a place in an object.
---@param b suture.bytes
---@param kind string
---@param off integer?  as the caller counts
---@param message string
function offset.raise(b, kind, off, message)
  core.raise(kind, message, { path = b.path or "buffer", offset = off, file_offset = off and b.offset + off })
end

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

--- An offset of `b` where a read may begin: 0 up to its size.
---@param b suture.bytes
---@param value any
---@param method string
---@param number integer
---@return integer
function offset.inside(b, value, method, number)
  local off <const> = offset.integer(value, method, number, "offset")
  local size <const> = #b
  if off < 0 then
    offset.raise(b, "range", nil, ("offset %d is negative"):format(off))
  elseif off > size then
    offset.raise(b, "range", off, ("read past the end (size 0x%x)"):format(size))
  end
  return off
end

--- A length that fits behind `off`, an offset inside `b`.
---@param b suture.bytes
---@param off integer
---@param value any
---@param method string
---@param number integer
---@return integer
function offset.length(b, off, value, method, number)
  local len <const> = offset.integer(value, method, number, "length")
  if len < 0 then
    offset.raise(b, "range", nil, ("length %d is negative"):format(len))
  elseif len > #b - off then
    offset.raise(b, "range", off, ("read of %d bytes passes the end (size 0x%x)"):format(len, #b))
  end
  return len
end

return offset
