--- Structures: a header is declared once, as one table of fields, and bound to
--- bytes wherever it lies. Its fields are then read and written by name.
---
---     local Header <const> = struct.layout {
---       name = "ELF header",
---       order = function(b, off) return orders[b:u8(off + 5)] end,
---       class = function(b, off) return classes[b:u8(off + 4)] end,
---       { "magic", "bytes", 4 }, { reserved = 12 }, { "type", "u16" }, { "machine", "u16" },
---       { "version", "u32" }, { "entry", "word" },
---     }
---     local header <const> = Header:at(b, 0)
---     header.entry = header.entry + 4

local core <const> = require "suture.core"
local listing <const> = require "suture.struct.listing"
local offset <const> = require "suture.offset"
local plan <const> = require "suture.struct.plan"

local struct = {}

---@class suture.struct.state
---@field layout suture.declaration
---@field plan suture.plan
---@field b suture.bytes
---@field off integer
---@field order "le"|"be"|nil
---@field class integer?

--- What a bound structure is, by the structure itself: its fields are those of the file and nothing else.
---@type table<table, suture.struct.state>
local states <const> = setmetatable({}, { __mode = "k" })

local function field_of(state, name)
  local field <const> = state.plan.fields[name]
  if not field then
    core.raise("argument", core.unknown("field of " .. state.layout.name, tostring(name), state.plan.names))
  end
  return field
end

-- What a number in the byte order of the structure is read and written with.
local function accessor(field, order)
  return field.follows_order and order and field.kind .. order or field.kind
end

local function numbers(b, off, field, name)
  return listing.new(field.count, function(index)
    return b[name](b, off + (index - 1) * field.width)
  end, function(index, value)
    b[name](b, off + (index - 1) * field.width, value)
  end)
end

local function read(state, field)
  local b <const>, off <const> = state.b, state.off + field.offset
  if field.kind == "bytes" or field.kind == "text" then
    local text <const> = b:read(off, field.size)
    return field.kind == "text" and text:match "^%Z*" or text
  end
  local name <const> = accessor(field, state.order)
  if field.count then
    return numbers(b, off, field, name)
  end
  return b[name](b, off)
end

