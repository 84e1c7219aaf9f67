--- A cursor reads and writes a bytes object one piece after the other, with the
--- methods of Lua's files and those of the object. It owns nothing: what it writes
--- is in the object at once, so that close, flush and setvbuf are the object's or nobody's.

local core <const> = require "suture.core"
local numeral <const> = require "suture.cursor.numeral"
local offset <const> = require "suture.offset"

---@class suture.cursor
local methods <const> = {}

-- The state of a cursor lies under keys of its own, so that every field that a
-- script can spell is a method or an error.
local OBJECT <const>, BYTES <const>, AT <const> = {}, {}, {}

local meta <const> = { __name = "suture.cursor" }

-- The view that a live cursor reads. Both raise when they are over: the view after a change of size, the object
-- also when it is a view that was closed.
local function bytes_of(self, method)
  if getmetatable(self) ~= meta then
    core.raise("argument", ("bad object for '%s' (a cursor expected, got %s; call it with ':')"):format(
      method, type(self)))
  end
  local _ <const> = #self[OBJECT] + #self[BYTES]
  return self[BYTES]
end

local function most(count, limit, method)
  if count > limit then
    core.raise("argument", ("bad argument #%d to '%s' (too many arguments: at most %d)"):format(
      limit + 1, method, limit))
  end
end

local function advance(self, len, ...)
  self[AT] = self[AT] + len
  return ...
end

local function left_of(self)
  return #self[BYTES] - self[AT]
end

-- Reading -----------------------------------------------------------------

local function read_line(self, keep_end)
  local bytes <const>, at <const> = self[BYTES], self[AT]
  local left <const> = left_of(self)
  if left == 0 then
    return nil
  end
  local stop <const> = bytes:find("\n", at)
  local len <const> = stop and stop - at or left
  local line <const> = bytes:read(at, stop and keep_end and len + 1 or len)
  return advance(self, stop and len + 1 or len, line)
end

local function read_count(self, count)
  local left <const> = left_of(self)
  if left == 0 then
    return nil
  end
  local len <const> = math.min(count, left)
  return advance(self, len, self[BYTES]:read(self[AT], len))
end

-- What was looked at is behind the cursor, also where it is no numeral.
local function read_numeral(self)
  local value <const>, len <const> = numeral.read(self[BYTES], self[AT])
  return advance(self, len, value)
end

local formats <const> = {
  l = function(self) return read_line(self, false) end,
  L = function(self) return read_line(self, true) end,
  a = function(self) return read_count(self, math.maxinteger) or "" end,
  n = read_numeral,
}

local function refuse_format(method, number, shown)
  core.raise("argument", ("bad argument #%d to '%s' (a count, \"l\", \"L\", \"a\" or \"n\" expected, got %s)"):format(
    number, method, shown))
end

local function check_format(method, number, format)
  if type(format) == "number" then
    if offset.integer(format, method, number, "count") < 0 then
      refuse_format(method, number, tostring(format))
    end
  elseif not formats[format] then
    refuse_format(method, number, type(format) == "string" and ("%q"):format(format) or type(format))
  end
end

local function check_formats(method, list)
  for number = 1, list.n do
    check_format(method, number, list[number])
  end
end

local function read_one(self, format)
  if type(format) == "number" then
    return read_count(self, math.tointeger(format))
  end
  return formats[format](self)
end

local function read_all(self, list)
  local results <const> = {}
  for number = 1, list.n do
    results[number] = read_one(self, list[number])
    if results[number] == nil then
      return table.unpack(results, 1, number)
    end
  end
  return table.unpack(results, 1, list.n)
end

local function packed_formats(method, ...)
  if select("#", ...) == 0 then
    return { "l", n = 1 }
  end
  local list <const> = table.pack(...)
  check_formats(method, list)
  return list
end

--- Reads as Lua's files do: "l" a line without its end (the default), "L" with it, "a" the
--- rest, "n" a numeral, a number that many bytes or what is left. At the end: nil, but "" for "a".
--- Raises `argument` for any other format, with the cursor where it was, `closed` and `stale`.
---@param ... "l"|"L"|"a"|"n"|integer
---@return string|number|nil ...  one for each format, up to the first that is nil
function methods:read(...)
  local list <const> = packed_formats("read", ...)
  bytes_of(self, "read")
  return read_all(self, list)
end

-- At the end an iterator of Lua's files gives nothing at all.
local function unless_over(first, ...)
  if first ~= nil then
    return first, ...
  end
end

--- An iterator that reads by the same formats until the end. Raises as `read` does, the formats at once.
---@param ... "l"|"L"|"a"|"n"|integer
---@return fun(): string|number|nil, ...
function methods:lines(...)
  local list <const> = packed_formats("lines", ...)
  bytes_of(self, "lines")
  return function()
    bytes_of(self, "lines")
    return unless_over(read_all(self, list))
  end
end

-- Writing and seeking -----------------------------------------------------

