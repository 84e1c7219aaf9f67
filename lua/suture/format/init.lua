--- File formats: `suture.format.elf` is the module "suture.format.elf", loaded
--- on first use.

local core <const> = require "suture.core"

local function load_format(_, name)
  local full <const> = "suture.format." .. tostring(name)
  local ok <const>, module <const> = pcall(require, full)
  if not ok and tostring(module):find(("module '%s' not found"):format(full), 1, true) then
    core.raise("argument", ("no format '%s'"):format(tostring(name)))
  elseif not ok then
    error(module, 0)
  end
  return module
end

return setmetatable({}, { __index = load_format })
