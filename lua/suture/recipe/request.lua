--- The command line of a verb that runs recipes: its options, and what all its words ask for.

local core <const> = require "suture.core"
local host <const> = require "suture.host"
local place <const> = require "suture.recipe.place"
local stream <const> = require "suture.recipe.stream"
local values <const> = require "suture.recipe.values"

local request = {}

local BACKUP <const> = ".orig"
local MOST_JOBS <const> = 1024

local function fail(format, ...)
  core.raise("argument", format:format(...))
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

local function jobs(text)
  local number <const> = text:find "^%d+$" and math.tointeger(tonumber(text))
  if not number or number < 1 or number > MOST_JOBS then
    return nil, ("--jobs needs a number from 1 to %d, not '%s'"):format(MOST_JOBS, text)
  end
  return number
end

local function suffix(text)
  if text == "" or text:find("[/\0]") then
    return nil, ("--backup needs a suffix of a file name, not '%s'"):format(text)
  end
  return text
end

local ENDING <const> = "The status is the highest of all targets. One that is foreign (3), or cannot be read or "
  .. "written (4), does not keep others from being done; a wrong recipe, parameter or option (2) does, and so does a "
  .. "recipe that failed (5) or a target that was left undecided (6) without --keep-going."

-- A parser knows no option with a value that may only come after '='.
local function spell_out(parser, option, value)
  local parse <const> = parser.parse
  function parser:parse(words)
    local spelled <const> = {}
    for index, word in ipairs(words) do
      if word == "--" then
        table.move(words, index, #words, index, spelled)
        break
      end
      spelled[index] = word == option and option .. "=" .. value or word
    end
    return parse(self, spelled)
  end
end

--- Adds what every such verb takes.
---@param parser table
---@param verb string
function request.configure(parser, verb)
  parser:argument("recipe", "Path of a recipe, or its name on the recipe path; none here with -r.")
    :args("?"):argname("RECIPE")
  parser:argument("targets", "Files; name=path for a recipe that names its targets; - for standard input.")
    :args("*"):argname("TARGET")
  parser:option("-r --recipe", "A recipe; several run one after another, as one transaction."):target("recipes")
    :count("*"):argname("RECIPE")
  parser:option("-p --param", "A parameter of the recipe."):target("params"):count("*"):init({}):argname("KEY=VALUE")
  parser:option("--params", "Parameters from a JSON object; what -p says counts more.")
    :target("params_file"):argname("FILE")
  parser:option("--files0-from", "Targets from a file, or standard input (-): names that NULs end.")
    :target("files0"):argname("FILE")
  parser:option("-j --jobs", "How many targets at once; by default 1."):argname("N"):convert(jobs):default("1")
    :show_default(false)
  parser:flag("--keep-going", "Go on with other targets after one on which the recipe failed.")
  parser:flag("-q --quiet", "Print errors only.")
  parser:flag("--json", "Print one JSON object a line for each recipe and target.")
  parser:option("--timeout",
    "Seconds that the recipe may take; by default 60, and one more for each 64 MiB of the target.")
    :argname("SECONDS"):convert(above_zero("--timeout", "seconds"))
  parser:option("--memory", "MiB that the recipe may take; by default 512."):argname("MIB")
    :convert(above_zero("--memory", "MiB"))
  parser:flag("--trust", "Do not confine the recipe: it runs with all your rights.")
  parser:flag("--strict", "Refuse to run where the system cannot confine the recipe wholly.")
  parser:usage(("Usage: suture %s [OPTION]... RECIPE TARGET...\n       suture %s [OPTION]... -r RECIPE ... TARGET...")
    :format(verb, verb)):epilog(ENDING)
end

--- Adds what a verb takes that also writes.
---@param parser table
---@param verb string
function request.configure_writing(parser, verb)
  request.configure(parser, verb)
  parser:flag("-v --verbose", "Print also what suture check prints.")
  parser:option("-o --output", "Write the result there (-: standard output) and leave the target alone.")
    :argname("OUT")
  parser:option("--backup", "Keep a copy of each old file beside it; SUFFIX is by default .orig.")
    :argname("[=SUFFIX]"):convert(suffix)
  spell_out(parser, "--backup", BACKUP)
  parser:option("--verify", "Flush only if this succeeds; {} stands for a copy of the result."):argname("COMMAND")
  parser:flag("--break-links", "Replace a file with several names too: the others keep the old bytes.")
  parser:flag("--no-record", "Keep no record: the change cannot be taken back with suture revert.")
end

-- With -r all words are targets.
local function split(arguments)
  local recipes <const>, targets = arguments.recipes or {}, arguments.targets
  if #recipes == 0 then
    return { arguments.recipe }, targets
  elseif arguments.recipe then
    targets = table.move(targets, 1, #targets, 2, { arguments.recipe })
  end
  return recipes, targets
end

local function read(path)
  local file, reason
  if path == "-" then
    file = io.stdin
  else
    file, reason = io.open(path, "rb")
  end
  local text = nil
  if file then
    text, reason = file:read "a"
  end
  if file and file ~= io.stdin then
    file:close()
  end
  if not text then
    fail("--files0-from: %s", (reason or ""):find(path, 1, true) == 1 and reason or path .. ": " .. reason)
  end
  return text
end

-- The last name needs no NUL, as nobody demands.
local function names(path)
  local text <const>, list <const> = read(path), {}
  for name, nul in text:gmatch "([^\0]*)(\0?)" do
    if name == "" and nul == "" then
      break
    elseif name == "" then
      fail("--files0-from: %s: name %d is empty", path, #list + 1)
    end
    list[#list + 1] = name
  end
  return list
end

local function targets_of(arguments, words)
  if not arguments.files0 then
    if #words == 0 then
      fail("missing argument 'targets'")
    end
    return words
  elseif #words > 0 then
    fail("--files0-from brings the targets: '%s' is one too many", words[1])
  end
  return names(arguments.files0)
end

local function check_output(arguments, targets)
  if not arguments.output then
    return
  elseif arguments.output == "" then
    fail("-o needs a path, not ''")
  elseif #targets > 1 then
    fail("-o takes one target")
  elseif arguments.backup then
    fail("-o leaves the target alone: there is nothing for --backup to keep")
  end
end

local function check_stream(arguments, targets, from_list)
  for index, target in ipairs(targets) do
    if stream.is_meant(target) and (from_list or #targets > 1) then
      fail(from_list and "--files0-from: name %d is '-': write ./- for a file of that name"
        or "- is standard input: it takes no other target", index)
    elseif stream.is_meant(target) and arguments.backup then
      fail("- is standard input: there is nothing for --backup to keep")
    elseif target == "" then
      fail("a target is an empty word")
    end
  end
end

---@class suture.request
---@field recipes string[]   paths
---@field abouts table<string, table>   what they say about themselves, by path, as far as it is known
---@field targets string[]   words
---@field texts table<string, string>   parameters from -p
---@field params_file string?
---@field jobs integer
---@field keep_going boolean
---@field quiet boolean
---@field verbose boolean
---@field json boolean
---@field options table      those of suture.recipe.options that the command line knows

--- What a command line asks for. Raises `argument` for what does not go together; nothing is opened yet but a list of
--- targets.
---@param arguments table  as the parser returns them
---@return suture.request
function request.new(arguments)
  local words <const>, rest <const> = split(arguments)
  if #words == 0 then
    fail("missing argument 'recipe'")
  elseif arguments.quiet and arguments.verbose then
    fail("-q and -v ask for opposites")
  end
  local targets <const> = targets_of(arguments, rest)
  check_output(arguments, targets)
  check_stream(arguments, targets, arguments.files0 ~= nil)
  local texts <const>, recipes <const> = values.texts(arguments.params), {}
  for index, word in ipairs(words) do
    recipes[index] = place.find(word, host.executable())
  end
  return {
    recipes = recipes, abouts = {}, targets = targets, texts = texts, params_file = arguments.params_file,
    jobs = arguments.jobs,
    keep_going = arguments.keep_going or false, quiet = arguments.quiet or false,
    verbose = arguments.verbose or false, json = arguments.json or false,
    options = {
      timeout = arguments.timeout, memory = arguments.memory, trust = arguments.trust, strict = arguments.strict,
      output = arguments.output, verify = arguments.verify, record = not arguments.no_record,
      backup = arguments.backup, break_links = arguments.break_links,
    },
  }
end

return request
