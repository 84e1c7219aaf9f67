--- A bytes object as text: what it is in one line, then a part of it in hex.

local core <const> = require "suture.core"
local hexdump <const> = require "suture.hexdump"
local paint <const> = require "suture.repl.paint"
local printable <const> = require "suture.printable"

local bytes <const> = {}

-- Lines of a hexdump, unless something else is asked for.
local LINES <const> = 16

local units <const> = { "KiB", "MiB", "GiB", "TiB", "PiB" }

local function human(size)
  local value, unit = size, nil
  for _, name in ipairs(units) do
    if value < 1024 then
      break
    end
    value, unit = value / 1024, name
  end
  return unit and (", %.4g %s"):format(value, unit) or ""
end

local function plural(count, word)
  return ("%d %s%s"):format(count, word, count == 1 and "" or "s")
end

--- How much is pending: "3 bytes pending in 2 places".
---@param count integer  bytes
---@param runs integer
---@return string
function bytes.extent(count, runs)
  return ("%s pending in %s"):format(plural(count, "byte"), plural(runs, "place"))
end

--- What an object is, in one line.
---@param b suture.bytes
---@param style suture.repl.style
---@return string
function bytes.heading(b, style)
  local size <const>, place <const> = #b, b.offset > 0 and (" at 0x%x"):format(b.offset) or ""
  local count <const>, runs <const> = b:pending()
  local name <const> = paint("name", printable(b.path or "buffer"), style)
  local pending <const> = count and "; " .. paint("pending", bytes.extent(count, runs), style) or ""
  return ("%s%s: %d bytes (0x%x%s), %s%s"):format(name, place, size, size, human(size), b.mode, pending)
end

-- Bytes in a line: as many eights as the columns have room for, from 8 to 32.
local function width_of(style, last)
  if style.width then
    return style.width
  end
  local room <const> = style.columns - math.max(8, #("%x"):format(last))
  local width = 8
  while width < 32 and 4 * (width + 8) + (width + 8) // 8 + 4 <= room do
    width = width + 8
  end
  return width
end

--- A range of an object in hex, changes marked.
---@param b suture.bytes
---@param off integer
---@param len integer?  as many lines as are shown usually if absent
---@param style suture.repl.style
---@return string text   whole lines
---@return integer next  where it ends
function bytes.dump(b, off, len, style)
  local width <const> = width_of(style, b.offset + #b)
  local count <const> = math.min(len or width * LINES, #b - off)
  local options <const> = { width = width, colour = style.colour, fold = len ~= nil and len > width * LINES }
  local text <const> = hexdump.join(hexdump.pieces(b, off, count, options))
  -- The line with the end's offset alone.
  return (text:gsub("[^\n]+\n$", "")), off + count
end

--- Some lines around an offset, with a range marked.
---@param b suture.bytes
---@param off integer
---@param len integer
---@param style suture.repl.style
---@return string text  whole lines; "" for an empty object
function bytes.around(b, off, len, style)
  local width <const> = width_of(style, b.offset + #b)
  local at <const> = math.min(off, #b)
  local from <const> = math.max(0, (at - width) // width * width)
  local count <const> = math.min(3 * width, #b - from)
  if count == 0 then
    return ""
  end
  local marked <const> = math.max(0, math.min(len, #b - at))
  local text <const> = hexdump.join(
    core.hexdump(b, from, count, width, true, style.colour and "colour" or "stars", at, marked))
  return (text:gsub("[^\n]+\n$", ""))
end

local function is_open(b)
  return pcall(core.state, b)
end

--- An object: its heading, and the bytes from where the session stands.
---@param b suture.bytes
---@param session suture.repl.session
---@return string
function bytes.text(b, session)
  if not is_open(b) then
    return tostring(b)
  end
  local target <const> = session.targets:find(b)
  local from <const> = target and math.min(target.position, #b) or 0
  local dump <const>, next <const> = bytes.dump(b, from, nil, session.style)
  local rest <const> = #b - next
  local more <const> = rest > 0 and paint("faint", ("... %s more"):format(plural(rest, "byte")), session.style) or ""
  return (("%s\n%s%s"):format(bytes.heading(b, session.style), dump, more):gsub("\n$", ""))
end

return bytes
