--- Where the cursor goes in a text of several lines. Each function gets the text and the bytes before the cursor, and
--- returns the bytes before it afterwards, or nil where there is no such line.

local movement <const> = {}

local function start_of(text, point)
  return point - #text:sub(1, point):match "[^\n]*$"
end

local function end_of(text, point)
  return point + #text:match("^[^\n]*", point + 1)
end

-- The same number of characters into a line, as far as it goes.
local function into_line(text, start, count)
  local line <const> = text:sub(start + 1, end_of(text, start))
  local at <const> = utf8.len(line) and utf8.offset(line, count + 1)
  return start + math.min(at and at - 1 or utf8.len(line) and #line or count, #line)
end

local function characters_before(text, point)
  local before <const> = text:sub(start_of(text, point) + 1, point)
  return utf8.len(before) or #before
end

--- The line above.
---@param text string
---@param point integer
---@return integer?
function movement.up(text, point)
  local start <const> = start_of(text, point)
  if start == 0 then
    return nil
  end
  return into_line(text, start_of(text, start - 1), characters_before(text, point))
end

--- The line below.
---@param text string
---@param point integer
---@return integer?
function movement.down(text, point)
  local last <const> = end_of(text, point)
  if last == #text then
    return nil
  end
  return into_line(text, last + 1, characters_before(text, point))
end

--- The start of the line.
---@param text string
---@param point integer
---@return integer
function movement.line_start(text, point)
  return start_of(text, point)
end

--- The end of the line.
---@param text string
---@param point integer
---@return integer
function movement.line_end(text, point)
  return end_of(text, point)
end

return movement
