--- The files of one example in a folder of their own: laid out anew for each question, and compared with what they
--- were.

local core <const> = require "suture.core"
local roots <const> = require "suture.library.roots"

local files = {}

local Files <const> = {}
Files.__index = Files

local function write(path, content)
  local file <close> = assert(io.open(path, "wb"))
  assert(file:write(content) and file:flush())
end

local function read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read("a")
end

--- Writes the contents, in the order of the targets, and keeps in mind how the files are then.
---@param contents string[]
function Files:lay(contents)
  for index, target in ipairs(self.targets) do
    write(target.path, contents[index])
  end
  self:mark()
end

--- Keeps in mind how the files are now.
function Files:mark()
  self.marked, self.contents = {}, {}
  for index, target in ipairs(self.targets) do
    self.marked[index] = roots.host().stat(target.path)
    self.contents[index] = read(target.path)
  end
end

--- Where the files differ from how they were: nil, or a text.
---@return string?
function Files:touched()
  for index, target in ipairs(self.targets) do
    local now <const>, before <const> = roots.host().stat(target.path), self.marked[index]
    if read(target.path) ~= self.contents[index] then
      return self:label(index) .. "its bytes have changed"
    elseif now.inode ~= before.inode then
      return self:label(index) .. "it is another file (inode)"
    elseif now.mtime ~= before.mtime then
      return self:label(index) .. "it was written (mtime)"
    end
  end
end

-- One target needs no name.
function Files:label(index)
  return #self.targets > 1 and self.targets[index].name .. ": " or ""
end

local function first_difference(wanted, found)
  for index = 1, math.min(#wanted, #found) do
    if wanted:byte(index) ~= found:byte(index) then
      return index - 1
    end
  end
  return math.min(#wanted, #found)
end

local function shown(text, offset)
  local byte <const> = text:byte(offset + 1)
  return byte and ("%02x"):format(byte) or "the end"
end

--- Where the files differ from what they should be: nil, or a text.
---@param wanted string[]  in the order of the targets
---@return string?
function Files:difference(wanted)
  for index, target in ipairs(self.targets) do
    local found <const> = read(target.path)
    if found ~= wanted[index] then
      local offset <const> = first_difference(wanted[index], found)
      return ("%s0x%x: expected %s, came out %s (size 0x%x, expected 0x%x)"):format(self:label(index), offset,
        shown(wanted[index], offset), shown(found, offset), #found, #wanted[index])
    end
  end
end

local ONLY <const> = ""

-- The names of an example's inputs, in the order in which the recipe declares its targets.
local function order(inputs, declared)
  local list <const>, known <const> = {}, {}
  for _, name in ipairs(declared) do
    known[name] = true
    if inputs[name] then
      list[#list + 1] = name
    end
  end
  for name in pairs(inputs) do
    if name ~= ONLY and not known[name] then
      core.raise("argument", core.unknown("target", name, declared))
    end
  end
  return #list > 0 and list or { ONLY }
end

--- Files for an example. Raises `argument` where it names a target that the recipe has not.
---@param folder string            exists and is empty
---@param inputs table<string, string>
---@param declared string[]        names of the recipe's targets
---@return table files
function files.new(folder, inputs, declared)
  local targets <const>, names <const> = {}, order(inputs, declared)
  for index, name in ipairs(names) do
    local plain <const> = name == ONLY and "input" or name:gsub("[^%w_.+-]", "_")
    targets[index] = { path = ("%s/%d-%s"):format(folder, index, plain), name = name ~= ONLY and name or nil }
  end
  return setmetatable({ targets = targets, names = names }, Files)
end

return files
