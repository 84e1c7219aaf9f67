--- suture test: the specs of a library, and the examples of its recipes.

local argument <const> = require "suture.argument"
local core <const> = require "suture.core"
local host <const> = require "suture.host"
local json <const> = require "suture.json"
local library <const> = require "suture.library"
local output <const> = require "suture.output"
local place <const> = require "suture.recipe.place"
local printable <const> = require "suture.printable"
local roots <const> = require "suture.library.roots"
local shell <const> = require "suture.shell"
local specs <const> = require "suture.library.specs"
local trial <const> = require "suture.library.trial"
local worker <const> = require "suture.recipe.worker"

local test = { summary = "Run the examples of recipes and the specs of their library." }

local default_timeout <const>, default_memory <const> = 60, 512

---@param parser table
function test.configure(parser)
  parser:argument("word", "A library's folder, or a recipe; the library of the current folder if left out.")
    :args("?"):argname("LIBRARY|RECIPE")
  parser:flag("--json", "Print one JSON object a line for each result.")
  parser:flag("-q --quiet", "Print only what failed.")
  parser:flag("--no-specs", "Leave the specs out: they run with all your rights, examples are confined.")
  parser:option("--timeout", "Seconds that a recipe may take at once; by default 60."):argname("SECONDS")
    :convert(argument.number("--timeout", 1, 3600))
  parser:option("--memory", "MiB that a recipe may take; by default 512."):argname("MIB")
    :convert(argument.number("--memory", 1, 1 << 20))
end

-- Results --------------------------------------------------------------------------------------------------------

local Results <const> = {}
Results.__index = Results

local order <const> = { "schema", "library", "recipe", "example", "check", "ok", "reason", "skipped" }

local function object(result, about)
  return json.line({
    schema = 1, library = json.text(about.library), recipe = json.text(about.recipe),
    example = about.example or json.null, check = json.text(result.check), ok = result.ok,
    reason = json.text(result.reason), skipped = json.text(result.skipped),
  }, order)
end

-- "#" begins a remark in this format.
local function plain(text)
  return (printable(text):gsub("#", "\\#"))
end

local function line(result, about, number)
  local who <const> = about.recipe or "spec"
  local example <const> = about.example and (", example %d"):format(about.example) or ""
  local reason <const> = result.reason and ": " .. result.reason or ""
  local skipped <const> = result.skipped and " # SKIP " .. printable(result.skipped) or ""
  return ("%sok %d - %s%s"):format(result.ok and "" or "not ", number,
    plain(("%s%s: %s%s"):format(who, example, result.check, reason)), skipped)
end

local function outcome(result)
  return result.skipped and "skipped" or result.ok and "passed" or "failed"
end

-- A function that takes the results about one recipe, one of its examples, or the specs of a library.
function Results:about(about)
  return function(result)
    self.count = self.count + 1
    local word <const> = outcome(result)
    self[word] = self[word] + 1
    if word == "failed" or not self.quiet then
      output.write((self.json and object(result, about) or line(result, about, self.count)) .. "\n")
    end
  end
end

function Results:finish()
  if not self.json then
    output.write(("1..%d\n# %d passed, %d failed, %d skipped\n"):format(self.count, self.passed, self.failed,
      self.skipped))
  end
end

local function new_results(arguments)
  return setmetatable({ json = arguments.json, quiet = arguments.quiet, count = 0, passed = 0, failed = 0,
    skipped = 0 }, Results)
end

-- What is tested --------------------------------------------------------------------------------------------------

local function is_folder(path)
  local found <const> = host.stat(path)
  return found ~= nil and found.kind == "folder"
end

local function own_library()
  return roots.is_library(".") and "." or nil
end

local function complain(path, reason)
  io.stderr:write(printable(("suture: %s: %s"):format(path, reason)), "\n")
end

local function only_recipe(word)
  local path <const> = place.find(word, host.executable(), own_library())
  return { { name = place.is_path(word) and path:match("([^/]*)%.lua$") or word, path = path } }, {}
