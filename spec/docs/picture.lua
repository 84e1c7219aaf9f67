-- The picture of suture check in README.md, drawn from what a terminal of 88 columns gets. Prints it:
--
--   LUA_PATH='./?.lua;;' lua5.4 spec/docs/picture.lua > docs/check.svg      from the project's root

local document = require "spec.docs.document"
local pty = require "spec.support.pty"
local support = require "spec.support"

local picture = {}

local COLUMNS <const>, ADVANCE <const>, LINE <const>, MARGIN <const> = 88, 8, 19, 16

-- The recipe is README's. One file that it is for, one that has been patched by hand, so that it nearly fits.
local RECIPE <const> = "timeout.lua"
local INPUTS <const> = [[
printf 'FIRM\220\220\307\005\020\040\000\000\074\000\000\000\303 watchdog' > router.bin
printf 'FIRM\001\220\307\005\104\040\000\000\170\000\000\000\303 watchdog' > other.bin]]
local COMMANDS <const> = { "suture check timeout.lua router.bin", "suture check timeout.lua other.bin" }

local FILL <const> = {
  plain = "#d4d4d4", prompt = "#8a8a8a", ["1"] = "#ffffff", ["2"] = "#8a8a8a", ["31"] = "#f47067", ["32"] = "#6bc46d",
  ["1;31"] = "#ff938a", ["35"] = "#d2a8ff",
}

local function escaped(text)
  return (text:gsub("[&<>]", { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" }))
end

--- A line of a terminal as a list of { text, how }, where `how` is "plain" or the digits of what selects the colour.
function picture.spans(line)
  local spans, how = {}, "plain"
  for text, digits in (line .. "\27[m"):gmatch "([^\27]*)\27%[([%d;]*)m" do
    if text ~= "" then
      spans[#spans + 1] = { text, how }
    end
    how = (digits == "" or digits == "0") and "plain" or digits
  end
  return spans
end

-- The rows that a line takes: a terminal goes on in the next row where one is full.
local function rows_of(spans)
  local rows, column = { {} }, 0
  for _, span in ipairs(spans) do
    for _, code in utf8.codes(span[1]) do
      if column == COLUMNS then
        rows[#rows + 1], column = {}, 0
      end
      local row = rows[#rows]
      if #row == 0 or row[#row][2] ~= span[2] then
        row[#row + 1] = { "", span[2] }
      end
      row[#row][1], column = row[#row][1] .. utf8.char(code), column + 1
    end
  end
  return rows
end

-- Each span has its width, so that columns stand below each other in any font.
local function drawn(spans, row)
  local parts, column = {}, 0
  for _, span in ipairs(spans) do
    local width = utf8.len(span[1])
    parts[#parts + 1] = ('<text x="%d" y="%d" fill="%s" textLength="%d">%s</text>\n'):format(
      MARGIN + column * ADVANCE, MARGIN + row * LINE - 5, assert(FILL[span[2]], "no colour for " .. span[2]),
      width * ADVANCE, escaped(span[1]))
    column = column + width
  end
  return table.concat(parts)
end

-- What was typed, and what came, row by row.
local function rows_shown(folder)
  local rows = {}
  for _, command in ipairs(COMMANDS) do
    rows[#rows + 1] = { { "$ ", "prompt" }, { command, "1" } }
    local _, text = pty(folder:command(command), COLUMNS)
    for line in text:gmatch "([^\n]*)\n" do
      local more = rows_of(picture.spans(line))
      table.move(more, 1, #more, #rows + 1, rows)
    end
  end
  return rows
end

local function input_folder()
  local folder = document.folder "picture"
  for _, block in ipairs(document.blocks(support.read "./README.md")) do
    if block.text:find("-- " .. RECIPE, 1, true) == 1 then
      folder:act(block)
    end
  end
  assert(folder:run(INPUTS) == "")
  return folder
end

--- The picture, as SVG.
function picture.svg()
  local rows = rows_shown(input_folder())
  local width, height = 2 * MARGIN + COLUMNS * ADVANCE, 2 * MARGIN + #rows * LINE
  local parts = {
    ('<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d">\n'):format(
      width, height, width, height),
    "<title>suture check in a terminal</title>\n",
    ('<rect width="%d" height="%d" rx="8" fill="#1e1e1e"/>\n'):format(width, height),
    '<g font-family="ui-monospace, Menlo, Consolas, monospace" font-size="13" xml:space="preserve">\n',
  }
  for row, spans in ipairs(rows) do
    parts[#parts + 1] = drawn(spans, row)
  end
  return table.concat(parts) .. "</g>\n</svg>\n"
end

if arg and arg[0] and arg[0]:find "picture%.lua$" then
  io.write(picture.svg())
end

return picture
