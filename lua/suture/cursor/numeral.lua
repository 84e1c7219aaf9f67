--- Numerals as the "n" of Lua's files reads them: blanks, then the longest text that can still become a
--- numeral of Lua, 200 characters at most.

local LONGEST <const> = 200
local BLOCK <const> = 4096 -- of blanks, read at a time

-- The decimal point of the locale; a dot always counts as well.
local POINTS <const> = { ["."] = true, [("%.1f"):format(0):sub(2, -2)] = true }
local SIGNS <const> = { ["+"] = true, ["-"] = true }
local ZERO <const> = { ["0"] = true }
local MARKS <const> = { x = true, X = true }
local EXPONENTS <const> = { [false] = { e = true, E = true }, [true] = { p = true, P = true } }

-- How far it is to what is no blank, or to the end.
local function skip_blanks(bytes, at)
  local from <const> = at
  while at < #bytes do
    local block <const> = bytes:read(at, math.min(BLOCK, #bytes - at))
    local len <const> = #block:match "^%s*"
    at = at + len
    if len < #block then
      break
    end
  end
  return at - from
end

-- What is still to be read of a text, of which `at` characters are taken.
local Text <const> = {}
Text.__index = Text

-- Takes the next character if it is wanted; none is taken beyond the longest, and then it is no numeral.
function Text:take(is_wanted)
  local next <const> = self.text:sub(self.at + 1, self.at + 1)
  if next == "" or not is_wanted(next) then
    return false
  elseif self.at == LONGEST then
    self.too_long = true
    return false
  end
  self.at = self.at + 1
  return true
end

function Text:take_one_of(set)
  return self:take(function(character) return set[character] end)
end

function Text:take_digits(class)
  local from <const> = self.at
  while self:take(function(character) return character:find(class) end) do -- luacheck: ignore
  end
  return self.at - from
end

function Text:take_numeral()
  local digits = 0
  self:take_one_of(SIGNS)
  local hex = false
  if self:take_one_of(ZERO) then
    hex = self:take_one_of(MARKS)
    digits = hex and 0 or 1
  end
  local class <const> = hex and "%x" or "%d"
  digits = digits + self:take_digits(class)
  if self:take_one_of(POINTS) then
    digits = digits + self:take_digits(class)
  end
  if digits > 0 and self:take_one_of(EXPONENTS[hex]) then
    self:take_one_of(SIGNS)
    self:take_digits "%d"
  end
end

local numeral <const> = {}

--- Reads the numeral that follows an offset.
---@param bytes suture.bytes
---@param at integer  an offset of it, or its size
---@return number?  nil where none follows
---@return integer len  how many bytes were read: blanks, and what began like a numeral
function numeral.read(bytes, at)
  local blanks <const> = skip_blanks(bytes, at)
  local from <const> = at + blanks
  local text <const> = setmetatable({ text = bytes:read(from, math.min(LONGEST + 1, #bytes - from)), at = 0 }, Text)
  text:take_numeral()
  local value <const> = not text.too_long and tonumber(text.text:sub(1, text.at)) or nil
  return value, blanks + text.at
end

return numeral
