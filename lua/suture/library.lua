--- The recipes that can be had by name: where they lie, which of them hides which, and what they say about
--- themselves. Only inside the suture executable.

local names <const> = require "suture.library.names"
local place <const> = require "suture.recipe.place"
local roots <const> = require "suture.library.roots"

local library = {}

local function silence() end

--- The folders of the recipe path, in the order in which they are searched.
---@return string[]
function library.folders()
  return place.folders(roots.host().executable())
end

--- The path of a recipe, as `suture run` finds it: a word with a leading '.' or '/' or the ending ".lua" is one
--- already, any other is a name on the recipe path. Raises `argument` where there is none.
---@param word string
---@return string path
function library.find(word)
  return place.find(word, roots.host().executable())
end

--- One recipe on the recipe path.
---@class suture.library.entry
---@field name string       by which it is found
---@field path string       of its file
---@field folder string     the folder that its name counts from
---@field library string?   the library in which it lies
---@field hidden_by string? the path of the recipe of that name that is found instead
---@field about suture.library.brief?  what it says about itself, once it was read
---@field failure suture.failure?      or why it says nothing
---@field match suture.library.match?   what it finds in a file, once it was asked

local function entry_of(found, root, first)
  local entry <const> = { name = found.name, path = found.path, folder = root.path, library = root.library }
  if first[found.name] then
    entry.hidden_by = first[found.name].path
  else
    first[found.name] = entry
  end
  return entry
end

--- All recipes of the recipe path, or of one folder, in the order in which they are searched. Their files are not
--- read. What cannot be looked at is told to `complain` and passed over.
---@param folder string?
---@param complain fun(path: string, reason: string)?
---@return suture.library.entry[]
function library.recipes(folder, complain)
  local list <const>, first <const> = {}, {}
  for _, root in ipairs(place.roots(folder and { folder } or library.folders())) do
    for _, found in ipairs(names.all(root, complain or silence)) do
      list[#list + 1] = entry_of(found, root, first)
    end
  end
  return list
end

return library
