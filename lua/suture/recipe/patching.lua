--- A recipe's work on its targets, from `match` to `verify`, on bytes that
--- nobody else sees. The result is data: what to change, on what it rests, and
--- the verdict, or whose fault it is that there is none.

local core <const> = require "suture.core"
local context <const> = require "suture.recipe.context"
local editing <const> = require "suture.recipe.editing"
local failure <const> = require "suture.recipe.failure"
local succession <const> = require "suture.recipe.succession"
local verdict <const> = require "suture.recipe.verdict"
local versions <const> = require "suture.recipe.versions"

local patching = {}

--- Where a recipe's run ends before its end.
local Stop <const> = {}

local function stop(err, code)
  error(setmetatable(failure.describe(err, code), Stop), 0)
end

-- Without an object it is about all targets together.
local function foreign(b, reason)
  stop(core.error("foreign", reason, { path = b and b.path }), failure.FOREIGN)
end

-- The recipe's own failure, in words of ours.
local function failed(reason)
  stop(reason, failure.RECIPE)
end

-- Calls what may run the recipe's code; an error ends the run with the status that `code_of` gives it.
local function attempt(code_of, fn, ...)
  local results <const> = table.pack(pcall(fn, ...))
  if not results[1] then
    if getmetatable(results[2]) == Stop then
      error(results[2], 0)
    end
    stop(results[2], code_of(results[2]))
  end
  return table.unpack(results, 2, results.n)
end

local function has_written(target)
  local _, written <const> = core.state(target.bytes)
  return written ~= target.written
end

local function match(target)
  local b <const>, check <const> = target.bytes, target.declared.match
  if not check then
    return
  end
  local ok <const>, answer <const> = pcall(check, b)
  if not ok and failure.is_of_the_file(answer) then
    stop(answer, failure.IO)
  elseif not ok then
    foreign(b, ("no match: %s"):format(failure.describe(answer, failure.FOREIGN).message))
  elseif has_written(target) then
    failed("match wrote to the target")
  elseif not answer then
    foreign(b, "no match: the recipe does not know this file")
  end
end

local function unknown_version(target)
  stop(versions.unknown(target.declared.versions, target.file), failure.FOREIGN)
end

local function recognise(target, edits, params)
  local label <const>, certain <const> = attempt(failure.code, versions.label, target, edits, params)
  target.label, target.certain = label, certain
  if target.declared.only and not label then
    unknown_version(target)
  end
end

-- A version that is only likely is good for finding everything done, not for writing.
local function refuse_likely(targets, word)
  for _, target in ipairs(targets) do
    if target.declared.only and not target.certain and word ~= "applied" then
      unknown_version(target)
    end
  end
end

local function counts(seen)
  local found <const> = { old = 0, new = 0, absent = 0, neither = 0 }
  for _, sighting in ipairs(seen.hunks) do
    found[sighting.state] = found[sighting.state] + 1
  end
  return found.old, found.new
end

