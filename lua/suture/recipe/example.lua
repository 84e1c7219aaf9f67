--- Examples of a recipe: their shape, how their functions become bytes (in the worker), and what the parent takes of
--- that. An example is
---
---   input     bytes, or a function that returns them; a table by name for several targets
---   params    values of the recipe's parameters. That of a file is the name of one in the recipe's own folder
---   output    the bytes that must come out, likewise; or
---   changes   { { off, bytes }, ... }: where the output differs from the input
---   verdict   before the run, "applicable" if absent

local core <const> = require "suture.core"
local parcel <const> = require "suture.recipe.parcel"

local example = {}

local function fail(format, ...)
  core.raise("argument", format:format(...))
end

local verdicts <const> = { "applicable", "applied", "foreign", "partial" }
local known_verdicts <const> = { applicable = true, applied = true, foreign = true, partial = true }

-- Shape -----------------------------------------------------------------------------------------------------------

local function check_bytes(value, place)
  if type(value) ~= "string" and type(value) ~= "function" then
    fail("%s must be a string of bytes or a function that returns one, not a %s", place, type(value))
  end
end

local function check_changes(list, place)
  for index, entry in ipairs(list) do
    local good <const> = type(entry) == "table" and math.type(entry[1]) == "integer" and entry[1] >= 0
      and type(entry[2]) == "string" and #entry == 2
    if not good then
      fail("%s[%d] must be { offset, bytes }", place, index)
    end
  end
end

-- What is one value for one target, and a table by name for several.
local function each_target(value, place, check)
  if type(value) ~= "table" then
    return check(value, place)
  end
  for name, inner in pairs(value) do
    if type(name) ~= "string" then
      fail("%s must be a table by the names of targets", place)
    end
    check(inner, ("%s.%s"):format(place, name))
  end
end

local function check_all_changes(value, place)
  if type(value) ~= "table" then
    fail("%s must be a table, not a %s", place, type(value))
  elseif #value > 0 or next(value) == nil then
    return check_changes(value, place)
  end
  each_target(value, place, function(list, where)
    if type(list) ~= "table" then
      fail("%s must be a list of { offset, bytes }, not a %s", where, type(list))
    end
    check_changes(list, where)
  end)
end

local function check_verdict(value, place)
  if type(value) ~= "string" then
    fail("%s must be a string, not a %s", place, type(value))
  elseif not known_verdicts[value] then
    fail("%s: %s", place, core.unknown("verdict", value, verdicts))
  end
end

local function check_params(value, place)
  if type(value) ~= "table" then
    fail("%s must be a table, not a %s", place, type(value))
  end
  for name in pairs(value) do
    if type(name) ~= "string" then
      fail("%s must be a table by the names of parameters", place)
    end
  end
end

--- The check of each key, called with its value and what it is called in messages. They raise `argument`.
example.checks = {
  input = function(value, place) each_target(value, place, check_bytes) end,
  output = function(value, place) each_target(value, place, check_bytes) end,
  changes = check_all_changes, params = check_params, verdict = check_verdict,
}

--- Checks what is about more than one key. Raises `argument`.
---@param value table
---@param place string
function example.check_whole(value, place)
  local verdict <const> = value.verdict or "applicable"
  local expects <const> = value.output ~= nil or value.changes ~= nil
  if value.input == nil then
    fail("%s needs an input", place)
  elseif value.output ~= nil and value.changes ~= nil then
    fail("%s has an output and changes: one of them is enough", place)
  elseif not expects and (verdict == "applicable" or verdict == "partial") then
    fail("%s needs an output or changes", place)
  end
end

-- In the worker ---------------------------------------------------------------------------------------------------

local function bytes_of(value, place)
  if type(value) ~= "function" then
    return value
  end
  local result <const> = value()
  if type(result) ~= "string" then
    fail("%s must return a string, not a %s", place, type(result))
  end
  return result
end

local ONLY <const> = "" -- the name of a target that needs none

local function by_name(value, place, convert)
  local result <const> = {}
  if type(value) ~= "table" or #value > 0 or next(value) == nil then
    result[ONLY] = convert(value, place)
    return result
  end
  for name, inner in pairs(value) do
    result[name] = convert(inner, ("%s.%s"):format(place, name))
  end
  return result
end

local function same(value)
  return value
end

local function collect(given, place, declared)
  local made <const> = { verdict = given.verdict or "applicable", params = given.params or {}, files = {} }
  made.inputs = by_name(given.input, place .. ".input", bytes_of)
  made.outputs = given.output ~= nil and by_name(given.output, place .. ".output", bytes_of) or nil
  made.changes = given.changes and by_name(given.changes, place .. ".changes", same) or nil
  for name in pairs(made.params) do
    made.files[name] = declared[name] ~= nil and declared[name].type == "file" or nil
  end
  return made
end

-- Whether the recipe claims to know the files that it is for.
local function recognises(recipe)
  for _, target in ipairs(recipe.targets or {}) do
    if target.match or target.only then
      return true
    end
  end
  return #(recipe.edits or {}) > 0
end

--- The examples of a recipe as bytes; this calls their functions. Raises `argument`, and what the functions raise.
---@param recipe table
---@return string
function example.encode(recipe)
  local list <const> = {}
  for index, given in ipairs(recipe.examples or {}) do
    list[index] = collect(given, ("examples[%d]"):format(index), recipe.params or {})
  end
  local names <const> = {}
  for index, target in ipairs(recipe.targets or {}) do
    names[index] = target.name or ONLY
  end
  return parcel.pack { recognises = recognises(recipe), targets = names, examples = list }
end

-- In the parent ---------------------------------------------------------------------------------------------------

local function is_map(value, kind)
  if type(value) ~= "table" then
    return false
  end
  for name, inner in pairs(value) do
    if type(name) ~= "string" or type(inner) ~= kind then
      return false
    end
  end
  return true
end

local function demand_changes(changes)
  assert(is_map(changes, "table"))
  for name, list in pairs(changes) do
    check_changes(list, name)
  end
end

local function demand(made)
  assert(known_verdicts[made.verdict] and type(made.params) == "table" and is_map(made.files, "boolean"))
  assert(is_map(made.inputs, "string") and next(made.inputs) ~= nil)
  assert(made.outputs == nil or is_map(made.outputs, "string"))
  if made.changes ~= nil then
    demand_changes(made.changes)
  end
end

--- One example, its functions called.
---@class suture.example
---@field verdict "applicable"|"applied"|"partial"|"foreign"
---@field params table<string, any>
---@field files table<string, boolean>   those of the parameters that are files
---@field inputs table<string, string>   by the names of targets; "" for the only one
---@field outputs table<string, string>?
---@field changes table<string, {[1]: integer, [2]: string}[]>?

--- Reads those bytes. Raises for what are none.
---@param text string
---@return { recognises: boolean, targets: string[], examples: suture.example[] }
function example.decode(text)
  local value <const> = parcel.unpack(text)
  assert(type(value) == "table" and type(value.recognises) == "boolean" and type(value.targets) == "table")
  assert(type(value.examples) == "table")
  for _, name in ipairs(value.targets) do
    assert(type(name) == "string")
  end
  for _, made in ipairs(value.examples) do
    demand(made)
  end
  return value
end

return example
