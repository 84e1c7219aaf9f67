--- suture repl: Lua line by line, with files open for patching.

local commands <const> = require "suture.repl.commands"
local history <const> = require "suture.repl.history"
local host <const> = require "suture.host"
local input <const> = require "suture.repl.input"
local is_complete <const> = require "suture.repl.compile".is_complete
local loop <const> = require "suture.repl.loop"
local output <const> = require "suture.output"
local printable <const> = require "suture.printable"
local session <const> = require "suture.repl.session"
local terminal <const> = require "suture.terminal"

local repl <const> = { summary = "Explore and patch files in Lua, line by line.", acts = true }

---@param parser table
function repl.configure(parser)
  parser:argument("targets", "Files or block devices: the variables b, b2, ..."):args("*"):argname("TARGET")
  parser:epilog("Lines are Lua, or commands that begin with a dot (.help lists them). Nothing is written before "
    .. ".flush. Without a terminal the lines of standard input are run silently: the status is 1 after an error, "
    .. "and where something is still pending at the end.")
end

local function style()
  return { colour = terminal.is_coloured(), columns = host.isatty(1) and host.columns() or 80,
    width = not host.isatty(1) and 16 or nil }
end

local function say(text)
  output.write(text)
end

-- Why a file is there only as a copy is worth a line.
local function open_all(talk, paths)
  for _, path in ipairs(paths) do
    local target <const>, err <const> = talk:open(path)
    if not target then
      error(err, 0)
    elseif err then
      io.stderr:write(printable(("suture: %s: '%s' is a private copy"):format(err, target.name)), "\n")
    end
  end
end

local function banner(talk)
  for _, target in ipairs(talk.targets:open_ones()) do
    say(("%s = %s\n"):format(target.name, require("suture.repl.display.bytes").heading(target.bytes, talk.style)))
  end
  say "Lua, or .help\n"
end

-- The recipes on the recipe path, when they are first asked for.
local function recipe_names()
  local names <const> = {}
  for _, entry in ipairs(require("suture.library").recipes()) do
    names[#names + 1] = not entry.hidden_by and entry.name or nil
  end
  return names
end

local function input_options(talk)
  return {
    is_complete = is_complete, history = history.path(), environment = talk:environment(), commands = commands.words(),
    usage = commands.usage, recipes = recipe_names, signature = require("suture.repl.reference").signature,
  }
end

local function converse(talk)
  if not host.isatty(0) then
    local reader <close> = input.open { is_complete = is_complete }
    return loop.run(talk, reader)
  end
  local reader <close> = input.open(input_options(talk))
  banner(talk)
  return loop.talk(talk, reader)
end

---@param arguments table
---@return integer status
function repl.run(arguments)
  local talk <const> = session.new { env = _G, style = style(), say = say }
  local ok <const>, result <const> = pcall(function()
    open_all(talk, arguments.targets)
    return converse(talk)
  end)
  for _, err in ipairs(talk:close()) do
    io.stderr:write(printable("suture: " .. tostring(err)), "\n")
  end
  if not ok then
    error(result, 0)
  end
  return result
end


return repl
