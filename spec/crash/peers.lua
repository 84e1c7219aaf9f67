-- The same kills and the same full disk for other patchers. Prints a markdown table.
--
--   lua5.4 spec/crash/peers.lua FOLDER     in an empty folder, from the project's root; `make peers` installs them
--
-- "Torn" is a target that is neither the file before nor the file after, an empty or missing one included. Kills
-- fall on system calls: what a program stores into a shared mapping between two of them is not looked at.

local shell <const> = require "spec.crash.shell"
local subject <const> = require "spec.crash.subject"
local trace <const> = require "spec.crash.trace"
local world <const> = require "spec.crash.world"

local quote <const> = shell.quote

local TARGET <const> = "a/target"

-- What the scripts change: two places of a program, far from each other.
local PYTHON_MMAP <const> = [[
import mmap
with open("a/target", "r+b") as file:
    view = mmap.mmap(file.fileno(), 0)
    view[4096:4104] = b"patched!"
    view[12000:12008] = b"patched!"
    view.flush()
]]

local PYTHON_WRITE <const> = [[
with open("a/target", "r+b") as file:
    data = bytearray(file.read())
    data[4096:4104] = b"patched!"
    data[12000:12008] = b"patched!"
    file.seek(0)
    file.write(data)
]]

local PYTHON_ANEW <const> = [[
with open("a/target", "rb") as file:
    data = bytearray(file.read())
data[4096:4104] = b"patched!"
data[12000:12008] = b"patched!"
with open("a/target", "wb") as file:
    file.write(data)
]]

local SUTURE <const> = [[
local bytes <close> = assert(require "suture".open "a/target")
bytes:write(4096, "patched!")
bytes:write(12000, "patched!")
]]

local POKE <const> = [[
var f = open("a/target"); var word = "patched!";
for (var i = 0; i < word'length; i = i + 1) byte @ f : (4096 + i)#B = word[i];
for (var i = 0; i < word'length; i = i + 1) byte @ f : (12000 + i)#B = word[i];
close(f);
]]

local PEERS <const> = {
  { name = "xxd -r", command = "xxd -r ../two.hex a/target" },
  { name = "poke", command = "poke -q -s ../two.pk" },
  { name = "patchelf --set-rpath", command = "patchelf --set-rpath /opt/lib a/target" },
  { name = "patchelf --set-interpreter", command = "patchelf --set-interpreter /opt/lib/a-longer-name/ld.so a/target" },
  { name = "bspatch onto its input", command = "bspatch a/target a/target ../patch" },
  { name = "Python, mmap and flush", command = "/usr/bin/python3 ../by_mmap.py" },
  { name = "Python, one write over it", command = "/usr/bin/python3 ../by_write.py" },
  { name = "Python, opened anew to write", command = "/usr/bin/python3 ../anew.py" },
  { name = "suture", command = "%s ../patch.lua", settles = true },
}

-- Calls that a full disk fails.
local FILLS <const> = {}
for name in ("write pwrite64 writev pwritev fallocate ftruncate fsync fdatasync msync mkdir mkdirat"):gmatch "%S+" do
  FILLS[name] = true
end

local function read(path)
  local file <const> = io.open(path, "rb")
  local data <const> = file and file:read "a"
  if file then
    file:close()
  end
  return data
end

local function write(path, data)
  local file <const> = assert(io.open(path, "wb"))
  assert(file:write(data))
  assert(file:close())
end

-- A program to patch, a patch for bspatch, and the scripts.
local function make_inputs(place)
  write(place.folder .. "/hello.c", '#include <stdio.h>\nint main(void) { return puts("hello") < 0; }\n')
  write(place.folder .. "/by_mmap.py", PYTHON_MMAP)
  write(place.folder .. "/by_write.py", PYTHON_WRITE)
  write(place.folder .. "/anew.py", PYTHON_ANEW)
  write(place.folder .. "/patch.lua", SUTURE)
  write(place.folder .. "/two.pk", POKE)
  write(place.folder .. "/two.hex", "00001000: 7061746368656421\n00002ee0: 7061746368656421\n")
  place.shell:must "cc -Wl,-rpath,/usr/local/lib -o ../hello ../hello.c"
  place:fill { [TARGET] = read(place.folder .. "/hello") }
  assert((place:execute("/usr/bin/python3 ../by_write.py")) == 0)
  place.shell:must("cp a/target ../changed && bsdiff ../hello ../changed ../patch")
  return read(place.folder .. "/hello")
end

local function side(place, old, new)
  local data <const> = place:read(TARGET)
  return data == old and "old" or data == new and "new" or "torn"
end

-- Runs the peer once with something done to one call; returns the target's side and the peer's status.
local function try(place, peer, old, new, how)
  place:fill { [TARGET] = old }
  local status <const> = place:execute(peer.command, { strace = how })
  if peer.settles then
    place:run(("%s/spec/crash/settle.lua %s"):format(place.root, TARGET))
  end
  return side(place, old, new), status
end

local function record(place, peer, old)
  place:fill { [TARGET] = old }
  local status <const>, _, stderr <const> = place:execute(peer.command, { strace = trace.OPTIONS })
  assert(status == 0, stderr)
  local recording <const> = { calls = trace.parse(place:log()), tree = place.tree .. "/a", names = { a = true } }
  return recording, place:read(TARGET)
end

-- The part of a run from its first to its last call about the tree.
local function part(recording)
  local first, last
  for index, call in ipairs(recording.calls) do
    if subject.in_tree(recording, call) then
      first, last = first or index, index
    end
  end
  return first, math.min(last + 1, #recording.calls)
end

local function sweep(place, peer, old)
  local recording <const>, new <const> = record(place, peer, old)
  local kill <const> = { old = 0, new = 0, torn = 0, points = 0 }
  local full <const> = { old = 0, new = 0, torn = 0, points = 0, lies = 0 }
  local first <const>, last <const> = part(recording)
  for index = first, last do
    local call <const> = recording.calls[index]
    local killed <const> = try(place, peer, old, new, subject.strace(call, "signal=KILL"))
    kill[killed], kill.points = kill[killed] + 1, kill.points + 1
    if FILLS[call.name] and subject.in_tree(recording, call) then
      local failed <const>, status <const> = try(place, peer, old, new, subject.strace(call, "error=ENOSPC", true))
      full[failed], full.points = full[failed] + 1, full.points + 1
      full.lies = full.lies + (status == 0 and failed ~= "new" and 1 or 0)
    end
  end
  return kill, full
end

local function main(folder)
  local place <close> = world.open(folder, os.getenv "SUTURE_BIN" or "build/suture")
  local old <const> = make_inputs(place)
  print "| patcher | kill points | old | new | torn | full-disk points | old | new | torn | status 0 and not new |"
  print "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
  for _, peer in ipairs(PEERS) do
    peer.command = peer.command:gsub("%%s", function() return quote(place.suture) end)
    local kill <const>, full <const> = sweep(place, peer, old)
    print(("| %s | %d | %d | %d | %d | %d | %d | %d | %d | %d |"):format(peer.name, kill.points, kill.old, kill.new,
      kill.torn, full.points, full.old, full.new, full.torn, full.lies))
    io.stdout:flush()
  end
end

main(...)
