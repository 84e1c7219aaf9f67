--- What gcov counted, by file.

local json <const> = require "dkjson"

local gcov <const> = {}

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local function output(command)
  local pipe <const> = assert(io.popen(command))
  local text <const> = pipe:read "a"
  assert(pipe:close(), command .. " failed")
  return text
end

local function source_lines(path)
  local lines <const> = {}
  for line in io.lines(path) do
    lines[#lines + 1] = line
  end
  return lines
end

local function trimmed(texts, number)
  return (texts[number] or ""):match "^%s*(.-)%s*$"
end

-- The three lines above, and the line with the one below.
local function surroundings(texts, number)
  local above <const> = trimmed(texts, number - 3) .. trimmed(texts, number - 2) .. trimmed(texts, number - 1)
  return above, trimmed(texts, number) .. " " .. trimmed(texts, number + 1)
end

-- A line with several conditions has a pair of branches for each, in the order in which they are evaluated.
local function add_line(file, line, texts)
  file.lines = file.lines + 1
  file.lines_run = file.lines_run + (line.count > 0 and 1 or 0)
  for index, branch in ipairs(line.branches) do
    file.branches = file.branches + 1
    if branch.count > 0 then
      file.taken = file.taken + 1
    else
      local before <const>, statement <const> = surroundings(texts, line.line_number)
      file.missed[#file.missed + 1] = {
        path = file.path, file = file.name, number = line.line_number, name = line.function_name,
        text = trimmed(texts, line.line_number), before = before, statement = statement, index = index,
        of = #line.branches,
      }
    end
  end
end

--- Lines and branches of one C file, by the counters beside its object.
---@param object string   build/coverage/obj/core/flush.o
---@param source string   src/core/flush.c
---@return table  { name=, path=, lines=, lines_run=, branches=, taken=, missed = { branch, ... } }; a branch is
--- { path=, file=, number=, name= (of the function), text= (of its line), before=, statement=, index=, of= }
function gcov.read(object, source)
  local counted <const> = assert(json.decode(output("gcov -b -c -j -t " .. quote(object))))
  local file <const> = {
    name = source:match "([^/]*)%.c$", path = source, lines = 0, lines_run = 0, branches = 0, taken = 0, missed = {},
  }
  local texts <const> = source_lines(source)
  for _, each in ipairs(counted.files) do
    if each.file == source then
      for _, line in ipairs(each.lines) do
        add_line(file, line, texts)
      end
    end
  end
  return file
end

return gcov
