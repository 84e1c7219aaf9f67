-- The simulated disk: what a power cut may leave, by the promises that its header numbers.

local disk <const> = require "spec.crash.disk"
local states <const> = require "spec.crash.states"

local BOUNDS <const> = { exhaustive = 8, draws = 64 }

-- Every state after a power cut now, as a set of texts "name=data name=data".
local function outcomes(subject)
  local set <const> = {}
  for _, units in ipairs(states.of(subject:undecided(), BOUNDS)) do
    local parts <const> = {}
    for path, entry in pairs(subject:after(units)) do
      parts[#parts + 1] = path .. "=" .. (entry.data or "/")
    end
    table.sort(parts)
    set[table.concat(parts, " ")] = true
  end
  return set
end

local function durable_file(subject, path, data)
  local node <const> = disk.node "file"
  subject:write(node, 0, data)
  subject:link(node, path)
  subject:sync(node)
  subject:sync(subject.root)
  return node
end

describe("the simulated disk", function()
  it("tears a write at sectors, in any order", function()
    local subject <const> = disk.new()
    local a <const>, b <const> = ("a"):rep(512), ("b"):rep(512)
    local node <const> = durable_file(subject, "f", a .. a)
    subject:write(node, 510, "bbbb")
    local left <const>, right <const> = a:sub(3) .. "bb", "bb" .. a:sub(3)
    assert.same({ ["f=" .. a .. a] = true, ["f=" .. left .. a] = true, ["f=" .. a .. right] = true,
      ["f=" .. left .. right] = true }, outcomes(subject))
    subject:write(node, 0, b .. b)
    subject:sync(node)
    assert.same({ ["f=" .. b .. b] = true }, outcomes(subject))
  end)

  it("may keep a new size without the bytes, as zeros", function()
    local subject <const> = disk.new()
    local node <const> = durable_file(subject, "f", "a")
    subject:write(node, 1, "b")
    assert.same({ ["f=a"] = true, ["f=a\0"] = true, ["f=ab"] = true }, outcomes(subject))
  end)

  it("keeps a file's bytes without its name, and its name without its bytes", function()
    local subject = disk.new()
    local node = disk.node "file"
    subject:link(node, "f")
    subject:write(node, 0, "x")
    subject:sync(node)
    assert.same({ [""] = true, ["f=x"] = true }, outcomes(subject))
    subject = disk.new()
    node = disk.node "file"
    subject:link(node, "f")
    subject:sync(subject.root)
    subject:write(node, 0, "x")
    assert.same({ ["f="] = true, ["f=\0"] = true, ["f=x"] = true }, outcomes(subject))
  end)

  it("renames inside a folder at once, between folders in two halves", function()
    local subject <const> = disk.new()
    durable_file(subject, "f", "x")
    subject:rename("f", "g")
    assert.same({ ["f=x"] = true, ["g=x"] = true }, outcomes(subject))
    subject:sync(subject.root)
    subject:link(disk.node "folder", "d")
    subject:sync(subject.root)
    subject:rename("g", "d/g")
    assert.same({ ["d=/ g=x"] = true, ["d=/"] = true, ["d/g=x d=/"] = true, ["d/g=x d=/ g=x"] = true },
      outcomes(subject))
  end)

  it("keeps extended attributes and modes undecided after fdatasync", function()
    local subject <const> = disk.new()
    local node <const> = durable_file(subject, "f", "x")
    subject:change(node, { kind = "attribute", name = "user.a", value = "1" })
    subject:write(node, 0, "y")
    subject:sync(node, true)
    assert.equal(1, #subject:undecided())
    subject:sync(node)
    assert.equal(0, #subject:undecided())
    assert.equal("1", subject:after({}).f.attributes["user.a"])
  end)

  it("samples the same subsets in every run where there are too many", function()
    local units <const> = {}
    for index = 1, 20 do
      units[index] = index
    end
    local first <const>, complete <const> = states.of(units, BOUNDS)
    assert.is_false(complete)
    assert.same(first, (states.of(units, BOUNDS)))
    assert.equal(3 * 21 + 64, #first)
  end)
end)
