--- The files of a session: `b`, `b2`, ..., which are flushed together or not at all.

local core <const> = require "suture.core"

-- As it is before anybody watches it.
local flush_list <const> = core.flush

---@class suture.repl.target
---@field name string         of the variable
---@field path string
---@field bytes suture.bytes
---@field position integer    where `.dump` begins
---@field known { held: integer, bytes: integer, runs: integer }?  what was pending in the state that was counted last
---@field flushed suture.repl.flushed  what was flushed so far

---@class suture.repl.targets
---@field list suture.repl.target[]
local Targets <const> = {}
Targets.__index = Targets

-- A file that cannot be written can still be looked at, and what is tried can be written elsewhere.
local function open(path)
  local b <const>, err <const> = core.open(path, { block = true })
  if b or err.kind ~= "readonly" then
    return b, err
  end
  local copy <const>, problem <const> = core.open(path, { mode = "copy", block = true })
  return copy, copy and err or problem
end

--- Opens a file for patching, or as a private copy where it cannot be written.
---@param path string
---@return suture.repl.target?
---@return suture.error? err  why there is none, or why it is a copy
function Targets:open(path)
  local b <const>, err <const> = open(path)
  if not b then
    return nil, err
  end
  local count <const> = #self.list + 1
  local target <const> = {
    name = count == 1 and "b" or "b" .. count, path = path, bytes = b, position = 0,
    flushed = require("suture.repl.flushed").new(),
  }
  core.join(b, true)
  self.list[count] = target
  return target, err
end

local function is_open(target)
  return pcall(core.state, target.bytes)
end

--- Those that are open.
---@return suture.repl.target[]
function Targets:open_ones()
  local list <const> = {}
  for _, target in ipairs(self.list) do
    if is_open(target) then
      list[#list + 1] = target
    end
  end
  return list
end

--- Their bytes objects.
---@return suture.bytes[]
function Targets:objects()
  local list <const> = {}
  for index, target in ipairs(self:open_ones()) do
    list[index] = target.bytes
  end
  return list
end

--- The target that a name or an object stands for.
---@param key string|suture.bytes
---@return suture.repl.target?
function Targets:find(key)
  for _, target in ipairs(self.list) do
    if target.name == key or target.bytes == key then
      return target
    end
  end
end

-- Counting takes as long as comparing, so it is done once for each state.
local function pending_in(target)
  local held <const> = core.state(target.bytes)
  local known = target.known
  if not known or known.held ~= held then
    local bytes <const>, runs <const> = target.bytes:pending()
    known = { held = held, bytes = bytes or 0, runs = runs or 0 }
    target.known = known
  end
  return known
end

--- What is pending in a target: bytes and runs; nil and the error where it was lost, since the file was truncated.
---@param target suture.repl.target
---@return integer?
---@return integer|suture.error
function Targets.pending_in(target)
  local ok <const>, known <const> = pcall(pending_in, target)
  if not ok and known.kind == "interrupted" then
    error(known, 0)
  elseif not ok then
    return nil, known
  end
  return known.bytes, known.runs
end

--- Something went wrong: what is pending is to be counted again, it may be lost.
function Targets:look_again()
  for _, target in ipairs(self.list) do
    target.known = nil
  end
end

--- How much is pending, in all targets together.
---@return integer bytes
---@return integer runs
---@return boolean lost  whether some was lost
function Targets:pending()
  local bytes, runs, lost = 0, 0, false
  for _, target in ipairs(self:open_ones()) do
    local more <const>, places <const> = Targets.pending_in(target)
    if more then
      bytes, runs = bytes + more, runs + places
    else
      lost = true
    end
  end
  return bytes, runs, lost
end

-- Does what only the owner may do.
local function as_owner(list, act, ...)
  for _, target in ipairs(list) do
    core.join(target.bytes, false)
  end
  local results <const> = table.pack(pcall(act, ...))
  for _, target in ipairs(list) do
    core.join(target.bytes, true)
  end
  if not results[1] then
    error(results[2], 0)
  end
  return table.unpack(results, 2, results.n)
end

local function writable(list)
  local chosen <const>, copies <const> = {}, {}
  for _, target in ipairs(list) do
    local into <const> = target.bytes.mode == "patch" and chosen or copies
    into[#into + 1] = target
  end
  return chosen, copies
end

local function check_copies(copies)
  for _, target in ipairs(copies) do
    if target.bytes:pending() then
      core.raise("unsupported", ("'%s' is a private copy of a file that cannot be written: "
        .. ".write saves it elsewhere"):format(target.name), { path = target.path })
    end
  end
end

--- Makes what is pending durable in all targets, or raises and leaves all files as they were.
---@param options suture.flush.options?  without a range
---@return { target: suture.repl.target, outcome: suture.outcome }[]
function Targets:flush(options)
  local chosen <const>, copies <const> = writable(self:open_ones())
  check_copies(copies)
  local objects <const>, outcomes <const>, total <const> = {}, {}, {}
  for index, target in ipairs(chosen) do
    objects[index] = target.bytes
    total[index] = target.flushed:with_pending(target.bytes)
  end
  if #chosen == 0 then
    return outcomes
  end
  for index, outcome in ipairs(as_owner(chosen, flush_list, objects, options or {})) do
    chosen[index].flushed:take(total[index])
    outcomes[index] = { target = chosen[index], outcome = outcome }
  end
  return outcomes
end

--- Closes all; what is pending is dropped.
function Targets:close()
  for _, target in ipairs(self:open_ones()) do
    core.join(target.bytes, false)
    target.bytes:cancel()
  end
end

local targets <const> = {}

--- No files yet.
---@return suture.repl.targets
function targets.new()
  return setmetatable({ list = {} }, Targets)
end

return targets
