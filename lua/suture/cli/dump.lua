--- suture dump: the bytes of a file in hex.

local argument <const> = require "suture.argument"
local core <const> = require "suture.core"
local hexdump <const> = require "suture.hexdump"
local output <const> = require "suture.output"
local terminal <const> = require "suture.terminal"

local dump = { summary = "Print bytes of a file in hex." }

---@param parser table
function dump.configure(parser)
  parser:argument("target", "A file or a block device."):argname("TARGET")
  parser:argument("offset", "Where to begin: a number, in decimal or hex (0x)."):args("?"):argname("OFF")
    :convert(argument.offset)
  parser:argument("length", "How many bytes; to the end if absent."):args("?"):argname("LEN"):convert(argument.offset)
  parser:option("-w --width", "Bytes a line; by default 16, on a terminal as many eights as fit."):argname("N")
    :convert(argument.number("--width", 1, hexdump.MOST))
  parser:flag("-v --no-fold", "Show repeated lines too, instead of a * for them.")
end

local function range(b, arguments)
  local offset <const> = arguments.offset or 0
  if offset > #b then
    core.raise("argument", ("offset 0x%x is past the end (size 0x%x)"):format(offset, #b), { path = b.path })
  end
  local length <const> = arguments.length or #b - offset
  if length > #b - offset then
    local reason <const> = ("0x%x bytes pass the end (size 0x%x)"):format(length, #b)
    core.raise("argument", reason, { path = b.path, offset = offset })
  end
  return offset, length
end

---@param arguments table
---@return integer status
function dump.run(arguments)
  local b <const>, err <const> = core.open(arguments.target, { mode = "read", block = true })
  if not b then
    error(err, 0)
  end
  local offset <const>, length <const> = range(b, arguments)
  local width <const> = arguments.width or terminal.width(terminal.offset_columns(offset + length))
  for text in hexdump.pieces(b, offset, length, { width = width, fold = not arguments.no_fold }) do
    if not output.write(text) then
      break
    end
  end
  b:close()
  return 0
end

return dump
