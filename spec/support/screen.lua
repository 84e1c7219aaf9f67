-- A terminal in memory: rows of cells, as far as the painter makes use of them. A full row wraps with the next
-- character, not before, and rows are wrapped again when the width changes.

local Screen = {}
Screen.__index = Screen

local WIDE <const>, COMBINING <const> = 0x1100, 0x300

--- Columns of a character in this terminal.
local function columns_of(code)
  if code >= COMBINING and code < COMBINING + 0x70 then
    return 0
  end
  return code >= WIDE and code ~= 0xfffd and 2 or 1
end

function Screen:row(index)
  while #self.rows < index do
    self.rows[#self.rows + 1] = {}
  end
  return self.rows[index]
end

function Screen:down()
  self.y = self.y + 1
  self:row(self.y)
  self.top = math.max(self.top, self.y - self.lines + 1)
end

function Screen:put(char)
  local width = columns_of(utf8.codepoint(char))
  if width == 0 then
    local row, at = self:row(self.y), self.x - 1
    row[at] = (row[at] or " ") .. char
    return
  end
  if self.x + width - 1 > self.columns then
    self:row(self.y).goes_on = true
    self:down()
    self.x = 1
  end
  local row = self:row(self.y)
  for index = #row + 1, self.x - 1 do
    row[index] = " "
  end
  row[self.x] = char
  if width == 2 then
    row[self.x + 1] = ""
  end
  self.x = self.x + width
end

local function clear_right(row, from)
  for index = #row, from, -1 do
    row[index] = nil
  end
  row.goes_on = nil
end

local function clear_below(self)
  clear_right(self:row(self.y), math.min(self.x, self.columns))
  for index = self.y + 1, #self.rows do
    self.rows[index] = {}
  end
end

local CONTROLS <const> = {
  A = function(self, count) self.y = math.max(self.top, self.y - count) end,
  C = function(self, count) self.x = math.min(self.columns, self.x + count) end,
  H = function(self) self.y, self.x = self.top, 1 end,
  J = clear_below,
  K = function(self) clear_right(self:row(self.y), math.min(self.x, self.columns)) end,
  m = function() end,
}

function Screen:control(sequence)
  local number, letter = sequence:match "^\27%[([%d;]*)(%a)$"
  assert(CONTROLS[letter], ("unknown sequence %q"):format(sequence))(self, math.tointeger(tonumber(number)) or 1)
end

--- Takes what is sent to the terminal.
function Screen:feed(text)
  local index = 1
  while index <= #text do
    local byte = text:byte(index)
    local piece = byte == 27 and text:match("^\27%[[%d;]*%a", index) or text:match("^[^\x80-\xbf][\x80-\xbf]*", index)
    if byte == 27 then
      self:control(piece)
    elseif byte == 13 then
      self.x = 1
    elseif byte == 10 then
      self:down()
    else
      self:put(piece)
    end
    index = index + #piece
  end
end

-- The rows that a logical row makes in a width; also how far into them a column of it is.
local function wrapped(cells, columns)
  local rows = { {} }
  local places = {}
  for index, cell in ipairs(cells) do
    local width = cells[index + 1] == "" and 2 or cell == "" and 0 or 1
    if #rows[#rows] + width > columns then
      rows[#rows].goes_on = true
      rows[#rows + 1] = {}
    end
    local row = rows[#rows]
    row[#row + 1] = cell
    places[index] = { #rows, #row }
  end
  return rows, places
end

-- Rows as logical ones; the cursor's number among them, and its column.
local function joined(self)
  local lines, line, column = { {} }, nil, nil
  for index, row in ipairs(self.rows) do
    local cells = lines[#lines]
    if index == self.y then
      line, column = #lines, #cells + self.x
    end
    table.move(row, 1, #row, #cells + 1, cells)
    if not row.goes_on then
      lines[#lines + 1] = {}
    end
  end
  return lines, line, column
end

--- The window gets another width.
function Screen:resize(columns)
  local lines, line, column = joined(self)
  self.columns, self.rows = columns, {}
  for number, cells in ipairs(lines) do
    if number == line then
      for index = #cells + 1, column do
        cells[index] = " "
      end
    end
    local rows, places = wrapped(cells, columns)
    if number == line then
      self.y, self.x = #self.rows + places[column][1], places[column][2]
    end
    table.move(rows, 1, #rows, #self.rows + 1, self.rows)
  end
  self.top = math.max(1, self.y - self.lines + 1)
end

--- What rows show, without blanks at their ends, from a row on to the last that shows anything.
function Screen:shown(from)
  local texts = {}
  for index = from or 1, #self.rows do
    texts[#texts + 1] = (table.concat(self.rows[index]):gsub(" +$", ""))
  end
  while texts[#texts] == "" do
    texts[#texts] = nil
  end
  return texts
end

--- An empty terminal.
local function new(columns, lines)
  return setmetatable({ columns = columns, lines = lines, rows = { {} }, y = 1, x = 1, top = 1 }, Screen)
end

return { new = new, columns_of = columns_of }
