--- A disk as the kernel promises it: what programs see, what is durable, and between them the units that a
--- power cut keeps or loses, each for itself.
---
---   1. A write is cut at 512-byte sectors; each sector, and the new size of the file, is a unit.
---   2. A change of a folder is a unit: a name that is made or removed, or a rename inside of one folder.
---      A rename between two folders is one unit in each.
---   3. fsync makes all units of its file or folder durable, fdatasync all but mode and extended attributes.
---      Nothing else makes anything durable: syncing a file does not sync its name.
---   4. A power cut keeps any subset of the units; those kept take effect in their order.

local disk <const> = {}
disk.__index = disk

local SECTOR <const> = 512

--- A node is a file or a folder. `seen` is what programs see, `kept` what is durable.
local function new_node(kind, number)
  local empty <const> = kind == "folder"
  return {
    kind = kind,
    number = number, -- the inode number, where anyone has asked for it
    seen = { data = not empty and "" or nil, names = empty and {} or nil, mode = 384, attributes = {} },
    kept = { data = not empty and "" or nil, names = empty and {} or nil, mode = 384, attributes = {} },
    units = {},
  }
end

--- An empty disk: a root without names.
---@return table
function disk.new()
  return setmetatable({ root = new_node("folder"), clock = 0 }, disk)
end

-- Lays bytes over a string, with zeros between its end and them.
local function overlay(data, off, piece)
  if off > #data then
    data = data .. ("\0"):rep(off - #data)
  end
  return data:sub(1, off) .. piece .. data:sub(off + #piece + 1)
end

local apply <const> = {}

function apply.bytes(state, unit)
  state.data = overlay(state.data, unit.off, unit.piece)
end

function apply.size(state, unit)
  state.data = state.data:sub(1, unit.size) .. ("\0"):rep(unit.size - #state.data)
end

function apply.names(state, unit)
  for name, node in pairs(unit.names) do
    state.names[name] = node or nil
  end
end

function apply.mode(state, unit)
  state.mode = unit.mode
end

function apply.attribute(state, unit)
  state.attributes[unit.name] = unit.value
end

local IS_METADATA <const> = { mode = true, attribute = true }

function disk:change(node, unit)
  self.clock = self.clock + 1
  unit.node, unit.order = node, self.clock
  apply[unit.kind](node.seen, unit)
  node.units[#node.units + 1] = unit
end

--- Makes the units of a node durable.
---@param node table
---@param data_only boolean|nil
function disk:sync(node, data_only)
  local left <const> = {}
  self.clock = self.clock + 1
  for _, unit in ipairs(node.units) do
    if data_only and IS_METADATA[unit.kind] then
      left[#left + 1] = unit
    else
      apply[unit.kind](node.kept, unit)
    end
  end
  node.units = left
end

--- The node that a path below the root leads to, or nil.
---@param path string
---@return table|nil
function disk:find(path)
  local node = self.root
  for name in path:gmatch "[^/]+" do
    node = node and node.kind == "folder" and node.seen.names[name]
  end
  return node or nil
end

--- The folder and the last name of a path.
---@param path string
---@return table folder
---@return string name
function disk:place(path)
  local parent <const>, name <const> = path:match "^(.-)/?([^/]+)$"
  return assert(self:find(parent), "no folder for " .. path), name
end

--- A node without a name.
---@param kind "file"|"folder"
---@return table
function disk.node(kind)
  return new_node(kind)
end

--- Gives a node a name.
function disk:link(node, path)
  local folder <const>, name <const> = self:place(path)
  self:change(folder, { kind = "names", names = { [name] = node } })
end

function disk:unlink(path)
  local folder <const>, name <const> = self:place(path)
  self:change(folder, { kind = "names", names = { [name] = false } })
end

function disk:rename(from, to, exchange)
  local node <const> = assert(self:find(from), "nothing to rename at " .. from)
  local back <const> = exchange and self:find(to) or false
  local from_folder <const>, from_name <const> = self:place(from)
  local to_folder <const>, to_name <const> = self:place(to)
  if from_folder == to_folder then
    self:change(from_folder, { kind = "names", names = { [from_name] = back, [to_name] = node } })
  else
    self:change(to_folder, { kind = "names", names = { [to_name] = node } })
    self:change(from_folder, { kind = "names", names = { [from_name] = back } })
  end
end

function disk:resize(node, size)
  if size ~= #node.seen.data then
    self:change(node, { kind = "size", size = size })
  end
end

function disk:write(node, off, data)
  local stop <const> = off + #data
  if stop > #node.seen.data then
    self:resize(node, stop)
  end
  local at = off
  while at < stop do
    local cut <const> = math.min(stop, (at // SECTOR + 1) * SECTOR)
    self:change(node, { kind = "bytes", off = at, piece = data:sub(at - off + 1, cut - off) })
    at = cut
  end
end

--- Every node that a name leads to, now or after some subset of the units.
local function reachable(node, found)
  if found[node] then
    return found
  end
  found[node] = true
  for _, next_node in pairs(node.kept.names or {}) do
    reachable(next_node, found)
  end
  for _, unit in ipairs(node.units) do
    for _, next_node in pairs(unit.names or {}) do
      if next_node then
        reachable(next_node, found)
      end
    end
  end
  return found
end

--- The units that a power cut now would keep or lose, in order.
---@return table[]
function disk:undecided()
  local units <const> = {}
  for node in pairs(reachable(self.root, {})) do
    table.move(node.units, 1, #node.units, #units + 1, units)
  end
  table.sort(units, function(a, b)
    return a.order < b.order
  end)
  return units
end

local function copy(map)
  local made <const> = {}
  for key, value in pairs(map or {}) do
    made[key] = value
  end
  return made
end

local function survivor(node, units)
  local kept <const> = node.kept
  local state <const> = {
    data = kept.data, names = kept.names and copy(kept.names), mode = kept.mode, attributes = copy(kept.attributes),
  }
  for _, unit in ipairs(units) do
    if unit.node == node then
      apply[unit.kind](state, unit)
    end
  end
  return state
end

--- What is found after a power cut that kept these units: path -> { node, data, mode, attributes }.
--- Folders have no data.
---@param units table[]
---@return table<string, table>
function disk:after(units)
  local found <const> = {}
  local function walk(node, path)
    local state <const> = survivor(node, units)
    if path ~= "" then
      found[path] = { node = node, data = state.data, mode = state.mode, attributes = state.attributes }
    end
    for name, next_node in pairs(state.names or {}) do
      walk(next_node, path == "" and name or path .. "/" .. name)
    end
  end
  walk(self.root, "")
  return found
end

return disk
