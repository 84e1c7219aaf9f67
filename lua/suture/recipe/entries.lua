--- The entries of a recipe's `edits`: arguments of `b:hunk` with two keys more
--- (`target`, `label`) and a `new` that may be a function of the parameters.

local core <const> = require "suture.core"
local edit <const> = require "suture.hunk.edit"
local overlap <const> = require "suture.hunk.overlap"

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

-- The table with its `new` replaced by what `bytes_of` makes of it, the alternatives too; these have none of their own.
local function with_new(given, bytes_of, around)
  local copy <const> = {}
  for key, value in pairs(given) do
    copy[key] = value
  end
  if type(copy.new) == "function" then
    copy.new = bytes_of(copy.new, copy.old or around and around.old)
  end
  if type(copy.any) == "table" and not around then
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

local function bare(err)
  return ((core.is_error(err) and err.message or tostring(err)):gsub("^hunk: ", ""))
end

-- The entry's form; what is wrong with it names the place.
local function form_of(entry, place, bytes_of)
  local given <const> = as_hunk(entry, bytes_of)
  local ok <const>, form <const> = pcall(edit.read, given)
  if not ok then
    fail("%s: %s", place, bare(form))
  end
  return form
end

--- Checks one entry as far as it can be without a target and parameters. Raises `argument`.
---@param entry any
---@param place string  what it is, for the message
function entries.check(entry, place)
  if type(entry) ~= "table" then
    fail("%s must be a table, not a %s", place, type(entry))
  end
  check_keys(entry, place)
  form_of(entry, place, old_side)
end

--- How an entry is named in messages.
---@param index integer
---@param note string?
---@return string
function entries.name(index, note)
  return note and ("edits[%d] (%s)"):format(index, note) or ("edits[%d]"):format(index)
end

-- Those at literal places, by target; `any` and signatures tell their place only when they run.
local function literal_ranges(list, default)
  local by_target <const> = {}
  for index, entry in ipairs(list) do
    if entry.at ~= nil then
      local target <const> = entry.target or default or ""
      local ranges <const> = by_target[target] or {}
      ranges[#ranges + 1] = {
        offset = math.tointeger(entry.at) + math.tointeger(entry.base or 0), length = #entry.old,
        label = entry.label, name = entries.name(index, entry.note),
      }
      by_target[target] = ranges
    end
  end
  return by_target
end

-- Entries about different versions never meet.
local function of_one_version(one, other)
  return one.label == nil or other.label == nil or one.label == other.label
end

--- Demands that no two entries at literal places change the same byte. Raises `argument`. Each of them was checked.
---@param list table[]
---@param default string?  the target that is meant where an entry names none
function entries.check_overlaps(list, default)
  for _, ranges in pairs(literal_ranges(list, default)) do
    local one <const>, other <const>, offset <const> = overlap.first(ranges, of_one_version)
    if one then
      fail("%s and %s overlap at 0x%x", one.name, other.name, offset)
    end
  end
end

--- An entry of a recipe that is about a target at hand.
---@class suture.work
---@field bytes suture.bytes
---@field form suture.edit
---@field label string?
---@field name string   of the entry, for messages

local function target_of(entry, targets)
  for index, target in ipairs(targets) do
    if entry.target == target.name or entry.target == nil and index == 1 then
      return target
    end
  end
end

--- What those entries ask for that are about the targets at hand and their versions, in order. Functions are called
--- with the parameters; what they raise passes through, and a result that does not fit raises `argument`.
---@param list table[]
---@param targets suture.editing.target[]  the first is meant where an entry names none
---@param params table
---@return suture.work[]
function entries.works(list, targets, params)
  local works <const> = {}
  local function call(new)
    return new(params)
  end
  for index, entry in ipairs(list) do
    local target <const> = target_of(entry, targets)
    if target and (entry.label == nil or entry.label == target.label) then
      local name <const> = entries.name(index, entry.note)
      works[#works + 1] = { bytes = target.bytes, form = form_of(entry, name, call), label = entry.label, name = name }
    end
  end
  return works
end

--- The alternatives of all works, by target.
---@param works suture.work[]
---@return table<suture.bytes, suture.alternative[]>
function entries.alternatives(works)
  local by_target <const> = {}
  for _, work in ipairs(works) do
    local list <const>, more <const> = by_target[work.bytes] or {}, work.form.alternatives
    by_target[work.bytes] = table.move(more, 1, #more, #list + 1, list)
  end
  return by_target
end

return entries
