--- What the terminal on standard output can show.

local hexdump <const> = require "suture.hexdump"
local host <const> = require "suture.host"

local terminal <const> = {}

--- Whether results are shown in colour: only on a terminal, and never with NO_COLOR.
---@return boolean
function terminal.is_coloured()
  return host.isatty(1) and (os.getenv "NO_COLOR" or "") == "" and os.getenv "TERM" ~= "dumb"
end

-- The columns of a line of a hexdump: the bytes in hex, a blank more before every eighth, and as characters.
local function columns_of(width)
  return 3 * width + width // 8 + 3 + width + 1
end

--- How many bytes a line of a hexdump has: on a terminal as many eights as fit, else the usual number.
---@param before integer  columns before the bytes
---@return integer
function terminal.width(before)
  if not host.isatty(1) then
    return hexdump.WIDTH
  end
  local room <const> = host.columns() - before
  local width = 8
  while width + 8 <= hexdump.MOST and columns_of(width + 8) <= room do
    width = width + 8
  end
  return width
end

--- The columns of an offset in a hexdump that ends at `last`.
---@param last integer
---@return integer
function terminal.offset_columns(last)
  return math.max(8, #("%x"):format(last))
end

return terminal
