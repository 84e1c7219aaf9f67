--- suture new: the beginning of a recipe, in a library that is there or made.

local core <const> = require "suture.core"
local host <const> = require "suture.host"
local naming <const> = require "suture.recipe.naming"
local output <const> = require "suture.output"
local place <const> = require "suture.recipe.place"
local printable <const> = require "suture.printable"
local scaffold <const> = require "suture.library.scaffold"

local new = { summary = "Begin a recipe and its spec, with comments on what to change.", acts = true }

---@param parser table
function new.configure(parser)
  parser:argument("name", "What the recipe is called: words joined by '/'."):argname("NAME")
  parser:argument("folder", "The library; the current folder if left out."):args("?"):argname("FOLDER")
end

local function raise_io(reason, errno)
  core.raise("io", (reason:gsub("^.*: ", "")), { path = reason:match("^(.*): "), errno = errno })
end

local EEXIST <const> = 17

-- The folder and those above it.
local function make_folders(path)
  for stop in (path .. "/"):gmatch("()/") do
    local folder <const> = path:sub(1, stop - 1)
    local made <const>, reason <const>, errno <const> = host.make_directory(folder == "" and "/" or folder)
    local there <const> = not made and errno == EEXIST and host.stat(folder == "" and "/" or folder)
    if not made and not (there and there.kind == "folder") then
      raise_io(reason, errno)
    end
  end
end

local function refuse_what_is_there(paths)
  for _, path in ipairs(paths) do
    if host.stat(path) then
      core.raise("argument", "is there already: suture new never overwrites", { path = path })
    end
  end
end

local function check_name(name)
  if place.is_path(name) or not naming.is_name(name) then
    core.raise("argument", ("'%s' cannot be a recipe's name: words of letters, digits, _ + - and ., joined by '/', "
      .. "without .lua"):format(name))
  end
end

local function create(folder, files)
  local paths <const> = {}
  for index, file in ipairs(files) do
    paths[index] = folder == "." and file.path or ("%s/%s"):format(folder:gsub("(.)/+$", "%1"), file.path)
  end
  refuse_what_is_there(paths)
  for index, path in ipairs(paths) do
    make_folders(path:match("^(.*)/"))
    local made <const>, reason <const>, errno <const> = host.create(path, files[index].text)
    if not made then
      raise_io(reason, errno)
    end
    output.write(printable(path) .. "\n")
  end
end

---@param arguments table
---@return integer status
function new.run(arguments)
  check_name(arguments.name)
  create(arguments.folder or ".", scaffold.files(arguments.name))
  return 0
end

return new
