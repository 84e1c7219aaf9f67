-- What README.md compares: each trial lets a peer patch files in a folder of its own, and says "yes", "partly" or "no";
-- nil where the question does not arise.

local peers = require "spec.comparison.peers"
local support = require "spec.support"

local quote <const> = support.quote

local trials = {}

local count = 0

-- A folder with copies of a file.
local function place(source, ...)
  count = count + 1
  local folder <const> = support.path("place." .. count)
  assert(os.execute("mkdir " .. quote(folder)))
  local paths <const> = {}
  for index, name in ipairs { ... } do
    paths[index] = folder .. "/" .. name
    assert(os.execute(("cp %s %s"):format(quote(source), quote(paths[index]))))
  end
  return table.unpack(paths)
end

-- What a peer makes of the program.
local function result_of(peer)
  local path <const> = place(peers.PROGRAM, "target")
  local status <const>, _, stderr <const> = support.run(peer.patch(path))
  assert(status == 0, stderr)
  local new <const> = support.read(path)
  assert(new ~= support.read(peers.PROGRAM))
  return new
end

local function refuses(peer, source)
  local path <const> = place(source, "target")
  return support.run(peer.patch(path)) ~= 0 and support.read(path) == support.read(source)
end

--- Another file of its size, and another program: refused with a status, and untouched.
function trials.refuses(peer)
  local noise <const> = support.write("noise.bin", ("noise!"):rep(#support.read(peers.PROGRAM)):sub(
    1, #support.read(peers.PROGRAM)))
  local other <const> = refuses(peer, noise)
  local program <const> = refuses(peer, "/usr/bin/cat")
  return other and program and "yes" or other and "partly" or "no"
end

--- A second run succeeds, and neither bytes nor times nor inode are others.
function trials.repeats(peer)
  local path <const> = place(peers.PROGRAM, "target")
  support.run(peer.patch(path))
  local look <const> = ("stat -c '%%i %%y %%z' %s; sha256sum %s"):format(quote(path), quote(path))
  local _, before <const> = support.run(look)
  local status <const> = support.run(peer.patch(path))
  local _, after <const> = support.run(look)
  return status == 0 and before == after and "yes" or "no"
end

--- The old bytes come back; where there is no command for that, they are nowhere beside the file or in the home folder.
function trials.undoes(peer)
  local path <const> = place(peers.PROGRAM, "target")
  local home <const> = support.path("home." .. count)
  assert(support.run(("mkdir %s; HOME=%s; export HOME; %s"):format(home, home, peer.patch(path))) == 0)
  if peer.undo then
    assert(support.run(peer.undo(path)) == 0)
  end
  local _, kept <const> = support.run(("find %s %s -type f -size -%dc -exec cmp -s %s {} \\; -print"):format(
    quote(path:match "(.*)/"), home, 2 ^ 20, peers.PROGRAM))
  return kept == path .. "\n" and "yes" or (assert(kept == "", kept) and "no")
end

-- Calls that begin a process, write, move or make durable.
local CALLS <const> = { "clone", "vfork", "write", "pwrite64", "ftruncate", "rename", "renameat", "renameat2", "unlink",
  "unlinkat", "fsync", "fdatasync" }

-- Whether the files are all old or all new.
local function is_whole(paths, old, new)
  local olds, news = 0, 0
  for _, path in ipairs(paths) do
    local data <const> = support.read(path)
    olds, news = olds + (data == old and 1 or 0), news + (data == new and 1 or 0)
  end
  return olds == #paths or news == #paths
end

-- Runs a command on fresh copies. Returns whether they are whole then, and its status.
local function killed(peer, command_of, names, new)
  local paths <const> = { place(peers.PROGRAM, table.unpack(names)) }
  local status <const> = support.run(command_of(paths))
  for _, path in ipairs(peer.settle and paths or {}) do
    support.run(peer.settle(path))
  end
  return is_whole(paths, support.read(peers.PROGRAM), new), status
end

-- There is no leak check under strace.
local KILL <const> = "ASAN_OPTIONS=detect_leaks=0 strace -f -qqq -o /dev/null -e trace=%s "
  .. "-e inject=%s:signal=KILL:when=%d sh -c %s"

-- More calls of one name than any peer makes.
local MOST <const> = 200

-- Kills a command at each call of each name, until one leaves files that are neither old nor new.
local function survives_kills(peer, command_of, names, new)
  for _, call in ipairs(CALLS) do
    for number = 1, MOST do
      local whole <const>, status <const> = killed(peer, function(paths)
        return KILL:format(call, call, number, quote(command_of(paths)))
      end, names, new)
      if not whole then
        return false
      elseif status == 0 then
        break
      end
      assert(number < MOST, "it fails without being killed")
    end
  end
  return true
end

--- Killed at any call, and between two stores into a shared mapping, it leaves the file old or new.
function trials.survives(peer)
  local new <const> = result_of(peer)
  local whole <const> = not peer.half or (killed(peer, function(paths)
    return peer.half(paths[1])
  end, { "target" }, new))
  return whole and survives_kills(peer, function(paths)
    return peer.patch(paths[1])
  end, { "target" }, new) and "yes" or "no"
end

--- The same with two files, which are both old or both new.
function trials.joins(peer)
  local patch_both <const> = peer.both or function(one, other)
    return peer.patch(one) .. " && " .. peer.patch(other)
  end
  return survives_kills(peer, function(paths)
    return patch_both(paths[1], paths[2])
  end, { "one", "other" }, result_of(peer)) and "yes" or "no"
end

local RUNNING <const> = [[
%s 60 & sleeper=$!
until [ "$(readlink /proc/$sleeper/exe)" = %s ]; do sleep 0.01; done
%s
status=$?
kill $sleeper && exit $status]]

--- A program that runs meanwhile is patched, and runs on.
function trials.patches_running(peer)
  local path <const> = place(peers.PROGRAM, "target")
  local status <const> = support.run(RUNNING:format(quote(path), quote(path), peer.patch(path)))
  return status == 0 and support.read(path) ~= support.read(peers.PROGRAM) and "yes" or "no"
end

local CUT <const> = 4096

--- A file that another program cuts short while it is open: an error, no death by a signal, and no longer file.
function trials.notices(peer)
  if not peer.cut then
    return nil
  end
  local path <const> = place(peers.PROGRAM, "target")
  local status <const> = support.run(peer.cut(path, CUT))
  return status > 0 and status < 128 and #support.read(path) == CUT and "yes" or "no"
end

--- Bytes with wildcards are found where they are.
function trials.searches(peer)
  if not peer.search then
    local _, help <const>, more <const> = support.run(peer.program .. " --help")
    assert(not (help .. more):lower():find "search", "it can search")
    return "no"
  end
  local status <const>, stdout <const>, stderr <const> = support.run(peer.search(peers.PROGRAM))
  assert(status == 0, stderr)
  return tonumber(stdout) == peers.second() and "yes" or "no"
end

local LARGE <const>, LITTLE <const> = 64, 32 -- MiB

local MEASURE <const> = [=[
import resource, subprocess, sys
status = subprocess.run(["sh", "-c", sys.argv[1]], stdout=subprocess.DEVNULL).returncode
print(status, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
]=]

-- What bsdiff would make of such a file takes minutes: one copy of everything that adds zeros.
local LARGE_BSDIFF <const> = [[
import bz2, struct, sys
size = int(sys.argv[1])
control, added, more = bz2.compress(struct.pack("<3q", size, 0, 0)), bz2.compress(bytes(size)), bz2.compress(b"")
open(sys.argv[2], "wb").write(b"BSDIFF40" + struct.pack("<3q", len(control), len(added), size) + control + added + more)
]]

-- The most memory that a command takes, in MiB.
local function memory_of(command)
  local _, stdout <const> = support.run(("/usr/bin/python3 -c %s %s"):format(quote(MEASURE), quote(command)))
  local status <const>, mebibytes <const> = stdout:match "^(%d+) (%d+)"
  assert(status == "0", stdout)
  return tonumber(mebibytes)
end

--- A large file takes little more memory than a small one.
function trials.is_small(peer)
  local small <const> = memory_of(peer.patch(place(peers.PROGRAM, "target")))
  local path <const> = place(peers.PROGRAM, "target")
  assert(support.run(("truncate -s %dM %s"):format(LARGE, quote(path))) == 0)
  local command = peer.patch(path)
  if peer.name == "bspatch" then
    local patch <const> = support.path "large.bsdiff"
    assert(support.run(("/usr/bin/python3 -c %s %d %s"):format(quote(LARGE_BSDIFF), LARGE << 20, patch)) == 0)
    command = ("bspatch %s %s %s"):format(quote(path), quote(path), patch)
  end
  return memory_of(command) - small < LITTLE and "yes" or "no"
end

--- A program gets a run path that is longer than the one it has.
function trials.lengthens(peer)
  if not peer.lengthen then
    return "no"
  end
  local path <const> = support.path "linked"
  assert(support.run(("echo 'int main(void) { return 0; }' | cc -x c -Wl,-rpath,/opt -o %s -"):format(path)) == 0)
  local status <const>, _, stderr <const> = support.run(peer.lengthen(path))
  local _, dynamic <const> = support.run("readelf -d " .. path)
  if status == 0 then
    return dynamic:find("[" .. peers.LONG_PATH .. "]", 1, true) and "yes" or "no"
  end
  return stderr:find "does not fit" and dynamic:find "%[/opt%]" and "no" or stderr
end

--- A Debian package holds it.
function trials.is_packaged(peer)
  return support.run(("dpkg-query -W %s"):format(peer.package)) == 0 and "yes" or "no"
end

return trials
