-- Many patterns in one pass: the same as one after the other, on little data and on much.

local suture = require "suture"
local support = require "spec.support"
local naive = require "spec.support.naive"
local raised = require "spec.support.raised"

math.randomseed(31)

local ALPHABET <const> = "\x00\x01\x40\x41\x4f\x51\xf1"

local function noise(length)
  local bytes = {}
  for i = 1, length do
    local at = math.random(#ALPHABET)
    bytes[i] = ALPHABET:sub(at, at)
  end
  return table.concat(bytes)
end

-- Names and patterns, and for each name all offsets of its matches, found one after the other.
local function one_by_one(b, patterns, ...)
  local result = {}
  for name, what in pairs(patterns) do
    result[name] = {}
    for off in b:matches(what, ...) do
      table.insert(result[name], off)
    end
  end
  return result
end

local function random_patterns(count, least, most)
  local patterns = {}
  for i = 1, count do
    patterns["p" .. i] = suture.pattern(naive.pattern(math.random(least, most), ALPHABET))
  end
  return patterns
end

describe("bytes:scan", function()
  it("agrees with a naive matcher on little data, in all bounds", function()
    local data = noise(60)
    local b = suture.buffer(data)
    local texts = { "40", "4? 4?", "?? ??", "00 00", "?1 ?1 ?1", "40 ?? 4f", "f1 51", "00 01 40 41" }
    for from = 0, #data, 3 do
      for to = from, #data, 5 do
        local patterns, wanted = {}, {}
        for _, text in ipairs(texts) do
          patterns[text] = suture.pattern(text)
          wanted[text] = naive.matches(data, text, from, to)
        end
        assert.same(wanted, b:scan(patterns, from, to))
      end
    end
  end)

  for _, count in ipairs { 2, 5, 9, 20, 70, 400 } do
    it(("finds the same in one pass for %d patterns as one after the other"):format(count), function()
      local size = (5 << 20) // count + 70000
      local data = noise(10007)
      data = data:rep(size // #data) .. noise(size % #data)
      local path = support.write("scan.bin", data)
      local file <close> = assert(suture.open(path, "read"))
      local buffer = suture.buffer(data)
      local patterns = random_patterns(count, 9, 14)
      patterns.text = data:sub(-12)
      patterns.first = data:sub(1, 30)
      local from, to = math.random(0, 500), size - math.random(0, 500)
      local wanted = one_by_one(buffer, patterns, from, to)
      assert.same(wanted, buffer:scan(patterns, from, to))
      assert.same(wanted, file:scan(patterns, from, to))
      assert.equal(0, buffer:scan(patterns).first[1])
      local last = buffer:scan(patterns).text
      assert.equal(size - 12, last[#last])
    end)
  end

  it("takes patterns without two bytes that are rare: single ones, gaps, wild ones", function()
    local data = noise(2000):rep(700)
    local b = suture.buffer(data)
    local patterns = {
      byte = "\x51", half = suture.pattern "f?", ends = suture.pattern "40 ?? ?? ?? 41", gap = ("\0"):rep(5),
      apart = suture.pattern "00 ?? 01 ?? 4f ?? 51 ?? f1", long = data:sub(1000, 1080),
    }
    local from <const>, to <const> = 1390000, #data - 1
    assert.same(one_by_one(b, patterns, from, to), b:scan(patterns, from, to))
    local whole = b:scan(patterns)
    for name, what in pairs(patterns) do
      assert.equal(b:count(what), #whole[name], name)
    end
  end)

  it("finds patterns of one byte and of many up to the very end", function()
    local b = suture.buffer(("."):rep(3000000) .. "abcdefgh")
    local found = b:scan { h = "h", gh = "gh", all = "abcdefgh", beyond = "abcdefghi", e = suture.pattern "65 ?? 67" }
    assert.same({ h = { 3000007 }, gh = { 3000006 }, all = { 3000000 }, beyond = {}, e = { 3000004 } }, found)
  end)

  it("finds pairs of bytes of the lowest and of the highest value", function()
    local b = suture.buffer(("."):rep(3000000) .. "\0\0\xff\xff\0\xff\1")
    local found = b:scan { a = "\0\0", b = "\xff\xff", c = "\xff\0", d = "\0\xff", e = "\xff\1" }
    assert.same({ a = { 3000000 }, b = { 3000002 }, c = { 3000003 }, d = { 3000001, 3000004 }, e = { 3000005 } }, found)
  end)

  it("names every pattern, found or not, by any kind of name", function()
    local b = suture.buffer("abcabc")
    assert.same({ { 0, 3 }, { 1, 4 }, [true] = {}, [1.5] = { 2, 5 } },
      b:scan { "a", suture.pattern "62 ??", [true] = "x", [1.5] = "c" })
    assert.same({}, b:scan {})
    assert.same({ a = {} }, suture.buffer(""):scan { a = "a" })
    assert.same({ a = {} }, b:scan({ a = "a" }, 6))
    assert.same({ { 0, 3 }, { 0, 3 } }, b:scan { "a", "a" })
  end)

  it("counts offsets from the start of a view and sees pending bytes", function()
    local path = support.write("pending.bin", ("."):rep(20000))
    local b <close> = assert(suture.open(path))
    b:write(10000, "NEEDLE")
    assert.same({ n = { 10000 }, l = { 10004 } }, b:scan { n = "NEED", l = "LE" })
    assert.same({ n = { 5000 }, l = { 5004 } }, b:view(5000):scan { n = "NEED", l = "LE" })
    b:rollback()
    assert.same({ n = {}, l = {} }, b:scan { n = "NEED", l = "LE" })
  end)

  it("is not disturbed by a finalizer that empties the table and closes another object", function()
    local b = suture.buffer(("ab"):rep(1000))
    local table_of = { a = "a" .. "b", b = suture.pattern "62 61" }
    setmetatable({}, { __gc = function()
      table_of.a, table_of.b = nil, nil
    end })
    collectgarbage("generational")
    for _ = 1, 50 do
      setmetatable({}, { __gc = function() table_of.a, table_of.b = nil, nil end })
      table_of.a, table_of.b = ("a"):rep(1) .. "b", suture.pattern "62 61"
      local ok, found = pcall(b.scan, b, table_of)
      assert.is_true(not ok or not found.a or #found.a == 1000)
    end
    collectgarbage("incremental")
  end)

  it("raises when a finalizer closes the object in the middle of the call", function()
    for pause = 1, 40 do
      local b = suture.buffer(("ab"):rep(1000))
      local names = {}
      for i = 1, pause do
        names["name" .. i] = "ab"
      end
      collectgarbage("stop")
      setmetatable({}, { __gc = function() b:close() end })
      collectgarbage("restart")
      collectgarbage("setpause", 100)
      local ok, result = pcall(b.scan, b, names)
      assert.is_true(ok and #result.name1 == 1000 or result.kind == "closed", tostring(result))
    end
    collectgarbage("setpause", 200)
  end)

  it("raises for bad arguments, and names what is wrong", function()
    local b = suture.buffer("abc")
    local function message(...)
      return tostring(raised("argument", b.scan, b, ...))
    end
    assert.equal("buffer: bad argument #1 to 'scan' (what must be a table, got nothing)", message())
    assert.equal("buffer: bad argument #1 to 'scan' (what must be a table, got string)", message("a"))
    assert.equal("buffer: bad argument #1 to 'scan' ('x' is empty)", message { x = "" })
    assert.equal("buffer: bad argument #1 to 'scan' ('x' must be a string or a pattern, got number)", message { x = 5 })
    assert.equal("buffer: bad argument #1 to 'scan' ('2' must be a string or a pattern, got table)",
      message { "a", {} })
    raised("argument", b.scan, b, {}, nil)
    raised("argument", b.scan, b, {}, 0, 3, 4)
    raised("range", b.scan, b, {}, 0, 4)
    raised("range", b.scan, b, {}, 3, 2)
    raised("range", b.scan, b, {}, -1)
    b:close()
    raised("closed", b.scan, b, { a = "a" })
  end)
end)
