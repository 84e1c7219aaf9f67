--- Which file is which target of a recipe. A word of a command line is a path, or `name=path` with the name under
--- which a recipe declares its target.

local core <const> = require "suture.core"

local assignment = {}

---@class suture.recipe.target
---@field name string?  as a recipe declares it
---@field path string

local function fail(format, ...)
  core.raise("argument", format:format(...))
end

local function declared_names(targets)
  local names <const> = {}
  for index, target in ipairs(targets or {}) do
    names[index] = target.name or false
  end
  return names
end

local function spelled(names)
  return table.concat(names, ", ")
end

local function missing(names, list)
  fail("target '%s' is missing: the targets are %s", names, spelled(list))
end

-- By name where a name is given, the others in order. The index of each declared name in `targets`.
local function by_name(names, targets)
  local place <const>, known <const> = {}, {}
  for _, name in ipairs(names) do
    known[name] = true
  end
  for index, target in ipairs(targets) do
    local name <const> = target.name
    if name and not known[name] then
      fail("%s", core.unknown("target", name, names))
    elseif name and place[name] then
      fail("target '%s' is given twice", name)
    elseif name then
      place[name] = index
    end
  end
  return place
end

local function fill(names, targets, place)
  local at = 1
  for index, target in ipairs(targets) do
    if not target.name then
      while names[at] and place[names[at]] do
        at = at + 1
      end
      if not names[at] then
        fail("%d targets are given, and the recipe has %d (%s)", #targets, #names, spelled(names))
      end
      place[names[at]] = index
    end
  end
end

local function several(names, targets)
  local place <const>, order <const> = by_name(names, targets), {}
  fill(names, targets, place)
  for number, name in ipairs(names) do
    order[number] = place[name] or missing(name, names)
  end
  return order
end

local function single(name, targets)
  if #targets ~= 1 then
    fail("%d targets are given, and the recipe has one", #targets)
  elseif targets[1].name and targets[1].name ~= name then
    fail("%s", core.unknown("target", targets[1].name, { name or nil }))
  end
  return { 1 }
end

--- Which of the targets each one that a recipe declares is, by name or in order: its index. Raises `argument`, with
--- a suggestion for an unknown name.
---@param declared { name: string? }[]?  a recipe's `targets`
---@param targets suture.recipe.target[]
---@return integer[]
function assignment.of(declared, targets)
  local names <const> = declared_names(declared)
  if #names <= 1 then
    return single(names[1], targets)
  end
  return several(names, targets)
end

-- The names in a set of several recipes: those of a recipe with one target count only beside a recipe with more.
local function all_names(abouts)
  local names <const>, seen <const>, is_set = {}, {}, false
  for _, about in ipairs(abouts) do
    local declared <const> = declared_names(about.targets)
    is_set = is_set or #declared > 1
    for _, name in ipairs(declared) do
      if name and not seen[name] then
        seen[name] = true
        names[#names + 1] = name
      end
    end
  end
  return names, is_set
end

-- The file of that name, or all there is.
local function only(name, targets, recipe)
  if #targets == 1 then
    return { 1 }
  end
  for index, target in ipairs(targets) do
    if name and target.name == name then
      return { index }
    end
  end
  fail("%s has one target%s, which is none of those that are given", recipe, name and (" ('%s')"):format(name) or "")
end

local function part(about, targets)
  local names <const> = declared_names(about.targets)
  if #names <= 1 then
    return only(names[1], targets, about.name)
  end
  local order <const> = {}
  for number, name in ipairs(names) do
    for index, target in ipairs(targets) do
      order[number] = target.name == name and index or order[number]
    end
    if not order[number] then
      missing(name, names)
    end
  end
  return order
end

--- Which of a set's targets each of several recipes works on: for each recipe the indexes, in the order in which it
--- declares its targets. A recipe with one target gets the one of its name, or the only one. Targets without a name
--- get one where the recipes have several. Raises `argument`.
---@param abouts { name: string, targets: table[]? }[]
---@param targets suture.recipe.target[]
---@return integer[][]
function assignment.share(abouts, targets)
  local names <const>, is_set <const> = all_names(abouts)
  if is_set then
    for number, index in ipairs(several(names, targets)) do
      targets[index].name = names[number]
    end
  elseif #targets > 1 then
    fail("%d targets are given, and the recipes have one", #targets)
  elseif #abouts == 1 then
    single(declared_names(abouts[1].targets)[1], targets)
  end
  local list <const> = {}
  for number, about in ipairs(abouts) do
    list[number] = part(about, targets)
  end
  return list
end

local function named(word)
  local name <const>, path <const> = word:match("^([%w_][%w_.+-]*)=(.+)$")
  return name and { name = name, path = path } or { path = word }
end

-- A file's name may hold a '=': only a declared name is one.
local function alone(word, names)
  local target <const> = named(word)
  for _, name in ipairs(names) do
    if name == target.name then
      return target
    end
  end
  return { path = word }
end

--- Words of a command line as sets of targets: with one declared target, or none, each word is a set; with several
--- all words together are one. Raises `argument`, with a suggestion for an unknown name.
---@param abouts { targets: table[]? }[]  what the recipes say about themselves
---@param words string[]
---@return suture.recipe.target[][]
function assignment.sets(abouts, words)
  local names <const>, is_set <const> = all_names(abouts)
  local sets <const> = {}
  for index, word in ipairs(words) do
    if is_set then
      sets[1] = sets[1] or {}
      sets[1][index] = named(word)
    else
      sets[index] = { alone(word, names) }
    end
  end
  if is_set then
    for number, index in ipairs(several(names, sets[1] or {})) do
      sets[1][index].name = names[number]
    end
  end
  return sets
end

return assignment
