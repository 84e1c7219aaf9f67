--- A recipe's parameters: the declarations are checked when the recipe is
--- loaded, the values that the user gives when it runs.

local core <const> = require "suture.core"

local parameters = {}

local keys <const> = { "default", "help", "max", "min", "pattern", "required", "type", "values" }
local key_set <const> = {}
for _, key in ipairs(keys) do
  key_set[key] = true
end

local booleans <const> = {
  ["true"] = true, yes = true, on = true, ["1"] = true,
  ["false"] = false, no = false, off = false, ["0"] = false,
}

local function fail(format, ...)
  core.raise("argument", format:format(...))
end

local function described(value)
  return type(value) == "string" and ("'%s'"):format(value) or tostring(value)
end

local function tip(value, known)
  local near <const> = type(value) == "string" and core.suggest(value, known)
  return near and ("; did you mean '%s'?"):format(near) or ""
end

-- Each type turns what is given, text or a Lua value, into a value; nil, what is wanted and a suggestion where it
-- cannot.
local types <const> = {}

function types.boolean(value)
  local result = value
  if type(value) == "string" then
    result = booleans[value]
  end
  if type(result) ~= "boolean" then
    return nil, "a boolean (true or false)", tip(value, { "true", "false", "yes", "no", "on", "off" })
  end
  return result
end

function types.integer(value, declared)
  local text <const> = type(value) == "string" and value:match("^[+-]?%d+$") or nil
  local hex <const> = type(value) == "string" and value:match("^[+-]?0[xX]%x+$") or nil
  local number <const> = type(value) == "number" and math.tointeger(value)
    or (text or hex) and math.tointeger(tonumber(text or hex))
  if not number then
    return nil, "an integer"
  elseif declared.min and number < declared.min then
    return nil, ("at least %d"):format(declared.min)
  elseif declared.max and number > declared.max then
    return nil, ("at most %d"):format(declared.max)
  end
  return number
end

function types.string(value, declared)
  if type(value) ~= "string" then
    return nil, "a string"
  elseif declared.pattern and not value:find(declared.pattern) then
    return nil, ("a string that matches '%s'"):format(declared.pattern)
  end
  return value
end

function types.enum(value, declared)
  for _, allowed in ipairs(declared.values) do
    if value == allowed then
      return value
    end
  end
  return nil, "one of " .. table.concat(declared.values, ", "), tip(value, declared.values)
end

function types.bytes(value)
  if type(value) ~= "string" then
    return nil, "bytes"
  end
  return value
end

-- Opened by whoever runs the recipe: a path is no file yet.
function types.file(value)
  if type(value) ~= "userdata" then
    return nil, "a file"
  end
  return value
end

local function type_names()
  local names <const> = {}
  for name in pairs(types) do
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

local function from_text(name, declared, text)
  if declared.type == "bytes" then
    local ok, bytes = pcall(core.hex, text)
    if not ok then
      fail("parameter '%s' must be bytes in hex, not '%s'", name, text)
    end
    return bytes
  end
  return text
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
---@param declarations table<string, table>
function parameters.check(declarations)
  if type(declarations) ~= "table" then
    fail("params must be a table, not a %s", type(declarations))
  end
  for name, declared in pairs(declarations) do
    check_one(name, declared)
  end
end

local function names_of(declarations)
  local names <const> = {}
  for name in pairs(declarations) do
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

local function value_of(name, declared, given)
  local value = given[name]
  if value == nil then
    if declared.required then
      fail("parameter '%s' is required", name)
    end
    return declared.default
  end
  local result <const>, wanted <const>, near <const> = types[declared.type](value, declared)
  if result == nil then
    fail("parameter '%s' must be %s, not %s%s", name, wanted, described(value), near or "")
  end
  return result
end

-- A misspelt name in a recipe must not read as "absent".
local function guarded(values, declarations)
  return setmetatable(values, {
    __index = function(_, name)
      if declarations[name] == nil then
        core.raise("argument", core.unknown("parameter", tostring(name), names_of(declarations)))
      end
    end,
  })
end

--- Takes the texts of a command line, `{ seconds = "90" }`, as the values that
--- their types spell; bytes are spelled in hex. Raises `argument`.
---@param declarations table<string, table>
---@param texts table<string, string>
---@param values table<string, any>?  of parameters that have no text
---@return table<string, any>
function parameters.parse(declarations, texts, values)
  local given <const> = {}
  for name, value in pairs(values or {}) do
    given[name] = value
  end
  for name, text in pairs(texts) do
    given[name] = declarations[name] and from_text(name, declarations[name], text) or text
  end
  return parameters.resolve(declarations, given)
end

--- The paths among what is given: of parameters that are files.
---@param declarations table<string, table>?
---@param given table<string, any>
---@return table<string, string>
function parameters.files(declarations, given)
  local paths <const> = {}
  for name, declared in pairs(declarations or {}) do
    if declared.type == "file" and type(given[name]) == "string" then
      paths[name] = given[name]
    end
  end
  return paths
end

--- The values that a recipe gets: what is given, checked, and defaults. An
--- unknown name raises with a suggestion, both here and when the recipe reads
--- it. Raises `argument`.
---@param declarations table<string, table>
---@param given table<string, any>
---@return table<string, any>
function parameters.resolve(declarations, given)
  for name in pairs(given) do
    if declarations[name] == nil then
      fail("%s", core.unknown("parameter", tostring(name), names_of(declarations)))
    end
  end
  local values <const> = {}
  for name, declared in pairs(declarations) do
    values[name] = value_of(name, declared, given)
  end
  return guarded(values, declarations)
end

return parameters
