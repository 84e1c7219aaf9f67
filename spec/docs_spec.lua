-- docs/api.md: nothing that exists is missing there, and nothing is there that does not exist.

local suture = require "suture"
local core = require "suture.core"
local support = require "spec.support"

local text <const> = support.read "./docs/api.md"

local function named(object)
  local names = {}
  for name in text:gmatch("%f[%w]" .. object .. "([%a_][%w_]*)") do
    names[name] = true
  end
  return names
end

-- The documentation shows the typed accessors by their first and last.
local function is_accessor(name)
  return name:find "^[uif]%d+[lb]?e?$" ~= nil
end

describe("docs/api.md", function()
  it("has every method of the bytes object", function()
    local documented = named "b:"
    for name in pairs(core.methods) do
      assert(documented[name] or is_accessor(name), "no entry for b:" .. name)
    end
  end)

  it("has only methods that are there", function()
    for name in pairs(named "b:") do
      assert(core.methods[name], "no method b:" .. name)
    end
    local b = suture.buffer(1)
    local cursor = b:cursor()
    for name in pairs(named "c:") do
      assert.is_function(cursor[name])
    end
    for name in pairs(named "b%.") do
      assert(name == "path" or b[name] ~= nil)
    end
  end)

  it("has only fields of the module that are there", function()
    for name in pairs(named "suture%.") do
      assert.is_not_nil(suture[name])
    end
  end)
end)
