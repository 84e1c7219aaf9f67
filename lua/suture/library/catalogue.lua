--- What many recipes say about themselves. Each is read in a process of its own, one after the other, in the cell
--- and under limits that are short: recipes from strangers are not to hold up who lists them.

local recipe <const> = require "suture.recipe"

local catalogue = {}

-- MiB. A description is text.
local memory <const> = 64

-- A folder of whose recipes so many pass the time limit is given up, so that a thousand of them cost no hour.
local most_late <const> = 3

-- Bytes of a summary, which is one line.
local most_summary <const> = 200

local function is_late(failure)
  return failure ~= nil and failure.kind == "limit" and failure.message:find("time limit", 1, true) ~= nil
end

local given_up <const> = "it is not read: too many recipes of its folder passed the time limit"
local unfit <const> = "what it says about itself is not fit to read"

local function refused(kind, text)
  return { kind = kind, code = 5, message = text, text = text }
end

-- The schema promises the types; here they come from a process that may be anything.
local function is_fit(about)
  return type(about.name) == "string" and type(about.summary or "") == "string"
    and type(about.version or "") == "string" and type(about.categories or {}) == "table"
end

local function one_line(text)
  local line <const> = text:gsub("%s+", " ")
  return #line > most_summary and line:sub(1, most_summary):gsub("[\x80-\xff]+$", "") .. "..." or line
end

local function read(path, timeout)
  local about <const>, failure <const> = recipe.describe(path, { timeout = timeout, memory = memory })
  if about and not is_fit(about) then
    return nil, refused("recipe", unfit)
  elseif about and about.summary then
    about.summary = one_line(about.summary)
  end
  return about, failure
end

local function fill(entry, late, timeout)
  if (late[entry.folder] or 0) >= most_late then
    entry.failure = refused("limit", given_up)
    return
  end
  entry.about, entry.failure = read(entry.path, timeout)
  if is_late(entry.failure) then
    late[entry.folder] = (late[entry.folder] or 0) + 1
  end
end

--- Sets `about` or `failure` of each entry. Raises as `suture.recipe.describe` does.
---@param entries suture.library.entry[]
---@param timeout number  seconds for one recipe
function catalogue.read(entries, timeout)
  local late <const> = {}
  for _, entry in ipairs(entries) do
    fill(entry, late, timeout)
  end
end

--- The categories of a recipe; empty where it says none.
---@param about table
---@return string[]
function catalogue.categories(about)
  local list <const> = {}
  for _, category in ipairs(about.categories or {}) do
    list[#list + 1] = type(category) == "string" and category or nil
  end
  return list
end

return catalogue
