--- The command line's verbs. Each is a module of this folder: a table with a
--- `summary`, a function that configures its parser, and one that runs it and
--- returns the exit status; `acts` tells that it does more than look. Results go
--- to stdout, everything else to stderr.

local argparse <const> = require "argparse"
local core <const> = require "suture.core"
local failure <const> = require "suture.recipe.failure"
local host <const> = require "suture.host"
local output <const> = require "suture.output"
local printable <const> = require "suture.printable"

-- Completes the bytes objects with their methods in Lua.
require "suture"

local cli = {}

-- Help is as wide as the narrowest terminal.
local HELP_COLUMNS <const> = 80

-- What ends the reading of a command line: help was asked for, or it is wrong.
local Ending <const> = {}

local function complain(text)
  io.stderr:write(printable("suture: " .. text), "\n")
end

--- The module of a verb. Raises `argument` with a suggestion where there is none.
---@param name string
---@return table
function cli.verb(name)
  for _, known in ipairs(host.verbs) do
    if known == name then
      return require("suture.cli." .. name)
    end
  end
  core.raise("argument", core.unknown("verb", name, host.verbs))
end

-- A number that an option parser takes for an option is a negative offset.
local function one_line(message)
  local number <const> = message:match("^unknown option '(%-%d.-)'")
  if number then
    return ("'%s' is negative: numbers count from 0"):format(number)
  end
  return (message:gsub("\nDid you mean (.-)%?", "; did you mean %1?"):gsub("\n", " "))
end

-- Help lists arguments by the names that the usage gives them.
local function name_as_in_usage(parser)
  for _, argument in ipairs(parser._arguments) do
    local name <const> = not argument._choices and argument._argname
    if name then
      argument._get_label_lines = function()
        return { name }
      end
    end
  end
end

--- The parser of a verb. It never ends the process.
---@param name string
---@return table
function cli.parser(name)
  local verb <const> = cli.verb(name)
  local parser <const> = argparse("suture " .. name, verb.summary):add_help(false):help_max_width(HELP_COLUMNS)
  verb.configure(parser)
  name_as_in_usage(parser)
  parser:flag("-h --help", "Show this text."):action(function()
    error(setmetatable({ help = parser:get_help() }, Ending))
  end)
  function parser.error(_, message)
    error(setmetatable({ usage = ("%s: %s (see suture help %s)"):format(name, one_line(message), name) }, Ending))
  end
  return parser
end

local function run(args)
  local name <const> = args[1]
  local arguments <const> = cli.parser(name):parse(table.move(args, 2, #args, 1, {}))
  return cli.verb(name).run(arguments)
end

local function acts(name)
  local ok <const>, verb <const> = pcall(cli.verb, name)
  return ok and verb.acts or false
end

local code_of_kind <const> = { argument = failure.USAGE, foreign = failure.FOREIGN, limit = failure.RECIPE }

local function status_of(err, name)
  if getmetatable(err) == Ending then
    if err.help then
      output.write(err.help .. "\n")
      return 0
    end
    complain(err.usage)
    return failure.USAGE
  elseif not core.is_error(err) or err.kind == "interrupted" then
    error(err, 0)
  end
  complain(tostring(err))
  if err.kind == "indeterminate" and acts(name) then
    return failure.INDETERMINATE
  end
  return code_of_kind[err.kind] or failure.IO
end

-- A result that could not be written is no result; what a verb did stays done.
local function finished(status, name)
  local reason <const> = output.failure()
  if not reason then
    return status
  end
  complain("standard output: " .. reason)
  return acts(name) and status or math.max(status, failure.IO)
end

--- Runs a command line: the verb and its arguments. Returns the exit status.
--- Ctrl-C passes through as an error of kind `interrupted`.
---@param args string[]
---@return integer status
function cli.main(args)
  local ok <const>, result <const> = pcall(run, args)
  return finished(ok and result or status_of(result, args[1]), args[1])
end

return cli
