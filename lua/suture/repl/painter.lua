--- The one part of the conversation that speaks to a terminal: what it must be sent to show a text that is edited.
---
--- It knows what it has shown last (the frame) and sends what differs from it, row by row. Rows are ended by
--- a line break of their own, never by the terminal's wrapping, so that the right margin is no special place. After a
--- change of the window's width the rows are taken to have been wrapped again by the terminal, as today's do.

local layout <const> = require "suture.repl.layout"
local tabulate <const> = require "suture.repl.tabulate"

local CLEAR_SCREEN <const>, CLEAR_BELOW <const>, CLEAR_RIGHT <const> = "\27[H\27[2J", "\27[J", "\27[K"
local MARK <const> = "\27[7m%\27[0m"

---@class suture.repl.painter
local Painter <const> = {}
Painter.__index = Painter

local function up(count)
  return count > 0 and ("\27[%dA"):format(count) or ""
end

local function right(count)
  return count > 0 and ("\27[%dC"):format(count) or ""
end

-- How many rows below its first one a row's column is, after the terminal has wrapped it in so many columns.
local function wrapped(row, column, columns)
  local rows, used, passed = 0, 0, 0
  for _, width in ipairs(row.widths) do
    if used + width > columns then
      rows, used = rows + 1, 0
    end
    if passed + width > column then
      return rows
    end
    used, passed = used + width, passed + width
  end
  return rows + (used + column - passed) // columns
end

-- How far the cursor is below the frame's first row in a window of so many columns.
local function depth(frame, columns)
  if frame.columns == columns then
    return frame.cursor.row - 1
  end
  local rows = wrapped(frame.rows[frame.cursor.row], frame.cursor.column, columns)
  for index = 1, frame.cursor.row - 1 do
    rows = rows + wrapped(frame.rows[index], math.max(frame.rows[index].width - 1, 0), columns) + 1
  end
  return rows
end

-- As many rows as the window has, those around the cursor.
local function visible(rows, cursor, lines, top)
  if #rows <= lines then
    return rows, cursor, 0
  end
  top = math.max(cursor.row - lines, math.min(top, cursor.row - 1, #rows - lines))
  return table.move(rows, top + 1, top + lines, 1, {}), { row = cursor.row - top, column = cursor.column }, top
end

-- Clearing to the right of a full row would take its last character.
local function cleared(row, columns)
  return row.text .. (row.width < columns and CLEAR_RIGHT or "")
end

local function row_texts(rows, shown, columns)
  local texts <const> = {}
  for index, row in ipairs(rows) do
    local is_shown <const> = shown and shown[index] and shown[index].text == row.text
    texts[index] = is_shown and "" or cleared(row, columns)
  end
  return table.concat(texts, "\r\n")
end

-- Shows rows in place of the last frame; the cursor ends in the last row.
local function replace(self, rows, columns)
  local frame <const> = self.frame
  if not frame then
    return row_texts(rows, nil, columns)
  end
  local home <const> = "\r" .. up(depth(frame, columns))
  if frame.columns ~= columns then
    return home .. CLEAR_BELOW .. row_texts(rows, nil, columns)
  end
  local rest <const> = #frame.rows > #rows and "\r\n" .. CLEAR_BELOW .. up(1) or ""
  return home .. row_texts(rows, frame.rows, columns) .. rest
end

--- What shows the text, its hint and the cursor.
---@param screen suture.repl.screen
---@return string
function Painter:paint(screen)
  local columns <const> = math.max(screen.columns, 2)
  local all <const>, place <const> = layout.rows(screen, self.columns_of)
  if screen.hint and #all < screen.lines then
    all[#all + 1] = layout.row(screen.hint, "hint", columns, self.columns_of)
  end
  local rows <const>, cursor <const>, top <const> = visible(all, place, math.max(screen.lines, 1), self.top)
  local sent <const> = replace(self, rows, columns)
  self.frame, self.top = { rows = rows, cursor = cursor, columns = columns }, top
  return sent .. up(#rows - cursor.row) .. "\r" .. right(cursor.column)
end

-- The text as it stays, without what helps to write it, and then a closing; the cursor in the row below.
local function leave(self, screen, closing)
  local whole <const> = setmetatable({ point = #screen.text, hint = false }, { __index = screen })
  local sent <const> = self:paint(whole)
  local is_below <const> = self.frame.cursor.column == 0 and #self.frame.rows > 1 and closing == ""
  self.frame, self.top = nil, 0
  return sent .. closing .. (is_below and "" or "\r\n")
end

--- What begins a chunk: the cursor at the start of an empty row, and a mark behind output that did not end its line.
---@param columns integer
---@return string
function Painter:begin(columns)
  self.frame, self.top = nil, 0
  return MARK .. (" "):rep(columns - 1) .. "\r" .. CLEAR_RIGHT
end

--- What ends a chunk.
---@param screen suture.repl.screen
---@return string
function Painter:finish(screen)
  return leave(self, screen, "")
end

--- What ends a chunk that is dropped.
---@param screen suture.repl.screen
---@return string
function Painter:interrupt(screen)
  return leave(self, screen, "^C")
end

--- What shows candidates below the text, as many as the window takes. The next paint comes below them.
---@param screen suture.repl.screen
---@param candidates string[]
---@return string
function Painter:list(screen, candidates)
  local function width_of(text)
    return layout.width(text, self.columns_of)
  end
  local rows <const> = tabulate(candidates, screen.columns, math.max(screen.lines - 3, 1), width_of)
  return leave(self, screen, "") .. table.concat(rows, "\r\n") .. "\r\n"
end

--- What clears the screen. The next paint comes at its top.
---@return string
function Painter:clear()
  self.frame, self.top = nil, 0
  return CLEAR_SCREEN
end

--- A painter that has shown nothing yet.
---@param columns_of fun(code: integer): integer  columns of a character; -1 where it cannot be shown
---@return suture.repl.painter
return function(columns_of)
  return setmetatable({ columns_of = columns_of, top = 0 }, Painter)
end
