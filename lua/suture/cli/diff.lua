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
local PIECE <const> = 0x4000000

-- So many bytes of a difference are in one JSON object.
local OBJECT <const> = 0x1000

---@param parser table
function diff.configure(parser)
  parser:help_max_width(90)
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

-- The differences: offset and length, until both are at their ends. A long one may come in parts.
local function each_run(old, new)
  local at, common <const> = 0, math.min(#old, #new)
  return function()
    while at < common do
      local off <const>, len <const> = core.compare(old, at, new, at, math.min(PIECE, common - at))
      at = off and off + len or math.min(at + PIECE, common)
      if off then
        return off, len
      end
    end
    local rest <const> = math.max(#old, #new) - at
    at = at + rest
    if rest > 0 then
      return at - rest, rest
    end
  end
end

local function brief(old, new)
  return (#old ~= #new or each_run(old, new)()) and DIFFERS or EQUAL
end

local function digits(b, off, len)
  local have <const> = math.max(0, math.min(len, #b - off))
  return have > 0 and core.digits(b:read(off, have)) or ""
end

local function json(old, new)
  local status = EQUAL
  for first, whole in each_run(old, new) do
    status = DIFFERS
    for off = first, first + whole - 1, OBJECT do
      local len <const> = math.min(OBJECT, first + whole - off)
      if not output.add(('{"schema":1,"offset":%d,"old":"%s","new":"%s"}\n'):format(
        off, digits(old, off, len), digits(new, off, len))) then
        return status
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
