--- Bytes as text for people, in the layout of `hexdump -C`.

local core <const> = require "suture.core"
local offset <const> = require "suture.offset"

local WIDTH <const> = 16
local BLOCK <const> = 4096 * WIDTH -- read at a time, so that a long range costs no second copy

local hex <const> = {}
for byte = 0, 255 do
  hex[string.char(byte)] = ("%02x "):format(byte)
end

local types <const> = { fold = "boolean" } -- of the options

local function names()
  local list <const> = {}
  for name in pairs(types) do
    list[#list + 1] = name
  end
  return list
end

local function check_options(options)
  if type(options) ~= "table" then
    core.raise("argument", ("bad argument #3 to 'hexdump' (table expected, got %s)"):format(type(options)))
  end
  for name, value in pairs(options) do
    local wanted <const> = types[name]
    if not wanted then
      core.raise("argument", core.unknown("option", tostring(name), names()))
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

-- The lines of one range, handed to `put` one by one; one that repeats the line before becomes `*`.
local Dump <const> = {}
Dump.__index = Dump

function Dump:add(address, bytes)
  if not (self.fold and bytes == self.last) then
    self.put(line(address, bytes))
    self.starred = false
  elseif not self.starred then
    self.put "*\n"
    self.starred = true
  end
  self.last = bytes
end

function Dump:add_block(address, block)
  for at = 1, #block, WIDTH do
    self:add(address + at - 1, block:sub(at, at + WIDTH - 1))
  end
end

local hexdump <const> = {}

--- Hands the lines of a range to a function one by one, for ranges too long to hold as text.
---@param b suture.bytes
---@param off integer
---@param len integer
---@param fold boolean  whether repeated lines become one `*`
---@param put fun(line: string)
function hexdump.each_line(b, off, len, fold, put)
  local dump <const> = setmetatable({ fold = fold, put = put }, Dump)
  for at = off, off + len - 1, BLOCK do
    dump:add_block(b.offset + at, b:read(at, math.min(BLOCK, off + len - at)))
  end
  if len > 0 then
    put(("%08x\n"):format(b.offset + off + len))
  end
end

--- The bytes of a range as `hexdump -C` prints them, with the offsets they have in the file.
---@param b suture.bytes
---@param ... any  off (0 if absent), len (up to the end), options: { fold = false } shows repeated lines
---@return string text  lines; "" for no bytes
function hexdump.hexdump(b, ...)
  local given <const> = select("#", ...)
  local from <const>, wanted <const>, options <const> = ...
  local off <const> = given == 0 and 0 or offset.inside(b, from, "hexdump", 1)
  local len <const> = given < 2 and #b - off or offset.length(b, off, wanted, "hexdump", 2)
  local fold <const> = given < 3 or check_options(options).fold ~= false
  local lines <const> = {}
  hexdump.each_line(b, off, len, fold, function(text)
    lines[#lines + 1] = text
  end)
  return table.concat(lines)
end

return hexdump
