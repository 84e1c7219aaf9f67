--- A recipe's work on one target, from `match` to `verify`, on bytes that
--- nobody else sees. The result is data: what to change, on what it rests, and
--- the verdict, or whose fault it is that there is none.

local core <const> = require "suture.core"
local context <const> = require "suture.recipe.context"
local editing <const> = require "suture.recipe.editing"
local failure <const> = require "suture.recipe.failure"
local verdict <const> = require "suture.recipe.verdict"

local patching = {}

--- Where a recipe's run ends before its end.
local Stop <const> = {}

local function stop(err, code)
  error(setmetatable(failure.describe(err, code), Stop), 0)
end

local function foreign(b, reason)
  stop(core.error("foreign", reason, { path = b.path }), failure.FOREIGN)
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

local function match(recipe, b)
  local target <const> = (recipe.targets or {})[1] or {}
  if not target.match then
    return
  end
  local ok <const>, answer <const> = pcall(target.match, b)
  if not ok and failure.is_of_the_file(answer) then
    stop(answer, failure.IO)
  elseif not ok then
    foreign(b, ("no match: %s"):format(failure.describe(answer, failure.FOREIGN).message))
  elseif core.touched(b) then
    failed("match wrote to the target")
  elseif not answer then
    foreign(b, "no match: the recipe does not know this file")
  end
end

local function known_sizes(versions)
  local list <const> = {}
  for index, version in ipairs(versions) do
    list[index] = ("%s: %d"):format(version.label, version.size)
  end
  return table.concat(list, ", ")
end

local function label_of(recipe, b)
  local target <const> = (recipe.targets or {})[1] or {}
  for _, version in ipairs(target.versions or {}) do
    if version.size == #b then
      return version.label
    end
  end
  if target.only then
    foreign(b, ("none of the known versions has %d bytes (%s)"):format(#b, known_sizes(target.versions)))
  end
end

local function counts(seen)
  local found <const> = { old = 0, new = 0, absent = 0, neither = 0 }
  for _, sighting in ipairs(seen.hunks) do
    found[sighting.state] = found[sighting.state] + 1
  end
  return found.old, found.new
end

local function judged(b, seen, said)
  if said.refused then
    foreign(b, said.refused)
  end
  local old <const>, new <const> = counts(seen)
  local word <const> = verdict.of {
    old = old, new = new, wrote = core.touched(b), changed = b:pending() ~= false, already = said.already,
  }
  if word == "foreign" then
    foreign(b, "found nothing to do")
  end
  return word
end

local function code_of_verify(err)
  return failure.is_of_the_file(err) and failure.IO or failure.RECIPE
end

local function verify(recipe, b, options, about)
  if not recipe.verify then
    return
  end
  options.restrict(b, "read")
  if attempt(code_of_verify, recipe.verify, b, options.params, about) == false then
    failed("verify failed: the recipe does not accept its own result")
  end
end

local function changes_of(b)
  local list <const> = {}
  for off, old, new in b:changes() do
    list[#list + 1] = { offset = off, old = old, new = new }
  end
  return list
end

local function run(recipe, b, seen, options, outcome)
  outcome.hunks = seen.hunks
  match(recipe, b)
  local label <const> = label_of(recipe, b)
  local name <const> = ((recipe.targets or {})[1] or {}).name or "target"
  local about <const>, said <const> = context.new({
    params = options.params, target = name, label = label, targets = { [name] = b }, checking = options.checking,
  }, options.folder, options.tell, options.open, options.identify)
  attempt(failure.code, editing.run, recipe.edits or {}, { { name = name, bytes = b, label = label } }, options.params)
  if recipe.apply then
    attempt(failure.code, recipe.apply, b, options.params, about)
  end
  local word <const> = judged(b, seen, said)
  outcome.changes = changes_of(b)
  verify(recipe, b, options, about)
  outcome.guards = seen.guards
  outcome.verdict, outcome.reason = word, said.already
end

--- What a run came to: either a verdict, or a failure (status 3 for a foreign
--- target), never both.
---@class suture.outcome
---@field verdict "applicable"|"applied"|"partial"|nil
---@field reason string?                    given to context.already
---@field failure suture.failure?
---@field hunks suture.sighting[]           offsets count in the file
---@field changes {offset: integer, old: string, new: string}[]
---@field guards {offset: integer, bytes: string}[]   what must still be in the file

---@class suture.patching.options
---@field params table
---@field checking boolean
---@field folder string                                the recipe's own, with a closing slash, or ""
---@field tell fun(what: string, value: any)           a message on the way
---@field open fun(path: string): suture.bytes         opens an asset
---@field restrict fun(b: suture.bytes, mode: string)  core.restrict

--- Runs a recipe on bytes, which it leaves in no particular state.
---@param recipe table  as `loading.load` returns it
---@param b suture.bytes
---@param seen suture.seen  what watches them
---@param options suture.patching.options
---@return suture.outcome
function patching.run(recipe, b, seen, options)
  local outcome <const> = { hunks = {}, changes = {}, guards = {} }
  local ok <const>, err <const> = pcall(run, recipe, b, seen, options, outcome)
  if not ok then
    outcome.changes, outcome.guards = {}, {}
    outcome.failure = getmetatable(err) == Stop and err or failure.describe(err, failure.code(err))
  end
  return outcome
end

return patching
