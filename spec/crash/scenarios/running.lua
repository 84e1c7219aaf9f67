-- A running program, which is replaced, and its settings, changed in place, one transaction.
local sample <const> = require "spec.crash.sample"
local shell <const> = require "spec.crash.shell"

local PROGRAM <const>, SETTINGS <const> = "a/program", "b/settings"
local OLD_SETTINGS <const> = sample.bytes(1000, 2)
local PIECE <const> = sample.bytes(20, 50)

-- As small as the compiler makes it: a power cut keeps or loses each of its sectors.
local COMPILE <const> = "echo 'int pause(void); int main(void) { return pause(); }' | "
  .. "cc -x c - -Os -s -Wl,-z,noseparate-code -Wl,-z,norelro -o %s"

-- What follows the program in its file is nothing to the system.
local function program(world)
  local path <const> = world.folder .. "/program"
  world.shell:must(COMPILE:format(shell.quote(path)))
  local file <const> = assert(io.open(path, "rb"))
  local bytes <const> = file:read "a"
  file:close()
  return bytes .. ("#"):rep(40)
end

return {
  summary = "a running program, replaced, and its settings in place, one transaction",
  needs = { "transaction" },
  running = PROGRAM,
  make = function(world)
    local old <const> = program(world)
    return {
      [PROGRAM] = { old = old, new = sample.overlay(old, #old - 30, PIECE) },
      [SETTINGS] = { old = OLD_SETTINGS, new = sample.overlay(OLD_SETTINGS, 100, PIECE) },
    }
  end,
  pending = function(suture)
    local set <const> = assert(suture.transaction { program = PROGRAM, settings = SETTINGS })
    set.program:write(#set.program - 30, PIECE)
    set.settings:write(100, PIECE)
    return set
  end,
}
