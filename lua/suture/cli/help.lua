--- suture help: what verbs there are, and how each is used.

local host <const> = require "suture.host"
local cli <const> = require "suture.cli"
local output <const> = require "suture.output"

local help = { summary = "Explain a verb, or list them." }

---@param parser table
function help.configure(parser)
  parser:argument("verb", "A verb."):args("?"):argname("VERB")
end

local function overview()
  local lines <const> = {
    "Usage: suture VERB ...                      (suture help VERB tells more)",
    "       suture [LUA OPTIONS] [SCRIPT [ARGS]] (as lua: -e -l -i -v -W -E - --)",
    "",
    "Verbs:",
  }
  for _, name in ipairs(host.verbs) do
    lines[#lines + 1] = ("  %-10s %s"):format(name, cli.verb(name).summary)
  end
  return table.concat(lines, "\n")
end

---@param arguments table
---@return integer status
function help.run(arguments)
  output.write((arguments.verb and cli.parser(arguments.verb):get_help() or overview()) .. "\n")
  return 0
end

return help