local function changes_of(b)
  local list <const> = {}
  for off, old, new in b:changes() do
    list[#list + 1] = { offset = off, old = old, new = new }
  end
  return list
end

-- Takes the final state of all targets. What was written and what has changed are only what this recipe did.
local function take_changes(targets)
  local wrote, changed = false, false
  for _, target in ipairs(targets) do
    target.changes = changes_of(target.bytes)
    wrote = wrote or has_written(target)
    changed = changed or #succession.own(target.earlier, target.changes) > 0
  end
  return wrote, changed
end

local function judged(targets, seen, said)
  local alone <const> = #targets == 1 and targets[1].bytes or nil
  if said.refused then
    foreign(alone, said.refused)
  end
  local old <const>, new <const> = counts(seen)
  local wrote <const>, changed <const> = take_changes(targets)
  local word <const> = verdict.of { old = old, new = new, wrote = wrote, changed = changed, already = said.already }
  if word == "foreign" then
    foreign(alone, "found nothing to do")
  end
  return word
end

local function code_of_verify(err)
  return failure.is_of_the_file(err) and failure.IO or failure.RECIPE
end

local function verify(recipe, targets, handed, options, about)
  if not recipe.verify then
    return
  end
  for _, target in ipairs(targets) do
    options.restrict(target.bytes, "read")
  end
  if attempt(code_of_verify, recipe.verify, handed, options.params, about) == false then
    failed("verify failed: the recipe does not accept its own result")
  end
end

local function unknown_target(by_name)
  return function(_, name)
    local names <const> = {}
    for known in next, by_name do
      names[#names + 1] = known
    end
    core.raise("argument", core.unknown("target", tostring(name), names))
  end
end

-- A misspelt name must not read as nil.
local function by_name(targets)
  local list <const> = {}
  for _, target in ipairs(targets) do
    list[target.name] = target.bytes
  end
  return setmetatable(list, { __index = unknown_target(list) })
end

local function labels_of(targets)
  local labels <const> = {}
  for _, target in ipairs(targets) do
    labels[target.name] = target.label
  end
  return labels
end

local function new_context(targets, options)
  local alone <const> = #targets == 1 and targets[1] or {}
  return context.new({
    params = options.params, target = alone.name, label = alone.label, targets = by_name(targets),
    labels = labels_of(targets), checking = options.checking,
  }, options.folder, options.tell, options.open, options.identify)
end

local function run(recipe, targets, seen, options, outcome)
  outcome.hunks = seen.hunks
  for _, target in ipairs(targets) do
    match(target)
    recognise(target, recipe.edits or {}, options.params)
  end
  local about <const>, said <const> = new_context(targets, options)
  attempt(failure.code, editing.run, recipe.edits or {}, targets, options.params)
  local handed <const> = #targets == 1 and targets[1].bytes or by_name(targets)
  if recipe.apply then
    attempt(failure.code, recipe.apply, handed, options.params, about)
  end
  local word <const> = judged(targets, seen, said)
  refuse_likely(targets, word)
  verify(recipe, targets, handed, options, about)
  outcome.verdict, outcome.reason = word, said.already
end

local function is_about(problem, missed)
  local offset <const> = missed.problem.offset and missed.bytes.offset + missed.problem.offset
  return problem.kind == missed.problem.kind and problem.offset == offset
    and (offset or problem.message == missed.problem.message)
end

-- Where a hunk that `apply` tried in vain is what the target is refused for, it is one more that is neither.
local function report_miss(seen, problem)
  if seen.missed and problem.code == failure.FOREIGN and is_about(problem, seen.missed) then
    editing.report_miss(seen.missed)
  end
end

--- What a run came to: either a verdict, or a failure (status 3 for a foreign
--- target), never both.
---@class suture.outcome
---@field name string?                      of the recipe; nil where it could not be loaded
---@field version string?
---@field verdict "applicable"|"applied"|"partial"|nil
---@field reason string?                    given to context.already
---@field failure suture.failure?
---@field hunks suture.sighting[]           offsets count in the file; `target` is a number
---@field targets suture.outcome.target[]   by number

---@class suture.outcome.target
---@field name string?                      as the recipe declares it
---@field label string?                     which version it is
---@field changes suture.change[]           all that is to change in the file, with what earlier recipes change
---@field guards {offset: integer, bytes: string}[]   what must still be in the file

--- A target as the recipe works on it.
---@class suture.patching.target: suture.editing.target
---@field declared table          what the recipe says of it
---@field file suture.bytes       the file, without what recipes change
---@field earlier suture.change[] what stands in `bytes` already, from earlier recipes

---@class suture.patching.options
---@field params table
---@field checking boolean
---@field folder string                                the recipe's own, with a closing slash, or ""
---@field tell fun(what: string, value: any)           a message on the way
---@field open fun(path: string): suture.bytes         opens an asset
---@field restrict fun(b: suture.bytes, mode: string)  core.restrict

--- Runs a recipe on targets, which it leaves in no particular state.
---@param recipe table  as `loading.load` returns it
---@param targets suture.patching.target[]
---@param seen suture.seen  what watches them
---@param options suture.patching.options
---@return suture.outcome
function patching.run(recipe, targets, seen, options)
  local outcome <const> = { hunks = {}, targets = targets }
  for _, target in ipairs(targets) do
    local _, written <const> = core.state(target.bytes)
    target.written, target.changes = written, {}
  end
  local ok <const>, err <const> = pcall(run, recipe, targets, seen, options, outcome)
  if not ok then
    outcome.failure = getmetatable(err) == Stop and err or failure.describe(err, failure.code(err))
    report_miss(seen, outcome.failure)
  end
  return outcome
end

return patching
