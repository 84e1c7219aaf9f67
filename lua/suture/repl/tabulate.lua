--- Words in columns, read downwards as `ls` shows names.

local GAP <const> = 2

local function widest(words, width_of)
  local most = 0
  for _, word in ipairs(words) do
    most = math.max(most, width_of(word))
  end
  return most
end

local function row_of(words, row, height, width, width_of)
  local cells <const> = {}
  for index = row, #words, height do
    local is_last <const> = index + height > #words
    cells[#cells + 1] = words[index] .. (is_last and "" or (" "):rep(width - width_of(words[index])))
  end
  return table.concat(cells)
end

local function rows_of(words, height, width, width_of)
  local rows <const> = {}
  for row = 1, height do
    rows[row] = row_of(words, row, height, width, width_of)
  end
  return rows
end

--- The rows of a table of words.
---@param words string[]
---@param columns integer  of the window
---@param most integer  rows; what does not fit is counted in the last one
---@param width_of fun(word: string): integer  columns of a word
---@return string[] rows  at most `most`
return function(words, columns, most, width_of)
  local width <const> = widest(words, width_of) + GAP
  local across <const> = math.max(1, (columns + GAP - 1) // width)
  local height <const> = (#words + across - 1) // across
  if height <= most then
    return rows_of(words, height, width, width_of)
  end
  local shown <const> = table.move(words, 1, across * (most - 1), 1, {})
  local rows <const> = rows_of(shown, most - 1, width, width_of)
  rows[most] = ("(and %d more)"):format(#words - #shown)
  return rows
end
