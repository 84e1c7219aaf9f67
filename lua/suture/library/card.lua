--- All that a recipe says about itself, for people and for programs. It comes from a process that may be anything:
--- what has not the type that the schema promises is left out.

local json <const> = require "suture.json"
local printable <const> = require "suture.printable"

local card = {}

local function texts(list)
  local result <const> = {}
  for _, item in ipairs(type(list) == "table" and list or {}) do
    result[#result + 1] = type(item) == "string" and item or nil
  end
  return result
end

local function tables(list)
  local result <const> = {}
  for _, item in ipairs(type(list) == "table" and list or {}) do
    result[#result + 1] = type(item) == "table" and item or nil
  end
  return result
end

local function text(value)
  return type(value) == "string" and value or nil
end

local function number(value)
  return type(value) == "number" and math.tointeger(value) or nil
end

local function plain(value)
  local kind <const> = type(value)
  if kind == "string" or kind == "number" or kind == "boolean" then
    return value
  end
end

local function sorted_names(set)
  local names <const> = {}
  for name, declared in pairs(type(set) == "table" and set or {}) do
    names[#names + 1] = type(name) == "string" and type(declared) == "table" and name or nil
  end
  table.sort(names)
  return names
end

-- People ----------------------------------------------------------------------------------------------------------

-- "an integer from 1 to 255": what a value must be.
local function limits(declared)
  local low <const>, high <const> = number(declared.min), number(declared.max)
  if low and high then
    return (" from %d to %d"):format(low, high)
  elseif low or high then
    return low and (" of at least %d"):format(low) or (" of at most %d"):format(high)
  elseif #texts(declared.values) > 0 then
    return ": " .. table.concat(texts(declared.values), ", ")
  end
  return text(declared.pattern) and (" that matches '%s'"):format(declared.pattern) or ""
end

local function default(declared)
  local value <const> = plain(declared.default)
  if declared.required == true then
    return "required"
  elseif value == nil then
    return "may be left out"
  end
  return ("default %s"):format(value == "" and "''" or tostring(value))
end

local function parameter_lines(lines, params)
  for _, name in ipairs(sorted_names(params)) do
    local declared <const> = params[name]
    local kind <const> = (text(declared.type) or "?") .. limits(declared)
    lines[#lines + 1] = ("  %s (%s; %s)"):format(name, kind, default(declared))
    for line in (text(declared.help) or ""):gmatch("[^\n]+") do
      lines[#lines + 1] = "    " .. line
    end
  end
end

local function version_line(version)
  local size <const>, digest <const> = number(version.size), text(version.sha256)
  return ("    %s: %s%s"):format(text(version.label) or "?", size and ("%d bytes"):format(size) or "any size",
    digest and ", sha256 " .. digest or "")
end

local function target_lines(lines, targets)
  for index, target in ipairs(targets) do
    local only <const> = target.only == true and " (only these versions)" or ""
    lines[#lines + 1] = ("  %s%s"):format(text(target.name) or "target " .. index, only)
    for _, version in ipairs(tables(target.versions)) do
      lines[#lines + 1] = version_line(version)
    end
  end
end

local function add_description(lines, description)
  if description then
    lines[#lines + 1] = ""
    for line in description:gsub("%s+$", ""):gmatch("([^\n]*)\n?") do
      lines[#lines + 1] = line
    end
    lines[#lines] = lines[#lines] ~= "" and lines[#lines] or nil
    lines[#lines + 1] = ""
  end
end

local function add(lines, title, value)
  if value and value ~= "" then
    lines[#lines + 1] = ("%s: %s"):format(title, value)
  end
end

local function add_block(lines, title, fill, value)
  local count <const> = #lines
  lines[count + 1] = title .. ":"
  fill(lines, value)
  if #lines == count + 1 then
    lines[count + 1] = nil
  end
end

local function requirement(about)
  local needed <const> = type(about.requires) == "table" and text(about.requires.suture)
  return needed and "suture " .. needed
end

--- The lines for people. What the recipe does not say is left out.
---@param about table   what `describe` gives
---@param path string   of its file
---@return string[]
function card.lines(about, path)
  local version <const> = text(about.version)
  local lines <const> = { about.name .. (version and " " .. version or ""), text(about.summary) }
  add_description(lines, text(about.description))
  add(lines, "file", path)
  add(lines, "license", text(about.license))
  for _, key in ipairs { "authors", "categories" } do
    add(lines, key, table.concat(texts(about[key]), ", "))
  end
  add(lines, "requires", requirement(about))
  for _, key in ipairs { "depends", "conflicts" } do
    add(lines, key, table.concat(texts(about[key]), ", "))
  end
  add_block(lines, "targets", target_lines, tables(about.targets))
  add_block(lines, "parameters", parameter_lines, about.params)
  add(lines, "examples", number(about.examples) and about.examples > 0 and tostring(about.examples))
  for index, line in ipairs(lines) do
    lines[index] = printable(line)
  end
  return lines
end

-- Programs --------------------------------------------------------------------------------------------------------

local function value_or_null(value)
  if type(value) == "string" then
    return json.text(value)
  elseif value == nil then
    return json.null
  end
  return value
end

local function parameter_object(name, declared)
  return {
    name = json.text(name), type = json.text(text(declared.type)), default = value_or_null(plain(declared.default)),
    required = declared.required == true, min = value_or_null(number(declared.min)),
    max = value_or_null(number(declared.max)), values = json.list(texts(declared.values), json.text),
    pattern = json.text(text(declared.pattern)), help = json.text(text(declared.help)),
  }
end

local function parameter_objects(params)
  return json.list(sorted_names(params), function(name)
    return parameter_object(name, params[name])
  end)
end

local function version_object(version)
  return {
    label = json.text(text(version.label)), size = value_or_null(number(version.size)),
    sha256 = json.text(text(version.sha256)),
  }
end

local function target_object(target)
  return {
    name = json.text(text(target.name)), only = target.only == true,
    versions = json.list(tables(target.versions), version_object),
  }
end

local order <const> = {
  "schema", "name", "version", "summary", "description", "path", "license", "authors", "categories", "requires",
  "depends", "conflicts", "targets", "params", "examples", "type", "default", "required", "min", "max", "values",
  "pattern", "help", "only", "versions", "label", "size", "sha256",
}

--- The same as one line of JSON. Bytes are in hex; what is not said is null or an empty list.
---@param about table
---@param path string
---@return string
function card.json(about, path)
  local needed <const> = type(about.requires) == "table" and text(about.requires.suture)
  return json.line({
    schema = 1, name = json.text(about.name), version = json.text(text(about.version)),
    summary = json.text(text(about.summary)), description = json.text(text(about.description)), path = json.text(path),
    license = json.text(text(about.license)), authors = json.list(texts(about.authors), json.text),
    categories = json.list(texts(about.categories), json.text),
    requires = needed and { suture = json.text(needed) } or json.null,
    depends = json.list(texts(about.depends), json.text), conflicts = json.list(texts(about.conflicts), json.text),
    targets = json.list(tables(about.targets), target_object), params = parameter_objects(about.params),
    examples = number(about.examples) or 0,
  }, order)
end

return card
