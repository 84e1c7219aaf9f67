--- Plays the system calls of a trace on a simulated disk.
---
--- A call that touches the tree and is not understood raises: a simulator that looks away proves nothing.

local disk <const> = require "spec.crash.disk"
local trace <const> = require "spec.crash.trace"

local replay <const> = {}
replay.__index = replay

--- Starts from a tree as it lies on the real disk, all of it durable.
---@param root string             absolute path of the tree, which is also the program's working folder
---@param listing table[]         { path=, kind=, number=, mode=, data= }, folders before what is in them
---@return table
function replay.new(root, listing)
  local self <const> = setmetatable({ root = root, disk = disk.new(), open = {} }, replay)
  local nodes <const> = {}
  for _, entry in ipairs(listing) do
    local node <const> = nodes[entry.number] or disk.node(entry.kind)
    if not nodes[entry.number] then
      nodes[entry.number] = node
      node.number, node.original = entry.number, true
      node.seen.mode, node.kept.mode = entry.mode, entry.mode
      if entry.kind == "file" then
        self.disk:write(node, 0, entry.data)
      end
    end
    self.disk:link(node, entry.path)
    self.disk:sync(node)
  end
  self:sync_all()
  return self
end

function replay:sync_all()
  local function walk(node)
    self.disk:sync(node)
    for _, next_node in pairs(node.seen.names or {}) do
      walk(next_node)
    end
  end
  walk(self.disk.root)
end

