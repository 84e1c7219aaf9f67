--- The result as a table in Markdown.

local function percent(part, whole)
  return whole == 0 and "" or ("%d %%"):format(100 * part // whole)
end

local function row(cells)
  return "| " .. table.concat(cells, " | ") .. " |"
end

local function row_of(file, kinds)
  local cells <const> = { file.name, ("%s of %d"):format(percent(file.lines_run, file.lines), file.lines),
    tostring(file.branches), tostring(file.taken), percent(file.taken, file.branches) }
  for _, kind in ipairs(kinds) do
    cells[#cells + 1] = tostring(file.kinds[kind.name] or "")
  end
  return row(cells)
end

local function sum(files)
  local all <const> = { name = "all", lines = 0, lines_run = 0, branches = 0, taken = 0, kinds = {} }
  for _, file in ipairs(files) do
    for _, key in ipairs { "lines", "lines_run", "branches", "taken" } do
      all[key] = all[key] + file[key]
    end
    for kind, count in pairs(file.kinds) do
      all.kinds[kind] = (all.kinds[kind] or 0) + count
    end
  end
  return all
end

---@param files table[]   as gcov.read gives them, each with kinds = { name = how many }
---@param kinds table[]   { name=, ... }, in the order of the columns
---@return string
return function(files, kinds)
  local head <const>, rule <const> = { "file", "lines", "branches", "taken", "" }, {}
  for index, kind in ipairs(kinds) do
    head[5 + index] = kind.name
  end
  for index = 1, #head do
    rule[index] = "---"
  end
  local rows <const> = { row(head), row(rule) }
  for _, file in ipairs(files) do
    rows[#rows + 1] = row_of(file, kinds)
  end
  rows[#rows + 1] = row_of(sum(files), kinds)
  return table.concat(rows, "\n")
end
