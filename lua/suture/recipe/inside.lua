--- The process of a recipe, from its first line to its last. What the recipe
--- will need is opened first, then the cell is closed, then its Lua runs.

local core <const> = require "suture.core"

-- Kept from before they are taken away.
local open <const>, restrict <const>, identify <const> = core.open, core.restrict, core.identify
local unloaded <const> = { "io", "os", "debug", "package", "dofile", "loadfile" }

-- What a recipe may not do, whatever object it does it with.
local refused_functions <const> = {
  "duplicate", "open", "flush", "recover", "records", "record", "forget", "identify", "join", "restrict",
}
local refused_methods <const> = { "flush", "save", "sync" }

local function opened(path, options)
  local bytes <const>, err <const> = open(path, options)
  if not bytes then
    error(err, 0)
  end
  return bytes
end

-- What is beside a file is its parent's to settle, and outside the cell.
local function open_to_read(path)
  return opened(path, { mode = "read", recover = false })
end

local EACCES <const>, EPERM <const> = 13, 1

-- What the cell keeps out of reach is the recipe's mistake, not an error of the target.
local function reached(path, value, err)
  if not value and (err.errno == EACCES or err.errno == EPERM) then
    core.raise("argument", "the asset is out of reach for a recipe: " .. err.message, { path = path })
  elseif not value then
    error(err, 0)
  end
  return value
end

local function open_asset(path)
  return reached(path, open(path, { mode = "read", recover = false }))
end

local function identify_asset(path)
  return reached(path, identify(path))
end

