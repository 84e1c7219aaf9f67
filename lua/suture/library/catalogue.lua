--- What many recipes say about themselves. Each is read in a process of its own, in the cell and under limits that are
--- short: recipes from strangers are not to hold up who lists them.

local recipe <const> = require "suture.recipe"
local together <const> = require "suture.library.together"

local catalogue = {}

-- MiB. A description is text.
local memory <const> = 64

-- A folder of whose recipes so many pass the time limit is given up, so that a thousand of them cost no hour.
local most_late <const> = 3

-- Bytes of a summary, which is one line.
local most_summary <const> = 200

local given_up <const> = "it is not read: too many recipes of its folder passed the time limit"
local unfit <const> = "what it says about itself is not fit to read"

local function refused(kind, text)
  return { kind = kind, code = 5, message = text, text = text }
end

local function is_late(failure)
  return failure ~= nil and failure.kind == "limit" and failure.message:find("time limit", 1, true) ~= nil
end

local function one_line(text)
  local line <const> = text:gsub("%s+", " ")
  return #line > most_summary and line:sub(1, most_summary):gsub("[\x80-\xff]+$", "") .. "..." or line
end

local function required(params)
  local list <const> = {}
  for name, declared in pairs(params or {}) do
    list[#list + 1] = declared.required == true and name or nil
  end
  table.sort(list)
  return list
end

local function target_names(targets)
  local list <const> = {}
  for index, target in ipairs(targets or {}) do
    list[index] = target.name or "target " .. index
  end
  return list
end

local function categories(list)
  local result <const> = {}
  for _, category in ipairs(type(list) == "table" and list or {}) do
    result[#result + 1] = type(category) == "string" and category or nil
  end
  return result
end

-- The schema promises the types; here they come from a process that may be anything.
local function brief(about)
  if type(about.summary or "") ~= "string" or type(about.version or "") ~= "string" then
    return nil, refused("recipe", unfit)
  end
  return {
    name = about.name, version = about.version, summary = about.summary and one_line(about.summary),
    categories = categories(about.categories), required = required(about.params), targets = target_names(about.targets),
  }
end

local function read(path, timeout)
  local about <const>, failure <const> = recipe.describe(path, { timeout = timeout, memory = memory })
  if about then
    return brief(about)
  end
  return nil, failure
end

--- What a list tells of a recipe.
---@class suture.library.brief
---@field name string          as the recipe calls itself
---@field version string?
---@field summary string?      one line, cut where it is long
---@field categories string[]
---@field required string[]    parameters that must be given, sorted
---@field targets string[]     the names of the targets that it declares

--- Sets `about` or `failure` of each entry. Raises as `suture.recipe.describe` does.
---@param entries suture.library.entry[]
---@param timeout number  seconds for one recipe
function catalogue.read(entries, timeout)
  local late <const> = {}
  together.run(entries, function(entry)
    local is_open <const> = (late[entry.folder] or 0) < most_late
    entry.failure = not is_open and refused("limit", given_up) or nil
    return is_open
  end, function(entry)
    local about <const>, failure <const> = read(entry.path, timeout)
    return { about = about, failure = failure }
  end, function(entry, answer)
    entry.about, entry.failure = (answer or {}).about, answer and answer.failure
    entry.failure = entry.failure or not entry.about and refused("recipe", unfit) or nil
    late[entry.folder] = (late[entry.folder] or 0) + (is_late(entry.failure) and 1 or 0)
  end)
end

return catalogue
