--- Bytes as text for people, in the layout of `hexdump -C`, with what is pending marked.

local core <const> = require "suture.core"
local check_options <const> = require "suture.options"
local offset <const> = require "suture.offset"

local hexdump <const> = {
  WIDTH = 16, -- bytes a line, unless something else is asked for
  MOST = 256, -- bytes that a line can have
}

local known <const> = { fold = "boolean", width = { 1, hexdump.MOST }, colour = "boolean", mark = "boolean" }

local function marking(options)
  if options.mark == false then
    return "none"
  end
  return options.colour and "colour" or "stars"
end

--- The text of a range in pieces, whole lines each, for ranges too long to hold as text. The range is inside.
---@param b suture.bytes
---@param off integer
---@param len integer
---@param options { fold: boolean?, width: integer?, colour: boolean?, mark: boolean? }
---@return fun(): string?
function hexdump.pieces(b, off, len, options)
  local width <const> = math.tointeger(options.width or hexdump.WIDTH)
  return core.hexdump(b, off, len, width, options.fold ~= false, marking(options))
end

--- All pieces as one text.
---@param pieces fun(): string?
---@return string
function hexdump.join(pieces)
  local list <const> = {}
  for piece in pieces do
    list[#list + 1] = piece
  end
  return table.concat(list)
end

--- The bytes of a range as `hexdump -C` prints them, with the offsets they have in the file. Behind each pending
--- byte stands a `*` in place of the blank.
---@param b suture.bytes
---@param ... any  off (0 if absent), len (up to the end), options: `fold = false` shows repeated lines, `width`
---  is bytes a line (16), `colour = true` marks by colour, `mark = false` marks nothing
---@return string text  lines; "" for no bytes
function hexdump.hexdump(b, ...)
  local given <const> = select("#", ...)
  local from <const>, wanted <const>, options <const> = ...
  local off <const> = given == 0 and 0 or offset.inside(b, from, "hexdump", 1)
  local len <const> = given < 2 and #b - off or offset.length(b, off, wanted, "hexdump", 2)
  local checked <const> = given < 3 and {} or check_options(b, options, known, "hexdump", 3)
  return hexdump.join(hexdump.pieces(b, off, len, checked))
end

return hexdump
