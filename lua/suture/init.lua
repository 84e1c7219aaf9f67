--- The module `suture`: open files and buffers as bytes objects, spell out
--- bytes in hex, write patterns with wildcards. Parts written in Lua load on
--- first use, so that `require "suture"` costs little.

local core <const> = require "suture.core"

-- Errors name the line of the script that is wrong. Frames of our own modules
-- are passed over by the prefix that their sources share.
core.own((debug.getinfo(1, "S").source:gsub("init%.lua$", "")))

require "suture.bytes"

---@class suture
---@field version string
---@field format table  the modules of file formats
---@field recipe table  the module of recipes
---@field library table  the module of the recipes that have names
---@field transaction fun(targets: table): suture.transaction?, suture.error?, integer?
---@field flush fun(list: table): suture.outcome[]
---@field struct table  the module of structures
---@field recover fun(path: string, options?: table): "clean"|"finished"|"undone"
local fields <const> = { version = "0.1.0" }

--- Opens a file as a bytes object. What may happen to a correct program (no
--- such file, no permission, locked) is returned, wrong arguments raise.
--- `options` is a mode ("read", "patch", "copy", "shared"; "patch" if absent)
--- or a table with mode, offset, length, create, block, recover.
---@type fun(path: string, options?: string|table): suture.bytes?, suture.error?, integer?
fields.open = core.open

--- Bytes in memory: `size` zeros, or a copy of a string.
---@type fun(content: integer|string): suture.bytes
fields.buffer = core.buffer

--- The string of bytes that hex digits spell: `hex "90 90"`.
---@type fun(text: string): string
fields.hex = core.hex

--- A pattern of bytes with wildcards: `pattern "48 8b ?? 4? e8"`.
---@type fun(text: string): suture.pattern
fields.pattern = core.pattern

local submodules <const> = {
  flush = "suture.flush",
  format = "suture.format",
  library = "suture.library",
  recipe = "suture.recipe",
  recover = "suture.recover",
  struct = "suture.struct",
  transaction = "suture.transaction",
}

local function names()
  local list <const> = {}
  for name in pairs(fields) do
    list[#list + 1] = name
  end
  for name in pairs(submodules) do
    list[#list + 1] = name
  end
  table.sort(list)
  return list
end

local function field(_, name)
  local value <const> = fields[name]
  if value ~= nil then
    return value
  end
  local submodule <const> = submodules[name]
  if submodule then
    return require(submodule)
  end
  core.raise("argument", core.unknown("field", tostring(name), names()))
end

local function refuse(_, name)
  core.raise("argument", ("the module 'suture' is read-only: its field '%s' cannot be set"):format(tostring(name)))
end

-- A proxy, because __newindex is not asked about fields that are there.
return setmetatable({}, {
  __name = "suture",
  __index = field,
  __newindex = refuse,
})