end

local function libraries_of(folder)
  local list <const> = {}
  for _, root in ipairs(roots.of(folder)) do
    list[#list + 1] = root.library
  end
  return list
end

-- Recipes, and libraries whose specs are run.
local function subjects(word)
  if word and not is_folder(word) then
    return only_recipe(word)
  elseif not word and not own_library() then
    core.raise("argument", "the current folder is no library (it has no folder 'recipes'): name one, or a recipe")
  end
  local folder <const> = word and word:gsub("(.)/+$", "%1") or "."
  local entries <const> = library.recipes(folder, complain)
  if #entries == 0 then
    core.raise("argument", "has no recipes", { path = folder })
  end
  return entries, libraries_of(folder)
end

-- Testing ---------------------------------------------------------------------------------------------------------

local USAGE <const> = 2

local Run <const> = {}
Run.__index = Run

function Run:limits()
  return { timeout = self.arguments.timeout or default_timeout, memory = self.arguments.memory or default_memory }
end

-- A new folder in the one that goes away with the run.
function Run:new_folder()
  self.folders = self.folders + 1
  local path <const> = ("%s/%d"):format(self.base, self.folders)
  local made <const>, reason <const>, errno <const> = host.make_directory(path)
  if not made then
    core.raise("io", reason, { errno = errno })
  end
  return path
end

function Run:examples(entry, told)
  for number, example in ipairs(told.examples) do
    local given <const> = self:limits()
    given.folder = self:new_folder()
    trial.run(entry.path, told, example, given, self.results:about { recipe = entry.name, example = number,
      library = entry.library })
  end
end

function Run:recipe(entry)
  local job <const> = self:limits()
  job.recipe = entry.path
  local told <const>, failure <const> = worker.examples(job)
  local emit <const> = self.results:about { recipe = entry.name, library = entry.library }
  if not told then
    self.unloadable = self.unloadable or failure.code == USAGE
    emit { check = failure.code == USAGE and "can be loaded" or "tells its examples", ok = false,
      reason = failure.text:match("^[^\n]*") }
  elseif #told.examples == 0 then
    emit { check = "has examples", ok = true, skipped = "it has none" }
  else
    self:examples(entry, told)
  end
end

function Run:specs_of(folder)
  if not specs.are_there(folder) then
    return
  end
  local emit <const>, busted <const> = self.results:about { library = folder }, specs.busted()
  if self.arguments.no_specs then
    emit { check = "the specs of " .. folder, ok = true, skipped = "--no-specs" }
  elseif not busted then
    emit { check = "the specs of " .. folder, ok = true,
      skipped = "busted is not installed (Debian package lua-busted)" }
  else
    specs.run(folder, busted, self:new_folder() .. "/results", emit)
  end
end

-- A folder for files, records and journals, that goes away whatever happens.
local function private_folder()
  local folder <const>, reason <const>, errno <const> = host.make_folder()
  if not folder then
    core.raise("io", "no folder for the files of the examples: " .. reason, { errno = errno })
  end
  host.setenv("SUTURE_STATE", folder .. "/state")
  return setmetatable({ path = folder }, { __close = function() shell.remove(folder) end })
end

local function work(arguments, entries, libraries)
  local folder <close> = private_folder()
  local run <const> = setmetatable({ arguments = arguments, results = new_results(arguments), base = folder.path,
    folders = 0 }, Run)
  for _, entry in ipairs(entries) do
    run:recipe(entry)
  end
  for _, path in ipairs(libraries) do
    run:specs_of(path)
  end
  run.results:finish()
  return run.unloadable and USAGE or run.results.failed > 0 and 1 or 0
end

---@param arguments table
---@return integer status  0 where all passed, 1 where some failed, 2 where a recipe cannot be loaded
function test.run(arguments)
  return work(arguments, subjects(arguments.word))
end

return test
