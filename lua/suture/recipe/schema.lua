--- What a recipe's table may say. Every key at every level is known or is an
--- error with a suggestion; what is wrong raises `argument` (the recipe cannot
--- be loaded) or `unsupported` (this version cannot do it).

local core <const> = require "suture.core"
local entries <const> = require "suture.recipe.entries"
local parameters <const> = require "suture.recipe.parameters"
local release <const> = require "suture.recipe.release"
local suture <const> = require "suture"

local schema = {}

local function fail(format, ...)
  core.raise("argument", format:format(...))
end

local function unsupported(format, ...)
  core.raise("unsupported", format:format(...))
end

local function sorted(set)
  local list <const> = {}
  for name in pairs(set) do
    list[#list + 1] = name
  end
  table.sort(list)
  return list
end

-- `place` names the table in messages, "" at the top.
local function check_table(value, place, checks)
  if type(value) ~= "table" then
    fail("%s must be a table, not a %s", place == "" and "a recipe" or place, type(value))
  end
  local prefix <const> = place == "" and "" or place .. ": "
  for key in pairs(value) do
    if not checks[key] then
      fail("%s%s", prefix, core.unknown("key", tostring(key), sorted(checks)))
    end
  end
  for _, key in ipairs(sorted(checks)) do
    if value[key] ~= nil then
      checks[key](value[key], place == "" and key or place .. "." .. key, value)
    end
  end
end

local function typed(kind)
  return function(value, place)
    if type(value) ~= kind then
      fail("%s must be a %s, not a %s", place, kind, type(value))
    end
  end
end

local text <const>, callable <const>, switch <const> = typed "string", typed "function", typed "boolean"

local function each(value, place, check)
  if type(value) ~= "table" then
    fail("%s must be a list, not a %s", place, type(value))
  end
  for key in pairs(value) do
    if math.type(key) ~= "integer" or key < 1 or key > #value then
      fail("%s must be a list, and has the key '%s'", place, tostring(key))
    end
  end
  for index, item in ipairs(value) do
    check(item, ("%s[%d]"):format(place, index))
  end
end

local function texts(value, place)
  each(value, place, text)
end

local function must_be_empty(value, place)
  each(value, place, function()
    unsupported("%s is not supported by suture %s", place, suture.version)
  end)
end

local function name(value, place)
  text(value, place)
  if not value:find("^[%w_][%w_.+-]*$") and not value:find("^[%w_][%w_.+/-]*[%w_.+-]$") or value:find("%.%./") then
    fail("%s must be words joined by '/', not '%s'", place, value)
  end
end

local function requires(value, place)
  check_table(value, place, { suture = release.check_need })
end

local function size(value, place)
  if math.type(value) ~= "integer" or value < 0 then
    fail("%s must be a size in bytes", place)
  end
end

local function digest(_, place)
  unsupported("%s: digests are not supported by suture %s; give a size", place, suture.version)
end

local function known_version(value, place)
  check_table(value, place, { label = text, size = size, sha256 = digest })
  if value.label == nil or value.size == nil then
    fail("%s needs a label and a size", place)
  end
end

local function versions(value, place)
  each(value, place, known_version)
end

local function target(value, place)
  check_table(value, place, { name = name, match = callable, versions = versions, only = switch })
  if value.only and #(value.versions or {}) == 0 then
    fail("%s: only needs versions", place)
  end
end

local function targets(value, place)
  each(value, place, target)
  if #value > 1 then
    unsupported("%s: more than one target is not supported by suture %s", place, suture.version)
  end
end

local function example(value, place)
  local any <const> = function() end
  check_table(value, place, { input = any, params = any, output = any, changes = any, verdict = text })
end

local function examples(value, place)
  each(value, place, example)
end

local function edits(value, place)
  each(value, place, entries.check)
end

local checks <const> = {
  name = name, summary = text, description = text, version = release.check_version, license = text,
  authors = texts, categories = texts, requires = requires, depends = must_be_empty, conflicts = must_be_empty,
  params = parameters.check, targets = targets, edits = edits, apply = callable, verify = callable,
  examples = examples,
}

local function check_references(recipe)
  local only <const> = (recipe.targets or {})[1] or {}
  local labels <const>, known <const> = {}, {}
  for _, entry in ipairs(only.versions or {}) do
    labels[#labels + 1] = entry.label
    known[entry.label] = true
  end
  entries.check_overlaps(recipe.edits or {}, only.name)
  for index, entry in ipairs(recipe.edits or {}) do
    if entry.target ~= nil and entry.target ~= only.name then
      fail("edits[%d]: %s", index, core.unknown("target", entry.target, { only.name }))
    elseif entry.label ~= nil and not known[entry.label] then
      fail("edits[%d]: %s", index, core.unknown("label", entry.label, labels))
    end
  end
end

--- Checks a recipe's table. Returns it; raises `argument` or `unsupported`.
---@param recipe any
---@return table
function schema.check(recipe)
  check_table(recipe, "", checks)
  if recipe.apply == nil and #(recipe.edits or {}) == 0 then
    fail("the recipe changes nothing: it has neither edits nor apply")
  end
  check_references(recipe)
  return recipe
end

return schema
