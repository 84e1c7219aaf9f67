-- Ways of changing two places of a program, told as shell commands. Each peer has:
--
--   name, program, package    the head of its column in README.md; what must be there; the package it comes from
--   patch(path)               changes both places of one file; patchelf, which knows no places, the run path
--   cut(path, size)           begins with the file, has it cut to a size by another program, goes on with it
--   both(one, other)          changes both places of two files as one
--   half(path)                dies between its two stores, where it stores without a system call
--   search(path)              prints where bytes with wildcards are
--   settle(path), undo(path), lengthen(path)
--                             settles an interrupted run, takes a finished one back, gives a program a longer run path
--
-- A peer that lacks one of the last three has no way of doing that.

local support = require "spec.support"

local peers = {}

local quote <const> = support.quote

--- Two places of the program `sleep`: a byte of the ELF header that nobody reads, and a text.
peers.PROGRAM = "/usr/bin/sleep"
peers.WORD, peers.NEW_WORD = "seconds", "SECONDS"
peers.FIRST = 12

peers.LONG_PATH = "/opt/a/much/longer/path"

--- Where the text is.
function peers.second()
  return assert(support.read(peers.PROGRAM):find(peers.WORD, 1, true)) - 1
end

local function file(name, text)
  return quote(support.write(name, text))
end

local function dd(path, off, text)
  return ("printf '%s' | dd of=%s oflag=seek_bytes seek=%d conv=notrunc status=none"):format(text, quote(path), off)
end

local function hexadecimal(text)
  return (text:gsub(".", function(char) return ("%02x "):format(char:byte()) end))
end

