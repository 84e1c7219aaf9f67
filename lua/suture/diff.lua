--- What is pending in an object, and where two of them differ, as text for people: the lines before and after in
--- the layout of `hexdump -C`, with a sign in front.

local check_options <const> = require "suture.options"
local core <const> = require "suture.core"
local hexdump <const> = require "suture.hexdump"

local diff <const> = {
  CONTEXT = 1, -- lines before and after, unless something else is asked for
  MOST = 1000000,
}

local known <const> = { colour = "boolean", context = { 0, diff.MOST }, width = { 1, hexdump.MOST } }

--- The text for two objects that are compared at equal offsets, in pieces, whole lines each.
---@param old suture.bytes
---@param new suture.bytes
---@param options { colour: boolean?, context: integer?, width: integer? }
---@return fun(): string?
function diff.pieces(old, new, options)
  return core.pair_diff(old, new, options.width or hexdump.WIDTH, options.context or diff.CONTEXT, options.colour)
end

--- What is pending: of each place the lines as the file has them, signed `-`, and as they are now, signed `+`.
---@param b suture.bytes
---@param ... any  options: `context` is lines before and after (1), `width` is bytes a line (16), `colour = true`
---  marks by colour instead of by a `*` behind each byte
---@return string text  lines; "" when nothing is pending
function diff.diff(b, ...)
  local given <const> = select("#", ...)
  local options <const> = given == 0 and {} or check_options(b, (...), known, "diff", 1)
  local width <const> = math.tointeger(options.width or hexdump.WIDTH)
  local context <const> = math.tointeger(options.context or diff.CONTEXT)
  return hexdump.join(core.pending_diff(b, width, context, options.colour))
end

return diff
