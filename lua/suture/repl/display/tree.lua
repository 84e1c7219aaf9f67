--- Tables as text: on one line where that fits, else a field on each; bounded in depth, in fields, and by cycles.
--- What the table's metatable says is not asked.

local quote <const> = require "suture.repl.quote"
local tokens <const> = require "suture.repl.tokens"

local DEPTH <const>, FIELDS <const>, LINES <const> = 4, 50, 200

-- So wide is a field that does not want a line of its own.
local SHORT <const> = 16

-- Numbers, then strings, in their orders, then others as they come.
local ranks <const> = { number = 1, string = 2 }

local function precedes(left, right)
  local left_rank <const>, right_rank <const> = ranks[type(left)] or 3, ranks[type(right)] or 3
  if left_rank ~= right_rank then
    return left_rank < right_rank
  end
  return left_rank < 3 and left < right
end

-- The keys behind the list part, in order; not sorted where there are very many.
local function keys_of(value, length)
  local keys <const> = {}
  for key in next, value do
    if not (math.type(key) == "integer" and key >= 1 and key <= length) then
      keys[#keys + 1] = key
    end
  end
  if #keys <= 10000 then
    table.sort(keys, precedes)
  end
  return keys
end

local function key_text(key, style, line)
  if type(key) == "string" and key:find "^[%a_][%w_]*$" and tokens(key)[1].kind == "name" then
    return key
  elseif type(key) == "string" then
    return ("[%s]"):format(quote(key:sub(1, 64)))
  elseif math.type(key) == "integer" then
    return ("[%d]"):format(key)
  end
  return ("[%s]"):format(line(key, style) or "{...}")
end

---@class suture.repl.walk
---@field style suture.repl.style
---@field line fun(value: any, style: suture.repl.style): string?
---@field path table<table, boolean>  the tables around
---@field lines integer               how many may still be written

local walk_table

local function walk_value(walk, value, indent, depth)
  local text <const> = walk.line(value, walk.style)
  if text then
    return text
  elseif walk.path[value] then
    return "<cycle>"
  elseif depth == DEPTH then
    return next(value) == nil and "{}" or "{...}"
  end
  return walk_table(walk, value, indent, depth)
end

local function fields_of(walk, value, indent, depth)
  local list <const>, length <const> = {}, rawlen(value)
  for index = 1, math.min(length, FIELDS) do
    list[index] = walk_value(walk, rawget(value, index), indent, depth)
  end
  local keys <const> = keys_of(value, length)
  for index = 1, math.min(#keys, FIELDS - #list) do
    local key <const> = keys[index]
    list[#list + 1] = ("%s = %s"):format(key_text(key, walk.style, walk.line),
      walk_value(walk, rawget(value, key), indent, depth))
  end
  return list, length + #keys - #list
end

-- How wide a text is, without its colours.
local function width_of(text)
  local plain <const> = text:gsub("\27%[[%d;]*m", "")
  return utf8.len(plain) or #plain
end

-- As many fields on a line as fit, where all are short; else one on each.
local function lines_of(walk, list, indent)
  local lines <const>, room <const> = {}, walk.style.columns - #indent - 3
  for _, field in ipairs(list) do
    if width_of(field) > SHORT then
      return list
    end
    local last <const> = lines[#lines]
    if last and width_of(last) + 2 + width_of(field) <= room then
      lines[#lines] = last .. ", " .. field
    else
      lines[#lines + 1] = field
    end
  end
  return lines
end

local function layout(walk, list, more, indent)
  if more > 0 then
    list[#list + 1] = ("... %d more"):format(more)
  end
  local flat <const> = ("{ %s }"):format(table.concat(list, ", "))
  local fits <const> = width_of(flat) + #indent <= walk.style.columns and not flat:find("\n", 1, true)
  if fits or walk.lines < #list then
    return flat
  end
  local lines <const> = lines_of(walk, list, indent)
  walk.lines = walk.lines - #lines
  local inner <const> = "\n" .. indent .. "  "
  return ("{%s%s,\n%s}"):format(inner, table.concat(lines, "," .. inner), indent)
end

function walk_table(walk, value, indent, depth)
  if next(value) == nil then
    return "{}"
  end
  walk.path[value] = true
  local list <const>, more <const> = fields_of(walk, value, indent .. "  ", depth + 1)
  walk.path[value] = nil
  return layout(walk, list, more, indent)
end

--- The text of a table.
---@param value table
---@param style suture.repl.style
---@param line fun(value: any, style: suture.repl.style): string?  a value in one line; nil for a table
---@return string
return function(value, style, line)
  return walk_table({ style = style, line = line, path = {}, lines = LINES }, value, "", 0)
end
