-- Three files in two folders, one transaction.
local sample <const> = require "spec.crash.sample"

local PATHS <const> = { one = "a/one.bin", two = "b/two.bin", three = "a/three.bin" }
local SALTS <const> = { one = 1, two = 2, three = 3 }

local files <const> = {}
for name, path in pairs(PATHS) do
  local old <const> = sample.bytes(5000, SALTS[name])
  local new <const> = sample.overlay(sample.overlay(old, 100, sample.bytes(8, 60)), 4090, sample.bytes(30, 61))
  files[path] = { old = old, new = new }
end

return {
  summary = "three files in two folders, one transaction",
  needs = { "transaction" },
  planted = true,
  files = files,
  pending = function(suture)
    local set <const> = assert(suture.transaction(PATHS))
    for name in pairs(PATHS) do
      set[name]:write(100, sample.bytes(8, 60))
      set[name]:write(4090, sample.bytes(30, 61))
    end
    return set
  end,
}
