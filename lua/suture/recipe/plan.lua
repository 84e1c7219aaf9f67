--- Which recipes a run is made of, in which order, and what each is given: those that are asked for, and in front of
--- them what they depend on.

local assignment <const> = require "suture.recipe.assignment"
local core <const> = require "suture.core"
local failure <const> = require "suture.recipe.failure"
local naming <const> = require "suture.recipe.naming"
local parameters <const> = require "suture.recipe.parameters"
local place <const> = require "suture.recipe.place"

local plan = {}

-- More than a person can have meant.
local most_recipes <const> = 64

--- One recipe of a run.
---@class suture.recipe.step
---@field path string
---@field about table?               what it says about itself; nil where nobody asked
---@field plain boolean?             it is asked while it runs
---@field needed_by string?          the name of the recipe that depends on it, where it was not asked for
---@field targets integer[]          which targets of the set, in its order
---@field rivals { name: string, path: string }[]  recipes that must not be applied
---@field texts table<string, string>?
---@field params table<string, any>?
---@field files table<string, string>?

local function fail(format, ...)
  core.raise("argument", format:format(...))
end

-- A recipe's own library: the folder below which its file is found under its name.
local function library_of(entry)
  local path <const> = entry.path:find("^/") and entry.path or "./" .. entry.path
  local ending <const> = "/" .. entry.about.name .. ".lua"
  local folder <const> = path:match("^(.*)/recipes/")
  return folder or path:sub(-#ending) == ending and path:sub(1, -#ending) or nil
end

local function find(planning, entry, name)
  if not naming.is_name(name) or place.is_path(name) then
    fail("'%s' is not the name of a recipe", name)
  end
  return planning.find(name, library_of(entry))
end

local function identity(path)
  local file <const> = core.identify(path)
  return file and ("%d:%d"):format(file.device, file.inode) or path
end

--- What is known while a plan is made.
---@class suture.recipe.planning
---@field entries table<string, table>  recipes by the identity of their files
---@field count integer                 how many
---@field asked table[]                 those that are asked for
---@field order table[]                 those that have their place in the run
---@field known table<string, table>
---@field describe fun(path: string): table?, suture.failure?
---@field find fun(name: string, library: string?): string

-- What is known of a recipe; each file is asked once.
local function entry_of(planning, path)
  local key <const> = identity(path)
  if not planning.entries[key] then
    planning.count = planning.count + 1
    if planning.count > most_recipes then
      fail("a run has at most %d recipes", most_recipes)
    end
    local about, problem = planning.known[path], nil
    if not about then
      about, problem = planning.describe(path)
    end
    if not about then
      error(problem, 0)
    end
    planning.entries[key] = { path = path, about = about, key = key }
  end
  return planning.entries[key]
end

local function chain(trail, name)
  local from = 1
  while trail[from] ~= name do
    from = from + 1
  end
  return table.concat(trail, " -> ", from) .. " -> " .. name
end

-- The path of a recipe; nil and why where there is none.
local function found(planning, entry, name)
  local ok <const>, path <const> = pcall(find, planning, entry, name)
  if ok then
    return path
  elseif core.is_error(path) and path.kind ~= "argument" then
    error(path, 0)
  end
  return nil, path
end

-- One that is asked for goes before one of the same name elsewhere.
local function dependency_of(planning, entry, name)
  for _, other in ipairs(planning.asked) do
    if other.about.name == name then
      return other
    end
  end
  local path <const>, why <const> = found(planning, entry, name)
  if not path then
    fail("%s depends on %s, which is not there: %s", entry.about.name, name, why.message or why)
  end
  return entry_of(planning, path)
end

local function add(planning, entry, trail)
  local name <const> = entry.about.name
  if entry.under_way then
    fail("recipes depend on each other in a circle: %s", chain(trail, name))
  elseif entry.planned then
    return
  end
  entry.under_way = true
  trail[#trail + 1] = name
  for _, wanted in ipairs(entry.about.depends or {}) do
    local needed <const> = dependency_of(planning, entry, wanted)
    needed.needed_by = needed.needed_by or name
    add(planning, needed, trail)
  end
  trail[#trail] = nil
  entry.under_way, entry.planned = false, true
  planning.order[#planning.order + 1] = entry
end

local function ask(planning, paths)
  for _, path in ipairs(paths) do
    local entry <const> = entry_of(planning, path)
    if entry.asked then
      fail("the recipe %s is given twice", entry.about.name)
    end
    entry.asked = true
    planning.asked[#planning.asked + 1] = entry
  end
end

-- Conflicts within the run end it; of the others those that are installed can be looked for in the targets.
local function rivals_of(planning, entry)
  local list <const> = {}
  for _, name in ipairs(entry.about.conflicts or {}) do
    for _, other in ipairs(planning.order) do
      if other.about.name == name then
        fail("%s conflicts with %s", entry.about.name, name)
      end
    end
    local path <const> = found(planning, entry, name)
    list[#list + 1] = path and { name = name, path = path } or nil
  end
  return list
end

local function parameter_names(order)
  local names <const>, seen <const> = {}, {}
  for _, entry in ipairs(order) do
    for name in pairs(entry.about.params or {}) do
      names[#names + 1] = not seen[name] and name or nil
      seen[name] = true
    end
  end
  table.sort(names)
  return names, seen
end

local function check_given(order, given)
  local names <const>, known <const> = parameter_names(order)
  for name in pairs(given) do
    if not known[name] then
      fail("%s", core.unknown("parameter", tostring(name), names))
    end
  end
end

local function those_of(about, given)
  local list <const> = {}
  for name in pairs(about.params or {}) do
    list[name] = given[name]
  end
  return list
end

local function give(entry, options)
  local texts <const>, params <const> = those_of(entry.about, options.texts), those_of(entry.about, options.params)
  local files <const> = parameters.files(entry.about.params, params)
  for name, path in pairs(parameters.files(entry.about.params, texts)) do
    files[name] = path
  end
  return texts, params, files
end

local function step_of(planning, entry, targets, options)
  local texts <const>, params <const>, files <const> = give(entry, options)
  table.sort(targets)
  return {
    path = entry.path, about = entry.about, needed_by = not entry.asked and entry.needed_by or nil, targets = targets,
    rivals = rivals_of(planning, entry), texts = texts, params = params, files = files,
  }
end

local function make(planning, paths, targets, options)
  ask(planning, paths)
  for _, entry in ipairs(planning.asked) do
    add(planning, entry, {})
  end
  check_given(planning.order, options.texts)
  check_given(planning.order, options.params)
  local abouts <const>, steps <const> = {}, {}
  for number, entry in ipairs(planning.order) do
    abouts[number] = entry.about
  end
  for number, indexes in ipairs(assignment.share(abouts, targets)) do
    steps[number] = step_of(planning, planning.order[number], indexes, options)
  end
  return steps
end

--- Plans a run. A dependency is looked for in the library of the recipe that needs it, then on the recipe path.
--- Targets without a name get one where recipes have several.
---@param paths string[]              of the recipes that are asked for
---@param targets suture.recipe.target[]
---@param options { texts: table<string, string>, params: table<string, any> }
---@param known table<string, table>  what is known already of recipes, by path
---@param describe fun(path: string): table?, suture.failure?  asks a recipe
---@param look fun(name: string, library: string?): string  the path of a recipe, or raises `argument`
---@return suture.recipe.step[]?
---@return suture.failure?  status 2: a dependency is missing or leads back, two recipes exclude each other, a
--- parameter or a target is unknown; or why a recipe could not be asked
function plan.make(paths, targets, options, known, describe, look)
  local planning <const> = {
    entries = {}, count = 0, asked = {}, order = {}, known = known, describe = describe, find = look,
  }
  local ok <const>, result <const> = pcall(make, planning, paths, targets, options)
  if ok then
    return result
  elseif core.is_error(result) and result.kind == "argument" then
    return nil, failure.describe(result, failure.USAGE)
  elseif core.is_error(result) or type(result) ~= "table" then
    error(result, 0)
  end
  return nil, result
end

return plan
