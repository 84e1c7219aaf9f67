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

describe("bytes", function()
  describe(":cancel", function()
    it("drops what is pending, closes, and gives nil and the message", function()
      local support = require "spec.support"
      local path = support.write("cancel.bin", "abc")
      local b = assert(suture.open(path))
      b[0] = 0x78
      local results = table.pack(b:cancel "no magic")
      assert.equal(2, results.n)
      assert.is_nil(results[1])
      assert.equal("no magic", results[2])
      assert.equal("abc", support.read(path))
      raised("closed", function() return #b end)
    end)

    it("leaves a block without a flush", function()
      local support = require "spec.support"
      local path = support.write("cancel.bin", "abc")
      local function give_up()
        local b <close> = assert(suture.open(path))
        b[0] = 0x78
        return b:cancel "no magic"
      end
      local value, message = give_up()
      assert.is_nil(value)
      assert.equal("no magic", message)
      assert.equal("abc", support.read(path))
    end)

    it("raises for a closed object", function()
      local b = suture.buffer(1)
      b:close()
      raised("closed", b.cancel, b)
    end)
  end)
end)