-- A path below the tree's root, or nil for what lies elsewhere.
local function inside(self, path)
  if path == self.root then
    return ""
  end
  return path:sub(1, #self.root + 1) == self.root .. "/" and path:sub(#self.root + 2) or nil
end

-- The path that a folder argument and a name argument spell, below the root; nil elsewhere.
local function at(self, folder, name)
  local text <const> = trace.string(name)
  if not text then
    return nil
  elseif text:sub(1, 1) == "/" then
    return inside(self, text)
  end
  local _, base <const> = trace.descriptor(folder)
  return inside(self, (base or self.root) .. "/" .. text:gsub("^%./", ""))
end

-- What a descriptor argument stands for: a node of the tree, or nil.
local function held(self, arg)
  local number <const>, path <const> = trace.descriptor(arg)
  if not number then
    return nil
  end
  local entry <const> = self.open[number]
  local below <const> = path and inside(self, path)
  assert(entry or not below, "an unknown descriptor: " .. arg)
  return entry and entry.node, entry
end

local handlers <const> = {}

function handlers.openat(self, call)
  local flags <const> = call.args[3] or ""
  local path <const> = call.opened and inside(self, call.opened)
  self.open[call.result] = nil
  if not path then
    return
  end
  local node = self.disk:find(path)
  if flags:find "O_TMPFILE" then
    node = disk.node "file"
  elseif not node then
    assert(flags:find "O_CREAT", "opened out of nowhere: " .. path)
    node = disk.node "file"
    node.seen.mode = tonumber(call.args[4], 8) & 448
    node.kept.mode = node.seen.mode
    self.disk:link(node, path)
  elseif flags:find "O_TRUNC" then
    self.disk:resize(node, 0)
  end
  self.open[call.result] = { node = node, at = 0, append = flags:find "O_APPEND" }
end

function handlers.close(self, call)
  self.open[trace.descriptor(call.args[1])] = nil
end

function handlers.dup(self, call)
  self.open[call.result] = self.open[trace.descriptor(call.args[1])]
end
handlers.dup2, handlers.dup3 = handlers.dup, handlers.dup

function handlers.fcntl(self, call)
  if call.args[2]:find "^F_DUPFD" then
    handlers.dup(self, call)
  end
end

function handlers.lseek(self, call)
  local _, entry <const> = held(self, call.args[1])
  if entry then
    entry.at = call.result
  end
end

function handlers.read(self, call)
  local _, entry <const> = held(self, call.args[1])
  if entry then
    entry.at = entry.at + call.result
  end
end

local function write(self, call, data, off)
  local node <const>, entry <const> = held(self, call.args[1])
  if not node then
    return
  end
  local place <const> = off or entry.append and #node.seen.data or entry.at
  self.disk:write(node, place, data:sub(1, call.result))
  if not off then
    entry.at = place + call.result
  end
end

function handlers.write(self, call)
  write(self, call, trace.string(call.args[2]))
end

function handlers.pwrite64(self, call)
  write(self, call, trace.string(call.args[2]), math.tointeger(tonumber(call.args[4])))
end

local function gathered(arg)
  local pieces <const> = {}
  for piece in arg:gmatch 'iov_base=("[^"]*")' do
    pieces[#pieces + 1] = trace.string(piece)
  end
  return table.concat(pieces)
end

function handlers.writev(self, call)
  write(self, call, gathered(call.args[2]))
end

function handlers.pwritev(self, call)
  write(self, call, gathered(call.args[2]), math.tointeger(tonumber(call.args[4])))
end
handlers.pwritev2 = handlers.pwritev

-- Moves bytes from one file to another inside the kernel.
local function copy(self, target, target_off, source, source_off, len)
  local data <const> = assert(source, "copied from outside the tree").seen.data
  self.disk:write(target, target_off, data:sub(source_off + 1, source_off + len))
end

-- The offset a call was given ([4096], as strace prints what a pointer leads to), or the descriptor's own, moved on.
local function offset(arg, entry, moved)
  local given <const> = arg:match "^%[(%d+)"
  if given then
    return math.tointeger(tonumber(given))
  end
  entry.at = entry.at + moved
  return entry.at - moved
end

function handlers.copy_file_range(self, call)
  local source <const>, source_entry <const> = held(self, call.args[1])
  local target <const>, target_entry <const> = held(self, call.args[3])
  if target then
    local from <const> = offset(call.args[2], source_entry, call.result)
    copy(self, target, offset(call.args[4], target_entry, call.result), source, from, call.result)
  end
end

function handlers.sendfile(self, call)
  local target <const>, target_entry <const> = held(self, call.args[1])
  local source <const>, source_entry <const> = held(self, call.args[2])
  if target then
    local from <const> = offset(call.args[3], source_entry, call.result)
    copy(self, target, offset("NULL", target_entry, call.result), source, from, call.result)
  end
end

function handlers.ioctl(self, call)
  local target <const> = held(self, call.args[1])
  if target and call.args[2]:find "FICLONE" then
    assert(call.args[2] == "FICLONE", "a clone of a part")
    local source <const> = held(self, call.args[3])
    self.disk:resize(target, #source.seen.data)
    copy(self, target, 0, source, 0, #source.seen.data)
  end
end

function handlers.ftruncate(self, call)
  local node <const> = held(self, call.args[1])
  if node then
    self.disk:resize(node, math.tointeger(tonumber(call.args[2])))
  end
end

function handlers.fallocate(self, call)
  local node <const> = held(self, call.args[1])
  if not node then
    return
  end
  local mode <const> = call.args[2]
  local off <const>, len <const> = math.tointeger(tonumber(call.args[3])), math.tointeger(tonumber(call.args[4]))
  if mode:find "PUNCH_HOLE" or mode:find "ZERO_RANGE" then
    self.disk:write(node, off, ("\0"):rep(math.min(len, #node.seen.data - off)))
  elseif not mode:find "KEEP_SIZE" then
    assert(mode == "0", "fallocate with " .. mode)
    self.disk:resize(node, math.max(#node.seen.data, off + len))
  end
end

function handlers.fsync(self, call)
  local node <const> = held(self, call.args[1])
  if node then
    self.disk:sync(node)
  end
end

function handlers.fdatasync(self, call)
  local node <const> = held(self, call.args[1])
  if node then
    self.disk:sync(node, true)
  end
end

handlers.sync = replay.sync_all
handlers.syncfs = replay.sync_all

local function rename(self, from, to, flags)
  if from or to then
    assert(from and to, "renamed into the tree or out of it")
    self.disk:rename(from, to, flags and flags:find "EXCHANGE")
  end
end

function handlers.rename(self, call)
  rename(self, at(self, nil, call.args[1]), at(self, nil, call.args[2]))
end

function handlers.renameat(self, call)
  rename(self, at(self, call.args[1], call.args[2]), at(self, call.args[3], call.args[4]), call.args[5])
end
handlers.renameat2 = handlers.renameat

function handlers.link(self, call)
  local to <const> = at(self, nil, call.args[2])
  if to then
    self.disk:link(assert(self.disk:find(at(self, nil, call.args[1]))), to)
  end
end

-- The file may be named by a descriptor: with an empty name, or through /proc.
function handlers.linkat(self, call)
  local to <const> = at(self, call.args[3], call.args[4])
  if not to then
    return
  end
  local name <const> = trace.string(call.args[2])
  local number <const> = name:match "^/proc/%w+/fd/(%d+)$"
  local node
  if number then
    node = self.open[math.tointeger(tonumber(number))].node
  elseif name == "" then
    node = held(self, call.args[1])
  else
    node = self.disk:find(at(self, call.args[1], call.args[2]))
  end
  self.disk:link(assert(node, "linked from outside the tree"), to)
end

local function unlink(self, path)
  if path then
    self.disk:unlink(path)
  end
end

function handlers.unlink(self, call)
  unlink(self, at(self, nil, call.args[1]))
end
handlers.rmdir = handlers.unlink

function handlers.unlinkat(self, call)
  unlink(self, at(self, call.args[1], call.args[2]))
end

local function make_folder(self, path, mode)
  if path then
    local node <const> = disk.node "folder"
    node.seen.mode = tonumber(mode, 8) & 448
    node.kept.mode = node.seen.mode
    self.disk:link(node, path)
  end
end

function handlers.mkdir(self, call)
  make_folder(self, at(self, nil, call.args[1]), call.args[2])
end

function handlers.mkdirat(self, call)
  make_folder(self, at(self, call.args[1], call.args[2]), call.args[3])
end

function handlers.fchmod(self, call)
  local node <const> = held(self, call.args[1])
  if node then
    self.disk:change(node, { kind = "mode", mode = tonumber(call.args[2], 8) })
  end
end

local function attribute(self, node, name, value)
  if node then
    self.disk:change(node, { kind = "attribute", name = trace.string(name), value = value and trace.string(value) })
  end
end

local function named(self, arg)
  local path <const> = at(self, nil, arg)
  return path and self.disk:find(path)
end

function handlers.fsetxattr(self, call)
  attribute(self, held(self, call.args[1]), call.args[2], call.args[3])
end

function handlers.fremovexattr(self, call)
  attribute(self, held(self, call.args[1]), call.args[2])
end

function handlers.setxattr(self, call)
  attribute(self, named(self, call.args[1]), call.args[2], call.args[3])
end
handlers.lsetxattr = handlers.setxattr

function handlers.removexattr(self, call)
  attribute(self, named(self, call.args[1]), call.args[2])
end
handlers.lremovexattr = handlers.removexattr

function handlers.mmap(self, call)
  if held(self, call.args[5]) and call.args[3]:find "PROT_WRITE" then
    assert(call.args[4]:find "MAP_PRIVATE", "a shared mapping cannot be simulated: its writes are not in the trace")
  end
end

-- Who asks for an inode number may write it down, so the number has to be the same when the state is built.
local function remember_number(call, node)
  local number <const> = table.concat(call.args, ", "):match "st[x_]*_ino=(%d+)"
  if node and number and not node.number then
    node.number = math.tointeger(tonumber(number))
  end
end

local function by_name_or_descriptor(self, call)
  local path <const> = at(self, call.args[1], call.args[2])
  local node
  if trace.string(call.args[2]) == "" then
    node = held(self, call.args[1])
  elseif path then
    node = self.disk:find(path)
  end
  remember_number(call, node)
end
handlers.newfstatat, handlers.statx = by_name_or_descriptor, by_name_or_descriptor

function handlers.fstat(self, call)
  remember_number(call, (held(self, call.args[1])))
end

-- These change nothing that this disk models.
local HARMLESS <const> = {}
for name in ([[
  access faccessat faccessat2 stat lstat statfs fstatfs readlink readlinkat getdents64 getcwd pread64 preadv readv
  flock fadvise64 readahead sync_file_range getxattr fgetxattr lgetxattr listxattr flistxattr llistxattr
  fchown fchownat chown utimensat futimesat execve name_to_handle_at inotify_add_watch poll ppoll
]]):gmatch "%S+" do
  HARMLESS[name] = true
end

local function touches(self, call)
  for index, arg in ipairs(call.args) do
    local _, path <const> = trace.descriptor(arg)
    local named_path <const> = arg:find '^"' and at(self, call.args[index - 1], arg)
    if path and inside(self, path) or named_path and (named_path == "" or self.disk:find(named_path)) then
      return true
    end
  end
  return false
end

--- Plays one call. Failed calls change nothing.
---@param call call
function replay:play(call)
  if call.failed then
    return
  end
  local handler <const> = handlers[call.name]
  if handler then
    handler(self, call)
  elseif not HARMLESS[call.name] and touches(self, call) then
    error("the simulated disk does not know the call " .. call.name)
  end
end

return replay
