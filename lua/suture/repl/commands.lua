--- Commands: lines that begin with a dot. Each is a module of this folder's `commands`: a table with `usage`, a
--- `summary`, and a function that runs it with the session and the text behind its name.

local core <const> = require "suture.core"

local commands <const> = {}

local PREFIX <const> = "suture.repl.commands."

--- The names of all, sorted.
---@return string[]
function commands.names()
  local names <const> = {}
  for _, module in ipairs(require("suture.host").modules) do
    if module:sub(1, #PREFIX) == PREFIX then
      names[#names + 1] = module:sub(#PREFIX + 1)
    end
  end
  return names
end

--- What the words behind each command are, by its name: "file", "recipe" or "lua".
---@return table<string, string>
function commands.words()
  local words <const> = {}
  for _, name in ipairs(commands.names()) do
    words[name] = require(PREFIX .. name).words or "lua"
  end
  return words
end

--- How a command is used, as in ".open PATH"; nil where there is no such command.
---@param name string  without the dot
---@return string?
function commands.usage(name)
  for _, known in ipairs(commands.names()) do
    if known == name then
      return require(PREFIX .. name).usage
    end
  end
end

--- Whether a text is one.
---@param text string
---@return boolean
function commands.is_command(text)
  return text:find "^%s*%.%a" ~= nil
end

--- The module of a command. Raises `argument` with a suggestion where there is none.
---@param name string  without the dot
---@return { usage: string, summary: string, run: fun(session: suture.repl.session, text: string) }
function commands.find(name)
  local names <const> = commands.names()
  for _, known in ipairs(names) do
    if known == name then
      return require(PREFIX .. name)
    end
  end
  local nearest <const> = core.suggest(name, names)
  core.raise("argument", ("unknown command '.%s'; %s"):format(name,
    nearest and ("did you mean '.%s'?"):format(nearest) or ".help lists all"))
end

--- Runs a command. Raises what it raises, and `argument` where something follows a command that takes nothing.
---@param session suture.repl.session
---@param text string
function commands.run(session, text)
  local name <const>, rest <const> = text:match "^%s*%.([%w_]+)%s*(.-)%s*$"
  local command <const> = commands.find(name)
  if rest ~= "" and command.usage == "." .. name then
    core.raise("argument", "usage: " .. command.usage)
  end
  command.run(session, rest)
end

return commands