local POKE <const> = [[var f = open("%s"); byte @ f : %d#B = 1UB; var word = "%s"; var i = 0;
while (i < word'length) { byte @ f : (%d + i)#B = word[i]; i = i + 1; } close(f);]]

local PYTHON <const> = [[
import mmap, os, signal, sys
with open(sys.argv[1], "r+b") as file:
    view = mmap.mmap(file.fileno(), 0)
    view[%d:%d + 1] = b"\1"
    if len(sys.argv) > 2: os.kill(os.getpid(), signal.SIGKILL)
    view[%d:%d + %d] = b"%s"
    view.flush()
]]

local PYTHON_CUT <const> = [[
import mmap, os, sys
with open(sys.argv[1], "r+b") as file:
    view = mmap.mmap(file.fileno(), 0)
    os.truncate(sys.argv[1], int(sys.argv[2]))
    view[16384:16385] = b"x"
    view.flush()
]]

local PYTHON_SEARCH <const> = [[
import mmap, re, sys
with open(sys.argv[1], "rb") as file:
    view = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    print(re.search(b"s.c..ds", view, re.DOTALL).start())
]]

local RECIPE <const> = [[
return { edits = { { at = %d, old = "\0", new = "\1" }, { at = %d, old = "%s", new = "%s" } } }
]]

-- The same edits in each of two targets.
local RECIPE_OF_TWO <const> = [[
local edits <const> = {}
for _, target in ipairs { "one", "other" } do
  edits[#edits + 1] = { target = target, at = %d, old = "\0", new = "\1" }
  edits[#edits + 1] = { target = target, at = %d, old = "%s", new = "%s" }
end
return { targets = { { name = "one" }, { name = "other" } }, edits = edits }
]]

local SUTURE_CUT <const> = [[
local b <close> = assert(require "suture".open(arg[1]))
os.execute(("truncate -s %%d '%%s'"):format(arg[2], arg[1]))
b:write(16384, "x")
]]

local function recipe(name, text)
  return ("%s run %s "):format(support.suture,
    file(name, text:format(peers.FIRST, peers.second(), peers.WORD, peers.NEW_WORD)))
end

local function python(name, text)
  return ("/usr/bin/python3 %s "):format(file(name, text))
end

local function store_by_python()
  local second <const> = peers.second()
  return python("store.py", PYTHON:format(peers.FIRST, peers.FIRST, second, second, #peers.NEW_WORD, peers.NEW_WORD))
end

-- Given line by line, so that the file can be cut between two of them.
local POKE_CUT <const> = [[{ printf 'var f = open("%s");\nbyte @ f : 0#B;\n'; sleep 0.5; truncate -s %d %s
printf 'byte @ f : 16384#B = 1UB;\nclose(f);\n'; } | poke -q --color=no]]

--- In the order of README's columns.
peers.list = {
  {
    name = "suture", program = "sh", package = "suture",
    patch = function(path) return recipe("two.lua", RECIPE) .. quote(path) end,
    both = function(one, other)
      return ("%s %s %s"):format(recipe("both.lua", RECIPE_OF_TWO), quote(one), quote(other))
    end,
    cut = function(path, size)
      return ("%s %s %s %d"):format(support.suture, file("cut.lua", SUTURE_CUT:gsub("%%%%", "%%")), quote(path), size)
    end,
    search = function(path)
      return ("printf '%%d\\n' $(%s find '73 ?? 63 ?? ?? 64 73' %s | cut -d: -f2 | head -n 1)"):format(
        support.suture, quote(path))
    end,
    settle = function(path) return ("%s recover %s"):format(support.suture, quote(path)) end,
    undo = function(path) return ("%s revert %s"):format(support.suture, quote(path)) end,
    lengthen = function(path)
      return ("%s run elf/run-path %s -p path=%s"):format(support.suture, quote(path), peers.LONG_PATH)
    end,
  },
  {
    name = "dd", program = "dd", package = "coreutils",
    patch = function(path)
      return dd(path, peers.FIRST, "\\001") .. " && " .. dd(path, peers.second(), peers.NEW_WORD)
    end,
  },
  {
    name = "xxd -r", program = "xxd", package = "xxd",
    patch = function(path)
      local text <const> = ("%08x: 01\n%08x: %s\n"):format(peers.FIRST, peers.second(), hexadecimal(peers.NEW_WORD))
      return ("xxd -r %s %s"):format(file("two.hex", text), quote(path))
    end,
  },
  {
    name = "patchelf", program = "patchelf", package = "patchelf",
    patch = function(path) return "patchelf --set-rpath /opt/lib " .. quote(path) end,
    lengthen = function(path) return ("patchelf --set-rpath %s %s"):format(peers.LONG_PATH, quote(path)) end,
  },
  {
    name = "bspatch", program = "bspatch", package = "bsdiff",
    patch = function(path)
      return ("bspatch %s %s %s"):format(quote(path), quote(path), quote(support.path "two.bsdiff"))
    end,
  },
  {
    name = "poke", program = "poke", package = "poke",
    patch = function(path)
      local text <const> = POKE:format(path, peers.FIRST, peers.NEW_WORD, peers.second())
      return "poke -q -c " .. quote((text:gsub("\n", " ")))
    end,
    cut = function(path, size) return POKE_CUT:format(path, size, quote(path)) end,
  },
  {
    name = "Python mmap", program = "/usr/bin/python3", package = "python3",
    patch = function(path) return store_by_python() .. quote(path) end,
    half = function(path) return store_by_python() .. quote(path) .. " half" end,
    cut = function(path, size) return python("cut.py", PYTHON_CUT) .. quote(path) .. " " .. size end,
    search = function(path) return python("search.py", PYTHON_SEARCH) .. quote(path) end,
  },
}

--- Whether a peer can be tried here.
function peers.is_there(peer)
  return (support.run(("command -v %s"):format(peer.program))) == 0
end

--- Makes what bspatch takes.
function peers.prepare()
  local old <const> = support.read(peers.PROGRAM)
  local off <const> = peers.second()
  local new <const> = old:sub(1, peers.FIRST) .. "\1" .. old:sub(peers.FIRST + 2, off) .. peers.NEW_WORD
    .. old:sub(off + #peers.WORD + 1)
  support.run(("bsdiff %s %s %s"):format(peers.PROGRAM, quote(support.write("new.bin", new)),
    quote(support.path "two.bsdiff")))
end

return peers
