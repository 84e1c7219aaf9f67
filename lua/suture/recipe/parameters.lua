--- A recipe's parameters: the values that the user gives when it runs, as its declarations want them.

local core <const> = require "suture.core"
local types <const> = require "suture.recipe.types"

local parameters = {}

local function fail(format, ...)
  core.raise("argument", format:format(...))
end

local function described(value)
  return type(value) == "string" and ("'%s'"):format(value) or tostring(value)
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
