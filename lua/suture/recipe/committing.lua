--- Carries out what recipes came to on the open targets: guards, changes, the user's checker, copies, one flush.

local backup <const> = require "suture.recipe.backup"
local change <const> = require "suture.change"
local checker <const> = require "suture.recipe.checker"
local core <const> = require "suture.core"

local committing = {}

--- What is to become of one open target.
---@class suture.recipe.state
---@field bytes suture.bytes
---@field changes suture.change[]   of all recipes, from the file as it is
---@field guards { offset: integer, bytes: string }[]  what they rely on

--- Lets an object read as it will when the changes are carried out.
---@param b suture.bytes
---@param changes suture.change[]
function committing.apply(b, changes)
  for _, entry in ipairs(changes) do
    change.apply(b, entry.offset, entry.old, entry.new)
  end
end

-- The recipes worked on copies: what they saw must be what is here, also where nothing changes.
local function carry_out(states)
  for _, state in ipairs(states) do
    for _, guard in ipairs(state.guards) do
      state.bytes:expect(guard.offset, guard.bytes)
    end
  end
  for _, state in ipairs(states) do
    committing.apply(state.bytes, state.changes)
  end
end

local function changed(states)
  local list <const> = {}
  for _, state in ipairs(states) do
    list[#list + 1] = #state.changes > 0 and state or nil
  end
  return list
end

local function check(list, command)
  for _, state in ipairs(list) do
    local problem <const> = checker.run(state.bytes, command)
    if problem then
      problem.path = state.bytes.path
      return problem
    end
  end
end

local function flush(states, options)
  local list <const> = {}
  for index, state in ipairs(states) do
    list[index] = state.bytes
  end
  core.flush(list, { record = options.record ~= false, break_links = options.break_links or false })
end

local function paths_of(states)
  local list <const> = {}
  for index, state in ipairs(states) do
    list[index] = state.bytes.path
  end
  return list
end

-- Undecided files may still need their copies.
local function flush_with_copies(states, list, options)
  local copies <const> = backup.make(paths_of(list), options.backup)
  local ok <const>, err <const> = pcall(flush, states, options)
  if not ok then
    if not (core.is_error(err) and err.kind == "indeterminate") then
      backup.remove(copies)
    end
    error(err, 0)
  end
end

--- Makes the changes of all targets durable, or of none. With `options.output` the one target is left alone. Raises
--- where a file no longer holds what the recipes saw, and what `suture.flush` raises: nothing is written then, unless
--- it is `indeterminate`.
---@param states suture.recipe.state[]
---@param options suture.recipe.options
---@return suture.failure?  what the user's checker complained of: nothing is written
function committing.commit(states, options)
  local list <const> = changed(states)
  if #list > 0 then
    carry_out(states)
  end
  local problem <const> = options.verify and check(list, options.verify)
  if problem then
    return problem
  elseif options.decide and (options.output or #list > 0) then
    options.decide()
  end
  if options.output then
    states[1].bytes:save(options.output)
  elseif #list > 0 and options.backup then
    flush_with_copies(states, list, options)
  elseif #list > 0 then
    flush(states, options)
  end
end

return committing
