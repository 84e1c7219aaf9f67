--- suture info: what this machine offers to confine a recipe with.

local core <const> = require "suture.core"
local host <const> = require "suture.host"
local output <const> = require "suture.output"
local worker <const> = require "suture.recipe.worker"

local info = { summary = "Tell what this system can confine recipes with." }

---@param parser table
function info.configure(parser)
  parser:flag("--system", "What the cell around a recipe is built of, here.")
end

local function yes(value)
  return value and "yes" or "no"
end

local function lines()
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

---@param arguments table
---@return integer status
function info.run(arguments)
  if not arguments.system then
    core.raise("argument", "info needs --system")
  end
  output.write(table.concat(lines(), "\n") .. "\n")
  return 0
end

return info
