--- The folders in which recipes have their names.
---
--- A folder of the recipe path is
---
---   a library        where it has a folder `recipes`: the recipe NAME is recipes/NAME.lua, and nothing else in it is
---                    a recipe. Beside `recipes` lie lua/ (modules for them), data/ and spec/
---   a plain folder   otherwise: NAME is NAME.lua. Each folder directly in it that is a library is one as above, and
---                    its own name is no part of its recipes' names
---
--- Each gives one root; a plain folder's own comes before its libraries', which are sorted by name. A recipe hides
--- those of the same name in later roots.

local core <const> = require "suture.core"

local roots = {}

--- Where names count from.
---@class suture.library.root
---@field path string        the folder that the names count from
---@field library string?    the library that it belongs to; nil for a plain folder
---@field apart table<string, boolean>  names in `path` that are libraries of their own

--- The module that reads folders. Raises `unsupported` where there is none.
---@return table
function roots.host()
  local ok <const>, module <const> = pcall(require, "suture.host")
  if not ok then
    core.raise("unsupported", "recipes have names only inside the suture executable")
  end
  return module
end

local function is_folder(path)
  local found <const> = roots.host().stat(path)
  return found ~= nil and found.kind == "folder"
end

--- Whether a folder is a library.
---@param folder string
---@return boolean
function roots.is_library(folder)
  return is_folder(folder .. "/recipes")
end

--- The root of a library.
---@param folder string
---@return suture.library.root
function roots.of_library(folder)
  return { path = folder .. "/recipes", library = folder, apart = {} }
end

local function libraries_in(folder)
  local names <const> = {}
  for _, entry in ipairs(roots.host().entries(folder) or {}) do
    if entry.kind == "folder" and roots.is_library(folder .. "/" .. entry.name) then
      names[#names + 1] = entry.name
    end
  end
  table.sort(names)
  return names
end

--- The roots of one folder. None where there is no such folder; one that cannot be read is a plain one.
---@param folder string
---@return suture.library.root[]
function roots.of(folder)
  if roots.is_library(folder) then
    return { roots.of_library(folder) }
  elseif not is_folder(folder) then
    return {}
  end
  local list <const> = { { path = folder, apart = {} } }
  for _, name in ipairs(libraries_in(folder)) do
    list[1].apart[name] = true
    list[#list + 1] = roots.of_library(folder .. "/" .. name)
  end
  return list
end

return roots
