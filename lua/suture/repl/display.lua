--- Values as text for people: bounded, whatever the value is, and without trusting what belongs to it.

local bytes <const> = require "suture.repl.display.bytes"
local core <const> = require "suture.core"
local number <const> = require "suture.repl.display.number"
local paint <const> = require "suture.repl.paint"
local quote <const> = require "suture.repl.quote"
local tree <const> = require "suture.repl.display.tree"

local display <const> = {}

-- So many bytes of a string are shown.
local STRING <const> = 1024

-- Whether a string is what `hexdump` or `diff` give: such lines are shown as they are.
local function is_dump(text)
  local plain <const> = text:gsub("\27%[[%d;]*m", "")
  if not text:find "\n$" or plain:find "[\0-\9\11-\31\127-\255]" then
    return false
  end
  for line in plain:gmatch "([^\n]*)\n" do
    if not (line == "" or line == "*" or line:find "^[-+ ]?%x%x%x%x%x%x%x%x+  " or line:find "^%x%x%x%x%x%x%x%x+$") then
      return false
    end
  end
  return #plain > 8
end

local function text_of(value, style)
  if is_dump(value) then
    return value:sub(1, -2)
  end
  local shown <const> = paint("string", quote(value:sub(1, STRING)), style)
  if #value <= STRING then
    return shown
  end
  return ("%s ... (%d bytes)"):format(shown, #value)
end

local function function_of(value)
  local info <const> = debug.getinfo(value, "S")
  if info.what == "C" then
    return tostring(value)
  end
  return ("function <%s:%d>"):format(info.short_src, info.linedefined)
end

local function name_of(value)
  local meta <const> = debug.getmetatable(value)
  local name <const> = type(meta) == "table" and rawget(meta, "__name")
  return type(name) == "string" and name or type(value)
end

--- What `tostring` says, on one line; what it raises is told, not raised, but for Ctrl-C.
---@param value any
---@return string
function display.described(value)
  local ok <const>, text <const> = pcall(tostring, value)
  if not ok and core.is_error(text) and text.kind == "interrupted" then
    error(text, 0)
  elseif not ok then
    return ("<%s: its __tostring raises>"):format(name_of(value))
  end
  return quote(text:sub(1, STRING)):sub(2, -2):gsub('\\"', '"'):gsub("\\\\", "\\")
end

local function error_of(value, style)
  return paint("error", ("error (%s): "):format(value.kind), style) .. display.described(value)
end

-- Whether a table says itself what it is.
local function has_text(value)
  local meta <const> = debug.getmetatable(value)
  return type(meta) == "table" and (rawget(meta, "__tostring") ~= nil or rawget(meta, "__name") ~= nil)
end

local shown_as <const> = {}

function shown_as.number(value, style)
  return paint("number", number(value), style)
end

shown_as.string = text_of
shown_as["function"] = function_of

function shown_as.table(value, style)
  if core.is_error(value) then
    return error_of(value, style)
  elseif has_text(value) then
    return display.described(value)
  end
end

function shown_as.userdata(value, style)
  if name_of(value) == "suture.pattern" then
    return ("%s (%d bytes, %d of them fixed)"):format(paint("string", tostring(value), style), #value, value.fixed)
  end
  return display.described(value)
end

--- A value in one line, or nil for a table that is to be shown with its fields.
---@param value any
---@param style suture.repl.style
---@return string?
function display.line(value, style)
  local show <const> = shown_as[type(value)]
  if show then
    return show(value, style)
  end
  return tostring(value)
end

--- A value, in as many lines as it takes, without a newline at the end.
---@param value any
---@param session suture.repl.session  its style, and where its targets are looked at
---@return string
function display.value(value, session)
  local style <const> = session.style
  if name_of(value) == "suture.bytes" then
    return bytes.text(value, session)
  end
  return display.line(value, style) or tree(value, style, display.line)
end

return display
