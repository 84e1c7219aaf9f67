--- How far something is, on one line of a terminal's stderr; nothing where stderr is no terminal. Of many things it
--- shows how many are done, as a bar, and which one comes now.

local host <const> = require "suture.host"
local printable <const> = require "suture.printable"

local CLEAR <const> = "\r\27[K"
local BAR <const> = 20 -- characters

---@class suture.meter
local Meter <const> = {}
Meter.__index = Meter

local function coloured(text)
  return (os.getenv "NO_COLOR" or "") == "" and "\27[32m" .. text .. "\27[m" or text
end

-- The bar and the count, and the columns that they take.
local function front(done, total)
  if total == 1 then
    return "", 0
  end
  local filled <const> = BAR * done // total
  local count <const> = ("%d/%d "):format(done, total)
  local bar <const> = coloured(("#"):rep(filled)) .. ("-"):rep(BAR - filled)
  return ("[%s] %s"):format(bar, count), BAR + 3 + #count
end

-- The end of a path tells more than its beginning.
local function cut(text, room)
  local length <const> = utf8.len(text)
  if length <= room then
    return text
  elseif room < 4 then
    return ""
  end
  return "..." .. text:sub(utf8.offset(text, length - room + 4))
end

local function draw(self)
  local head <const>, taken <const> = front(self.done, self.total)
  local tail <const> = self.percent and (": %d %%"):format(self.percent) or ""
  local name <const> = cut(printable(self.name), host.columns() - 1 - taken - #tail)
  self.shown = true
  io.stderr:write(CLEAR, head, name, tail)
end

--- Shows a percentage of the thing that it is at.
---@param percent integer
function Meter:show(percent)
  if self.watched and not (self.shown and percent == self.percent) then
    self.percent = percent
    draw(self)
  end
end

--- Shows that so many are done, and which one comes now. Of a single thing only its percentage is worth showing.
---@param done integer
---@param name string
function Meter:at(done, name)
  self.done, self.name, self.percent = done, name, nil
  if self.watched and self.total > 1 then
    draw(self)
  end
end

--- Takes it away, so that something else can be written.
function Meter:wipe()
  if self.shown then
    io.stderr:write(CLEAR)
    self.shown = nil
  end
end

---@param name string     of what is gone through first
---@param total integer?  how many things there are; 1 if absent
---@return suture.meter
return function(name, total)
  return setmetatable({ name = name, done = 0, total = total or 1, watched = host.isatty(2) }, Meter)
end
