--- The messages from a worker to its parent, one a frame. The parent trusts none: a frame that is not exactly one of
--- these raises `format`. Targets are numbered from 1, in the order of the job.

local core <const> = require "suture.core"

local wire = {}

-- A signed offset leaves room for "none".
local formats <const> = {
  recipe = "<s4s4",          -- name, version
  log = "<s4",
  progress = "<I1",          -- per cent
  target = "<I1s4s4",        -- number, the name that it is declared with, the version that it is
  hunk = "<I1s4i8I8s4",      -- target, note, offset or -1, length, state
  label = "<s4",             -- of the hunk before it
  problem = "<s4",           -- of the hunk before it: why it is neither old nor new
  nearest = "<i8I8s4",       -- what comes next to it: offset, how often the pattern matches, the pattern
  difference = "<i8s1s1",    -- of the nearest before it: offset, the byte that is wanted, the one that is there
  change = "<I1i8s4s4",      -- target, offset, old, new
  guard = "<I1i8s4",         -- target, offset, bytes
  failure = "<I1s4s4s4I1i8s4", -- status, kind, message, text, target or 0, offset or -1, where
  verdict = "<s4s4",         -- word, reason
  description = "<s4",       -- JSON
  examples = "<s4",          -- as suture.recipe.example packs them
}

--- Makes the frame of a message.
---@param what string  one of: recipe log progress target hunk label problem nearest difference change guard
--- failure verdict description examples
---@param ... any      its fields
---@return string
function wire.pack(what, ...)
  return string.pack("<s1", what) .. string.pack(formats[what], ...)
end

local function unpack(frame)
  local what <const>, start <const> = string.unpack("<s1", frame)
  local fields <const> = table.pack(string.unpack(formats[what], frame, start))
  assert(fields[fields.n] == #frame + 1)
  return what, table.unpack(fields, 1, fields.n - 1)
end

--- The message in a frame and its fields. Raises `format`, and `interrupted`.
---@param frame string
---@return string what
---@return any ...
function wire.unpack(frame)
  local results <const> = table.pack(pcall(unpack, frame))
  if core.is_error(results[2]) then
    error(results[2], 0)
  elseif not results[1] then
    core.raise("format", "the worker sent what is no message")
  end
  return table.unpack(results, 2, results.n)
end

return wire
