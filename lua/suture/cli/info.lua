--- suture info: what a recipe says about itself, or what this machine offers to confine a recipe with.

local argument <const> = require "suture.argument"
local card <const> = require "suture.library.card"
local core <const> = require "suture.core"
local host <const> = require "suture.host"
local library <const> = require "suture.library"
local output <const> = require "suture.output"
local printable <const> = require "suture.printable"
local recipe <const> = require "suture.recipe"
local worker <const> = require "suture.recipe.worker"

local info = { summary = "Tell all that a recipe says, or how this system can confine one." }

---@param parser table
function info.configure(parser)
  parser:argument("recipe", "Path of a recipe, or its name on the recipe path."):args("?"):argname("RECIPE")
  parser:flag("--json", "Print one JSON object.")
  parser:option("--timeout", "Seconds that the recipe may take; by default 60."):argname("SECONDS")
    :convert(argument.number("--timeout", 1, 3600))
  parser:flag("--system", "What the cell around a recipe is built of, here.")
end

local function yes(value)
  return value and "yes" or "no"
end

local function system_lines()
  local offer <const> = host.system()
  local whole <const> = #worker.missing() == 0
  return {
    "Landlock: " .. (offer.landlock > 0 and ("version %d"):format(offer.landlock) or "no"),
    "seccomp: " .. yes(offer.seccomp),
    "limits of time, descriptors, files, processes: yes",
    "limit of the address space: " .. yes(offer.address_space),
    "limit of Lua's memory: yes",
    "recipes are confined: " .. (whole and "wholly" or "in part (--strict refuses to run them)"),
  }
end

local function tell(word, as_json, timeout)
  local path <const> = library.find(word)
  local about <const>, failure <const> = recipe.describe(path, { timeout = timeout })
  if not about then
    io.stderr:write(printable("suture: " .. failure.text), "\n")
    return failure.code
  end
  output.write((as_json and card.json(about, path) or table.concat(card.lines(about, path), "\n")) .. "\n")
  return 0
end

---@param arguments table
---@return integer status
function info.run(arguments)
  if arguments.system and arguments.recipe then
    core.raise("argument", "info takes a recipe or --system, not both")
  elseif not (arguments.system or arguments.recipe) then
    core.raise("argument", "info needs a recipe, or --system")
  elseif arguments.recipe then
    return tell(arguments.recipe, arguments.json, arguments.timeout)
  elseif arguments.json then
    core.raise("argument", "--json goes with a recipe")
  end
  output.write(table.concat(system_lines(), "\n") .. "\n")
  return 0
end

return info