--- Writes strings one after the other, all of them or, past the end of the object, none. Numbers are
--- refused, since their text and their bytes are two things. Raises `argument`, `range`, and as b:write does.
---@param ... string
---@return suture.cursor self
function methods:write(...)
  for number = 1, select("#", ...) do
    local kind <const> = type((select(number, ...)))
    if kind ~= "string" then
      core.raise("argument", ("bad argument #%d to 'write' (string expected, got %s)"):format(number, kind))
    end
  end
  local data <const> = table.concat { ... }
  bytes_of(self, "write"):write(self[AT], data)
  return advance(self, #data, self)
end

local origins <const> = {
  set = function() return 0 end,
  cur = function(self) return self[AT] end,
  ["end"] = function(self) return #self[BYTES] end,
}

local function origin_of(self, whence)
  local origin <const> = origins[whence]
  if not origin then
    local shown <const> = type(whence) == "string" and ("%q"):format(whence) or type(whence)
    core.raise("argument", ("bad argument #1 to 'seek' (\"set\", \"cur\" or \"end\" expected, got %s)"):format(shown))
  end
  return origin(self)
end

local function target_of(self, ...)
  local given <const> = select("#", ...)
  most(given, 2, "seek")
  local whence <const>, distance <const> = ...
  local origin <const> = origin_of(self, given == 0 and "cur" or whence)
  local steps <const> = given < 2 and 0 or offset.integer(distance, "seek", 2, "distance")
  -- Both lie within what is left of the object on that side, or this is out of range.
  if steps < -origin or steps > #self[BYTES] - origin then
    offset.raise(self[BYTES], "range", nil,
      ("read position 0x%x%+d leaves the object (size 0x%x)"):format(origin, steps, #self[BYTES]))
  end
  return origin + steps
end

--- Moves to `distance` bytes (0 if absent) from the beginning ("set"), the present place
--- ("cur", the default) or the end ("end"). Leaving the object raises `range`, and the cursor stays.
---@param ... any  whence, distance
---@return integer at
function methods:seek(...)
  bytes_of(self, "seek")
  self[AT] = target_of(self, ...)
  return self[AT]
end

--- The offset at which the cursor stands. Raises `closed` and `stale`.
---@return integer off
function methods:tell(...)
  bytes_of(self, "tell")
  most(select("#", ...), 0, "tell")
  return self[AT]
end

--- How many bytes lie between the cursor and the end. Raises `closed` and `stale`.
---@return integer len
function methods:left(...)
  bytes_of(self, "left")
  most(select("#", ...), 0, "left")
  return left_of(self)
end

-- Values ------------------------------------------------------------------

local function move_to_last(self, ...)
  local results <const> = table.pack(...)
  self[AT] = results[results.n]
  return table.unpack(results, 1, results.n - 1)
end

--- Unpacks at the cursor and moves it behind what was read. Raises as b:unpack does, and the cursor stays.
---@param format string  as for b:unpack
---@return any ...  the values
function methods:unpack(format, ...)
  local bytes <const> = bytes_of(self, "unpack")
  most(1 + select("#", ...), 1, "unpack")
  return move_to_last(self, bytes:unpack(self[AT], format))
end

-- u8 ... f64be are those of the bytes object, whatever it has.
for name in pairs(core.methods) do
  local bits <const> = name:match "^[uif](%d+)[lb]?e?$"
  if bits then
    methods[name] = function(self, ...)
      local bytes <const> = bytes_of(self, name)
      return advance(self, bits // 8, bytes[name](bytes, self[AT], ...))
    end
  end
end

-- The type ----------------------------------------------------------------

local function names()
  local list <const> = {}
  for name in pairs(methods) do
    list[#list + 1] = name
  end
  table.sort(list)
  return list
end

-- What Lua's files have and a cursor has no use for.
local elsewhere <const> = {
  close = "a cursor holds nothing open: close the bytes object",
  flush = "what a cursor writes is in the bytes object at once: flush that",
  setvbuf = "a cursor has no buffer",
}

function meta.__index(_, name)
  local method <const> = methods[name]
  if method then
    return method
  elseif elsewhere[name] then
    core.raise("argument", ("a cursor has no method '%s': %s"):format(name, elsewhere[name]))
  end
  core.raise("argument", core.unknown("field", tostring(name), names()))
end

function meta.__newindex(_, name)
  core.raise("argument", ("a cursor has no field '%s' that could be set"):format(tostring(name)))
end

function meta:__tostring()
  return ("cursor (%s) at 0x%x"):format(self[BYTES].path or "buffer", self[AT])
end

local cursor <const> = {}

--- A cursor on `b`, at `off` or at its beginning, in the byte order that `b` has now. It keeps `b` alive.
--- Raises `range` past the end, `argument`, `closed`, `stale`.
---@param b suture.bytes
---@param ... integer  off
---@return suture.cursor
function cursor.cursor(b, ...)
  most(select("#", ...), 1, "cursor")
  local at <const> = select("#", ...) == 0 and 0 or offset.inside(b, (...), "cursor", 1)
  -- A view of its own is stale after a change of size, which `b` itself may follow.
  return setmetatable({ [OBJECT] = b, [BYTES] = b:view(0), [AT] = at }, meta)
end

return cursor
