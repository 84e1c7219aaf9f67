--- The process of a recipe, from its first line to its last. What the recipe
--- will need is opened first, then the cell is closed, then its Lua runs.

local core <const> = require "suture.core"

-- Kept from before they are taken away.
local open <const>, restrict <const>, identify <const> = core.open, core.restrict, core.identify
local unloaded <const> = { "io", "os", "debug", "package", "dofile", "loadfile" }

-- What a recipe may not do, whatever object it does it with.
local refused_functions <const> = {
  "open", "flush", "recover", "records", "record", "forget", "identify", "join", "restrict",
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

-- The target, and what watches it.
local function open_target(job)
  local bytes <const> = opened(job.target, { mode = "copy", recover = false })
  return bytes, require("suture.recipe.witness").watch(bytes)
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

local function values(recipe, job)
  local parameters <const> = require "suture.recipe.parameters"
  local declarations <const> = recipe.params or {}
  if job.texts then
    return parameters.parse(declarations, job.texts)
  end
  return parameters.resolve(declarations, job.params or {})
end

local function load_recipe(job, ready, globals)
  local loading <const> = require "suture.recipe.loading"
  local recipe <const> = loading.evaluate(ready.text, job.recipe, globals)
  return recipe, not job.describe and values(recipe, job), loading.name(recipe, job.recipe)
end

local function tell_nearest(send, candidate)
  send("nearest", candidate.offset, candidate.matches, candidate.pattern)
  for _, difference in ipairs(candidate.differences) do
    send("difference", difference.offset, difference.wanted, difference.found)
  end
end

local function tell_hunk(send, sighting)
  send("hunk", sighting.note or "", sighting.offset or -1, sighting.length, sighting.state)
  for _, key in ipairs { "label", "problem" } do
    if sighting[key] then
      send(key, sighting[key])
    end
  end
  for _, candidate in ipairs(sighting.nearest or {}) do
    tell_nearest(send, candidate)
  end
end

local function tell_outcome(send, outcome)
  for _, sighting in ipairs(outcome.hunks) do
    tell_hunk(send, sighting)
  end
  for _, guard in ipairs(outcome.guards) do
    send("guard", guard.offset, guard.bytes)
  end
  for _, change in ipairs(outcome.changes) do
    send("change", change.offset, change.old, change.new)
  end
  if outcome.failure then
    send.failure(outcome.failure)
  else
    send("verdict", outcome.verdict, outcome.reason or "")
  end
end

-- Called with the name of a message and its fields; `failure` with a description.
local function messenger(send)
  local wire <const> = require "suture.recipe.wire"
  local function tell(_, ...)
    send(wire.pack(...))
  end
  return setmetatable({
    failure = function(problem)
      send(wire.pack("failure", problem.code, problem.kind, problem.message, problem.text,
        problem.offset or -1, problem.where or ""))
    end,
  }, { __call = tell })
end

local function run(job, ready, globals, send)
  local failure <const> = require "suture.recipe.failure"
  local recipe <const>, params <const>, name <const> =
    attempt(failure, failure.USAGE, send, load_recipe, job, ready, globals)
  if not recipe then
    return
  end
  send("recipe", name, recipe.version or "")
  if job.describe then
    return attempt(failure, failure.USAGE, send, function()
      send("description", require("suture.recipe.description").encode(recipe))
    end)
  end
  tell_outcome(send, require("suture.recipe.patching").run(recipe, ready.bytes, ready.seen, {
    params = params, checking = job.checking, folder = ready.folder, open = open_asset, restrict = restrict,
    identify = identify_asset,
    tell = function(what, value)
      send(what, value)
    end,
  }))
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

---@param job table
---@param frame fun(bytes: string)   hands one message to the parent
---@param seal fun(folders: string[])
return function(job, frame, seal)
  local failure <const> = require "suture.recipe.failure"
  local send <const> = messenger(frame)
  local ready <const> = { folder = job.recipe:match("^.*/") or "" }
  if job.target then
    ready.bytes, ready.seen = attempt(failure, failure.IO, send, open_target, job)
    if not ready.bytes then
      return
    end
  end
  ready.text = attempt(failure, failure.USAGE, send, contents, job.recipe)
  if not ready.text then
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
