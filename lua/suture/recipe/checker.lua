--- A checker from outside: a command of the user's that sees a private copy of the result before it is flushed.

local core <const> = require "suture.core"
local failure <const> = require "suture.recipe.failure"
local shell <const> = require "suture.shell"

local checker = {}

local SIGINT <const> = 2

local function command_on(command, path)
  local quoted <const> = shell.quote(path)
  return (command:gsub("{}", function() return quoted end))
end

-- What it prints is no result of ours.
local function execute(command, path)
  return os.execute("exec sh -c " .. shell.quote(command_on(command, path)) .. " </dev/null >&2")
end

local function judge(command, how, code)
  if how == "signal" and code == SIGINT or how == "exit" and code == 128 + SIGINT then
    core.raise("interrupted", "interrupted")
  end
  local ending <const> = how == "signal" and "was ended by signal" or "ended with status"
  local text <const> = ("--verify: '%s' %s %d"):format(command, ending, code)
  return { code = failure.RECIPE, kind = "recipe", message = text, text = text }
end

local function make_folder(b)
  local folder <const>, reason <const>, errno <const> = require("suture.host").make_folder()
  if not folder then
    core.raise("io", "no folder for the copy that --verify wants: " .. reason, { path = b.path, errno = errno })
  end
  return folder
end

local function check(b, command, folder)
  local path <const> = folder .. "/" .. b.path:match("[^/]*$")
  b:save(path)
  local passed <const>, how <const>, code <const> = execute(command, path)
  if not passed then
    return judge(command, how, code)
  end
end

--- Runs the command on a copy of the bytes as they read now, which bears the target's name. `{}` in the command
--- stands for the copy's path. Raises where there is no room for the copy, and `interrupted`.
---@param b suture.bytes
---@param command string
---@return suture.failure?  nil where the command ended with status 0
function checker.run(b, command)
  local folder <const> = make_folder(b)
  local ok <const>, result <const> = pcall(check, b, command, folder)
  shell.remove(folder)
  if not ok then
    error(result, 0)
  end
  return result
end

return checker
