-- A flush of two files that is killed when both are decided and none is written.

local support = require "spec.support"

local SCRIPT <const> = [[
local suture <const> = require "suture"
local set <close> = assert(suture.transaction { kernel = arg[1], config = arg[2] })
set.kernel:write(6, "01")
set.config:write(6, "01")
]]

--- Leaves kernel ("KERNEL--") and config ("config--") in a new folder in the middle of a flush that would make
--- the last two bytes "01". Returns both paths and that of the folder.
return function()
  local folder = support.path("interrupted." .. tostring({}):match "%x+$")
  assert(support.run("mkdir " .. folder) == 0)
  local script = support.write("interrupted.lua", SCRIPT)
  local kernel = support.write(folder .. "/kernel", "KERNEL--")
  local config = support.write(folder .. "/config", "config--")
  -- Which of the two is written first depends on their inode numbers.
  local tool = "strace -qq -o /dev/null -P %s -P %s -e trace=pwrite64 -e inject=pwrite64:signal=KILL:when=1 %s %s %s %s"
  local status = support.run("exec " .. tool:format(kernel, config, support.suture, script, kernel, config))
  assert(status == 137, "the flush was not killed: status " .. status)
  assert(support.read(kernel) .. support.read(config) == "KERNEL--config--")
  return kernel, config, folder
end
