--- A recipe over several targets, as the verbs do it: one report a target, one exit status for all.

local core <const> = require "suture.core"
local host <const> = require "suture.host"
local meter <const> = require "suture.meter"
local output <const> = require "suture.output"
local place <const> = require "suture.recipe.place"
local printable <const> = require "suture.printable"
local report <const> = require "suture.recipe.report"

local batch = {}

local function texts_of(words)
  local texts <const> = {}
  for _, word in ipairs(words) do
    local name <const>, text <const> = word:match("^([^=]+)=(.*)$")
    if not name then
      core.raise("argument", ("-p needs key=value, not '%s'"):format(word))
    elseif texts[name] then
      core.raise("argument", ("-p %s is given twice"):format(name))
    end
    texts[name] = text
  end
  return texts
end

local function one(act, path, target, options)
  local progress <const> = meter(target)
  local results <const> = act(path, target, {
    texts = options.texts, timeout = options.timeout, memory = options.memory, trust = options.trust,
    strict = options.strict, output = options.output, verify = options.verify, record = options.record,
    progress = progress.watched and function(percent)
      progress:show(percent)
    end or nil,
    log = function(text)
      progress:wipe()
      io.stderr:write(printable(("%s: %s"):format(target, text)), "\n")
    end,
  })
  progress:wipe()
  return results[1]
end

-- Results in order with what is said about them, where both streams lead to one terminal.
local function tell(result, lines)
  local complaint <const> = report.error_line(result)
  if complaint then
    io.stderr:write(complaint, "\n")
  end
  for _, line in ipairs(lines) do
    output.write(line .. "\n")
  end
end

--- Does `act` on each target and prints what became of it. A recipe or a
--- parameter that is wrong (status 2) ends it, since no other target would fare better.
---@param arguments table  as the parser returns them: recipe, targets, params, json, timeout, memory,
--- trust, strict, output, verify, no_record
---@param act fun(recipes: string, targets: string, options: suture.recipe.options): suture.report[], integer
---@param lines_of fun(result: suture.report, alone: boolean): string[]
---@return integer status  the highest
function batch.run(arguments, act, lines_of)
  local path <const> = place.find(arguments.recipe, host.executable())
  local options <const> = {
    texts = texts_of(arguments.params), timeout = arguments.timeout, memory = arguments.memory,
    trust = arguments.trust, strict = arguments.strict, output = arguments.output, verify = arguments.verify,
    record = not arguments.no_record,
  }
  if options.trust then
    io.stderr:write(printable(("suture: %s runs with all your rights (--trust)"):format(path)), "\n")
  end
  local status = 0
  for _, target in ipairs(arguments.targets) do
    local result <const> = one(act, path, target, options)
    tell(result, arguments.json and { report.json(result) } or lines_of(result, #arguments.targets == 1))
    status = math.max(status, result.code)
    if result.code == 2 then
      break
    end
  end
  return status
end

local function above_zero(option, unit)
  return function(text)
    local number <const> = tonumber(text)
    if not number or number <= 0 or number ~= number then
      return nil, ("%s needs %s above 0, not '%s'"):format(option, unit, text)
    end
    return number
  end
end

--- Adds to a parser what all verbs that run a recipe take.
---@param parser table
function batch.configure(parser)
  parser:argument("recipe", "Path of a recipe, or its name on the recipe path."):argname("RECIPE")
  parser:argument("targets", "Files."):args("+"):argname("TARGET")
  parser:option("-p --param", "A parameter of the recipe."):target("params"):count("*"):init({}):argname("KEY=VALUE")
  parser:flag("--json", "Print one JSON object a line for each target.")
  parser:option("--timeout", "Seconds that the recipe may take; 60, and one more for each 64 MiB of the target.")
    :argname("SECONDS"):convert(above_zero("--timeout", "seconds"))
  parser:option("--memory", "MiB that the recipe may take; 512."):argname("MIB")
    :convert(above_zero("--memory", "MiB"))
  parser:flag("--trust", "Do not confine the recipe: it runs with all your rights.")
  parser:flag("--strict", "Refuse to run where the system cannot confine the recipe wholly.")
end

return batch
