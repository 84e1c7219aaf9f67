--- The names in a root, and what stands behind them.
---
--- Names are those of suture.recipe.naming; none leaves its folder. In a library a symbolic link must lead to a place
--- in the same library; linked folders are not gone into. A file that begins with `#!` is a script and no recipe,
--- unless that line ends in `suture run`.

local core <const> = require "suture.core"
local naming <const> = require "suture.recipe.naming"
local roots <const> = require "suture.library.roots"

local names = {}

-- More than this is no library that a person could read.
local most_names <const>, most_depth <const> = 20000, 16

--- Whether a path leads to a place in a folder, links followed.
---@param path string
---@param folder string
---@return boolean
function names.is_inside(path, folder)
  local home <const>, place <const> = core.identify(folder), core.identify(path)
  return home ~= nil and place ~= nil and place.path:sub(1, #home.path + 1) == home.path:gsub("/$", "") .. "/"
end

local function first_line(path)
  local file <const> = core.open(path, { mode = "read", recover = false })
  if not file then
    return ""
  end
  local ok <const>, text <const> = pcall(file.read, file, 0, math.min(#file, 256))
  file:close()
  return ok and text:match("^[^\n]*") or ""
end

local function is_script(path)
  local line <const> = first_line(path)
  return line:find("^#!") ~= nil and not line:find("suture%s+run%s*$")
end

-- Why the file is no recipe of that root, or nil. Without a text it is none of a recipe's business.
local function objection(root, path)
  if root.library and not names.is_inside(path, root.library) then
    return "leads out of its library"
  elseif is_script(path) then
    return ""
  end
end

--- The path of a recipe in a root; nil where there is none of that name.
---@param root suture.library.root
---@param name string  a recipe's
---@return string?
function names.path(root, name)
  local path <const> = ("%s/%s.lua"):format(root.path, name)
  local found <const> = not root.apart[name:match("^[^/]*")] and roots.host().stat(path)
  return found and found.kind == "file" and not objection(root, path) and path or nil
end

local Walk <const> = {}
Walk.__index = Walk

function Walk:file(entry, prefix)
  local path <const> = ("%s/%s%s"):format(self.root.path, prefix, entry.name)
  local name <const> = prefix .. entry.name:sub(1, -5)
  local reason <const> = not naming.is_name(name) and "its name is none of a recipe" or objection(self.root, path)
  if not reason then
    self.list[#self.list + 1] = { name = name, path = path }
  elseif reason ~= "" then
    self.complain(path, reason)
  end
end

local function by_name(one, other)
  return one.name < other.name
end

function Walk:entries(prefix)
  local path <const> = (self.root.path .. "/" .. prefix):gsub("/$", "")
  local list <const>, reason <const> = roots.host().entries(path)
  if not list then
    self.complain(path, (reason:gsub("^.*: ", "")))
    return {}
  end
  table.sort(list, by_name)
  return list
end

function Walk:is_hidden(entry, prefix)
  return entry.name:find("^%.") ~= nil or prefix == "" and self.root.apart[entry.name]
end

function Walk:entry(entry, prefix, depth)
  if entry.kind == "folder" and not entry.is_link then
    self:folder(prefix .. entry.name .. "/", depth + 1)
  elseif entry.kind == "file" and entry.name:find(".%.lua$") then
    self:file(entry, prefix)
  end
end

-- Why a folder in the root is passed over.
local function beyond(path, depth)
  if depth > most_depth then
    return "lies too deep: it is passed over"
  elseif depth > 1 and roots.is_library(path) then
    return "is a library, and passed over: it lies in no folder of the recipe path"
  end
end

function Walk:folder(prefix, depth)
  local path <const> = self.root.path .. "/" .. prefix
  local reason <const> = beyond(path, depth)
  if reason then
    return self.complain(path, reason)
  end
  for _, entry in ipairs(self:entries(prefix)) do
    if #self.list >= most_names then
      self.complain(self.root.path, ("has more than %d recipes: the rest is passed over"):format(most_names))
      return
    elseif not self:is_hidden(entry, prefix) then
      self:entry(entry, prefix, depth)
    end
  end
end

--- All recipes of a root, sorted by folder and name. What cannot be looked at is told and passed over.
---@param root suture.library.root
---@param complain fun(path: string, reason: string)
---@return { name: string, path: string }[]
function names.all(root, complain)
  local walk <const> = setmetatable({ root = root, list = {}, complain = complain }, Walk)
  walk:folder("", 1)
  return walk.list
end

return names
