--- Text as rows of a window: wrapped, each character with its width and colour, and where the cursor is among them.

local layout <const> = {}

local RESET <const> = "\27[0m"
local REPLACEMENT <const> = "\u{FFFD}"
local TAB <const> = 8

-- Select Graphic Rendition, by what is shown.
local STYLES <const> = {
  keyword = "\27[35m", string = "\27[32m", number = "\27[36m", comment = "\27[90m", hint = "\27[90m",
  command = "\27[1m", bracket = "\27[1;4m", prompt = "\27[1m",
}

---@class suture.repl.row
---@field text string  with its colours, which end with it
---@field width integer  columns
---@field widths integer[]  columns of each character that takes some

-- Rows in the making: those that are whole, and the last one.
local function new_rows(columns)
  return { columns = columns, list = {}, parts = {}, width = 0, widths = {}, style = false }
end

local function set_style(rows, style)
  if rows.style ~= style then
    rows.parts[#rows.parts + 1] = (rows.style and RESET or "") .. (style and (STYLES[style] or style) or "")
    rows.style = style
  end
end

local function close(rows)
  set_style(rows, false)
  rows.list[#rows.list + 1] = { text = table.concat(rows.parts), width = rows.width, widths = rows.widths }
  rows.parts, rows.width, rows.widths = {}, 0, {}
end

-- Where the next character of so many columns will be.
local function place(rows, width)
  if rows.width + width > rows.columns then
    return { row = #rows.list + 2, column = 0 }
  end
  return { row = #rows.list + 1, column = rows.width }
end

-- A tab or a control character is several characters for the terminal.
local function note_widths(rows, shown, width)
  local count <const> = #shown == width and width or width > 0 and 1 or 0
  for _ = 1, count do
    rows.widths[#rows.widths + 1] = width // count
  end
end

local function put(rows, shown, width, style)
  if rows.width > 0 and rows.width + width > rows.columns then
    close(rows)
  end
  set_style(rows, style)
  rows.parts[#rows.parts + 1] = shown
  rows.width = rows.width + width
  note_widths(rows, shown, width)
end

-- A control character is shown as terminals echo it. A tab takes what is left to its stop or to the margin.
local function control(byte, rows)
  if byte == 9 then
    local column <const> = rows.width < rows.columns and rows.width or 0
    local width <const> = math.min(TAB - column % TAB, rows.columns - column)
    return (" "):rep(width), width
  end
  return "^" .. string.char(byte ~ 0x40), 2
end

-- What the rows show next of the character at an index, its columns, and the index of the next character.
local function glyph(text, index, rows, columns_of)
  local byte <const> = text:byte(index)
  if byte < 0x20 or byte == 0x7f then
    local shown <const>, width <const> = control(byte, rows)
    return shown, width, index + 1
  end
  if not utf8.len(text, index, index) then
    return REPLACEMENT, 1, index + 1
  end
  local code <const> = utf8.codepoint(text, index)
  local following <const> = index + #utf8.char(code)
  local width <const> = byte < 0x80 and 1 or columns_of(code)
  if width < 0 then
    return REPLACEMENT, 1, following
  end
  return text:sub(index, following - 1), width, following
end

local function put_plain(rows, text, style, columns_of)
  local index = 1
  while index <= #text do
    local shown <const>, width <const>, following <const> = glyph(text, index, rows, columns_of)
    put(rows, shown, width, style)
    index = following
  end
end

-- A prompt may have colours of its own.
local function put_prompt(rows, prompt, columns_of)
  if not prompt:find("\27", 1, true) then
    return put_plain(rows, prompt, "prompt", columns_of)
  end
  local style = false
  for text, sequence in (prompt .. RESET):gmatch "(.-)(\27%[[%d;]*m)" do
    put_plain(rows, text, style, columns_of)
    style = sequence ~= RESET and sequence
  end
end

-- The style of each byte; a later span lies over an earlier one.
local function styles_of(spans)
  local styles <const> = {}
  for _, span in ipairs(spans or {}) do
    for index = span.first, span.last do
      styles[index] = span.style
    end
  end
  return styles
end

-- The cursor before a newline stays in its line, also behind a full row.
local function before_newline(rows)
  return { row = #rows.list + 1, column = math.min(rows.width, rows.columns - 1) }
end

-- The cursor behind the text. Behind a full row it stands in a row of its own.
local function behind(rows)
  local cursor <const> = place(rows, 1)
  close(rows)
  if cursor.row > #rows.list then
    close(rows)
  end
  return cursor
end

local function put_text(rows, screen, columns_of)
  local text <const>, point <const>, styles <const> = screen.text, screen.point, styles_of(screen.spans)
  local index, cursor = 1, nil
  while index <= #text do
    local is_newline <const> = text:byte(index) == 10
    local shown <const>, width <const>, following <const> = glyph(text, index, rows, columns_of)
    if point >= index - 1 and point < following - 1 then
      cursor = is_newline and before_newline(rows) or place(rows, width)
    end
    if is_newline then
      close(rows)
      put_prompt(rows, screen.continuation, columns_of)
    else
      put(rows, shown, width, styles[index] or false)
    end
    index = following
  end
  return cursor
end

---@class suture.repl.screen
---@field text string  what is edited; it may hold newlines
---@field point integer  bytes before the cursor
---@field prompt string  with sequences that set colours, or without
---@field continuation string  the prompt of further lines
---@field spans { first: integer, last: integer, style: string }[]?  ranges of bytes of the text, counted from 1
---@field hint string?  shown below the text, as far as one row takes it
---@field columns integer  of the window
---@field lines integer  of the window

--- The rows of a text and of its prompts, without the hint.
---@param screen suture.repl.screen
---@param columns_of fun(code: integer): integer  columns of a character; -1 where it cannot be shown
---@return suture.repl.row[] rows, { row: integer, column: integer } cursor  the row from 1, the column from 0
function layout.rows(screen, columns_of)
  local rows <const> = new_rows(math.max(screen.columns, 2))
  put_prompt(rows, screen.prompt, columns_of)
  local cursor = put_text(rows, screen, columns_of)
  if cursor then
    close(rows)
  else
    cursor = behind(rows)
  end
  return rows.list, cursor
end

--- Columns of a text in one row.
---@param text string
---@param columns_of fun(code: integer): integer
---@return integer
function layout.width(text, columns_of)
  local rows <const> = new_rows(math.maxinteger)
  put_plain(rows, text, false, columns_of)
  return rows.width
end

--- One row of a text in one style, cut where the window ends.
---@param text string
---@param style string
---@param columns integer
---@param columns_of fun(code: integer): integer
---@return suture.repl.row
function layout.row(text, style, columns, columns_of)
  local rows <const> = new_rows(columns)
  put_plain(rows, text, style, columns_of)
  close(rows)
  return rows.list[1]
end

return layout