local function contents(path)
  local file <const> = open_to_read(path)
  local text <const> = file:read(0, #file)
  file:close()
  return text
end

local function refuse(list, names, what)
  for _, name in ipairs(names) do
    if list[name] then
      list[name] = function()
        core.raise("unsupported", what:format(name))
      end
    end
  end
end

local function refuse_all()
  refuse(core, refused_functions, "%s is not for recipes")
  refuse(core.methods, refused_methods, "%s is not for recipes: what is pending is written after they have ended well")
end

-- The libraries that reach out of the process.
local function unload()
  local loaded <const>, preload <const> = package.loaded, package.preload
  for _, name in ipairs(unloaded) do
    loaded[name], _G[name] = nil, nil
  end
  loaded["suture.host"], preload["suture.host"] = nil, nil
end

-- What the recipes before this one change is there for it, as if it were in the file.
local function open_target(given)
  local change <const> = require "suture.change"
  local bytes <const> = opened(given.path, { mode = "copy", recover = false, block = true })
  for _, entry in ipairs(given.earlier or {}) do
    change.apply(bytes, entry.offset, entry.old, entry.new)
  end
  return bytes
end

-- The targets, and what watches them.
local function open_targets(job)
  local list <const> = {}
  for number, given in ipairs(job.targets) do
    list[number] = open_target(given)
  end
  return list, require("suture.recipe.witness").watch(list)
end

-- Files that parameters name. Only the user names files.
local function open_files(job)
  local files <const> = {}
  for name, path in pairs(job.files or {}) do
    files[name] = open_to_read(path)
  end
  return files
end

-- Calls a function; an error is told to the parent as a failure with that status, and gives nothing.
local function attempt(failure, code, send, fn, ...)
  local results <const> = table.pack(pcall(fn, ...))
  if results[1] then
    return table.unpack(results, 2, results.n)
  end
  local problem <const> = failure.describe(results[2], code)
  if problem.kind == "limit" then
    problem.code = failure.RECIPE
  end
  send.failure(problem)
end

-- Given as values, as texts, and as open files, of which texts go before values.
local function values(recipe, job, files)
  local given <const>, texts <const> = {}, {}
  for name, value in pairs(job.params or {}) do
    given[name] = value
  end
  for name, text in pairs(job.texts or {}) do
    texts[name] = text
  end
  for name, file in pairs(files) do
    given[name], texts[name] = file, nil
  end
  return require("suture.recipe.parameters").parse(recipe.params or {}, texts, given)
end

-- The targets in the recipe's own order, with the numbers of the job.
local function assigned(recipe, job, ready)
  local declared <const>, list <const> = recipe.targets or {}, {}
  for number, index in ipairs(require("suture.recipe.assignment").of(declared, job.targets)) do
    local about <const> = declared[number] or {}
    list[number] = {
      number = index, name = about.name or "target", declared = about, bytes = ready.targets[index],
      file = ready.seen.targets[index].file, earlier = job.targets[index].earlier or {},
    }
  end
  return list
end

-- Whether the parent has to know more than a result: which recipes belong to this one, which files it is to open.
local function needs_more(recipe, job)
  local files <const> = require("suture.recipe.parameters").files
  local named <const> = next(files(recipe.params, job.params or {})) or next(files(recipe.params, job.texts or {}))
  return #(recipe.depends or {}) > 0 or #(recipe.conflicts or {}) > 0 or named ~= nil
end

local function load_recipe(job, ready, globals)
  local loading <const> = require "suture.recipe.loading"
  local recipe <const> = loading.evaluate(ready.text, job.recipe, globals)
  local only_described <const> = job.describe or job.plain and needs_more(recipe, job)
  if only_described then
    return recipe, loading.name(recipe, job.recipe)
  end
  local params <const> = values(recipe, job, ready.files)
  return recipe, loading.name(recipe, job.recipe), params, assigned(recipe, job, ready)
end

local function describe(failure, recipe, send)
  attempt(failure, failure.USAGE, send, function()
    send("description", require("suture.recipe.description").encode(recipe))
  end)
end

local function run(job, ready, globals, send)
  local failure <const> = require "suture.recipe.failure"
  local recipe <const>, name <const>, params <const>, targets <const> =
    attempt(failure, failure.USAGE, send, load_recipe, job, ready, globals)
  if not recipe then
    return
  end
  send("recipe", name, recipe.version or "")
  if job.examples then
    return attempt(failure, failure.RECIPE, send, function()
      send("examples", require("suture.recipe.example").encode(recipe))
    end)
  elseif not targets then
    return describe(failure, recipe, send)
  end
  require("suture.recipe.telling").outcome(send, require("suture.recipe.patching").run(recipe, targets, ready.seen, {
    params = params, checking = job.checking, folder = ready.folder, open = open_asset, restrict = restrict,
    identify = identify_asset,
    tell = function(what, value)
      send(what, value)
    end,
  }), ready.seen)
end

-- A library's folder of modules, if the recipe lies in one.
local function modules_of(job)
  local library <const> = ("./" .. job.recipe):match("^(.*)/recipes/")
  return library and (job.recipe:find("^/") and library:sub(3) or library) .. "/lua"
end

-- A recipe that is trusted has what a script has.
local function trusted_globals(folder)
  if folder then
    package.path = ("%s/?.lua;%s/?/init.lua;%s"):format(folder, folder, package.path)
  end
  return _G
end

local function confined_globals(folder, send)
  return require("suture.recipe.language").globals {
    folder = folder, contents = contents,
    print = function(text)
      send("log", text)
    end,
  }
end

-- What the recipe will need, before the cell is closed. False where something cannot be read, which is told.
local function prepare(job, ready, send)
  local failure <const> = require "suture.recipe.failure"
  if not job.describe then
    ready.targets, ready.seen = attempt(failure, failure.IO, send, open_targets, job)
    ready.files = ready.targets and attempt(failure, failure.IO, send, open_files, job)
  end
  if job.describe or ready.files then
    ready.text = attempt(failure, failure.USAGE, send, contents, job.recipe)
  end
  return ready.text ~= nil
end

---@param job table
---@param frame fun(bytes: string)   hands one message to the parent
---@param seal fun(folders: string[])
return function(job, frame, seal)
  local failure <const> = require "suture.recipe.failure"
  local send <const> = require("suture.recipe.telling").messenger(job, frame)
  local ready <const> = { folder = job.recipe:match("^.*/") or "" }
  if not prepare(job, ready, send) then
    return
  end
  local folder <const> = modules_of(job)
  if job.trust then
    require "suture"
    return run(job, ready, trusted_globals(folder), send)
  end
  refuse_all()
  require "suture"
  local globals <const> = confined_globals(folder, send)
  local closed <const> = attempt(failure, failure.IO, send, function()
    seal { ready.folder == "" and "." or ready.folder, folder }
    return true
  end)
  if not closed then
    return
  end
  unload()
  run(job, ready, globals, send)
end
