--- What a recipe's table may say. Every key at every level is known or is an
--- error with a suggestion; what is wrong raises `argument` (the recipe cannot
--- be loaded) or `unsupported` (this version cannot do it).

local core <const> = require "suture.core"
local declarations <const> = require "suture.recipe.declarations"
local entries <const> = require "suture.recipe.entries"
local naming <const> = require "suture.recipe.naming"
local release <const> = require "suture.recipe.release"
local shape <const> = require "suture.recipe.example"

local schema = {}

-- Each one takes descriptors of the worker, which has few.
local most_targets <const> = 16

local function fail(format, ...)
  core.raise("argument", format:format(...))
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

local function name(value, place)
  text(value, place)
  if not naming.is_name(value) then
    fail("%s must be words joined by '/', not '%s'", place, value)
  end
end

local function names(value, place)
  each(value, place, name)
end

local function requires(value, place)
  check_table(value, place, { suture = release.check_need })
end

local function size(value, place)
  if math.type(value) ~= "integer" or value < 0 then
    fail("%s must be a size in bytes", place)
  end
end

local function digest(value, place)
  text(value, place)
  if #value ~= 64 or value:find("%X") then
    fail("%s must be the 64 hex digits of a SHA-256, not '%s'", place, value)
  end
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
  if #value > most_targets then
    fail("%s: a recipe has at most %d, not %d", place, most_targets, #value)
  end
  local seen <const> = {}
  for index, item in ipairs(value) do
    if #value > 1 and item.name == nil then
      fail("%s[%d] needs a name: there are several", place, index)
    elseif item.name and seen[item.name] then
      fail("%s[%d]: the name '%s' is there twice", place, index, item.name)
    end
    seen[item.name or false] = true
  end
end

local function example(value, place)
  check_table(value, place, shape.checks)
  shape.check_whole(value, place)
end

local function examples(value, place)
  each(value, place, example)
end

local function edits(value, place)
  each(value, place, entries.check)
end

local checks <const> = {
  name = name, summary = text, description = text, version = release.check_version, license = text,
  authors = texts, categories = texts, requires = requires, depends = names, conflicts = names,
  params = declarations.check, targets = targets, edits = edits, apply = callable, verify = callable,
  examples = examples,
}

-- The target that an edit is about.
local function target_of(entry, place, list)
  local known <const> = {}
  for index, item in ipairs(list) do
    if item.name == entry.target and (entry.target or #list == 1) then
      return item
    end
    known[index] = item.name
  end
  if entry.target then
    fail("%s: %s", place, core.unknown("target", entry.target, known))
  elseif #list > 1 then
    fail("%s needs a target: one of %s", place, table.concat(known, ", "))
  end
  return list[1] or {}
end

local function check_label(entry, place, versions_of_target)
  local labels <const> = {}
  for index, version in ipairs(versions_of_target or {}) do
    if version.label == entry.label then
      return
    end
    labels[index] = version.label
  end
  fail("%s: %s", place, core.unknown("label", entry.label, labels))
end

local function check_references(recipe)
  for index, entry in ipairs(recipe.edits or {}) do
    local place <const> = ("edits[%d]"):format(index)
    local about <const> = target_of(entry, place, recipe.targets or {})
    if entry.label ~= nil then
      check_label(entry, place, about.versions)
    end
  end
  entries.check_overlaps(recipe.edits or {}, ((recipe.targets or {})[1] or {}).name)
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
