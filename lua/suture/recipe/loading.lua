--- Reading a recipe's file. This runs the file's Lua: for a recipe from
--- elsewhere it belongs into a worker.

local core <const> = require "suture.core"
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

local function fail(format, ...)
  core.raise("argument", format:format(...))
end

-- Each recipe has globals of its own, over those that Lua gives.
local function compile(text, path)
  local source <const> = text:gsub("^#[^\n]*", "")
  local chunk <const>, err <const> = load(source, "@" .. path, "t", setmetatable({}, { __index = _G }))
  if not chunk then
    fail("%s", err)
  end
  return chunk
end

--- Loads and checks a recipe. Raises `argument` for what is no recipe, an
--- error of the file where it cannot be read, and whatever its Lua raises.
---@param path string
---@return table recipe
function loading.load(path)
  local value <const> = compile(contents(path), path)()
  if type(value) ~= "table" then
    local what <const> = value == nil and "nothing" or "a " .. type(value)
    fail("%s: the file returns %s and not a table: it is no recipe", path, what)
  end
  local ok <const>, err <const> = pcall(schema.check, value)
  if not ok then
    local kind <const> = core.is_error(err) and err.kind or "argument"
    core.raise(kind, core.is_error(err) and err.message or tostring(err), { path = path })
  end
  return value
end

--- The name that a recipe goes by: its own, or else that of its file.
---@param recipe table
---@param path string
---@return string
function loading.name(recipe, path)
  return recipe.name or (path:gsub("^.*/", ""):gsub("%.lua$", ""))
end

return loading
