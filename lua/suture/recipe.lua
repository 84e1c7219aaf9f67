--- Recipes: files that say what they patch and how. `suture.recipe.check`
--- tells what a recipe finds in a target, `suture.recipe.run` patches it.

local core <const> = require "suture.core"
local running <const> = require "suture.recipe.running"

local recipe = {}

--- Options of a check or a run.
---@class suture.recipe.options
---@field params table<string, any>?    values of parameters: bytes are raw, a file is its path
---@field texts table<string, string>?  texts of parameters, as a command line or a JSON file spells them: bytes in hex;
--- a text goes before a value of the same name
---@field output string?                where the result goes instead of into the target (run)
---@field verify string?                a shell command that must succeed before anything is written (run)
---@field backup string?                a suffix: the old file of each target that changes is kept beside it, under its
--- path with that; a file that is there already is never replaced, and nothing is changed then (run)
---@field preview fun(b: suture.bytes, report: suture.report)?  called for each report that has a verdict, while the
--- target is open and reads as it will, before anything is written
---@field decide fun()?                 called before anything is written; where it raises, nothing is (run)
---@field record boolean?               whether the flush is kept on record, true if absent (run)
---@field break_links boolean?          whether a file with several names may be replaced, so that the others keep the
--- old bytes (run)
---@field abouts table<string, table>?   what recipes say of themselves as far as it is known, by path; filled, so that
--- the next of many sets need not ask again
---@field timeout number?               seconds; 60 if absent, and a second more for each 64 MiB of the target
---@field memory number?                MiB, 512 if absent
---@field trust boolean?                run the recipe with all rights of the user
---@field strict boolean?               refuse where the system cannot confine the recipe wholly
---@field log fun(text: string)?        hears what the recipe logs
---@field progress fun(percent: integer)?

--- Loads and checks a recipe. This runs the file's Lua in this process, with
--- all its rights. Raises `argument` or `unsupported` for what is no recipe.
---@param path string
---@return table
function recipe.load(path)
  return require("suture.recipe.loading").load(path)
end

--- What a recipe says about itself: name, summary, description, version, license, authors, categories, requires,
--- depends, conflicts, params, targets, without their functions. Its file is run in a process of its own, confined
--- as for `run`. Returns nil and what went wrong for what is no recipe; raises as `run` does.
---@param path string
---@param options suture.recipe.options?
---@return table?
---@return suture.failure?
function recipe.describe(path, options)
  return running.describe(path, options or {})
end

local function fail(format, ...)
  core.raise("argument", format:format(...))
end

local function recipes_of(given)
  local list <const> = type(given) == "table" and given or { given }
  for index, path in ipairs(list) do
    if type(path) ~= "string" then
      fail("recipe %d must be a path, not a %s", index, type(path))
    end
  end
  if #list == 0 then
    fail("there is no recipe")
  end
  return list
end

local function target_of(given, index)
  local target <const> = type(given) == "table" and given or { path = given }
  if type(target.path) ~= "string" then
    fail("target %d needs a path, not a %s", index, type(target.path))
  elseif target.name ~= nil and type(target.name) ~= "string" then
    fail("the name of target %d must be a string, not a %s", index, type(target.name))
  end
  return { name = target.name, path = target.path }
end

local function targets_of(given)
  local single <const> = type(given) ~= "table" or given.path ~= nil
  local list <const> = {}
  for index, target in ipairs(single and { given } or given) do
    list[index] = target_of(target, index)
  end
  if #list == 0 then
    fail("there is no target")
  end
  return list
end

local function perform(recipes, targets, options, checking)
  local set <const> = targets_of(targets)
  if options and options.output and #set > 1 then
    fail("output takes one target, not %d", #set)
  end
  return running.run(recipes_of(recipes), set, options or {}, checking)
end

--- Tells what recipes find in a set of targets. Nothing is written. What goes wrong with a recipe or a target is in
--- the reports; only Ctrl-C raises, wrong arguments, and running outside the suture executable.
---@param recipes string|string[]  paths, in the order in which they see each other's results
---@param targets string|(string|{ name: string?, path: string })[]  one set: paths, or paths with the names under
--- which recipes declare them
---@param options suture.recipe.options?
---@return suture.report[] reports  one for each recipe and target, in the order recipes x targets
---@return integer code  the highest exit status
function recipe.check(recipes, targets, options)
  return perform(recipes, targets, options, true)
end

--- Runs recipes on a set of targets: all of it is changed and durable, or nothing is. Otherwise like `check`.
---@param recipes string|string[]
---@param targets string|(string|{ name: string?, path: string })[]
---@param options suture.recipe.options?
---@return suture.report[] reports
---@return integer code
function recipe.run(recipes, targets, options)
  return perform(recipes, targets, options, false)
end

return recipe
