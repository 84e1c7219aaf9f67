--- How recipes read in a list: for people, by category, and for programs.

local json <const> = require "suture.json"
local printable <const> = require "suture.printable"

local listing = {}

local widest <const> = 32

--- The columns that names take.
---@param entries suture.library.entry[]
---@return integer
function listing.width(entries)
  local width = 0
  for _, entry in ipairs(entries) do
    width = math.max(width, #entry.name)
  end
  return math.min(width, widest)
end

--- The line for a recipe: its name, and what there is to say about it.
---@param name string
---@param text string?
---@param width integer
---@return string
function listing.line(name, text, width)
  local gap <const> = (" "):rep(math.max(0, width - #name))
  return printable(text and ("  %s%s  %s"):format(name, gap, text) or "  " .. name)
end

local OTHER <const> = "other"

-- The entries by their first category, and the sorted categories; those without one come last.
local function by_category(entries)
  local groups <const>, order <const>, rest <const> = {}, {}, {}
  for _, entry in ipairs(entries) do
    local category <const> = entry.about.categories[1]
    if category and not groups[category] then
      groups[category] = {}
      order[#order + 1] = category
    end
    table.insert(category and groups[category] or rest, entry)
  end
  table.sort(order)
  return groups, order, rest
end

local function add_group(lines, title, entries, width)
  lines[#lines + 1] = printable(title)
  for _, entry in ipairs(entries) do
    lines[#lines + 1] = listing.line(entry.name, entry.about.summary, width)
  end
end

--- The lines for people: each category, sorted, with its recipes.
---@param entries suture.library.entry[]  each with `about`
---@return string[]
function listing.lines(entries)
  local lines <const>, width <const> = {}, listing.width(entries)
  local groups <const>, order <const>, rest <const> = by_category(entries)
  for _, category in ipairs(order) do
    add_group(lines, category, groups[category], width)
  end
  if #rest > 0 then
    add_group(lines, OTHER, rest, width)
  end
  return lines
end

--- What a line of JSON says of a recipe.
---@param entry suture.library.entry
---@return table object
function listing.object(entry)
  local about <const> = entry.about
  return {
    schema = 1, name = json.text(entry.name), version = json.text(about.version), summary = json.text(about.summary),
    categories = json.list(about.categories, json.text), path = json.text(entry.path),
    library = json.text(entry.library),
  }
end

local order <const> = {
  "schema", "target", "name", "version", "summary", "categories", "path", "library", "verdict", "status", "needs",
  "reason",
}

--- The line for such an object.
---@param object table
---@return string
function listing.json(object)
  return json.line(object, order)
end

return listing
