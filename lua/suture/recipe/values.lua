--- The values of parameters that a command line brings: `-p key=value`, and `--params FILE.json`.

local core <const> = require "suture.core"
local dkjson <const> = require "dkjson"
local parameters <const> = require "suture.recipe.parameters"

local values = {}

local function fail(format, ...)
  core.raise("argument", format:format(...))
end

--- The texts of `-p` words. Raises `argument` for what is no key=value, and for a key that comes twice.
---@param words string[]
---@return table<string, string>
function values.texts(words)
  local texts <const> = {}
  for _, word in ipairs(words) do
    local name <const>, text <const> = word:match("^([^=]+)=(.*)$")
    if not name then
      fail("-p needs key=value, not '%s'", word)
    elseif texts[name] then
      fail("-p %s is given twice", name)
    end
    texts[name] = text
  end
  return texts
end

local function contents(path)
  local file <close>, reason = io.open(path, "rb")
  if file then
    local text, problem <const> = file:read "a"
    if text then
      return text
    end
    reason = ("%s: %s"):format(path, problem)
  end
  fail("--params: %s", reason)
end

local function decode(text, path)
  local object <const>, stop <const>, problem <const> = dkjson.decode(text, 1, dkjson.null)
  if problem then
    fail("--params: %s: %s", path, problem)
  elseif text:find("%S", stop) then
    fail("--params: %s: more than one JSON value", path)
  elseif type(object) ~= "table" or object == dkjson.null or getmetatable(object).__jsontype ~= "object" then
    fail("--params: %s: a JSON object is needed, as in { \"seconds\": 90 }", path)
  end
  return object
end

-- Where a key stands, for a person.
local function place_of(key, text, path)
  local quoted <const> = dkjson.quotestring(key)
  local at = 0
  repeat
    at = text:find(quoted, at + 1, true)
  until not at or text:find("^%s*:", at + #quoted)
  if not at then
    return path
  end
  local _, lines <const> = text:sub(1, at):gsub("\n", "")
  return ("%s:%d"):format(path, lines + 1)
end

-- What each type of a parameter is in JSON. Bytes are spelled in hex, as for -p; a file is named by its path.
local json_types <const> = {
  boolean = "boolean", integer = "number", string = "string", enum = "string", bytes = "string", file = "string",
}
local articles <const> = { boolean = "true or false", number = "an integer", string = "a string" }

local function described(value)
  if value == dkjson.null then
    return "null"
  elseif type(value) == "table" then
    return "an " .. getmetatable(value).__jsontype
  elseif type(value) == "string" then
    return ("the string '%s'"):format(value)
  end
  return tostring(value)
end

local function check_type(name, declared, value)
  local wanted <const> = json_types[declared.type]
  if type(value) ~= wanted or wanted == "number" and not math.tointeger(value) then
    fail("parameter '%s' must be %s, not %s", name, articles[wanted], described(value))
  end
end

-- Limits of a type are checked here too, so that the message tells the place.
local function check(name, declared, value)
  check_type(name, declared, value)
  if declared.type == "bytes" then
    parameters.parse({ [name] = declared }, { [name] = value })
  elseif declared.type ~= "file" then
    parameters.resolve({ [name] = declared }, { [name] = value })
  end
end

local function declaration(name, abouts)
  local known <const> = {}
  for _, about in ipairs(abouts) do
    for key, declared in pairs(about.params or {}) do
      if key == name then
        return declared
      end
      known[#known + 1] = key
    end
  end
  table.sort(known)
  core.raise("argument", core.unknown("parameter", name, known))
end

local function take(name, value, abouts, params, texts)
  local declared <const> = declaration(name, abouts)
  check(name, declared, value)
  local spelled <const> = declared.type == "bytes"
  if not (spelled and texts[name]) then
    (spelled and texts or params)[name] = value
  end
end

--- Reads a JSON file of parameters. What `-p` gives goes before it. Raises `argument`, in one line with the file and
--- the line, for what is no JSON object, a parameter that no recipe has, and a value that is not of its type.
---@param path string
---@param abouts table[]                  what each recipe says about itself
---@param texts table<string, string>     from -p; bytes of the file, spelled in hex, are added
---@return table<string, any> params
function values.read(path, abouts, texts)
  local text <const> = contents(path)
  local params <const> = {}
  for name, value in pairs(decode(text, path)) do
    local ok <const>, err <const> = pcall(take, name, value, abouts, params, texts)
    if core.is_error(err) and err.kind ~= "argument" then
      error(err, 0)
    elseif not ok then
      fail("--params: %s: %s", place_of(name, text, path), core.is_error(err) and err.message or tostring(err))
    end
  end
  return params
end

return values
