-- Flushes that are interrupted, and what the world does before they are recovered.
--
-- Everything of suture runs in child processes with a state folder of their own, so that a flush can be killed
-- at a chosen system call (strace) and other users can take part.

local support = require "spec.support"

local world = {}

local quote = support.quote

--- Runs a command that must succeed; returns what it wrote.
function world.must(command)
  local status, stdout, stderr = support.run(command)
  assert(status == 0, ("status %d of %s: %s"):format(status, command, stderr))
  return stdout
end

--- Who runs the specs.
function world.is_root()
  local _, stdout = support.run "id -u"
  return stdout == "0\n"
end

--- A user that is not root and owns nothing.
world.STRANGER = 65534

local program -- a copy of the executable that other users can run

local function executable()
  if not program then
    program = support.path "suture"
    world.must(("cp %s %s && chmod 755 %s"):format(support.suture, quote(program), quote(program)))
    world.must("chmod 711 " .. quote(support.tempdir()))
  end
  return quote(program)
end

--- A new folder below the folder of this process.
function world.folder(name)
  local path = support.path(name)
  world.must("mkdir -p " .. quote(path))
  return path
end

--- The state folder of the children, for a user other than this one its own.
function world.state(user)
  return support.path(user and "state." .. user or "state")
end

local scripts = 0

--- The shell command that runs Lua code with suture's core in `core`.
-- Options: user (an id), under (a command in front, such as strace), state (a folder).
function world.command(code, options)
  options = options or {}
  scripts = scripts + 1
  local path = support.write(("script.%d.lua"):format(scripts), "local core <const> = require 'suture.core'\n" .. code)
  local state = options.state or world.state(options.user)
  local user = options.user
    and ("setpriv --reuid=%d --regid=%d --clear-groups "):format(options.user, options.user) or ""
  if options.user then
    world.must(("chmod 644 %s && mkdir -p %s && chown %d %s"):format(quote(path), quote(state), options.user,
      quote(state)))
  end
  return ("ASAN_OPTIONS=detect_leaks=0 SUTURE_STATE=%s %s%s %s %s"):format(quote(state), user,
    options.under or "", executable(), quote(path))
end

--- Runs Lua code in a child; returns its status, stdout and stderr.
function world.lua(code, options)
  return support.run(world.command(code, options))
end

-- Prints what a call gave: its first result, or the kind of its error and then the message; then a NUL.
local ANSWER <const> = [[
local function answer(ok, value, err)
  if ok and value == nil then ok, value = false, err end
  if not ok then value = (type(value) ~= "string" and value.kind or "a plain string") .. "\n" .. tostring(value) end
  io.write(tostring(value), "\0")
end
local function open(path, options)
  local b <close>, err = core.open(path, options)
  return b and "opened", err
end
]]

-- Runs code that calls `answer` a few times; returns a list of { word, message }, and what went to stderr.
local function ask(code, options)
  local status, stdout, stderr = world.lua(ANSWER .. code, options)
  assert(status == 0, ("status %d: %s"):format(status, stderr))
  local answers = {}
  for text in stdout:gmatch "(%Z*)\0" do
    answers[#answers + 1] = { text:match "^([^\n]*)\n?(.*)" }
  end
  return answers, stderr
end

local function first(answers, stderr)
  return answers[1][1], answers[1][2], stderr
end

--- Recovers: "clean", "finished", "undone", or an error's kind and its message; and what went to stderr.
function world.recover(path, choice, journal, options)
  return first(ask(("answer(pcall(core.recover, %q, %q, %s))"):format(path, choice or "auto",
    journal and ("%q"):format(journal) or "nil"), options))
end

--- Opens: "opened" or an error's kind and its message; and what went to stderr.
function world.open(path, mode, options)
  return first(ask(("answer(pcall(open, %q, %q))"):format(path, mode or "patch"), options))
end

--- All ways to settle a file by itself, and to open it: a list of { word, message } for each.
function world.try_all(path, options)
  return (ask(([[
    for _, choice in ipairs { "auto", "old", "new" } do answer(pcall(core.recover, %q, choice)) end
    for _, mode in ipairs { "patch", "shared", "read", "copy" } do answer(pcall(open, %q, mode)) end
  ]]):format(path, path), options))
end

--- Recovers once for each of the contents that a journal is given; a list of { word, message }.
function world.recover_with(path, trace, contents)
  local code = { "local contents = {" }
  for i, content in ipairs(contents) do
    code[i + 1] = ("%q,"):format(content)
  end
  code[#code + 1] = ([[}
    for _, content in ipairs(contents) do
      local file <close> = assert(io.open(%q, "wb"))
      assert(file:write(content) and file:flush())
      answer(pcall(core.recover, %q))
    end]]):format(trace, path)
  return (ask(table.concat(code, "\n")))
