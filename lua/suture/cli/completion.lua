--- suture completion: what a shell needs to complete command lines of suture.

local cli <const> = require "suture.cli"
local completion <const> = require "suture.completion"
local host <const> = require "suture.host"
local output <const> = require "suture.output"
local shells <const> = require "suture.completion.shells"

local verb = { summary = "Print the completion script of a shell." }

-- A Tab is not worth more.
local SECONDS <const> = 2

---@param parser table
function verb.configure(parser)
  parser:usage("Usage: suture completion bash|zsh|fish\n       suture completion candidates -- WORD...")
  parser:argument("shell", "The shell whose script is printed; `candidates` is what these scripts ask: what may "
    .. "stand for the last WORD."):argname("SHELL"):choices { "bash", "zsh", "fish", "candidates" }
  parser:argument("words", "The words behind `suture`, for candidates."):args("*"):argname("WORD")
end

local function recipes()
  local list <const> = {}
  for _, entry in ipairs(require("suture.library").recipes()) do
    if not entry.hidden_by then
      list[#list + 1] = { name = entry.name }
    end
  end
  return list
end

-- A recipe that cannot be found or read has no parameters that could be told.
local function params(word)
  local ok <const>, about <const> = pcall(function()
    local path <const> = require("suture.library").find(word)
    return require("suture.recipe").describe(path, { timeout = SECONDS })
  end)
  return ok and about and about.params or nil
end

local sources <const> = {
  verbs = host.verbs, parser = cli.parser, recipes = recipes, params = params,
  summary = function(name)
    return cli.verb(name).summary
  end,
}

local function line(candidate)
  return candidate.help and candidate.help ~= "" and ("%s\t%s\n"):format(candidate.text, candidate.help)
    or candidate.text .. "\n"
end

local function tell(words)
  local list <const>, files <const> = completion.candidates(words, sources)
  for _, candidate in ipairs(list) do
    output.add(line(candidate))
  end
  output.write(files and ":\n" or "")
end

---@param arguments table
---@return integer status
function verb.run(arguments)
  local words <const> = arguments.words
  if arguments.shell == "candidates" then
    tell(#words > 0 and words or { "" })
  elseif #words > 0 then
    require("suture.core").raise("argument", ("completion %s takes no further word"):format(arguments.shell))
  else
    output.write(shells[arguments.shell])
  end
  return 0
end

return verb
