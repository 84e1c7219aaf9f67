--- Bytes as text for people, in the layout of `hexdump -C`.

local core <const> = require "suture.core"
local offset <const> = require "suture.offset"

local WIDTH <const> = 16
local BLOCK <const> = 4096 * WIDTH -- read at a time, so that a long range costs no second copy

local hex <const> = {}
for byte = 0, 255 do
  hex[string.char(byte)] = ("%02x "):format(byte)
end

local known_options <const> = { fold = "boolean" }

local function check_options(options)
  if type(options) ~= "table" then
    core.raise("argument", ("bad argument #3 to 'hexdump' (table expected, got %s)"):format(type(options)))
  end
  for name, value in pairs(options) do
    local wanted <const> = known_options[name]
    if not wanted then
      core.raise("argument", core.unknown("option", tostring(name), { "fold" }))
    elseif type(value) ~= wanted then
      core.raise("argument", ("option '%s' must be a %s, got %s"):format(name, wanted, type(value)))
    end
  end
  return options
end

local function line(address, bytes)
  local left <const> = bytes:sub(1, 8):gsub(".", hex)
  local right <const> = bytes:sub(9):gsub(".", hex)
  local text <const> = bytes:gsub("[^ -~]", ".")
  return ("%08x  %-24s %-24s |%s|\n"):format(address, left, right, text)
end

-- The lines of one range; a line that repeats the one before becomes one `*`.
local Dump <const> = {}
Dump.__index = Dump

function Dump:add(address, bytes)
  local lines <const> = self.lines
  if not (self.fold and bytes == self.last) then
    lines[#lines + 1] = line(address, bytes)
    self.starred = false
  elseif not self.starred then
    lines[#lines + 1] = "*\n"
    self.starred = true
  end
  self.last = bytes
end

function Dump:add_block(address, block)
  for at = 1, #block, WIDTH do
    self:add(address + at - 1, block:sub(at, at + WIDTH - 1))
  end
end

local function length(b, off, ...)
  if select("#", ...) == 0 then
    return #b - off
  end
  local len <const> = offset.integer((...), "hexdump", 2, "length")
  if len < 0 or len > #b - off then
    core.raise("range", ("hexdump of %d bytes passes the end (size 0x%x)"):format(len, #b),
      { path = b.path, offset = off })
  end
  return len
end

local function dump(b, off, len, options)
  local text <const> = setmetatable({ lines = {}, fold = options.fold ~= false }, Dump)
  for at = off, off + len - 1, BLOCK do
    text:add_block(b.offset + at, b:read(at, math.min(BLOCK, off + len - at)))
  end
  if len > 0 then
    text.lines[#text.lines + 1] = ("%08x\n"):format(b.offset + off + len)
  end
  return table.concat(text.lines)
end

local hexdump <const> = {}

--- The bytes of a range as `hexdump -C` prints them, with the offsets they have in the file.
---@param b suture.bytes
---@param ... any  off (0 if absent), len (up to the end), options: { fold = false } shows repeated lines
---@return string text  lines; "" for no bytes
function hexdump.hexdump(b, ...)
  local given <const> = select("#", ...)
  local from <const>, len <const>, options <const> = ...
  local off <const> = given == 0 and 0 or offset.inside(b, from, "hexdump", 1)
  local count <const> = given < 2 and length(b, off) or length(b, off, len)
  return dump(b, off, count, given < 3 and {} or check_options(options))
end

return hexdump
