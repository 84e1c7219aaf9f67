--- The Lua that a recipe from elsewhere is given: what computes, and nothing
--- that reaches out. No io, os, debug, package, bytecode; `require` finds
--- suture's modules and those of the recipe's library.

local core <const> = require "suture.core"

local language = {}

local functions <const> = {
  "assert", "collectgarbage", "error", "getmetatable", "ipairs", "next", "pairs", "pcall", "rawequal", "rawget",
  "rawlen", "rawset", "select", "setmetatable", "tonumber", "tostring", "type", "xpcall", "_VERSION",
}
local libraries <const> = { "coroutine", "math", "string", "table", "utf8" }

-- Modules of suture's that are the host's, or run recipes themselves.
local private <const> = { "^suture%.host$", "^suture%.cli", "^suture%.recipe", "^suture%.library" }

local function copy(list)
  local result <const> = {}
  for name, value in pairs(list) do
    result[name] = value
  end
  return result
end

-- Text only; a chunk's globals are the recipe's unless it says otherwise.
local function loader(globals)
  return function(chunk, name, mode, ...)
    if mode ~= nil and not tostring(mode):find("t", 1, true) then
      return nil, "attempt to load a binary chunk (mode is 't')"
    elseif select("#", ...) > 0 then
      return load(chunk, name, "t", (...))
    end
    return load(chunk, name, "t", globals)
  end
end

local function is_private(name)
  for _, pattern in ipairs(private) do
    if name:find(pattern) then
      return true
    end
  end
  return false
end

local function is_ours(name)
  return name == "suture" or name:find("^suture%.[%w_.]+$") ~= nil and not is_private(name)
end

-- The source of a library's module and its path.
local function find_module(name, given)
  if not given.folder or not (name .. "."):find("^[%w_-]+%.[%w_.-]*$") or name:find("..", 1, true) then
    return nil
  end
  for _, ending in ipairs { ".lua", "/init.lua" } do
    local path <const> = given.folder .. "/" .. name:gsub("%.", "/") .. ending
    local ok <const>, text <const> = pcall(given.contents, path)
    if ok then
      return text, path
    end
  end
end

local function requirer(globals, given)
  local real <const>, loaded <const> = require, {}
  return function(name)
    if type(name) ~= "string" then
      core.raise("argument", ("require needs a string, not a %s"):format(type(name)))
    elseif loaded[name] ~= nil then
      return loaded[name]
    elseif is_ours(name) then
      return real(name)
    end
    local text <const>, path <const> = find_module(name, given)
    if not text then
      core.raise("argument", ("no module '%s': a recipe can require suture's and those of its library"):format(name))
    end
    local value <const> = assert(load(text, "@" .. path, "t", globals))(name, path)
    loaded[name] = value == nil and true or value
    return loaded[name], path
  end
end

local function printer(write)
  return function(...)
    local words <const> = table.pack(...)
    for index = 1, words.n do
      words[index] = tostring(words[index])
    end
    write(table.concat(words, "\t"))
  end
end

-- Strings index the library that our own modules use, and our objects have one metatable for all.
local function seal_shared()
  for _, value in ipairs { "", core.buffer(0), core.pattern "00", core.error("argument", "") } do
    getmetatable(value).__metatable = false
  end
end

--- Makes a recipe's globals, and seals what it shares with suture's own modules.
---@param given { folder: string?, contents: (fun(path: string): string), print: fun(text: string) }
---@return table
function language.globals(given)
  local globals <const> = {}
  for _, name in ipairs(functions) do
    globals[name] = _G[name]
  end
  for _, name in ipairs(libraries) do
    globals[name] = copy(_G[name])
  end
  globals.string.dump = nil
  globals._G = globals
  globals.load = loader(globals)
  globals.require = requirer(globals, given)
  globals.print = printer(given.print)
  globals.warn = globals.print
  seal_shared()
  return globals
end

return language
