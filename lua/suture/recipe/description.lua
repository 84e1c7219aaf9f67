--- What a recipe says about itself, without its functions: text on its way from
--- a worker to its parent, which believes none of it.

local dkjson <const> = require "dkjson"

local naming <const> = require "suture.recipe.naming"

local description = {}

local most_depth <const>, most_values <const> = 8, 20000
local most_bytes <const> = 1 << 20

local function too_much()
  error("the recipe says too much about itself", 0)
end

-- JSON has no bytes: what is not UTF-8 is replaced.
local function text(value)
  return utf8.len(value) and value or (value:gsub("[\x80-\xff]", "\u{fffd}"))
end

local plain

local function table_of(value, depth, counted)
  local result <const> = {}
  for key, inner in next, value do
    local kind <const> = type(key)
    if kind == "string" or math.type(key) == "integer" then
      result[kind == "string" and text(key) or key] = plain(inner, depth + 1, counted)
    end
  end
  return result
end

function plain(value, depth, counted)
  counted.values = counted.values + 1
  if counted.values > most_values or depth > most_depth then
    too_much()
  end
  local kind <const> = type(value)
  if kind == "table" then
    return table_of(value, depth, counted)
  elseif kind == "string" then
    return text(value)
  elseif kind == "number" or kind == "boolean" then
    return value
  end
end

local told <const> = {
  "name", "summary", "description", "version", "license", "authors", "categories", "requires", "depends", "conflicts",
  "params", "targets",
}

-- Bytes are spelt as `-p` takes them.
local function default_of(declared)
  local value <const> = declared.default
  if declared.type ~= "bytes" or type(value) ~= "string" then
    return nil
  end
  return (value:gsub(".", function(byte)
    return ("%02x"):format(byte:byte())
  end))
end

--- The JSON of those keys of a recipe that tell about it, and of the number of its examples. What is a function is
--- left out. Raises for what is too much.
---@param recipe table
---@return string
function description.encode(recipe)
  local result <const>, counted <const> = {}, { values = 0 }
  for _, key in ipairs(told) do
    result[key] = plain(recipe[key], 1, counted)
  end
  for name, declared in pairs(recipe.params or {}) do
    result.params[name].default = default_of(declared) or result.params[name].default
  end
  result.examples = #(recipe.examples or {})
  local json <const> = dkjson.encode(result)
  return #json <= most_bytes and json or too_much()
end

local function need(condition)
  if not condition then
    error("no description", 0)
  end
end

local function check_list(list, check)
  need(list == nil or type(list) == "table" and #list <= most_values)
  for _, item in ipairs(list or {}) do
    check(item)
  end
end

local function check_name(value)
  need(naming.is_name(value))
end

local function check_target(target)
  need(type(target) == "table" and (target.name == nil or naming.is_name(target.name)))
end

local function check_params(params)
  need(params == nil or type(params) == "table")
  for name, declared in pairs(params or {}) do
    need(type(name) == "string" and type(declared) == "table")
  end
end

--- Reads that text: what the parent goes by has its shape, the rest is for people. Raises for what is no description.
---@param json string
---@return table
function description.decode(json)
  local value <const> = dkjson.decode(json, 1, nil, nil)
  need(type(value) == "table")
  need(value.version == nil or type(value.version) == "string")
  check_list(value.depends, check_name)
  check_list(value.conflicts, check_name)
  check_list(value.targets, check_target)
  check_params(value.params)
  return value
end

return description