end

--- Lua code that opens targets, writes to them and flushes them as one.
-- targets: list of { path, offset, bytes }; flush: the source of the options' table.
function world.flush_code(targets, flush)
  local code = { "local list = {}\n" }
  for i, target in ipairs(targets) do
    code[#code + 1] = ("list[%d] = assert(core.open(%q))\nlist[%d]:write(0x%x, %q)\n"):format(i, target[1], i,
      target[2], target[3])
  end
  code[#code + 1] = ("local outcomes <const> = core.flush(list, %s)\n"):format(flush or "{}")
  return table.concat(code)
end

--- Flushes: "place", "replaced" (of the first target), or an error's kind and its message.
function world.flush(targets, flush, options)
  return first(ask(("answer(pcall(function()\n%sreturn outcomes[1]\nend))"):format(
    world.flush_code(targets, flush)), options))
end

--- strace in front of a command. Each of the tampers is what follows `-e inject=`; path bounds them to calls
-- that name the path or a descriptor of it.
function world.strace(path, ...)
  local words = { "strace -f -qq -o /dev/null" }
  if path then
    words[#words + 1] = "-P " .. quote(path)
  end
  for _, tamper in ipairs { ... } do
    words[#words + 1] = "-e inject=" .. tamper
  end
  return table.concat(words, " ")
end

--- Waits until a shell command succeeds.
function world.await(command)
  world.must(("for i in $(seq 400); do { %s; } >/dev/null 2>&1 && exit; sleep 0.05; done; exit 1"):format(
    command))
end

--- Starts Lua code that stands still right after its `when`-th system call `stop.call` (about `stop.path`, if told).
-- Returns when `reached`, a shell command, succeeds; what is returned lets the code go on and gives what it wrote,
-- closed by its status.
function world.held(code, stop, reached)
  local tool = world.strace(stop.path, ("%s:signal=STOP:when=%d"):format(stop.call, stop.when or 1))
  local command = world.command("print((io.open '/proc/self/stat':read 'n'))\nio.stdout:flush()\n" .. code,
    { under = "timeout -s KILL 60 " .. tool })
  local name = support.path(("held.%d.log"):format(scripts))
  world.must(("(%s; echo status $?) >%s 2>&1 &"):format(command, name))
  world.await(reached)
  return function()
    world.must("kill -CONT " .. support.read(name):match "^%d+")
    world.await(("grep -q ^status %s"):format(name))
    return (support.read(name):gsub("^%d+\n", ""))
  end
end

--- A flush that is killed when it makes the system call `call` for the `when`-th time, before the call acts. With
-- `path` only calls that concern the path count.
function world.interrupt(targets, kill, flush, options)
  options = options or {}
  options.under = world.strace(kill.path, ("%s:signal=KILL:when=%d"):format(kill.call, kill.when or 1))
  local status, _, stderr = world.lua(world.flush_code(targets, flush), options)
  assert(status == 137, ("the flush was to be killed and ended with status %d: %s"):format(status, stderr))
end

--- The names of what flushes left in a folder, sorted, the inode numbers taken out.
function world.traces(folder)
  local names = {}
  for name in world.must("ls -A " .. quote(folder)):gmatch "[^\n]+" do
    local suffix = name:match "^%.suture%-.*(%.%a+)$"
    names[#names + 1] = suffix
  end
  table.sort(names)
  return table.concat(names, " ")
end

--- The path of the only trace with that suffix in a folder.
function world.trace(folder, suffix)
  local found = world.must(("ls -A %s | grep '^\\.suture-.*\\.%s$'"):format(quote(folder), suffix))
  return folder .. "/" .. assert(found:match "^([^\n]+)\n$", "not exactly one: " .. found)
end

--- One of stat's formats for a file.
function world.stat(path, format)
  return (world.must(("stat -c '%s' %s"):format(format, quote(path))):gsub("\n$", ""))
end

--- The bytes with some of them overwritten.
function world.patched(data, off, bytes)
  return data:sub(1, off) .. bytes .. data:sub(off + #bytes + 1)
end

--- Overwrites bytes of a file, as another program would.
function world.scribble(path, off, bytes)
  local file <close> = assert(io.open(path, "r+b"))
  assert(file:seek("set", off))
  assert(file:write(bytes))
end

return world
