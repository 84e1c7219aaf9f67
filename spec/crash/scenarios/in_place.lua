-- One file, changed in place in several ranges.
local sample <const> = require "spec.crash.sample"

local PATH <const> = "a/one.bin"
local OLD <const> = sample.bytes(9000, 1)

-- Inside one sector, across a sector's end, across a page's end, the last byte.
local PIECES <const> = { { 3, 5 }, { 510, 4 }, { 4000, 1200 }, { 8999, 1 } }

local function patched()
  local data = OLD
  for salt, piece in ipairs(PIECES) do
    data = sample.overlay(data, piece[1], sample.bytes(piece[2], 40 + salt))
  end
  return data
end

return {
  summary = "one file, changed in place in several ranges",
  needs = {},
  planted = true,
  files = { [PATH] = { old = OLD, new = patched() } },
  pending = function(suture)
    local bytes <const> = assert(suture.open(PATH))
    for salt, piece in ipairs(PIECES) do
      bytes:write(piece[1], sample.bytes(piece[2], 40 + salt))
    end
    return bytes
  end,
}
