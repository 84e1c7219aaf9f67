--- The process in which a recipe's Lua runs. It works on private copies and
--- hands back an outcome; the parent never runs a line of the recipe.

local core <const> = require "suture.core"
local failure <const> = require "suture.recipe.failure"
local loading <const> = require "suture.recipe.loading"
local parameters <const> = require "suture.recipe.parameters"
local patching <const> = require "suture.recipe.patching"
local wire <const> = require "suture.recipe.wire"

local worker = {}

---@class suture.job
---@field recipe string                path of its file
---@field bytes suture.bytes           the target
---@field params table<string, any>?   values of parameters
---@field texts table<string, string>? or their texts, as a command line has them
---@field checking boolean
---@field timeout number               seconds

-- In the child ----------------------------------------------------------

local function send_failure(send, problem)
  send(wire.pack("failure", problem.code, problem.kind, problem.message, problem.text,
    problem.offset or -1, problem.where or ""))
end

local function send_outcome(send, outcome)
  for _, sighting in ipairs(outcome.hunks) do
    send(wire.pack("hunk", sighting.note or "", sighting.offset or -1, sighting.length, sighting.state))
  end
  for _, guard in ipairs(outcome.guards) do
    send(wire.pack("guard", guard.offset, guard.bytes))
  end
  for _, change in ipairs(outcome.changes) do
    send(wire.pack("change", change.offset, change.old, change.new))
  end
  if outcome.failure then
    send_failure(send, outcome.failure)
  else
    send(wire.pack("verdict", outcome.verdict, outcome.reason or ""))
  end
end

local function prepared(job)
  local recipe <const> = loading.load(job.recipe)
  local declarations <const> = recipe.params or {}
  if job.texts then
    return recipe, parameters.parse(declarations, job.texts)
  end
  return recipe, parameters.resolve(declarations, job.params or {})
end

local function work(job, send)
  core.restrict(job.bytes, "copy")
  local ok <const>, recipe <const>, params <const> = pcall(prepared, job)
  if not ok then
    return send_failure(send, failure.describe(recipe, failure.USAGE))
  end
  send(wire.pack("recipe", loading.name(recipe, job.recipe), recipe.version or ""))
  send_outcome(send, patching.run(recipe, job.bytes, {
    params = params, checking = job.checking, folder = job.recipe:match("^.*/") or "",
    tell = function(what, value)
      send(wire.pack(what, value))
    end,
  }))
end

-- In the parent ---------------------------------------------------------

local function optional(text)
  return text ~= "" and text or nil
end

local function place(offset)
  return offset >= 0 and offset or nil
end

-- What each message adds to the outcome.
local takers <const> = {}

function takers.recipe(outcome, _, name, version)
  outcome.name, outcome.version = name, optional(version)
end

function takers.log(_, listener, text)
  listener.log(text)
end

function takers.progress(_, listener, percent)
  listener.progress(percent)
end

function takers.hunk(outcome, _, note, offset, length, state)
  outcome.hunks[#outcome.hunks + 1] = { note = optional(note), offset = place(offset), length = length, state = state }
end

function takers.guard(outcome, _, offset, bytes)
  outcome.guards[#outcome.guards + 1] = { offset = offset, bytes = bytes }
end

function takers.change(outcome, _, offset, old, new)
  outcome.changes[#outcome.changes + 1] = { offset = offset, old = old, new = new }
end

function takers.failure(outcome, _, code, kind, message, text, offset, where)
  assert(code >= failure.USAGE and code <= failure.RECIPE)
  outcome.ended = true
  outcome.failure = {
    code = code, kind = kind, message = message, text = text, offset = place(offset), where = optional(where),
  }
end

function takers.verdict(outcome, _, word, reason)
  assert(word == "applicable" or word == "applied" or word == "partial")
  outcome.ended = true
  outcome.verdict, outcome.reason = word, optional(reason)
end

local function take(outcome, listener, what, ...)
  assert(not outcome.ended)
  takers[what](outcome, listener, ...)
end

local function receiver(outcome, listener)
  return function(frame)
    if not outcome.broken then
      outcome.broken = not pcall(function()
        take(outcome, listener, wire.unpack(frame))
      end)
    end
  end
end

local function failed(kind, format, ...)
  local text <const> = format:format(...)
  return { code = failure.RECIPE, kind = kind, message = text, text = text }
end

local function trouble(outcome, ending, detail, timeout)
  if ending == "timeout" then
    return failed("limit", "the recipe passed the time limit of %g seconds (--timeout)", timeout)
  elseif ending == "died" then
    return failed("recipe", "the recipe's process died (%s)", detail)
  elseif outcome.broken then
    return failed("recipe", "the recipe's process sent what is no result")
  elseif not outcome.ended then
    return failed("recipe", "the recipe ended its process without a result")
  end
end

local silent <const> = { log = function() end, progress = function() end }

--- Runs a recipe on a target in a process of its own, and returns what it came
--- to. The bytes are as before: what is in the outcome is still to be done.
--- Raises `unsupported` outside the suture executable, `interrupted` after
--- Ctrl-C.
---@param job suture.job
---@param listener { log: fun(text: string), progress: fun(percent: integer) }?
---@return suture.outcome
function worker.run(job, listener)
  local ok <const>, host <const> = pcall(require, "suture.host")
  if not ok then
    core.raise("unsupported", "recipes run only inside the suture executable")
  end
  local outcome <const> = { hunks = {}, guards = {}, changes = {} }
  local ending <const>, detail <const> = host.work(function(send)
    work(job, send)
  end, receiver(outcome, listener or silent), { timeout = job.timeout })
  local problem <const> = trouble(outcome, ending, detail, job.timeout)
  if problem then
    outcome.failure, outcome.verdict, outcome.changes = problem, nil, {}
  end
  return outcome
end

return worker
