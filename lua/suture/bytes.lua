--- The methods of the bytes object that are written in Lua. Each group has a
--- module of its own, which is loaded when one of its methods is first called.

local core <const> = require "suture.core"

local methods <const> = core.methods

local modules <const> = {
  attempt = "suture.attempt",
  pack = "suture.packing",
  unpack = "suture.packing",
  cursor = "suture.cursor",
  diff = "suture.diff",
  hexdump = "suture.hexdump",
  hunk = "suture.hunk",
}

local function on_first_call(name, module)
  methods[name] = function(...)
    local method <const> = require(module)[name]
    methods[name] = method
    return method(...)
  end
end

for name, module in pairs(modules) do
  on_first_call(name, module)
end

return methods
