--- The entries of a recipe's `edits`: arguments of `b:hunk` with two keys more
--- (`target`, `label`) and a `new` that may be a function of the parameters.

local core <const> = require "suture.core"
local edit <const> = require "suture.hunk.edit"

local entries = {}

local own <const> = { target = true, label = true }

local function fail(format, ...)
  core.raise("argument", format:format(...))
end

local function keys()
  local list <const> = { table.unpack(edit.keys) }
  for key in pairs(own) do
    list[#list + 1] = key
  end
  table.sort(list)
  return list
end

-- The table with its `new` replaced by what `bytes_of` makes of it, the alternatives too.
local function with_new(given, bytes_of, around)
  local copy <const> = {}
  for key, value in pairs(given) do
    copy[key] = value
  end
  if type(copy.new) == "function" then
    copy.new = bytes_of(copy.new, copy.old or around and around.old)
  end
  if type(copy.any) == "table" then
    copy.any = {}
    for index, inner in ipairs(given.any) do
      copy.any[index] = type(inner) == "table" and with_new(inner, bytes_of, given) or inner
    end
  end
  return copy
end

local function as_hunk(entry, bytes_of)
  local copy <const> = with_new(entry, bytes_of)
  for key in pairs(own) do
    copy[key] = nil
  end
  return copy
end

local function check_keys(entry, place)
  local list <const>, known <const> = keys(), {}
  for _, key in ipairs(list) do
    known[key] = true
  end
  for key in pairs(entry) do
    if not known[key] then
      fail("%s: %s", place, core.unknown("key", tostring(key), list))
    end
  end
  for key in pairs(own) do
    if entry[key] ~= nil and type(entry[key]) ~= "string" then
      fail("%s.%s must be a string, not a %s", place, key, type(entry[key]))
    end
  end
end

-- What a function will give is not known yet: the old side stands in for it.
local function old_side(_, old)
  return old
end

--- Checks one entry as far as it can be without a target and parameters. Raises `argument`.
---@param entry any
---@param place string  what it is, for the message
function entries.check(entry, place)
  if type(entry) ~= "table" then
    fail("%s must be a table, not a %s", place, type(entry))
  end
  check_keys(entry, place)
  local ok <const>, err <const> = pcall(edit.read, as_hunk(entry, old_side))
  if not ok then
    local message <const> = core.is_error(err) and err.message or tostring(err)
    fail("%s: %s", place, (message:gsub("^hunk: ", "")))
  end
end

--- The arguments of `b:hunk` for those entries that are about a version of the
--- target, in order. Functions are called with the parameters; what they raise
--- passes through, and a result that does not fit raises `argument`.
---@param list table[]
---@param label string?  the version that the target is
---@param params table
---@return table[]
function entries.hunks(list, label, params)
  local hunks <const> = {}
  for _, entry in ipairs(list) do
    if entry.label == nil or entry.label == label then
      hunks[#hunks + 1] = as_hunk(entry, function(new)
        return new(params)
      end)
    end
  end
  return hunks
end

return entries
