--- Reading a recipe's file. This runs the file's Lua: for a recipe from
--- elsewhere it belongs into a worker.

local core <const> = require "suture.core"
local failure <const> = require "suture.recipe.failure"
local schema <const> = require "suture.recipe.schema"

local loading = {}

-- Opened as a target is, so that a FIFO or a folder is refused at once.
local function contents(path)
  local file <const>, err <const> = core.open(path, "read")
  if not file then
    error(err, 0)
  end
  local text <const> = file:read(0, #file)
  file:close()
  return text
end

-- A path is no part of the message, which has its limit.
local function fail(path, text)
  core.raise("argument", text, { path = not text:find(path, 1, true) and path or nil })
end

local function with_path(text, path)
  return text:find(path, 1, true) and text or ("%s: %s"):format(path, text)
end

-- Each recipe has globals of its own, over those that it is given.
local function compile(text, path, globals)
  local source <const> = text:gsub("^#[^\n]*", "")
  local chunk <const>, err <const> = load(source, "@" .. path, "t", setmetatable({}, { __index = globals }))
  if not chunk then
    fail(path, err)
  end
  return chunk
end

-- What the file's Lua raised, with the file's name where it tells no place. Memory that ran out stays what it is.
local function about(err, path)
  if failure.is_out_of_memory(err) or core.is_error(err) and (err.where or err.path) then
    return err
  elseif core.is_error(err) then
    return core.error(err.kind, err.message, { path = path })
  end
  return with_path(failure.describe(err, failure.USAGE).text, path)
end

--- Runs the text of a recipe and checks what it returns. Raises `argument` for what is no recipe, and whatever its
--- Lua raises.
---@param text string
---@param path string      of its file, for messages
---@param globals table    what it sees beside its own globals
---@return table recipe
function loading.evaluate(text, path, globals)
  local ran <const>, value <const> = pcall(compile(text, path, globals))
  if not ran then
    error(about(value, path), 0)
  end
  if type(value) ~= "table" then
    local what <const> = value == nil and "nothing" or "a " .. type(value)
    fail(path, ("the file returns %s and not a table: it is no recipe"):format(what))
  end
  local ok <const>, err <const> = pcall(schema.check, value)
  if not ok then
    local kind <const> = core.is_error(err) and err.kind or "argument"
    core.raise(kind, core.is_error(err) and err.message or tostring(err), { path = path })
  end
  return value
end

--- Loads and checks a recipe in this process. Raises as `evaluate` does, and an error of the file where it cannot
--- be read.
---@param path string
---@return table recipe
function loading.load(path)
  return loading.evaluate(contents(path), path, _G)
end

--- The name that a recipe goes by: its own, or else that of its file.
---@param recipe table
---@param path string
---@return string
function loading.name(recipe, path)
  return recipe.name or (path:gsub("^.*/", ""):gsub("%.lua$", ""))
end

return loading
