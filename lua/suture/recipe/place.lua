--- Where a recipe's file is: a path as it is given, or a name on the recipe path. What names there are in a folder
--- of that path is said by suture.library.roots and suture.library.names.

local core <const> = require "suture.core"
local names <const> = require "suture.library.names"
local naming <const> = require "suture.recipe.naming"
local roots <const> = require "suture.library.roots"

local place = {}

local function add(list, folder)
  if folder and folder ~= "" then
    list[#list + 1] = folder
  end
end

local function data_home()
  local set <const>, home <const> = os.getenv("XDG_DATA_HOME"), os.getenv("HOME")
  if set and set ~= "" then
    return set .. "/suture"
  end
  return home and home ~= "" and home .. "/.local/share/suture" or nil
end

-- The recipes that ship: under share/ where suture is installed, beside the build folder in its source tree.
local function shipped(executable)
  local folder <const> = (executable or ""):match("^(.*)/[^/]*$")
  if not folder then
    return nil
  elseif folder:find("/bin$") then
    return folder:sub(1, -5) .. "/share/suture/scripts"
  end
  local tree <const> = (folder .. "/"):match("^(.*)/build/")
  return tree and tree .. "/scripts"
end

--- The folders of the recipe path, in the order in which they are searched:
--- those of SUTURE_PATH (joined by ':'), the user's, the installed ones.
---@param executable string?  path of the suture executable
---@return string[]
function place.folders(executable)
  local list <const> = {}
  for folder in (os.getenv("SUTURE_PATH") or ""):gmatch("[^:]+") do
    add(list, folder)
  end
  add(list, data_home())
  add(list, shipped(executable))
  return list
end

--- Whether a word is a path and not a name: it begins with '.' or '/', or has the ending of a recipe's file.
---@param word string
---@return boolean
function place.is_path(word)
  return word:find("^[./]") ~= nil or word:find("%.lua$") ~= nil
end

--- The roots of all folders, in the order in which they are searched.
---@param folders string[]
---@return suture.library.root[]
function place.roots(folders)
  local list <const> = {}
  for _, folder in ipairs(folders) do
    for _, root in ipairs(roots.of(folder)) do
      list[#list + 1] = root
    end
  end
  return list
end

local function silence() end

-- The name nearest to the word, for one that is misspelt.
local function nearest(word, list)
  local known <const> = {}
  for _, root in ipairs(list) do
    for _, entry in ipairs(names.all(root, silence)) do
      known[#known + 1] = entry.name
    end
  end
  return core.suggest(word, known)
end

local function missing(word, folders, list)
  local near <const> = nearest(word, list)
  local where <const> = #folders > 0 and " in " .. table.concat(folders, ", ") or ": the recipe path is empty"
  core.raise("argument", ("no recipe '%s'%s%s"):format(word, where,
    near and ("; did you mean '%s'?"):format(near) or ""))
end

--- Finds a recipe: a path is taken as it is, a name is looked for on the recipe path. Raises `argument` where there
--- is none, with the nearest name, and `unsupported` for a name outside the suture executable.
---@param word string
---@param executable string?  path of the suture executable
---@param library string?     a library that is searched before the recipe path
---@return string path
function place.find(word, executable, library)
  if place.is_path(word) then
    return word
  elseif not naming.is_name(word) then
    core.raise("argument", ("'%s' is not the name of a recipe"):format(word))
  end
  local folders <const> = place.folders(executable)
  if library then
    table.insert(folders, 1, library)
  end
  local list <const> = place.roots(folders)
  for _, root in ipairs(list) do
    local path <const> = names.path(root, word)
    if path then
      return path
    end
  end
  missing(word, folders, list)
end

return place
