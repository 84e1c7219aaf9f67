--- What a line may call on a target that concerns the whole session: a flush writes all targets or none, a rollback
--- behind the line's beginning can still be taken back. For all other objects nothing is different.

local core <const> = require "suture.core"
local leaving <const> = require "suture.repl.leaving"

local watch <const> = {}

local methods <const> = core.methods

-- Replaces a function of a table; `make` gets the original.
local function replace(list, name, make)
  local original <const> = list[name]
  list[name] = make(original)
  return function()
    list[name] = original
  end
end

local function other_names(targets, mine)
  local names <const> = {}
  for _, target in ipairs(targets:open_ones()) do
    if target ~= mine then
      names[#names + 1] = target.name
    end
  end
  return table.concat(names, ", ")
end

local function outcome_of(outcomes, target)
  for _, result in ipairs(outcomes) do
    if result.target == target then
      return result.outcome
    end
  end
end

local function has_range(options)
  return type(options) == "table" and (options.offset ~= nil or options.length ~= nil)
end

-- A part of what is pending, or wrong options: as the object does it, so that it remembers less for `.save`.
local function flush_part(session, target, original, ...)
  core.join(target.bytes, false)
  local results <const> = table.pack(pcall(original, target.bytes, ...))
  core.join(target.bytes, true)
  if not results[1] then
    error(results[2], 0)
  end
  target.flushed:take(nil)
  session.timeline:flushed()
  return table.unpack(results, 2, results.n)
end

local function flush_method(session)
  return function(original)
    return function(b, ...)
      local target <const> = session.targets:find(b)
      if not target then
        return original(b, ...)
      end
      local others <const> = other_names(session.targets, target)
      if others ~= "" then
        core.raise("unsupported", ("'%s' is flushed together with %s: .flush writes all of them, or none"):format(
          target.name, others), { path = target.path })
      elseif target.bytes.mode ~= "patch" or has_range(...) or select("#", ...) > 0 and type((...)) ~= "table" then
        return flush_part(session, target, original, ...)
      end
      return outcome_of(session:flush((...)), target)
    end
  end
end

-- Whether a list names all targets and nothing else.
local function is_whole(session, list)
  local open <const> = session.targets:open_ones()
  for _, b in ipairs(list) do
    if not session.targets:find(b) then
      return false
    end
  end
  return #open > 0 and #list == #open
end

local function flush_function(session)
  return function(original)
    return function(list, ...)
      if type(list) ~= "table" or not is_whole(session, list) then
        return original(list, ...)
      end
      local results <const>, outcomes <const> = session:flush(...), {}
      for index, b in ipairs(list) do
        outcomes[index] = outcome_of(results, session.targets:find(b)) or "unchanged"
      end
      return outcomes
    end
  end
end

local function rollback_method(session)
  return function(original)
    return function(b, ...)
      local is_ours <const> = session.targets:find(b) ~= nil
      if is_ours then
        session.timeline:before_rollback(b, (...))
      end
      original(b, ...)
      if is_ours then
        session.timeline:after_rollback()
      end
    end
  end
end

local function savepoint_method(session)
  return function(original)
    return function(b, ...)
      local point <const> = original(b, ...)
      session.timeline:made(point)
      return point
    end
  end
end

-- Leaving is not a way around the question what becomes of the bytes.
local function exit_function(session)
  return function(original)
    return function(...)
      local lines <const> = leaving.pending(session)
      if #lines > 0 then
        core.raise("pending", table.concat(lines, ", ") .. "; .flush or .rollback first")
      end
      return original(...)
    end
  end
end

--- Begins; returns what ends it.
---@param session suture.repl.session
---@return fun()
function watch.install(session)
  local undo <const> = {
    replace(methods, "flush", flush_method(session)),
    replace(core, "flush", flush_function(session)),
    replace(methods, "rollback", rollback_method(session)),
    replace(methods, "savepoint", savepoint_method(session)),
    replace(os, "exit", exit_function(session)),
  }
  return function()
    for _, restore in ipairs(undo) do
      restore()
    end
  end
end

return watch
