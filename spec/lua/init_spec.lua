-- The module table.

local suture = require "suture"
local core = require "suture.core"
local raised = require "spec.support.raised"

describe("suture", function()
  it("opens, makes buffers and spells bytes through the core", function()
    assert.equal(core.open, suture.open)
    assert.equal(core.buffer, suture.buffer)
    assert.equal(core.hex, suture.hex)
    assert.equal(core.pattern, suture.pattern)
  end)

  it("tells its version", function()
    assert.matches("^%d+%.%d+%.%d+$", suture.version)
  end)

  it("loads a part on first use, the same that require loads", function()
    assert.equal(require "suture.recipe", suture.recipe)
  end)

  it("raises for a field that is not there, with a suggestion", function()
    local err = raised("argument", function() return suture.patern end)
    assert.matches("'patern'", err.message, 1, true)
    assert.matches("'pattern'", err.message, 1, true)
    raised("argument", function() return suture[1] end)
  end)

  it("raises when a field is set, new or old", function()
    raised("argument", function() suture.extra = 1 end)
    raised("argument", function() suture.open = print end)
    assert.equal(core.open, suture.open)
  end)

  it("says where the script is wrong, not where the module noticed", function()
    local line = debug.getinfo(1, "l").currentline + 1
    local err = raised("argument", function() return suture.nothing_like_it end)
    assert.matches("init_spec%.lua:" .. line .. "$", err.where)
  end)
end)

describe("the methods written in Lua", function()
  it("are there once the module is loaded, and load on first use", function()
    for _, name in ipairs { "pack", "unpack", "cursor", "hexdump", "hunk" } do
      assert.equal("function", type(core.methods[name]), name)
    end
    local b = suture.buffer(4)
    local first = b.pack
    assert.equal(4, b:pack(0, "I4", 1))
    assert.equal(4, first(b, 0, "I4", 2))
    assert.equal(require "suture.packing".pack, b.pack)
  end)

  it("are suggested for a misspelt one", function()
    local b = suture.buffer(4)
    assert.matches("'unpack'", raised("argument", function() return b.unpak end).message, 1, true)
  end)
end)
