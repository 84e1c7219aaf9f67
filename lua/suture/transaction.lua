--- `suture.transaction { name = path, ... }`: several targets that are flushed and rolled back as one.

local core <const> = require "suture.core"
local savepoint <const> = require "suture.transaction.savepoint"

---@class suture.transaction
local methods <const> = {}

-- The state lies under keys of its own, so that every field that a script can spell is a target, a method
-- or an error.
local MEMBERS <const>, MODE <const>, OVER <const>, STEPS <const> = {}, {}, {}, {}

local meta <const> = { __name = "suture.transaction" }

local function check(set, method)
  if getmetatable(set) ~= meta then
    core.raise("argument", ("bad object for '%s' (a transaction expected, got %s; call it with ':')"):format(
      method, type(set)))
  end
end

local function members_of(set, method)
  check(set, method)
  if set[OVER] then
    core.raise("closed", "the transaction is closed")
  end
  return set[MEMBERS]
end

local function most(count, limit, method)
  if count > limit then
    core.raise("argument", ("bad argument #%d to '%s' (too many arguments: at most %d)"):format(
      limit + 1, method, limit))
  end
end

-- Members -----------------------------------------------------------------

local function join(members, is_member)
  for _, member in ipairs(members) do
    core.join(member.bytes, is_member)
  end
end

-- Does what only the transaction may do with its members.
local function as_owner(members, act, ...)
  join(members, false)
  local results <const> = table.pack(pcall(act, ...))
  join(members, true)
  if not results[1] then
    error(results[2], 0)
  end
  return table.unpack(results, 2, results.n)
end

-- Rolls every member back, also after one has raised; the first error counts.
local function roll_back_each(members)
  local problem
  for _, member in ipairs(members) do
    local ok <const>, err <const> = pcall(member.bytes.rollback, member.bytes)
    if not ok and problem == nil then
      problem = err
    end
  end
  if problem ~= nil then
    error(problem, 0)
  end
end

-- What each member holds, as a number, and the number of its last write.
local function states(members)
  local list <const> = {}
  for index, member in ipairs(members) do
    local held <const>, written <const> = core.state(member.bytes)
    list[index] = { held = held, written = written }
  end
  return list
end

local function are_same(left, right)
  for index, state in ipairs(left) do
    if right[index].held ~= state.held or right[index].written ~= state.written then
      return false
    end
  end
  return true
end

-- Flush -------------------------------------------------------------------

local function flush_patched(members, options)
  local list <const>, outcomes <const> = {}, {}
  for index, member in ipairs(members) do
    list[index] = member.bytes
  end
  for index, outcome in ipairs(core.flush(list, options)) do
    outcomes[members[index].name] = outcome
  end
  return outcomes
end

-- What is shared is in the files already and cannot be one transaction.
local function flush_shared(members, options)
  local outcomes <const> = {}
  for _, member in ipairs(members) do
    outcomes[member.name] = member.bytes:flush(options)
  end
  return outcomes
end

local function flush(set, options)
  local act <const> = set[MODE] == "shared" and flush_shared or flush_patched
  local outcomes <const> = as_owner(set[MEMBERS], act, set[MEMBERS], options)
  set[STEPS] = {}
  return outcomes
end

local function check_options(options)
  if type(options) ~= "table" then
    core.raise("argument", ("bad argument #1 to 'flush' (options must be a table, got %s)"):format(type(options)))
  elseif rawget(options, "offset") ~= nil or rawget(options, "length") ~= nil then
    core.raise("argument", "bad argument #1 to 'flush' "
      .. "(a transaction is flushed as a whole, without offset or length)")
  end
end

--- Makes everything that is pending durable in all targets, or raises and leaves all of them as they were.
---@param ... { by: string?, record: boolean?, break_links: boolean? }
---@return table<string, string> outcomes  by name: "unchanged", "place" or "replaced"
function methods:flush(...)
  members_of(self, "flush")
  most(select("#", ...), 1, "flush")
  if select("#", ...) == 0 then
    return flush(self, {})
  end
  check_options(...)
  return flush(self, (...))
