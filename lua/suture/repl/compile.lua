--- A chunk as a function whose top-level locals outlive it: later chunks share them as functions share upvalues.
---
--- Around the text comes a function that has the earlier locals as its own, which are then joined with the variables
--- that they stand for. Where the chunk ends, a closure over its new locals is handed out. So shadowing, closures,
--- recursion and attributes are Lua's own. What cannot last: `local _ENV`, the locals of a chunk that jumps over their
--- declarations to its end, and those of a chunk that raises.

local chunk <const> = require "suture.repl.chunk"
local scope <const> = require "suture.repl.scope"

local getupvalue <const>, upvaluejoin <const> = debug.getupvalue, debug.upvaluejoin

local compile <const> = {}

---@class suture.repl.cell   a variable that outlives its chunk: an upvalue of a function
---@field fn function
---@field index integer
---@field attribute string?  "const": it cannot be assigned to

-- A variable of its own for a constant that the compiler has put in place of its name.
local function constant(value)
  local held <const> = table.pack(value)
  local kept = held[1]
  return { fn = function() return kept end, index = 1 }
end

local function attribute_of(attribute)
  return attribute and "const" or nil
end

-- A chunk with variables to be closed stays where it ends.
local function keeper(given, read)
  local cells <const>, attributes <const> = given.cells, read.attributes
  return function(names, capture)
    local values <const>, found <const> = table.pack(capture()), {}
    for index = 1, math.huge do
      local name <const> = getupvalue(capture, index)
      if not name then
        break
      end
      found[name] = { fn = capture, index = index }
    end
    local at = 0
    for name in names:gmatch "%S+" do
      at = at + 1
      local cell <const> = found[name] or constant(values[at])
      cell.attribute = attribute_of(attributes[name])
      cells[name] = cell
    end
    if read.closes then
      given.suspend()
    end
  end
end

local function unused(text)
  local name = "keep"
  while text:find(name, 1, true) do
    name = name .. "_"
  end
  return name
end

local function earlier(cells, words)
  local names <const> = {}
  for name in pairs(words) do
    if cells[name] then
      names[#names + 1] = cells[name].attribute and ("%s <%s>"):format(name, cells[name].attribute) or name
    end
  end
  table.sort(names)
  return names
end

local function call_of(keep, names)
  return (";%s(%q, function() return %s end) "):format(keep, table.concat(names, " "), table.concat(names, ", "))
end

-- The text with the calls that hand out its locals. Before a return nothing can stand that is to be closed later.
local function with_calls(text, read, keep)
  local pieces <const>, at = {}, 1
  for _, leave in ipairs(read.leaves) do
    local is_end <const> = leave.at > #text
    if #leave.names > 0 and (is_end or not read.closes) then
      pieces[#pieces + 1] = text:sub(at, leave.at - 1) .. (is_end and "\n" or "") .. call_of(keep, leave.names)
      at = leave.at
    end
  end
  pieces[#pieces + 1] = text:sub(at)
  return table.concat(pieces)
end

local function join(fn, cells)
  for index = 1, math.huge do
    local name <const> = getupvalue(fn, index)
    if not name then
      return
    elseif cells[name] then
      upvaluejoin(fn, index, cells[name].fn, cells[name].index)
    end
  end
end

local function around(body, keep, names, line)
  table.insert(names, 1, keep)
  return ("%slocal %s = ... return function(...) %s\nend"):format(("\n"):rep(line - 1), table.concat(names, ", "), body)
end

local function build(body, read, given, keep, kept)
  local source <const> = around(body, keep, earlier(given.cells, read.words), given.line)
  local maker <const>, message <const> = load(source, given.name, "t", given.env)
  if not maker then
    return nil, message
  end
  local fn <const> = maker(kept or keeper(given, read))
  join(fn, given.cells)
  return fn
end

-- The text as it stands on its line.
local function placed(text, line)
  return ("\n"):rep(line - 1) .. text
end

-- What is wrong with a text; nil where nothing is. Only a text that compiles alone is put into another.
local function complaint(text, given, is_expression)
  local loaded, message
  if is_expression then
    loaded, message = load("return " .. placed(text, given.line), given.name, "t", given.env)
  else
    loaded, message = load(placed(text, given.line), given.name, "t", given.env)
  end
  return not loaded and message or nil
end

local function build_statements(text, given)
  local message <const> = complaint(text, given)
  if message then
    return nil, message
  end
  local read <const>, keep <const> = scope.read(text), unused(text)
  local fn <const> = build(with_calls(text, read, keep), read, given, keep)
  if fn then
    return fn, nil, read.closes
  end
  return build(text, read, given, keep)
end

local function as_given(...)
  return ...
end

-- No tail call, so that the traceback knows what was called. What ends with a semicolon is no argument.
local function build_expression(text, given)
  local read <const>, pass <const> = scope.read("return " .. text), unused(text)
  local fn <const> = build(("return %s(%s\n)"):format(pass, text), read, given, pass, as_given)
  if fn then
    return fn
  end
  return build("return " .. text, read, given, pass)
end

---@class suture.repl.given
---@field cells table<string, suture.repl.cell>  the variables that there are; the function adds those of its text
---@field env table      the globals
---@field name string    of the chunk, as load takes it
---@field line integer   of the text's first line
---@field suspend fun()   called where a chunk ends that has variables to be closed

--- Compiles a text as an expression, whose values the function returns, else as statements. A `=` in front of an
--- expression is passed over.
---@param text string
---@param given suture.repl.given
---@return function? fn
---@return string? message  what is wrong
---@return boolean? closes  the function calls `suspend` at its end, so that its variables are not closed yet
function compile.compile(text, given)
  local equals <const>, rest <const> = text:match "^(%s*=)(.*)$"
  local expression <const> = rest and (" "):rep(#equals) .. rest or text
  local wrong <const> = complaint(expression, given, true)
  if not wrong then
    return build_expression(expression, given)
  elseif rest then
    return nil, wrong
  end
  local fn <const>, message <const>, closes <const> = build_statements(text, given)
  return fn, not fn and wrong:find "<eof>$" and wrong or message, closes
end

--- Whether a text waits for more lines: an expression or statements that end too early. A command is one line.
---@param text string
---@return boolean
function compile.is_complete(text)
  return text:find "^%s*%.%a" ~= nil or not chunk.is_unfinished(text)
end

return compile
