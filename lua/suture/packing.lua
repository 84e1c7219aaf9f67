--- pack and unpack: string.pack's formats on the bytes of an object. Alignment
--- counts from the object's offset 0, and sizes do not depend on the machine.

local core <const> = require "suture.core"
local offset <const> = require "suture.offset"

local packing <const> = {}

-- string.unpack aligns by the position in its string, up to 16: so the string
-- that it gets begins at a multiple of 16 of the object.
local ALIGNMENT <const> = 16

-- string.packsize and the numbers inside formats end a little under 2^31.
local LONGEST <const> = 0x7fffff00

local marks <const> = { le = "<", be = ">" }

local function refuse(method, number, reason)
  core.raise("argument", ("bad argument #%d to '%s' (%s)"):format(number, method, reason))
end

-- Results of a pcall of a string function. Its first argument, the format, is our second.
local function settle(method, ok, ...)
  if ok then
    return ...
  end
  local reason <const> = ...
  if reason:find "does not fit into Lua" then
    core.raise("format", reason)
  end
  local number <const>, detail <const> = reason:match "^bad argument #(%d+) to .- %((.*)%)$"
  refuse(method, (number or 1) + 1, detail or reason)
end

-- Walks the options of a format: "i4", "<", "Xi2", "c10". The option after an X is only a
-- measure, so it belongs to the X.
local function options(format)
  return format:gmatch "(X?.)(%d*)"
end

local function check_option(method, option, digits)
  local letter <const> = option:sub(-1)
  if letter:find "[lLjJT]" then
    refuse(method, 2, ("'%s' has a native size; say i8, I8 or the like"):format(letter))
  elseif digits == "" and letter:find "[iIs]" then
    refuse(method, 2, ("'%s' without a number has a native size; say %s4 or the like"):format(letter, letter))
  end
end

local function check_format(method, format)
  if type(format) ~= "string" then
    refuse(method, 2, "format must be a string, got " .. type(format))
  end
end

local function size_of(format)
  return settle("unpack", pcall(string.packsize, format))
end

-- The rewriting of a format into one whose size is known: what is done so far, and where it began.
local Reading <const> = {}
Reading.__index = Reading

-- Where the part done so far ends, `more` included.
function Reading:reach(more)
  local stop <const> = self.start + size_of(self.skip .. self.done .. more)
  offset.length(self.b, self.off, stop - self.off, "unpack", 2)
  return stop
end

-- "s4" becomes its length, skipped in its alignment, and a text of fixed length.
function Reading:text_with_length(width)
  local whole <const> = "I" .. width
  local bytes <const> = size_of(whole)
  local length <const> = "X" .. whole .. ("x"):rep(bytes)
  local stop <const> = self:reach(length)
  local digits <const> = self.b:read(stop - bytes, bytes)
  local len <const> = settle("unpack", pcall(string.unpack, self.mark .. whole, digits))
  if len < 0 or len > #self.b - stop then
    offset.raise(self.b, "range", stop - bytes,
      ("read of a text of 0x%x bytes passes the end (size 0x%x)"):format(len, #self.b))
  end
  return length .. self:text(len)
end

-- "z" becomes a text of fixed length and its NUL, skipped.
function Reading:text_with_end()
  local from <const> = self:reach ""
  local stop <const> = self.b:find("\0", from)
  if not stop then
    offset.raise(self.b, "format", from, "text without a NUL at its end")
  end
  return self:text(stop - from) .. "x"
end

function Reading:text(len)
  if len > LONGEST then
    offset.raise(self.b, "limit", self.off, ("text of 0x%x bytes is too long for unpack"):format(len))
  end
  return "c" .. len
end

function Reading:add(option, digits)
  if option == "z" then
    self.done = self.done .. self:text_with_end() .. digits
  elseif option == "s" then
    self.done = self.done .. self:text_with_length(digits)
  else
    self.done = self.done .. option .. digits
  end
  if option:find "[<>=]" then
    self.mark = option
  end
end

local function relative(base, ...)
  local results <const> = table.pack(...)
  results[results.n] = base + results[results.n] - 1
  return table.unpack(results, 1, results.n)
end

--- Reads values as string.unpack does, in the object's byte order unless the format says
--- otherwise. Past the end: raises `range`; a text without its NUL: `format`.
---@param b suture.bytes
---@param off integer
---@param format string  string.unpack's; i, I and s need a number, l L j J T are refused
---@return any ...  the values, then the offset after them
function packing.unpack(b, off, format)
  off = offset.inside(b, off, "unpack", 1)
  check_format("unpack", format)
  local mark <const> = marks[b.order]
  local lead <const> = off % ALIGNMENT
  local reading <const> = setmetatable(
    { b = b, off = off, start = off - lead, skip = ("x"):rep(lead), mark = mark, done = mark }, Reading)
  for option, digits in options(format) do
    check_option("unpack", option, digits)
    reading:add(option, digits)
  end
  local bytes <const> = b:read(off - lead, reading:reach "" - (off - lead))
  return relative(off - lead, settle("unpack", pcall(string.unpack, reading.done, bytes, lead + 1)))
end

--- Writes values as string.pack makes them, in the object's byte order unless the format says
--- otherwise. Nothing is written unless all of it fits.
---@param b suture.bytes
---@param off integer
---@param format string  string.pack's; i, I and s need a number, l L j J T are refused
---@param ... any  the values
---@return integer next  the offset after them
function packing.pack(b, off, format, ...)
  off = offset.integer(off, "pack", 1, "offset")
  check_format("pack", format)
  for option, digits in options(format) do
    check_option("pack", option, digits)
  end
  local lead <const> = off % ALIGNMENT
  local packed <const> = settle("pack", pcall(string.pack, marks[b.order] .. ("x"):rep(lead) .. format, ...))
  local data <const> = packed:sub(lead + 1)
  b:write(off, data)
  return off + #data
end

return packing
