-- What scripts can reach: the tables that the C half and the Lua half have registered.

local suture = require "suture"
local core = require "suture.core"
local support = require "spec.support"

local registered = {}

-- The value of an upvalue. A C function's upvalues have no names: its first.
local function upvalue(fn, wanted)
  for index = 1, math.huge do
    local name, value = debug.getupvalue(fn, index)
    if name == wanted or name == "" then
      return value
    end
    assert(name, "no upvalue " .. wanted)
  end
end

local function names(set)
  local list = {}
  for name in pairs(set) do
    list[#list + 1] = name
  end
  table.sort(list)
  return list
end

local function merged(...)
  local set = {}
  for _, part in ipairs { ... } do
    for name, value in pairs(part) do
      set[name] = value
    end
  end
  return set
end

-- A type whose metatable dispatches to a table of methods.
local function type_of(value)
  local meta = getmetatable(value)
  return { methods = upvalue(meta.__index, "methods"), meta = meta }
end

--- Each kind of object by the name that the documentation gives it: its table of methods, and its metatable.
function registered.types()
  local b = suture.buffer(1)
  local path = support.write("registered.bin", "a")
  local set <close> = assert(suture.transaction { a = path, mode = "copy" })
  local sp = b:savepoint()
  return {
    b = { methods = core.methods, meta = getmetatable(b) },
    c = type_of(b:cursor()),
    p = type_of(suture.pattern "00"),
    sp = type_of(sp),
    layout = type_of(suture.struct.layout {}),
    set = type_of(set),
    set_sp = type_of(set:savepoint()),
    err = { methods = {}, meta = core.error_meta },
  }
end

--- Fields of the module.
function registered.fields()
  local field = getmetatable(suture).__index
  return names(merged(upvalue(field, "fields"), upvalue(field, "submodules")))
end

--- Names of a table's functions, sorted.
function registered.functions(module)
  local found = {}
  for name, value in pairs(module) do
    found[name] = type(value) == "function" and true or nil
  end
  return names(found)
end

registered.names = names

--- The verbs, each with its options.
function registered.verbs()
  local verbs = {}
  local _, overview = support.run(support.suture .. " help")
  for verb in overview:match("Verbs:\n(.*)"):gmatch "  (%l+) [^\n]*" do
    local options = {}
    local _, help = support.run(support.suture .. " help " .. verb)
    for option in help:gmatch "%-%-%l[%l-]*" do
      options[option] = option ~= "--help" or nil
    end
    verbs[verb] = names(options)
  end
  return verbs
end

--- The kinds of errors, as the C half spells them.
function registered.kinds()
  local list = {}
  for word in support.read("./src/core/error.c"):gmatch '"(%l+)"' do
    if pcall(core.error, word, "") then
      list[#list + 1] = word
    end
  end
  return list
end

return registered
