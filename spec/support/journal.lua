-- Journals as docs/journal.md describes them, written and read without suture's own code.

local support = require "spec.support"

local journal = {}

local MAGIC <const> = "SUTURE\r\n"
local HEADER <const> = "<c8 I4 I4 c16 I8 i8 I4 I4 I8"
local ENTRY <const> = "<I4 I4 I8 I8 I8 I8 I8 I8 I8 I4 I4 I8"
local CHANGE <const> = "<I8 I8 I8 I8"

journal.REPLACED, journal.DEVICE = 1, 2

local function padding(len)
  return ("\0"):rep(-len % 8)
end

-- A count or length that the target does not tell is that of what it has.
local function encode_target(target)
  local rows, data = {}, {}
  for _, change in ipairs(target.changes) do
    rows[#rows + 1] = CHANGE:pack(change.old_offset, #change.old, change.offset, #change.new)
    data[#data + 1] = change.old .. change.new
  end
  local name, path, bytes = target.name .. "\0", target.path .. "\0", table.concat(data)
  local entry = ENTRY:pack(target.flags or 0, target.mode or 0, target.inode, target.filesystem, target.new_inode or 0,
    target.old_size, target.new_size, target.count or #rows, target.bytes or #bytes, target.name_length or #name,
    target.path_length or #path, 0)
  entry = entry .. name .. path
  return entry .. padding(#entry) .. table.concat(rows) .. bytes .. padding(#bytes)
end

--- The journal's bytes; length and checksum are still to be put right by seal.
-- { version=, header_size=, nonce=, time=, count=, targets = { { flags=, mode=, inode=, filesystem=, new_inode=,
-- old_size=,
-- new_size=, name=, path=, changes = { { old_offset=, old=, offset=, new= } } } } }
function journal.encode(value)
  local parts = {}
  for i, target in ipairs(value.targets) do
    parts[i] = encode_target(target)
  end
  return HEADER:pack(MAGIC, value.version or 1, value.header_size or HEADER:packsize(), value.nonce, 0,
    value.time or 0, value.count or #parts, 0, 0) .. table.concat(parts)
end

local function decode_changes(data, at, count)
  local changes = {}
  for i = 1, count do
    local change = {}
    change.old_offset, change.old_size, change.offset, change.new_size, at = CHANGE:unpack(data, at)
    changes[i] = change
  end
  for _, change in ipairs(changes) do
    change.old = data:sub(at, at + change.old_size - 1)
    at = at + change.old_size
    change.new = data:sub(at, at + change.new_size - 1)
    at = at + change.new_size
    change.old_size, change.new_size = nil, nil
  end
  return changes, at
end

local function decode_target(data, at)
  local target, count, _ = {}
  target.flags, target.mode, target.inode, target.filesystem, target.new_inode, target.old_size, target.new_size, count,
  _, _, _,
    _, at = ENTRY:unpack(data, at)
  target.name, at = ("z"):unpack(data, at)
  target.path, at = ("z"):unpack(data, at)
  target.changes, at = decode_changes(data, at + -(at - 1) % 8, count)
  return target, at + -(at - 1) % 8
end

--- What a journal's bytes say, in the form that encode takes, with its length in bytes.
function journal.decode(data)
  local value, at, count, magic, _ = {}
  magic, value.version, value.header_size, value.nonce, value.length, value.time, count, _, _, at = HEADER:unpack(data)
  assert(magic == MAGIC, "no journal")
  value.targets = {}
  for i = 1, count do
    value.targets[i], at = decode_target(data, at)
  end
  assert(at == #data + 1, "something is behind its end")
  return value
end

local sealer -- the program, compiled at first use

--- Puts length and checksum of a journal's file right.
function journal.seal(path)
  if not sealer then
    sealer = support.path "seal"
    local status, _, stderr = support.run(("cc -O1 -o %s spec/support/seal.c"):format(support.quote(sealer)))
    assert(status == 0, stderr)
  end
  assert(support.run(support.quote(sealer) .. " " .. support.quote(path)) == 0)
end

--- Writes a sealed journal over a file, which keeps its owner and mode.
function journal.write(path, value)
  support.write(path, journal.encode(value))
  journal.seal(path)
end

return journal
