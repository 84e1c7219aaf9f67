--- Where a recipe's file is: a path as it is given, or a name on the recipe path.

local core <const> = require "suture.core"

local place = {}

local function readable(path)
  local file <const> = io.open(path, "rb")
  if file then
    file:close()
  end
  return file ~= nil
end

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

local function is_path(word)
  return word:find("^[./]") ~= nil or word:find("%.lua$") ~= nil
end

local function check_name(word)
  if word == "" or ("/" .. word .. "/"):find("/%.%.?/") or word:find("//", 1, true) or word:find("/$") then
    core.raise("argument", ("'%s' is not the name of a recipe"):format(word))
  end
end

--- Finds a recipe. A word that begins with '.' or '/' or ends in ".lua" is a
--- path, any other a name; "elf/strip" is FOLDER/elf/strip.lua, or
--- FOLDER/recipes/elf/strip.lua in a library. Raises `argument` where there is none.
---@param word string
---@param executable string?  path of the suture executable
---@return string path
function place.find(word, executable)
  if is_path(word) then
    return word
  end
  check_name(word)
  local folders <const> = place.folders(executable)
  for _, folder in ipairs(folders) do
    for _, inner in ipairs { "/", "/recipes/" } do
      local path <const> = folder .. inner .. word .. ".lua"
      if readable(path) then
        return path
      end
    end
  end
  core.raise("argument", ("no recipe '%s' in %s"):format(word, table.concat(folders, ", ")))
end

return place
