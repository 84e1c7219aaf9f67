--- The folder in which everything happens: `tree` is what the program under test sees (its working folder,
--- with suture's state folder inside), beside it lie logs and what is parked.

local shell <const> = require "spec.crash.shell"

local world <const> = {}
world.__index = world

local quote <const> = shell.quote

-- A run under strace that takes this long hangs.
local LIMIT <const> = 30

-- A limit of file sizes must not hold up what is printed, so that goes through pipes.
local LIMITED <const> = [[{ { prlimit --fsize=%d %s; echo $? >../status; } 2>&1 >&3 | cat >../err; } 3>&1 | cat >../out
read -r status <../status; (exit $status)]]

--- Opens a world in a folder that exists and is empty.
---@param folder string
---@param suture string  the executable under test
---@return table
function world.open(folder, suture)
  local self <const> = setmetatable({ folder = folder, tree = folder .. "/tree", parked = folder .. "/parked" }, world)
  self.shell = shell.open(folder)
  self.root = self.shell:must("pwd -P"):match "^[^\n]*"
  self.suture = suture:sub(1, 1) == "/" and suture or self.root .. "/" .. suture
  self.shell:must(([[
    export LUA_PATH=%s SUTURE_STATE=%s LC_ALL=C ASAN_OPTIONS=detect_leaks=0
    unset LUA_INIT LUA_INIT_5_4 LUA_CPATH SUTURE_PATH
    mkdir %s %s && cd %s]]):format(quote(self.root .. "/?.lua;;"), quote(self.tree .. "/state"), quote(self.parked),
      quote(self.tree), quote(self.tree)))
  return self
end

world.__close = function(self)
  self:unseal()
  self.shell:close()
end

-- Root may do in a folder whatever its mode says, but not where it is immutable.
local SEAL <const> = "if [ $(id -u) = 0 ]; then chattr %si %s; else chmod %s %s; fi"

local function seal(self, sign, mode)
  for _, folder in ipairs(self.sealed or {}) do
    self.shell:must(SEAL:format(sign, quote(folder), mode, quote(folder)))
  end
end

--- Makes it impossible to make, rename or remove anything in the folders that the last fill sealed.
function world:seal()
  seal(self, "+", "555")
end

--- Undoes a seal, so that the tree can be laid out.
function world:unseal()
  seal(self, "-", "755")
end

local CAN_SEAL <const> = "mkdir -p sealed && { [ $(id -u) != 0 ] || chattr +i sealed && chattr -i sealed; } 2>/dev/null"

--- Whether folders can be sealed here.
function world:can_seal()
  return (self.shell:run(CAN_SEAL)) == 0
end

local function read(path)
  local file <const> = io.open(path, "rb")
  if not file then
    return nil
  end
  local data <const> = file:read "a"
  file:close()
  return data
end

local function write(path, data)
  local file <const> = assert(io.open(path, "wb"))
  assert(file:write(data))
  assert(file:close())
end

--- Makes the tree anew, with the given files in their folders, more names for them, and folders that are sealed.
---@param files table<string, string>
---@param links table<string, string>|nil   name -> one of the files
---@param sealed string[]|nil
function world:fill(files, links, sealed)
  self:unseal()
  self.sealed = nil
  local folders <const>, paths <const> = {}, {}
  for path in pairs(files) do
    paths[#paths + 1] = quote(path)
    folders[#folders + 1] = quote(path:match "^(.*)/")
  end
  for name in pairs(links or {}) do
    folders[#folders + 1] = quote(name:match "^(.*)/")
  end
  self.shell:must(("rm -rf ./* && mkdir -p -m 755 state %s && chmod 700 state"):format(table.concat(folders, " ")))
  for path, data in pairs(files) do
    write(self.tree .. "/" .. path, data)
  end
  self.shell:must("chmod 644 " .. table.concat(paths, " "))
  for name, path in pairs(links or {}) do
    self.shell:must(("ln %s %s"):format(quote(path), quote(name)))
  end
  self.sealed = sealed
  self:seal()
end

--- Starts a program of the tree and returns when it runs. `stop` ends it.
---@param path string
function world:start(path)
  self.running = self.shell:must(([[
    ./%s >/dev/null 2>&1 &
    until [ "$(readlink /proc/$!/exe)" = "$(pwd -P)"/%s ]; do kill -0 $! || exit; done
    echo $!]]):format(quote(path), quote(path))):match "%d+"
end

function world:stop()
  if self.running then
    self.shell:must(("kill %s; wait %s 2>/dev/null || :"):format(self.running, self.running))
    self.running = nil
  end
end

--- Runs a command in the tree.
---@param command string
---@param how { strace: string|nil, fsize: integer|nil }|nil
---@return integer status
---@return string stdout
---@return string stderr
function world:execute(command, how)
  local line
  if how and how.fsize then
    line = LIMITED:format(how.fsize, command)
  elseif how and how.strace then
    line = ("timeout -k 1 %d strace %s -o ../trace %s >../out 2>../err"):format(LIMIT, how.strace, command)
  else
    line = command .. " >../out 2>../err"
  end
  return (self.shell:run(line)), read(self.folder .. "/out"), read(self.folder .. "/err")
end

--- Runs suture in the tree, with words for the shell after the executable's.
function world:run(words, how)
  return self:execute(quote(self.suture) .. " " .. words, how)
end

--- What strace wrote last.
---@return string
function world:log()
  return read(self.folder .. "/trace")
end

--- Everything in the tree: { path=, kind=, number=, mode= }, folders before what is in them.
---@return table[]
function world:listing()
  local entries <const> = {}
  local found <const> = self.shell:must "find . -mindepth 1 -printf '%y %i %m %P\\n'"
  for kind, number, mode, path in found:gmatch "(%a) (%d+) (%d+) ([^\n]+)" do
    entries[#entries + 1] = {
      path = path, kind = kind == "d" and "folder" or "file", number = math.tointeger(tonumber(number)),
      mode = tonumber(mode, 8),
    }
  end
  return entries
end

--- The bytes of a file of the tree, or nil.
---@param path string
---@return string|nil
function world:read(path)
  return read(self.tree .. "/" .. path)
end

--- The listing with the bytes of every file.
---@return table[]
function world:snapshot()
  local entries <const> = self:listing()
  for _, entry in ipairs(entries) do
    entry.data = entry.kind == "file" and self:read(entry.path) or nil
  end
  return entries
end

-- The state folder keeps records; what is unfinished has one of the protocol's endings or lies in hot/.
local function is_leftover(path, files)
  if not path:find "^state/" then
    return not files[path]
  end
  local ending <const> = path:match "%.(%a+)$"
  return path:find "^state/hot/" or ending == "tmp" or ending == "new" or ending == "redo" or ending == "undo"
    or ending == "ref"
end

--- What a settled transaction must not leave behind, one line each. Extended attributes are looked at once `marked`
--- is set.
---@param files table<string, any>  the files that belong there
---@return string[]
function world:leftovers(files)
  local left <const> = {}
  for _, entry in ipairs(self:listing()) do
    if entry.kind == "file" and is_leftover(entry.path, files) then
      left[#left + 1] = entry.path
    end
  end
  if self.marked then
    local marks <const> = self.shell:must "getfattr -R -h -m '^user\\.suture' . 2>/dev/null"
    for name in marks:gmatch "user%.suture[^\n]*" do
      left[#left + 1] = "the attribute " .. name
    end
  end
  return left
end

return world
