--- Sees what a recipe's code finds and relies on, by standing between the
--- recipe and the methods of bytes objects. It changes them for the whole
--- process, so it is for workers.

local core <const> = require "suture.core"
local hunk <const> = require "suture.hunk"

local methods <const> = core.methods

local witness = {}

---@class suture.seen
---@field hunks suture.sighting[]   offsets count in the file
---@field guards {offset: integer, bytes: string}[]   what the file held where a guard accepted
---@field ranges table<string, boolean>  the ranges of the hunks
---@field file suture.bytes              the file as it is, without what the recipe wrote
---@field size integer                   of the file when it was opened for the recipe

local Seen <const> = {}
Seen.__index = Seen

-- Read at once: what is read later may be another process's bytes, which the recipe never saw. What lies past the
-- end was put there by the recipe.
function Seen:guard(offset, length)
  if #self.file < self.size then
    core.raise("changed", "the file became shorter", { path = self.file.path, offset = offset })
  end
  local inside <const> = math.min(length, #self.file - offset)
  if inside > 0 then
    self.guards[#self.guards + 1] = { offset = offset, bytes = self.file:read(offset, inside) }
  end
end

-- A hunk that is met again after it was written is not a second one. One that is neither old nor new holds nothing.
function Seen:hunk(sighting)
  local key <const> = ("%d:%d"):format(sighting.offset or -1, sighting.length)
  if sighting.state == "neither" then
    self.hunks[#self.hunks + 1] = sighting
    return
  elseif sighting.offset and self.ranges[key] then
    return
  end
  self.ranges[key] = true
  self.hunks[#self.hunks + 1] = sighting
  if sighting.offset then
    self:guard(sighting.offset, sighting.length)
  end
end

local function listen_to_hunks(seen, path)
  hunk.observe(function(sighting)
    if sighting.bytes.path == path then
      seen:hunk(sighting)
      if sighting.span then
        seen:guard(sighting.span[1], sighting.span[2])
      end
    end
  end)
end

local function listen_to_patch(seen, path)
  local patch <const> = methods.patch
  methods.patch = function(b, off, old, new)
    local changed <const> = patch(b, off, old, new)
    if b.path == path then
      local state <const> = changed and "old" or "new"
      seen:hunk { bytes = b, offset = b.offset + off, length = #new, state = state }
    end
    return changed
  end
end

local function listen_to_expect(seen, path)
  local expect <const> = methods.expect
  methods.expect = function(b, off, what)
    expect(b, off, what)
    if b.path == path then
      seen:guard(b.offset + off, #what)
    end
  end
end

local function listen_to_unique(seen, path)
  local unique <const> = methods.unique
  methods.unique = function(b, what, ...)
    local off <const>, len <const> = unique(b, what, ...)
    if b.path == path then
      seen:guard(b.offset + off, #what)
    end
    return off, len
  end
end

local function open(path)
  local file <const>, err <const> = core.open(path, "read")
  if not file then
    error(err, 0)
  end
  return file
end

--- Watches all bytes objects of one file from now on. Raises where the file cannot be read.
---@param b suture.bytes
---@return suture.seen
function witness.watch(b)
  local seen <const> = setmetatable({ hunks = {}, guards = {}, ranges = {}, file = open(b.path), size = #b }, Seen)
  listen_to_hunks(seen, b.path)
  listen_to_patch(seen, b.path)
  listen_to_expect(seen, b.path)
  listen_to_unique(seen, b.path)
  return seen
end

return witness
