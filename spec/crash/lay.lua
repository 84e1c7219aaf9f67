--- Lays a simulated state out in the real tree, for the real recovery.
---
--- A journal names its targets by inode number, so a file whose number anyone has seen gets that very inode: originals
--- are rewritten in place, and a number that was given up is taken back from the file system by making files until
--- it turns up again. On a file system that others use too it may not: then the state is another one.

local shell <const> = require "spec.crash.shell"

local lay <const> = {}
lay.__index = lay

local quote <const> = shell.quote

-- Files made in one go when a number is sought, and how often.
local BATCH <const>, ROUNDS <const> = 32, 8

---@param world table
---@return table
function lay.new(world)
  return setmetatable({ world = world, substitutes = 0, parked = {} }, lay)
end

function lay:park_path(number)
  return self.world.parked .. "/" .. number
end

-- Moves the inodes that matter out of the tree, and empties it.
function lay:clear(numbers)
  local world <const> = self.world
  local listing <const> = world:listing()
  for index = #listing, 1, -1 do
    local entry <const> = listing[index]
    local path <const> = world.tree .. "/" .. entry.path
    if entry.kind == "file" and numbers[entry.number] and not self.parked[entry.number] then
      assert(os.rename(path, self:park_path(entry.number)))
      self.parked[entry.number] = entry.mode
    elseif entry.kind == "file" or not numbers[entry.number] then
      assert(os.remove(path))
    end
  end
end

-- Makes files in a folder until one has the number. Returns whether one came up.
local SEEK <const> = [[
round=0
while [ $round -lt %d ]; do
  i=0
  while [ $i -lt %d ]; do : > .seek.$round.$i; i=$((i + 1)); done
  found=$(find . -maxdepth 1 -name '.seek.*' -inum %d)
  [ -z "$found" ] || break
  round=$((round + 1))
done
[ -z "$found" ] || mv "$found" %s
find . -maxdepth 1 -name '.seek.*' -delete
[ -n "$found" ]
]]

function lay:seek(number, folder)
  local command <const> = SEEK:format(ROUNDS, BATCH, number, quote(self:park_path(number)))
  local status <const> = self.world.shell:run(("( cd %s || exit\n%s )"):format(quote(folder), command))
  if status == 0 then
    self.parked[number] = 384
    return true
  end
  self.substitutes = self.substitutes + 1
  return false
end

-- Puts a file's inode under its name.
function lay:place(entry, path)
  local number <const> = entry.node.number
  if not number then
    return false
  elseif self.parked[number] or self:seek(number, path:match "^(.*)/") then
    assert(os.rename(self:park_path(number), path))
    self.mode = self.parked[number]
    self.parked[number] = nil
    return true
  end
  return false
end

local function in_order(found)
  local paths <const> = {}
  for path in pairs(found) do
    paths[#paths + 1] = path
  end
  table.sort(paths)
  return paths
end

-- Opening for writing truncates the inode that is there.
local function fill(path, data)
  local file <const> = assert(io.open(path, "wb"))
  assert(file:write(data))
  assert(file:close())
end

function lay:attributes(entry, path)
  local shell_words <const> = { ("setfattr -x user.suture %s 2>/dev/null || :"):format(quote(path)) }
  for name, value in pairs(entry.attributes) do
    local hex <const> = value:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end)
    shell_words[#shell_words + 1] = ("setfattr -n %s -v 0x%s %s"):format(quote(name), hex, quote(path))
  end
  self.world.shell:must(table.concat(shell_words, "\n"))
end

function lay:file(entry, path, names)
  local whole <const> = self.world.tree .. "/" .. path
  local other <const> = names[entry.node]
  if other then
    self.world.shell:must(("ln %s %s"):format(quote(other), quote(whole)))
    return
  end
  self.mode = 384
  if not self:place(entry, whole) then
    self.world.shell:must(": > " .. quote(whole))
  end
  fill(whole, entry.data)
  if self.mode ~= entry.mode then
    self.world.shell:must(("chmod %o %s"):format(entry.mode, quote(whole)))
  end
  names[entry.node] = whole
  if self.world.marked then
    self:attributes(entry, whole)
  end
end

function lay:folder(entry, path)
  local shell_words <const> = "[ -d %s ] || mkdir -m %o %s"
  self.world.shell:must(shell_words:format(quote(path), entry.mode, quote(path)))
end

--- Makes the tree hold exactly what was found after a power cut. Files whose number matters come before the
--- others, which might be given that number.
---@param found table<string, table>   as disk:after gives it
---@param numbers table<integer, boolean>   the inode numbers that matter
---@return boolean exact  false where a number did not come back
function lay:out(found, numbers)
  local before <const> = self.substitutes
  self.world:unseal()
  self:clear(numbers)
  local names <const>, others <const> = {}, {}
  for _, path in ipairs(in_order(found)) do
    local entry <const> = found[path]
    if not entry.data then
      self:folder(entry, path)
    elseif entry.node.number then
      self:file(entry, path, names)
    else
      others[#others + 1] = path
    end
  end
  for _, path in ipairs(others) do
    self:file(found[path], path, names)
  end
  self.world:seal()
  return self.substitutes == before
end

--- Gives up what is parked.
function lay:close()
  for number in pairs(self.parked) do
    assert(os.remove(self:park_path(number)))
  end
end

return lay
