--- What a recipe declares of its parameters, checked when it is loaded.

local core <const> = require "suture.core"
local types <const> = require "suture.recipe.types"

local declarations = {}

local keys <const> = { "default", "help", "max", "min", "pattern", "required", "type", "values" }
local key_set <const> = {}
for _, key in ipairs(keys) do
  key_set[key] = true
end

local function fail(format, ...)
  core.raise("argument", format:format(...))
end

local function described(value)
  return type(value) == "string" and ("'%s'"):format(value) or tostring(value)
end

local function type_names()
  local names <const> = {}
  for name in pairs(types) do
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

-- Only these types have these keys.
local owners <const> = { min = "integer", max = "integer", values = "enum", pattern = "string" }

local function check_limits(name, declared)
  for key, owner in pairs(owners) do
    if declared[key] ~= nil and declared.type ~= owner then
      fail("params.%s: %s goes with type %s, not with %s", name, key, owner, declared.type)
    end
  end
  for _, key in ipairs { "min", "max" } do
    if declared[key] ~= nil and math.type(declared[key]) ~= "integer" then
      fail("params.%s: %s must be an integer", name, key)
    end
  end
  if declared.min and declared.max and declared.min > declared.max then
    fail("params.%s: min is %d and max %d: no number is between", name, declared.min, declared.max)
  end
  local pattern <const> = declared.pattern
  if pattern ~= nil and not (type(pattern) == "string" and pcall(string.find, "", pattern)) then
    fail("params.%s: pattern is not a Lua pattern", name)
  end
end

local function check_values(name, declared)
  if declared.type ~= "enum" then
    return
  end
  if type(declared.values) ~= "table" or #declared.values == 0 then
    fail("params.%s: an enum needs values, a list of strings", name)
  end
  for index, value in ipairs(declared.values) do
    if type(value) ~= "string" then
      fail("params.%s: values[%d] must be a string, not a %s", name, index, type(value))
    end
  end
end

local function check_default(name, declared)
  if declared.default == nil then
    return
  elseif declared.required then
    fail("params.%s: a required parameter has no default", name)
  elseif declared.type == "file" then
    fail("params.%s: a file has no default: only who runs the recipe names files", name)
  end
  local value <const>, wanted <const> = types[declared.type](declared.default, declared)
  if value == nil then
    fail("params.%s: default must be %s, not %s", name, wanted, described(declared.default))
  elseif type(value) ~= type(declared.default) then
    fail("params.%s: default must be a %s, not a %s", name, type(value), type(declared.default))
  end
end

local function check_one(name, declared)
  if type(name) ~= "string" or not name:find("^[%a_][%w_]*$") then
    fail("params: '%s' is not a name", tostring(name))
  elseif type(declared) ~= "table" then
    fail("params.%s must be a table, not a %s", name, type(declared))
  end
  for key in pairs(declared) do
    if not key_set[key] then
      fail("params.%s: %s", name, core.unknown("key", tostring(key), keys))
    end
  end
  if type(declared.type) ~= "string" or not types[declared.type] then
    fail("params.%s: %s", name, declared.type == nil and "type is missing"
      or core.unknown("type", tostring(declared.type), type_names()))
  end
  if declared.required ~= nil and type(declared.required) ~= "boolean" then
    fail("params.%s: required must be a boolean", name)
  elseif declared.help ~= nil and type(declared.help) ~= "string" then
    fail("params.%s: help must be a string", name)
  end
  check_values(name, declared)
  check_limits(name, declared)
  check_default(name, declared)
end

--- Checks the `params` of a recipe. Each is `{ type =, default =, required =, help = }`, where type is boolean,
--- integer (with min and max), string (with a Lua pattern), enum (with values), bytes or file. Raises `argument`.
---@param given table<string, table>
function declarations.check(given)
  if type(given) ~= "table" then
    fail("params must be a table, not a %s", type(given))
  end
  for name, declared in pairs(given) do
    check_one(name, declared)
  end
end

return declarations
