-- Plain values as bytes: every value comes back, and nothing else is taken.

local example = require "suture.recipe.example"
local parcel = require "suture.recipe.parcel"

local function nested(depth)
  local value = {}
  for _ = 2, depth do
    value = { value }
  end
  return value
end

describe("parcel", function()
  it("gives back what was packed", function()
    for _, value in ipairs { true, false, 0, -1, math.maxinteger, math.mininteger, 1.5, -0.0, 1 / 0, "", "a\0\xff", {},
      { 1, "two", { three = true } }, { [0] = "zero", [-5] = false }, nested(8), ("x"):rep(100000) } do
      local back = parcel.unpack(parcel.pack(value))
      assert.same(value, back)
      assert.equal(math.type(value), math.type(back))
    end
  end)

  it("packs nothing else", function()
    local ring = {}
    ring[1] = ring
    for _, value in ipairs { print, coroutine.create(print), io.stdout, { print }, { [1.5] = 1 }, { [true] = 1 },
      nested(9), ring } do
      assert.is_false(pcall(parcel.pack, value))
    end
    assert.is_false(pcall(parcel.pack, nil))
  end)

  it("takes no other bytes, and no part of what it packs", function()
    local whole = parcel.pack { a = { 1, 2.5, "text" }, b = true }
    for size = 0, #whole - 1 do
      assert.is_false(pcall(parcel.unpack, whole:sub(1, size)), size)
    end
    for _, text in ipairs { whole .. "y", "x", "t\1\0\0\0yy", "t\1\0\0\0f\0\0\0\0\0\0\0\0y", "t\255\255\255\255",
      "s\255\255\255\255", ("t\1\0\0\0s\0\0\0\0"):rep(9) .. "y" } do
      assert.is_false(pcall(parcel.unpack, text))
    end
  end)

  it("survives any byte that is another one", function()
    local whole = parcel.pack { a = { 1, 2.5, "text" }, [7] = true }
    for at = 1, #whole do
      for _, byte in ipairs { 0, 0x74, 0xff } do
        pcall(parcel.unpack, whole:sub(1, at - 1) .. string.char(byte) .. whole:sub(at + 1))
      end
    end
  end)
end)

describe("example", function()
  local good <const> = { recognises = true, targets = {}, examples = { { verdict = "applied", params = {}, files = {},
    inputs = { [""] = "x" } } } }

  it("gives its parent what the recipe says", function()
    local told = example.decode(example.encode { params = { font = { type = "file" } }, targets = { { name = "a" },
      { name = "b" } }, edits = {}, examples = { { input = { a = "1", b = function() return "2" end },
      params = { font = "x" }, changes = { a = { { 0, "2" } } } } } })
    assert.same({ recognises = false, targets = { "a", "b" }, examples = { { verdict = "applicable",
      params = { font = "x" }, files = { font = true }, inputs = { a = "1", b = "2" },
      changes = { a = { { 0, "2" } } } } } }, told)
  end)

  it("takes nothing of another shape", function()
    assert.same(good, example.decode(parcel.pack(good)))
    local function spoiled(key, value)
      local copy = {}
      for name, inner in pairs(good.examples[1]) do
        copy[name] = inner
      end
      copy[key] = value
      return parcel.pack { recognises = true, targets = {}, examples = { copy } }
    end
    for _, case in ipairs { { "verdict", "x" }, { "params", 1 }, { "files", { 1 } }, { "inputs", {} },
      { "inputs", { "x" } }, { "inputs", { a = 1 } }, { "outputs", 1 }, { "outputs", { a = true } }, { "changes", "x" },
      { "changes", { a = { { -1, "x" } } } }, { "changes", { a = { { 1, 2 } } } } } do
      assert.is_false(pcall(example.decode, spoiled(case[1], case[2])), case[1])
    end
    for _, value in ipairs { 1, "x", {}, { recognises = 1, targets = {}, examples = {} },
      { recognises = true, targets = {} } } do
      assert.is_false(pcall(example.decode, parcel.pack(value)))
    end
  end)
end)
