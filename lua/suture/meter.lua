--- How far something is, on one line of a terminal's stderr; nothing where stderr is no terminal.

local host <const> = require "suture.host"
local printable <const> = require "suture.printable"

local CLEAR <const> = "\r\27[K"

---@class suture.meter
local Meter <const> = {}
Meter.__index = Meter

--- Shows a percentage.
---@param percent integer
function Meter:show(percent)
  if self.watched and percent ~= self.shown then
    self.shown = percent
    io.stderr:write(CLEAR, printable(("%s: %d %%"):format(self.name, percent)))
  end
end

--- Takes it away, so that something else can be written.
function Meter:wipe()
  if self.shown then
    io.stderr:write(CLEAR)
    self.shown = nil
  end
end

---@param name string  of what is gone through
---@return suture.meter
return function(name)
  return setmetatable({ name = name, watched = host.isatty(2) }, Meter)
end
