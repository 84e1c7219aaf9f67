--- The declaration of a structure, checked, and laid out for one class: where
--- each field lies and what it is read with.

local core <const> = require "suture.core"

local plan = {}

---@class suture.plan
---@field fields table<string, suture.field>
---@field names string[]  in the order of the structure
---@field size integer    bytes

---@class suture.field
---@field name string
---@field kind string            an accessor's name, "bytes" or "text"
---@field follows_order boolean  whether the byte order of the structure is to be added to that name
---@field offset integer         from the structure's beginning
---@field size integer           bytes in all
---@field width integer          bytes of one number
---@field count integer?         numbers in a list

local words <const> = { [32] = "u32", [64] = "u64" }

local function type_names()
  local names <const> = { "bytes", "text", "word" }
  for name in pairs(core.methods) do
    if name:find "^[uif]%d+[lb]?e?$" then
      names[#names + 1] = name
    end
  end
  table.sort(names)
  return names
end

local kinds <const> = {}
for _, name in ipairs(type_names()) do
  kinds[name] = true
end

local function fail(format, ...)
  core.raise("argument", format:format(...))
end

local function is_count(value)
  return math.type(value) == "integer" and value >= 1 and value <= 0x7fffffff
end

local function check_keys(entry, place)
  for key in pairs(entry) do
    if key ~= 1 and key ~= 2 and key ~= 3 and key ~= "at" and key ~= "class" and key ~= "reserved" then
      fail("%s: %s", place, core.unknown("key", tostring(key), { "at", "class", "reserved" }))
    end
  end
end

local function check_number(entry, key, place)
  if entry[key] ~= nil and not is_count(entry[key]) and not (key == "at" and entry.at == 0) then
    fail("%s: %s must be a positive integer", place, key == 3 and "the count" or key)
  end
end

local function check_type(entry, place)
  if type(entry[1]) ~= "string" then
    fail("%s needs a name", place)
  elseif not kinds[entry[2]] then
    fail("%s: %s", place, core.unknown("type", tostring(entry[2]), type_names()))
  elseif (entry[2] == "bytes" or entry[2] == "text") and not entry[3] then
    fail("%s: %s needs a count of bytes", place, entry[2])
  end
end

local function check_field(entry, place)
  if type(entry) ~= "table" then
    fail("%s must be a table, not a %s", place, type(entry))
  end
  check_keys(entry, place)
  check_number(entry, 3, place)
  check_number(entry, "at", place)
  check_number(entry, "reserved", place)
  if entry.class ~= nil and not words[entry.class] then
    fail("%s: class must be 32 or 64", place)
  elseif entry.reserved == nil then
    check_type(entry, place)
  elseif entry[1] ~= nil then
    fail("%s: a gap has no name", place)
  end
end

local function check_property(declaration, name, known, text)
  local value <const> = declaration[name]
  if value ~= nil and type(value) ~= "function" and not known[value] then
    fail("a layout's %s must be %s or a function", name, text)
  end
end

--- A declaration that has been checked.
---@class suture.declaration
---@field name string
---@field order "le"|"be"|function|nil
---@field class integer|function|nil
---@field declared table[]                   its fields
---@field plans table<integer, suture.plan>  by class, 0 for none

--- Checks a declaration and copies it. Raises `argument`.
---@param declaration table
---@return suture.declaration
function plan.check(declaration)
  if type(declaration) ~= "table" then
    fail("a layout must be a table, not a %s", type(declaration))
  end
  local fields <const> = {}
  for index, entry in ipairs(declaration) do
    check_field(entry, ("field %d"):format(index))
    fields[index] = entry
  end
  for key in pairs(declaration) do
    if key ~= "name" and key ~= "order" and key ~= "class" and not fields[key] then
      fail("%s", core.unknown("key", tostring(key), { "name", "order", "class" }))
    end
  end
  check_property(declaration, "order", { le = true, be = true }, "\"le\", \"be\"")
  check_property(declaration, "class", words, "32, 64")
  local name <const> = declaration.name or "structure"
  return { name = name, order = declaration.order, class = declaration.class, declared = fields, plans = {} }
end

-- A type by class, and whether that was needed to know it.
local function kind_of(entry, class)
  return entry[2] == "word" and words[class] or entry[2]
end

local function field_of(entry, class, off)
  local kind <const> = kind_of(entry, class)
  local width <const> = math.tointeger(tonumber(kind:match "%d+") or 8) // 8
  local is_number <const> = kind ~= "bytes" and kind ~= "text"
  return {
    name = entry[1], kind = kind, follows_order = is_number and width > 1 and not kind:find "e$",
    offset = off, size = width * (entry[3] or 1), width = width, count = is_number and entry[3] or nil,
  }
end

local function add(shape, field)
  if shape.fields[field.name] then
    fail("field '%s' is declared twice", field.name)
  end
  shape.fields[field.name] = field
  shape.names[#shape.names + 1] = field.name
end

local function place_of(entry, shape)
  local off <const> = entry.at or shape.size
  if off < shape.size then
    fail("field '%s' at 0x%x overlaps the one before it, which ends at 0x%x", tostring(entry[1]), off, shape.size)
  end
  return off
end

local function extend(shape, entry, class)
  local off <const> = place_of(entry, shape)
  if entry.reserved then
    shape.size = off + entry.reserved
    return
  end
  local field <const> = field_of(entry, class, off)
  add(shape, field)
  shape.size = off + field.size
end

--- Lays a structure out. Raises `argument` where a field is declared twice, overlaps another, or needs a class and
--- there is none.
---@param layout suture.declaration
---@param class integer?
---@return suture.plan
function plan.make(layout, class)
  local shape <const> = { fields = {}, names = {}, size = 0 }
  for _, entry in ipairs(layout.declared) do
    if not class and (entry.class or entry[2] == "word") then
      fail("%s needs a class, 32 or 64", layout.name)
    elseif not entry.class or entry.class == class then
      extend(shape, entry, class)
    end
  end
  return shape
end

return plan