end

-- Back and forward --------------------------------------------------------

--- Makes a savepoint of all targets. It is closable: left by an error it rolls back to itself.
---@return suture.transaction.savepoint
function methods:savepoint()
  return savepoint.new(self, members_of(self, "savepoint"))
end

--- Drops what is pending in all targets, or what was written since a savepoint.
---@param ... suture.transaction.savepoint
function methods:rollback(...)
  local members <const> = members_of(self, "rollback")
  most(select("#", ...), 1, "rollback")
  local before <const> = states(members)
  if select("#", ...) == 1 then
    savepoint.rollback(..., self)
  else
    roll_back_each(members)
  end
  local step <const> = { before = before, after = states(members) }
  if not are_same(before, step.after) then
    table.insert(self[STEPS], step)
  end
end

--- Takes the last rollback of the set back, in all targets, or in none where one was written since.
---@return boolean redone
function methods:redo()
  local members <const> = members_of(self, "redo")
  local step <const> = self[STEPS][#self[STEPS]]
  if not step or not are_same(step.after, states(members)) then
    return false
  end
  for index, member in ipairs(members) do
    if step.before[index].held ~= step.after[index].held then
      member.bytes:redo()
    end
  end
  table.remove(self[STEPS])
  return true
end

-- Looking -----------------------------------------------------------------

--- `for name, off, old, new in set:changes() do`: each changed run, one target after the other.
---@return fun(): string?, integer?, string?, string?
function methods:changes()
  local members <const> = members_of(self, "changes")
  local at, next_change = 0, nil
  return function()
    while true do
      local off, old, new
      if next_change then
        off, old, new = next_change()
      end
      if off then
        return members[at].name, off, old, new
      elseif at == #members then
        return nil
      end
      at = at + 1
      next_change = members[at].bytes:changes()
    end
  end
end

-- A flush may end a target's object (it says so): then nothing of it is pending.
local function is_over(member)
  local ok <const>, err <const> = pcall(core.state, member.bytes)
  return not ok and core.is_error(err) and err.kind == "closed"
end

local function count_pending(members)
  local bytes, runs = 0, 0
  for _, member in ipairs(members) do
    local more_bytes, more_runs
    if not is_over(member) then
      more_bytes, more_runs = member.bytes:pending()
    end
    bytes, runs = bytes + (more_bytes or 0), runs + (more_runs or 0)
  end
  return bytes, runs
end

--- false, or the number of changed bytes and of runs in all targets.
---@return integer|false bytes
---@return integer? runs
function methods:pending()
  local bytes <const>, runs <const> = count_pending(members_of(self, "pending"))
  if bytes == 0 then
    return false
  end
  return bytes, runs
end

-- The end -----------------------------------------------------------------

local function drop(set)
  set[OVER] = true
  for _, member in ipairs(set[MEMBERS]) do
    core.join(member.bytes, false)
    if not is_over(member) then
      member.bytes:cancel()
    end
  end
end

--- Closes all targets. Raises `pending` while something is, and closes none then.
function methods:close()
  check(self, "close")
  if self[OVER] then
    return
  end
  local bytes <const> = self[MODE] == "patch" and count_pending(self[MEMBERS]) or 0
  if bytes > 0 then
    core.raise("pending", ("the transaction is closed with %d pending byte%s: flush or rollback first"):format(
      bytes, bytes == 1 and "" or "s"))
  end
  drop(self)
end

--- Drops what is pending and closes all targets: `return set:cancel "no magic"`.
---@param message any
---@return nil
---@return any message
function methods:cancel(message, ...)
  members_of(self, "cancel")
  most(1 + select("#", ...), 1, "cancel")
  drop(self)
  return nil, message
end

local writes <const> = { patch = true, shared = true }

-- Left normally it flushes; either way it is over.
function meta.__close(set, err)
  if set[OVER] then
    return
  end
  local flushes <const> = writes[set[MODE]] and core.left_normally(set, err)
  local ok <const>, problem <const> = pcall(flushes and flush or type, set, {})
  drop(set)
  if not ok then
    error(problem, 0)
  end
end

-- Fields ------------------------------------------------------------------

local function names(set)
  local list <const> = {}
  for index, member in ipairs(set[MEMBERS]) do
    list[index] = member.name
  end
  return list
end

function meta.__index(set, name)
  if methods[name] then
    return methods[name]
  end
  for _, member in ipairs(rawget(set, MEMBERS)) do
    if member.name == name then
      return member.bytes
    end
  end
  local known <const> = names(set)
  for method in pairs(methods) do
    known[#known + 1] = method
  end
  core.raise("argument", core.unknown("target or method of a transaction", tostring(name), known))
end

function meta.__newindex(_, name)
  core.raise("argument", ("field '%s' of a transaction cannot be set"):format(tostring(name)))
end

--- `for name, bytes in pairs(set) do`, in the order of the names.
function meta.__pairs(set)
  local at = 0
  return function()
    at = at + 1
    local member <const> = set[MEMBERS][at]
    if member then
      return member.name, member.bytes
    end
  end
end

function meta.__tostring(set)
  return ("transaction: %s (%s)"):format(table.concat(names(set), ", "), set[OVER] and "closed" or set[MODE])
end

-- Opening -----------------------------------------------------------------

local function refuse(format, ...)
  core.raise("argument", "bad argument #1 to 'transaction' (" .. format:format(...) .. ")")
end

local function check_target(name, value)
  if type(name) ~= "string" then
    refuse("targets need names, as in { kernel = path }, got a %s", type(name))
  elseif methods[name] then
    refuse("'%s' is a method of a transaction and cannot name a target", name)
  elseif type(value) == "table" then
    if type(value.path) ~= "string" then
      refuse("target '%s' needs a path", name)
    elseif value.mode ~= nil then
      refuse("target '%s' has a mode of its own: all targets have that of the transaction", name)
    end
  elseif type(value) ~= "string" then
    refuse("target '%s' must be a path or a table, got %s", name, type(value))
  end
end

-- The targets in the order of their names, so that the same call does the same each time.
local function list_of(targets)
  if type(targets) ~= "table" then
    refuse("a table of targets expected, got %s", type(targets))
  end
  local list <const> = {}
  for name, value in pairs(targets) do
    if name ~= "mode" then
      check_target(name, value)
      list[#list + 1] = { name = name, value = value }
    end
  end
  if #list == 0 then
    refuse "there is no target"
  end
  table.sort(list, function(left, right) return left.name < right.name end)
  return list
end

local function open(value, mode)
  if type(value) == "string" then
    return core.open(value, { mode = mode })
  end
  local options <const> = { mode = mode }
  for key, option in pairs(value) do
    if key ~= "path" then
      options[key] = option
    end
  end
  return core.open(value.path, options)
end

local function close(members)
  for _, member in ipairs(members) do
    member.bytes:close()
  end
end

-- Opens all, or closes those that are open: nil, error, errno.
local function open_all(list, mode)
  local members <const> = {}
  for index, target in ipairs(list) do
    local ok <const>, b <const>, err <const>, errno <const> = pcall(open, target.value, mode)
    if not (ok and b) then
      close(members)
      if not ok then
        error(b, 0)
      end
      return nil, err, errno
    end
    members[index] = { name = target.name, bytes = b }
  end
  return members
end

--- Opens targets as one transaction, with the targets as fields. A target is a path, or a table with `path`
--- and options of `suture.open`. Where one cannot be opened, none stays open.
---@param targets table<string, any>  by name; `mode` is that of all, "patch" if absent
---@return suture.transaction?
---@return suture.error?
---@return integer? errno
return function(targets)
  local list <const> = list_of(targets)
  local mode <const> = targets.mode == nil and "patch" or targets.mode
  local members <const>, err <const>, errno <const> = open_all(list, mode)
  if not members then
    return nil, err, errno
  end
  join(members, true)
  return setmetatable({ [MEMBERS] = members, [MODE] = mode, [OVER] = false, [STEPS] = {} }, meta)
end