local function check_text(field, value)
  local is_short <const> = field.kind == "text" and #tostring(value) < field.size
  if type(value) ~= "string" or not is_short and #value ~= field.size then
    local size <const> = type(value) == "string" and ("%d bytes"):format(#value) or type(value)
    core.raise("argument", ("field '%s' takes a string of %s%d bytes, not %s"):format(
      field.name, field.kind == "text" and "up to " or "", field.size, size))
  end
end

local function write(state, field, value)
  local b <const>, off <const> = state.b, state.off + field.offset
  if field.kind == "bytes" or field.kind == "text" then
    check_text(field, value)
    b:write(off, value .. ("\0"):rep(field.size - #value))
  elseif field.count then
    core.raise("argument", ("field '%s' is a list: set its items"):format(field.name))
  else
    b[accessor(field, state.order)](b, off, value)
  end
end

local Bound <const> = {}

function Bound.__index(self, name)
  local state <const> = states[self]
  return read(state, field_of(state, name))
end

function Bound.__newindex(self, name, value)
  local state <const> = states[self]
  write(state, field_of(state, name), value)
end

function Bound.__len(self)
  return states[self].plan.size
end

function Bound.__pairs(self)
  local state <const>, index = states[self], 0
  return function()
    index = index + 1
    local name <const> = state.plan.names[index]
    if name then
      return name, read(state, field_of(state, name))
    end
  end
end

function Bound.__tostring(self)
  local state <const> = states[self]
  return ("%s at 0x%x"):format(state.layout.name, state.off)
end

local function bind(layout, shape, b, off, order, class)
  local self <const> = setmetatable({}, Bound)
  states[self] = { layout = layout, plan = shape, b = b, off = off, order = order, class = class }
  return self
end

--- What was declared, by the layout that scripts hold.
---@type table<table, table>
local declarations <const> = setmetatable({}, { __mode = "k" })

--- A declared structure.
---@class suture.layout
local methods <const> = {}

local orders <const> = { le = true, be = true }
local classes <const> = { [32] = true, [64] = true }

-- A property from what the caller gives, or else as it is declared. What the file tells must be one that there is.
local function property(layout, what, known, b, off, given)
  local value <const> = given or layout[what]
  if type(value) ~= "function" then
    return value
  end
  local told <const> = value(b, off)
  if not known[told] then
    offset.raise(b, "format", off, ("%s of no known %s"):format(layout.name, what == "order" and "byte order" or what))
  end
  return told
end

local function nature(layout, b, off, like)
  local given <const> = states[like] or like or {}
  return property(layout, "order", orders, b, off, given.order), property(layout, "class", classes, b, off, given.class)
end

local function shape_of(layout, class)
  local shape <const> = layout.plans[class or 0] or plan.make(layout, class)
  layout.plans[class or 0] = shape
  return shape
end

local function declaration_of(layout, method)
  local declaration <const> = declarations[layout]
  if not declaration then
    core.raise("argument", ("bad self of '%s' (a layout expected, got %s)"):format(method, type(layout)))
  end
  return declaration
end

--- Binds the structure to bytes. Raises `range` unless the whole of it lies inside, and `format` where its order or
--- class is told by the file and is none that there is.
---@param b suture.bytes
---@param off integer
---@param like table?  a bound structure whose byte order and class this one shares, or { order =, class = }
---@return table header  fields by name; `#header` is its size in bytes, `pairs(header)` goes through its fields
function methods:at(b, off, like)
  local layout <const> = declaration_of(self, "at")
  off = offset.inside(b, off, "at", 2)
  local order <const>, class <const> = nature(layout, b, off, like)
  local shape <const> = shape_of(layout, class)
  offset.length(b, off, shape.size, "at", 2)
  return bind(layout, shape, b, off, order, class)
end

-- An entry may be longer than what is known of it; the file may end with what is known of the last.
local function check_table(layout, b, off, count, stride, size)
  if stride < size then
    offset.raise(b, "format", off, ("entries of %d bytes are too small: %s takes %d"):format(
      stride, layout.name, size))
  elseif count ~= 0 and (count < 0 or size > #b - off or count - 1 > (#b - off - size) // stride) then
    offset.raise(b, "range", off, ("read of 0x%x entries of %d bytes passes the end (size 0x%x)"):format(
      count, stride, #b))
  end
end

--- Binds a table of such structures, one after the other. Raises `range` unless all of them lie inside, `format` where
--- the stride is too small, and as `at`. Nothing is read before an entry is asked for.
---@param b suture.bytes
---@param off integer
---@param count integer
---@param like table?      as for `at`
---@param stride integer?  bytes from one to the next; the size of the structure if absent
---@return table list  of bound structures, from 1
function methods:list(b, off, count, like, stride)
  local layout <const> = declaration_of(self, "list")
  off = offset.inside(b, off, "list", 2)
  count = offset.integer(count, "list", 3, "count")
  local order <const>, class <const> = nature(layout, b, off, like)
  local shape <const> = shape_of(layout, class)
  stride = offset.integer(stride or shape.size, "list", 5, "stride")
  check_table(layout, b, off, count, stride, shape.size)
  return listing.new(count, function(index)
    return bind(layout, shape, b, off + (index - 1) * stride, order, class)
  end)
end

--- The bytes that the structure takes. Raises `argument` where that depends on the class and none is given.
---@param class integer?  32 or 64; if absent the declared one
---@return integer
function methods:size(class)
  local layout <const> = declaration_of(self, "size")
  local declared <const> = layout.class
  return shape_of(layout, class or type(declared) == "number" and declared or nil).size
end

local meta <const> = { __name = "suture.layout" }

local function method_names()
  local names <const> = {}
  for name in pairs(methods) do
    names[#names + 1] = name
  end
  return names
end

function meta.__index(_, name)
  local method <const> = methods[name]
  if not method then
    core.raise("argument", core.unknown("field", tostring(name), method_names()))
  end
  return method
end

function meta.__newindex(_, name)
  core.raise("argument", ("a layout is read-only: its field '%s' cannot be set"):format(tostring(name)))
end

--- Declares a structure. The table has its fields in order, and these keys:
---
---   name   for messages
---   order  "le" or "be", or a function of the bytes and the offset that tells it; absent: the order of the bytes
---   class  32 or 64, or such a function; needed by fields that depend on it
---
--- A field is { name, type } or { name, type, count }. Types are the accessors of bytes objects (u8, i16, f32 ...; with
--- le or be behind it the order is fixed), `word` (u32 or u64, by class), and `bytes` and `text` with their count of
--- bytes; text is read up to its first NUL, and filled up with NUL. Numbers with a count are a list, from 1. `at = N`
--- puts a field at that offset of the structure, `class = 32` keeps it to one class; { reserved = N } is a gap.
--- Raises `argument` for what is none of this.
---@param declaration table
---@return suture.layout
function struct.layout(declaration)
  local layout <const> = setmetatable({}, meta)
  declarations[layout] = plan.check(declaration)
  return layout
end

local function state_of(header, method)
  local state <const> = states[header]
  if not state then
    core.raise("argument", ("bad argument #1 to '%s' (bound structure expected, got %s)"):format(method, type(header)))
  end
  return state
end

--- Where a bound structure lies, or one field of it. Raises `argument` for an unknown field.
---@param header table
---@param name string?  of a field
---@return integer off  in the bytes that it is bound to
---@return integer len  bytes
function struct.offset(header, name)
  local state <const> = state_of(header, "offset")
  if name == nil then
    return state.off, state.plan.size
  end
  local field <const> = field_of(state, name)
  return state.off + field.offset, field.size
end

--- The byte order and the class of a bound structure; nil where it has none of its own. Raises `argument`.
---@param header table
---@return "le"|"be"|nil order
---@return integer? class
function struct.nature(header)
  local state <const> = state_of(header, "nature")
  return state.order, state.class
end

return struct
