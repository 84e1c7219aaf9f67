--- The changes of a session as a recipe that makes them in another copy of the file.

local change <const> = require "suture.change"
local core <const> = require "suture.core"
local hunks_of <const> = require "suture.repl.save.hunks"
local signature <const> = require "suture.repl.save.signature"
local source <const> = require "suture.repl.save.source"

local save <const> = {}

-- The file as it was when the session opened it. It may have been flushed since.
local function original_of(target)
  local b <const>, err <const> = core.open(target.path, { mode = "copy", block = true })
  if not b then
    error(err, 0)
  end
  local flushed <const> = target.flushed.changes
  for index = #flushed, 1, -1 do
    local entry <const> = flushed[index]
    change.apply(b, entry.offset, entry.new, entry.old)
  end
  return b
end

local function all_changes(target)
  local changes <const> = target.flushed:with_pending(target.bytes)
  if not changes then
    core.raise("limit", "what was changed is too much to be saved as a recipe, or only a part of it was flushed",
      { path = target.path })
  end
  return changes
end

local function identity(b)
  return { size = #b, sha256 = signature.hex(b:digest(0, #b, "sha256")):gsub(" ", "") }
end

local function signatures_of(images)
  local found <const>, missing = {}, 0
  for index in ipairs(images.hunks) do
    found[index] = signature.find(images, index)
    missing = missing + (found[index] and 0 or 1)
  end
  return found, missing
end

local function has_splice(hunks)
  for _, hunk in ipairs(hunks) do
    if hunk.is_splice then
      return true
    end
  end
  return false
end

local function plan_of(target, original, changes)
  local images <const> = { original = original, changed = target.bytes, hunks = hunks_of(changes, original) }
  local plan <const> = { way = "edits", hunks = images.hunks, file = target.path:match "[^/]*$" }
  local missing
  plan.signatures, missing = signatures_of(images)
  if has_splice(images.hunks) then
    plan.way = missing > 0 and "whole" or "splices"
  end
  if missing > 0 then
    plan.original, plan.changed = identity(original), identity(target.bytes)
  end
  return plan
end

local function plan_target(target, changes)
  local original <close> = original_of(target)
  return plan_of(target, original, changes)
end

-- A plan for each target that was changed.
local function plans_of(targets)
  local plans <const> = {}
  for _, target in ipairs(targets) do
    local changes <const> = all_changes(target)
    if #changes > 0 then
      local plan <const> = plan_target(target, changes)
      plan.target = target.name
      plans[#plans + 1] = plan
    end
  end
  if #plans == 1 then
    plans[1].target = nil
  end
  return plans
end

--- The text of a recipe that makes all changes which the session made in targets, flushed ones included. Raises
--- `argument` where there are none, and `limit` where they are not known any more.
---@param targets suture.repl.target[]
---@param name string   of the recipe
---@return string text
---@return suture.repl.plan[] plans  how it finds them
function save.recipe(targets, name)
  local plans <const> = plans_of(targets)
  if #plans == 0 then
    core.raise("argument", "nothing was changed")
  end
  return source.text(plans, name), plans
end

return save
