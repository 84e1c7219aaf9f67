--- What an object has under which name, found out without running code of anyone else: metamethods are asked only
--- where they are suture's own.

local members <const> = {}

local DEEPEST <const> = 16 -- tables behind __index
local HOUSE <const> = debug.getinfo(1, "S").source:gsub("repl/members%.lua$", "")

-- What C code makes of a string key by itself.
local FIELDS <const> = {
  ["suture.bytes"] = { "path", "mode", "offset", "order" },
  ["suture.error"] = { "kind", "path", "offset", "file_offset", "message", "errno", "where" },
}

local function metamethod(value, name)
  local meta <const> = debug.getmetatable(value)
  return type(meta) == "table" and rawget(meta, name) or nil
end

--- The name of an object's class, as in "suture.bytes"; nil where its metatable has none.
---@param value any
---@return string?
function members.class(value)
  local name <const> = metamethod(value, "__name")
  return type(name) == "string" and name or nil
end

local function is_ours(value, fn)
  if type(fn) ~= "function" then
    return false
  end
  local info <const> = debug.getinfo(fn, "S")
  if info.what == "C" then
    return type(value) == "userdata" and (members.class(value) or ""):find "^suture%." ~= nil
  end
  return info.source:sub(1, #HOUSE) == HOUSE
end

-- The tables that an __index function of ours looks into.
local function tables_of(fn)
  local found <const> = {}
  for index = 1, math.maxinteger do
    local name <const>, value <const> = debug.getupvalue(fn, index)
    if not name then
      return found
    elseif type(value) == "table" and (name == "" or name == "methods" or name == "fields" or name == "submodules") then
      found[#found + 1] = value
    end
  end
end

local function add_keys(names, object)
  for key in next, object do
    if type(key) == "string" then
      names[key] = true
    end
  end
end

local function add_pairs(names, value)
  local listing <const> = metamethod(value, "__pairs")
  if is_ours(value, listing) then
    pcall(function()
      for key in pairs(value) do
        names[key] = type(key) == "string" or nil
      end
    end)
  end
end

local function add_names(names, value, left)
  if type(value) == "table" then
    add_keys(names, value)
  end
  add_pairs(names, value)
  for _, name in ipairs(FIELDS[members.class(value)] or {}) do
    names[name] = true
  end
  local index <const> = metamethod(value, "__index")
  if type(index) == "table" and left > 0 then
    add_names(names, index, left - 1)
  elseif is_ours(value, index) then
    for _, behind in ipairs(tables_of(index)) do
      add_keys(names, behind)
    end
  end
end

--- The strings that the value has a field or a method for.
---@param value any
---@return table<string, true>
function members.names(value)
  local names <const> = {}
  add_names(names, value, DEEPEST)
  return names
end

local function get(value, name, left)
  local own <const> = type(value) == "table" and rawget(value, name) or nil
  if own ~= nil then
    return own
  end
  local index <const> = metamethod(value, "__index")
  if type(index) == "table" and left > 0 then
    return get(index, name, left - 1)
  elseif is_ours(value, index) then
    local found <const>, member <const> = pcall(index, value, name)
    return found and member or nil
  end
end

--- A field or a method of the value.
---@param value any
---@param name any
---@return any member  nil where there is none, and where code of someone else would have to tell
function members.get(value, name)
  return get(value, name, DEEPEST)
end

return members
