-- One file with two names, in two folders, changed in place.
local sample <const> = require "spec.crash.sample"

local PATH <const>, OTHER <const> = "a/one.bin", "b/other.bin"
local OLD <const> = sample.bytes(3000, 1)
local PIECES <const> = { { 3, 5 }, { 1500, 700 } }

local function patched()
  local data = OLD
  for salt, piece in ipairs(PIECES) do
    data = sample.overlay(data, piece[1], sample.bytes(piece[2], 40 + salt))
  end
  return data
end

local file <const> = { old = OLD, new = patched() }

return {
  summary = "one file with two names, changed in place",
  needs = {},
  files = { [PATH] = file, [OTHER] = file },
  links = { [OTHER] = PATH },
  pending = function(suture)
    local bytes <const> = assert(suture.open(PATH))
    for salt, piece in ipairs(PIECES) do
      bytes:write(piece[1], sample.bytes(piece[2], 40 + salt))
    end
    return bytes
  end,
}
