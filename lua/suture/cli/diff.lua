--- suture diff: where two files differ, compared byte by byte at equal offsets.

local argument <const> = require "suture.argument"
local core <const> = require "suture.core"
local differences <const> = require "suture.diff"
local hexdump <const> = require "suture.hexdump"
local output <const> = require "suture.output"
local printable <const> = require "suture.printable"
local terminal <const> = require "suture.terminal"

local diff = { summary = "Show where two files differ, compared at equal offsets." }

local EQUAL <const>, DIFFERS <const> = 0, 1

-- So much is compared at a time, so that Ctrl-C is heard.
local PIECE <const> = 0x10000000

-- So many bytes of a difference are in one JSON object.
local OBJECT <const> = 0x1000

---@param parser table
function diff.configure(parser)
  parser:argument("old", "A file or a block device."):argname("OLD")
  parser:argument("new", "What it became."):argname("NEW")
  parser:mutex(
    parser:flag("-q --brief", "Print nothing: the status tells."),
    parser:flag("--json", ("Print one JSON object a line for each difference: offset, old, new (in hex, at most %d "
      .. "bytes; longer ones take several)."):format(OBJECT)))
  parser:option("-C --context", "Lines before and after a difference.", tostring(differences.CONTEXT))
    :argname("N"):convert(argument.number("--context", 0, differences.MOST))
  parser:option("-w --width", "Bytes a line; by default 16, on a terminal as many eights as fit."):argname("N")
    :convert(argument.number("--width", 1, hexdump.MOST))
  parser:epilog("The status is 0 where there is no difference, 1 where there is one, 4 where a file cannot be read.")
end

local function open(path)
  local b <const>, err <const> = core.open(path, { mode = "read", block = true })
  if not b then
    error(err, 0)
  end
  return b
end

local function brief(old, new)
  local size <const> = #old
  for at = 0, size == #new and size - 1 or -1, PIECE do
    if core.compare(old, at, new, at, math.min(PIECE, size - at)) then
      return DIFFERS
    end
  end
  return size == #new and EQUAL or DIFFERS
end

local function json(old, new)
  local status = EQUAL
  for lines in core.pair_list(old, new, OBJECT, '{"schema":1,"offset":', ',"old":"', '","new":"', '"}\n') do
    if lines ~= "" then
      status = DIFFERS
      if not output.write(lines) then
        break
      end
    end
  end
  return status
end

local function heading(path, sign, style)
  local text <const> = printable(("%s %s"):format(sign:rep(3), path))
  return style and ("\27[1m%s\27[0m\n"):format(text) or text .. "\n"
end

local function text(old, new, arguments)
  local coloured <const> = terminal.is_coloured()
  local columns <const> = 1 + terminal.offset_columns(math.max(#old, #new))
  local options <const> = {
    colour = coloured, context = arguments.context, width = arguments.width or terminal.width(columns),
  }
  local status = EQUAL
  for piece in differences.pieces(old, new, options) do
    if piece ~= "" and status == EQUAL then
      status = DIFFERS
      output.add(heading(old.path, "-", coloured) .. heading(new.path, "+", coloured))
    end
    if piece ~= "" and not output.write(piece) then
      break
    end
  end
  return status
end

local function compare(old, new, arguments)
  if arguments.brief then
    return brief(old, new)
  elseif arguments.json then
    return json(old, new)
  end
  return text(old, new, arguments)
end

---@param arguments table
---@return integer status
function diff.run(arguments)
  local old <close> = open(arguments.old)
  local new <close> = open(arguments.new)
  local status <const> = compare(old, new, arguments)
  output.write ""
  return status
end

return diff
