-- What an error in a recipe means.

local core = require "suture.core"
local suture = require "suture"
local failure = require "suture.recipe.failure"

describe("failure", function()
  local function code_of(fn)
    return failure.code(select(2, pcall(fn)))
  end

  local kinds <const> = {
    mismatch = 3, notunique = 3, format = 3, foreign = 3, io = 4, locked = 4, changed = 4, truncated = 4, readonly = 4,
    argument = 5, closed = 5, pending = 5, stale = 5, unsupported = 5, limit = 5,
  }
  for kind, code in pairs(kinds) do
    it(("gives status %d to %s"):format(code, kind), function()
      assert.equal(code, failure.code(core.error(kind, "x")))
    end)
  end

  it("tells a read past the end from a write past the end", function()
    local b = suture.buffer(2)
    assert.equal(3, code_of(function() return b:u32le(0) end))
    assert.equal(3, code_of(function() return b:read(1, 2) end))
    assert.equal(3, code_of(function() return b[2] end))
    assert.equal(3, code_of(function() b:expect(1, "ab") end))
    assert.equal(5, code_of(function() b:u32le(0, 1) end))
    assert.equal(5, code_of(function() b:write(1, "ab") end))
    assert.equal(5, code_of(function() b:fill(0, 3, 0) end))
    assert.equal(5, code_of(function() b[2] = 1 end))
    assert.equal(5, code_of(function() b:pack(1, "<I2", 1) end))
    assert.equal(5, code_of(function() b:xor(1, 2, 1) end))
    assert.equal(5, code_of(function() b:translate(1, 2, ("x"):rep(256)) end))
    assert.equal(5, code_of(function() b:swap(1, 2, 2) end))
    assert.equal(5, code_of(function() b:copy(1, suture.buffer(2), 0, 2) end))
    assert.equal(3, code_of(function() b:copy(0, b, 1, 2) end))
    assert.equal(5, code_of(function() b:move(1, 0, 2) end))
    assert.equal(5, code_of(function() b:insert(3, "x") end))
    assert.equal(5, code_of(function() b:delete(1, 2) end))
    assert.equal(5, code_of(function() b:resize(-1) end))
  end)

  it("gives status 5 to errors of Lua, whatever their type", function()
    for _, value in ipairs { "text", 5, {}, true } do
      assert.equal(5, failure.code(value))
    end
    assert.equal(5, failure.code(nil))
  end)

  it("has words for every type of error", function()
    local hostile = setmetatable({}, { __tostring = function() error "no" end })
    for _, value in ipairs { "text", 5, {}, true, hostile } do
      assert.is_string(failure.describe(value, 5).text)
    end
    assert.equal("error object is a nil value (nil)", failure.describe(nil, 5).text)
  end)
end)
