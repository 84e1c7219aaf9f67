--- The argument of `b:hunk`, checked and brought into one form. Nothing here
--- looks at a target, so that a recipe's edits are checked when it is loaded.

local core <const> = require "suture.core"

local edit = {}

--- One way to find a hunk: a place, or a signature.
---@class suture.alternative
---@field at integer?              the place, counted from `base`
---@field find suture.pattern?     the signature as it stands before the patch
---@field patched suture.pattern?  the same with `new` laid over it
---@field skip integer             from the start of a match to the bytes that change
---@field old suture.pattern
---@field new suture.pattern
---@field base integer
---@field within integer[]?        offset and length of the range that a match lies in
---@field count integer?
---@field nth integer?
---@field note string?

---@class suture.edit
---@field alternatives suture.alternative[]
---@field optional boolean
---@field note string?

--- The keys of the argument of `b:hunk`.
edit.keys = { "any", "at", "base", "count", "find", "new", "note", "nth", "old", "optional", "skip", "within" }

local find_only <const> = { "skip", "within", "count", "nth" }
local whole_only <const> = { any = true, optional = true }

local function fail(format, ...)
  core.raise("argument", "hunk: " .. format:format(...))
end

local function check_keys(given)
  local known <const> = {}
  for _, key in ipairs(edit.keys) do
    known[key] = true
  end
  for key in pairs(given) do
    if not known[key] then
      fail("%s", core.unknown("key", tostring(key), edit.keys))
    end
  end
end

local function integer(given, key, least, default)
  local value <const> = given[key]
  if value == nil then
    return default
  end
  local number <const> = type(value) == "number" and math.tointeger(value)
  if not number then
    fail("%s must be an integer, not %s", key, type(value) == "number" and tostring(value) or type(value))
  elseif number < least then
    fail("%s must be at least %d, not %d", key, least, number)
  end
  return number
end

local function bytes(given, key)
  local value <const> = given[key]
  if value == nil then
    fail("%s is missing", key)
  elseif type(value) == "string" then
    if value == "" then
      fail("%s is empty", key)
    end
    return core.literal(value)
  end
  local ok, pattern = false, nil
  if type(value) == "userdata" then
    ok, pattern = pcall(core.pattern, value)
  end
  if not ok then
    fail("%s must be a string or a pattern, not a %s", key, type(value))
  end
  return pattern
end

local function range(given)
  local within <const> = given.within
  if within == nil then
    return nil
  end
  if type(within) ~= "table" or #within ~= 2 then
    fail("within must be { offset, length }")
  end
  local pair <const> = { offset = within[1], length = within[2] }
  return { integer(pair, "offset", 0), integer(pair, "length", 0) }
end

-- Offsets from `base` on are sums.
local function check_sum(base, offset, length, key)
  if offset > math.maxinteger - length or base > math.maxinteger - length - offset then
    fail("base and %s are too far together", key)
  end
end

local function typed(given, key, kind)
  local value <const> = given[key]
  if value ~= nil and type(value) ~= kind then
    fail("%s must be a %s, not a %s", key, kind, type(value))
  end
  return value
end

local function sides(given)
  local old <const>, new <const> = bytes(given, "old"), bytes(given, "new")
  if #old ~= #new then
    fail("old has %d byte%s and new has %d", #old, #old == 1 and "" or "s", #new)
  end
  return old, new
end

local function by_place(given)
  for _, key in ipairs(find_only) do
    if given[key] ~= nil then
      fail("%s goes with find, not with at", key)
    end
  end
  local old <const>, new <const> = sides(given)
  local at <const>, base <const> = integer(given, "at", 0), integer(given, "base", 0, 0)
  check_sum(base, at, 0, "at")
  return {
    at = at, base = base, skip = 0,
    old = old, new = new, note = typed(given, "note", "string"),
  }
end

local function by_signature(given)
  local old <const>, new <const> = sides(given)
  local find <const>, skip <const> = bytes(given, "find"), integer(given, "skip", 0, 0)
  local base <const>, within <const> = integer(given, "base", 0, 0), range(given)
  if within then
    check_sum(base, within[1], within[2], "within")
  end
  return {
    find = find, patched = find:overlay(skip, new), skip = skip,
    old = old, new = new, note = typed(given, "note", "string"),
    base = base, within = within,
    count = integer(given, "count", 1), nth = integer(given, "nth", 1),
  }
end

local function one_way(given)
  local ways <const> = (given.at ~= nil and 1 or 0) + (given.find ~= nil and 1 or 0) + (given.any ~= nil and 1 or 0)
  if ways ~= 1 then
    fail("exactly one of at, find and any is needed, %s", ways == 0 and "none is there" or "more are there")
  end
end

local function alternative(given)
  return given.at ~= nil and by_place(given) or by_signature(given)
end

-- What an alternative leaves out is taken from the hunk around it.
local function inherit(inner, outer)
  local merged <const> = {}
  for key, value in pairs(outer) do
    merged[key] = not whole_only[key] and value or nil
  end
  if inner.at ~= nil then
    for _, key in ipairs(find_only) do
      merged[key] = nil
    end
  end
  for key, value in pairs(inner) do
    merged[key] = value
  end
  return merged
end

local function check_alternative(inner, index)
  if type(inner) ~= "table" then
    fail("any[%d] must be a table, not a %s", index, type(inner))
  end
  check_keys(inner)
  for key in pairs(whole_only) do
    if inner[key] ~= nil then
      fail("any[%d] cannot have %s", index, key)
    end
  end
  one_way(inner)
end

local function alternatives(given)
  if type(given.any) ~= "table" or #given.any == 0 then
    fail("any must be a list of alternatives")
  end
  local list <const> = {}
  for index, inner in ipairs(given.any) do
    check_alternative(inner, index)
    list[index] = alternative(inherit(inner, given))
  end
  return list
end

--- Checks the argument of `b:hunk` and returns its form. Raises `argument`
--- for unknown keys (with a suggestion), wrong types, sides of different
--- length, and unless exactly one of `at`, `find` and `any` is there.
---@param given table
---@return suture.edit
function edit.read(given)
  if type(given) ~= "table" then
    fail("a table is needed, not a %s", type(given))
  end
  check_keys(given)
  one_way(given)
  return {
    optional = typed(given, "optional", "boolean") or false,
    note = typed(given, "note", "string"),
    alternatives = given.any ~= nil and alternatives(given) or { alternative(given) },
  }
end

return edit
