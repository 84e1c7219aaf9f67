--- Sees what a recipe's code finds and relies on, by standing between the
--- recipe and the methods of bytes objects. It changes them for the whole
--- process, so it is for workers.

local core <const> = require "suture.core"
local hunk <const> = require "suture.hunk"

local methods <const> = core.methods

local witness = {}

---@class suture.seen
---@field hunks suture.sighting[]   offsets count in the file
---@field spans integer[][]         offset and length of each range that a guard accepted
---@field ranges table<string, boolean>  the ranges of the hunks

-- A hunk that is met again after it was written is not a second one.
local function note_hunk(seen, sighting)
  local key <const> = ("%d:%d"):format(sighting.offset or -1, sighting.length)
  if sighting.offset and seen.ranges[key] then
    return
  end
  seen.ranges[key] = true
  seen.hunks[#seen.hunks + 1] = sighting
  seen.spans[#seen.spans + 1] = sighting.span
  seen.spans[#seen.spans + 1] = sighting.offset and { sighting.offset, sighting.length }
end

local function listen_to_hunks(seen, path)
  hunk.observe(function(sighting)
    if sighting.bytes.path == path then
      note_hunk(seen, sighting)
    end
  end)
end

local function listen_to_patch(seen, path)
  local patch <const> = methods.patch
  methods.patch = function(b, off, old, new)
    local changed <const> = patch(b, off, old, new)
    if b.path == path then
      local state <const> = changed and "old" or "new"
      note_hunk(seen, { bytes = b, offset = b.offset + off, length = #new, state = state })
    end
    return changed
  end
end

local function listen_to_expect(seen, path)
  local expect <const> = methods.expect
  methods.expect = function(b, off, what)
    expect(b, off, what)
    if b.path == path then
      seen.spans[#seen.spans + 1] = { b.offset + off, #what }
    end
  end
end

local function listen_to_unique(seen, path)
  local unique <const> = methods.unique
  methods.unique = function(b, what, ...)
    local off <const>, len <const> = unique(b, what, ...)
    if b.path == path then
      seen.spans[#seen.spans + 1] = { b.offset + off, #what }
    end
    return off, len
  end
end

--- Watches all bytes objects of one file from now on.
---@param b suture.bytes
---@return suture.seen
function witness.watch(b)
  local seen <const> = { hunks = {}, spans = {}, ranges = {} }
  listen_to_hunks(seen, b.path)
  listen_to_patch(seen, b.path)
  listen_to_expect(seen, b.path)
  listen_to_unique(seen, b.path)
  return seen
end

return witness
