--- Sees what a recipe's code finds and relies on, by standing between the
--- recipe and the methods of bytes objects. It changes them for the whole
--- process, so it is for workers.

local core <const> = require "suture.core"
local edit <const> = require "suture.hunk.edit"
local hunk <const> = require "suture.hunk"

local methods <const> = core.methods

local witness = {}

--- What is seen of the work on one target.
---@class suture.seen.target
---@field number integer
---@field guards {offset: integer, bytes: string}[]   what the file held where a guard accepted
---@field ranges table<string, boolean>  the ranges of the hunks
---@field file suture.bytes              the file as it is, without what recipes wrote; private, and out of their reach
---@field size integer                   of the file when it was opened for the recipe

---@class suture.seen
---@field hunks suture.sighting[]        `target` tells which; offsets count in the file
---@field targets suture.seen.target[]
---@field missed suture.finding?         the last hunk that raised

-- Read at once: what is read later may be another process's bytes, which the recipe never saw. What lies past the
-- end was put there by the recipe.
local function guard(target, offset, length)
  local file <const> = target.file
  if #file < target.size then
    core.raise("changed", "the file became shorter", { path = file.path, offset = offset })
  end
  local inside <const> = math.min(length, #file - offset)
  if inside > 0 then
    target.guards[#target.guards + 1] = { offset = offset, bytes = file:read(offset, inside) }
  end
end

local has_place <const> = { old = true, new = true }

-- A hunk that is met again after it was written is not a second one.
local function meet(seen, target, sighting)
  local placed <const> = sighting.offset and has_place[sighting.state]
  local key <const> = ("%d:%d"):format(sighting.offset or -1, sighting.length)
  if placed and target.ranges[key] then
    return
  end
  sighting.target = target.number
  seen.hunks[#seen.hunks + 1] = sighting
  if placed then
    target.ranges[key] = true
    guard(target, sighting.offset, sighting.length)
  end
end

-- `of` finds the target of an object; nil for a buffer, an asset, a file that a parameter names.
local function listen_to_hunks(seen, of)
  hunk.observe(function(sighting)
    local target <const> = of(sighting.bytes)
    if target then
      meet(seen, target, sighting)
      if sighting.span then
        guard(target, sighting.span[1], sighting.span[2])
      end
    end
  end, function(finding)
    seen.missed = of(finding.bytes) and finding or seen.missed
  end)
end

-- What a patch at a known place comes to as a hunk.
local function miss_of(b, off, old, new)
  return hunk.find(b, edit.read { at = off, old = old, new = new })
end

local function listen_to_patch(seen, of)
  local patch <const> = methods.patch
  methods.patch = function(b, off, old, new)
    local ok <const>, changed <const> = pcall(patch, b, off, old, new)
    if not ok then
      if core.is_error(changed) and changed.kind == "mismatch" then
        hunk.report_miss(miss_of(b, off, old, new))
      end
      error(changed, 0)
    end
    local target <const> = of(b)
    if target then
      meet(seen, target, {
        bytes = b, offset = b.offset + off, length = #new, state = changed and "old" or "new",
      })
    end
    return changed
  end
end

local function listen_to_expect(of)
  local expect <const> = methods.expect
  methods.expect = function(b, off, what)
    expect(b, off, what)
    local target <const> = of(b)
    if target then
      guard(target, b.offset + off, #what)
    end
  end
end

local function listen_to_unique(of)
  local unique <const> = methods.unique
  methods.unique = function(b, what, ...)
    local off <const>, len <const> = unique(b, what, ...)
    local target <const> = of(b)
    if target then
      guard(target, b.offset + off, #what)
    end
    return off, len
  end
end

local function target_of(bytes, number)
  local file <const>, err <const> = core.open(bytes.path, { mode = "copy", recover = false, block = true })
  if not file then
    error(err, 0)
  end
  return { number = number, guards = {}, ranges = {}, file = file, size = #file }
end

--- Watches all bytes objects of these files from now on; each file is another one. Raises where one cannot be read.
---@param list suture.bytes[]
---@return suture.seen
function witness.watch(list)
  local seen <const>, by_path <const> = { hunks = {}, targets = {} }, {}
  for number, bytes in ipairs(list) do
    seen.targets[number] = target_of(bytes, number)
    by_path[bytes.path] = seen.targets[number]
  end
  local function of(bytes)
    local path <const> = bytes.path
    return path and by_path[path]
  end
  listen_to_hunks(seen, of)
  listen_to_patch(seen, of)
  listen_to_expect(of)
  listen_to_unique(of)
  return seen
end

return witness
