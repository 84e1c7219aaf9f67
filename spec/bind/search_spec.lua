-- What is found in memory and in files, against a naive matcher: every part of a text, every pair of bounds, every
-- seam, pending bytes; and loops that change what they loop over.

local suture = require "suture"
local support = require "spec.support"
local naive = require "spec.support.naive"
local raised = require "spec.support.raised"

local PAGE <const> = 4096

math.randomseed(23)

local function noise(length, alphabet)
  local bytes = {}
  for i = 1, length do
    local at = math.random(#alphabet)
    bytes[i] = alphabet:sub(at, at)
  end
  return table.concat(bytes)
end

local function collect(b, what, ...)
  local found = {}
  for off in b:matches(what, ...) do
    found[#found + 1] = off
  end
  return found
end

local function check(b, data, text, from, to)
  local what = suture.pattern(text)
  local wanted = naive.matches(data, text, from, to)
  local list = table.concat(wanted, " ")
  local agrees = b:find(what, from, to) == wanted[1] and b:rfind(what, from, to) == wanted[#wanted]
    and b:count(what, from, to) == #wanted and table.concat(collect(b, what, from, to), " ") == list
    and table.concat(b:scan({ one = what }, from, to).one, " ") == list
  assert.is_true(agrees, agrees or ("%s in [%d, %d): wanted %s"):format(text, from, to, list))
end

-- A file of that content, opened, with none of it written by us; and a buffer; and one with all of it pending.
local function each_kind(data, fn)
  fn(suture.buffer(data))
  local path = support.write("kinds.bin", data)
  local file <close> = assert(suture.open(path, "read"))
  fn(file)
  local empty = support.write("pending.bin", ("\xee"):rep(#data))
  local pending <close> = assert(suture.open(empty))
  pending:write(0, data)
  fn(pending)
  pending:rollback()
end

describe("a search after a rollback", function()
  it("sees what the object reads, not what others wrote since", function()
    local path <const> = support.write("apart.bin", ("a"):rep(64 * 4096))
    local b <close> = assert(suture.open(path))
    b:write(4096, "mine")
    b:rollback()
    local file <close> = assert(io.open(path, "r+b"))
    file:seek("set", 4096)
    file:write "others"
    file:flush()
    assert.equal(b:read(4096, 6) == "others" and 4096 or nil, (b:find "others"))
  end)
end)

describe("search", function()
  it("finds every part of a short text, in all bounds", function()
    local data = noise(9, "ab")
    local b = suture.buffer(data)
    for first = 1, #data do
      for last = first, math.min(#data, first + 2) do
        local text = naive.spell(data:sub(first, last))
        for from = 0, #data do
          for to = from, #data do
            check(b, data, text, from, to)
          end
        end
      end
    end
  end)

  it("agrees with a naive one for random patterns, wherever blocks of 128 positions begin and end", function()
    for _, size in ipairs { 126, 127, 128, 129, 255, 256, 257, 300, 383, 384, 385 } do
      local data = noise(size, "\x40\x41\x4f\x51\xf1")
      each_kind(data, function(b)
        for length = 1, 6 do
          local text = naive.pattern(length, "\x40\x41\x4f\x51\xf1")
          check(b, data, text, 0, size)
          local from = math.random(0, size)
          check(b, data, text, from, math.random(from, size))
        end
      end)
    end
  end)

  it("agrees with a naive one for patterns up to and beyond the number of bytes that are compared at once", function()
    local data = noise(700, "\x40\x41")
    for length = 14, 40 do
      local off = math.random(0, 700 - length)
      local text = naive.spell(data:sub(off + 1, off + length))
      each_kind(data, function(b)
        check(b, data, text, 0, 700)
        check(b, data, text, off, off + length)
        check(b, data, text:gsub("^%x%x", "??"):gsub("(%x)%x", "%1?", 3), 0, 700)
      end)
    end
  end)

  it("finds gaps: runs of one byte of every length around the wanted one", function()
    for _, length in ipairs { 31, 32, 33, 64, 200 } do
      local parts = {}
      for _, run in ipairs { 1, length - 1, length, 0, length + 1, length, length - 1, 2 * length, length, length } do
        parts[#parts + 1] = ("\0"):rep(run)
      end
      local data = table.concat(parts, "\7") .. "\0"
      each_kind(data, function(b)
        check(b, data, ("00 "):rep(length), 0, #data)
        check(b, data, ("00 "):rep(length), 5, #data - 5)
        check(b, data, ("0? "):rep(length), 0, #data)
        check(b, data, ("?7 "):rep(length), 0, #data)
      end)
    end
  end)

  it("takes patterns that match anything", function()
    local data = noise(40, "ab")
    each_kind(data, function(b)
      for _, length in ipairs { 1, 2, 39, 40, 41 } do
        check(b, data, ("?? "):rep(length), 0, 40)
        check(b, data, ("?? "):rep(length), 1, 39)
      end
    end)
  end)

  it("looks for the rare part of a long pattern, wherever that is", function()
    local data = noise(9000, "ab")
    local b = suture.buffer(data)
    local long = naive.spell(data:sub(101, 5100))
    assert.equal(100, (b:find(suture.pattern(long))))
    local wild = ("?? "):rep(4990) .. naive.spell(data:sub(5091, 5100))
    assert.equal(100, (b:find(suture.pattern(wild), 90, 5101)))
    assert.is_nil((b:find(suture.pattern(wild .. " ff"))))
  end)

  it("finds on both sides of where one part of a file ends and the next begins", function()
    local size = 12 * 1024 * 1024
    local path = support.write("parts.bin", ("."):rep(size))
    local file <close> = assert(suture.open(path, "copy"))
    -- Parts begin at multiples of 64 KiB and 16 more, counted from the front, or from the last place for a match.
    local places = {}
    for part = 0, size - 16 * PAGE, 16 * PAGE do
      places[#places + 1] = part + 4 * PAGE - (part // (16 * PAGE) % 8 < 4 and 3 or 0)
      places[#places + 1] = part + 12 * PAGE - 5 - 3
    end
    places[#places + 1] = size - 6
    for _, off in ipairs(places) do
      file:write(off, "needle")
    end
    file:save(support.path("needles.bin"))
    local saved <close> = assert(suture.open(support.path("needles.bin"), "read"))
    for _, b in ipairs { file, saved } do
      assert.same(places, collect(b, "needle"))
      assert.equal(#places, b:count(suture.pattern "6e ?? ?? 64 6c 65"))
      assert.same({ a = places, b = {} }, b:scan { a = "needle", b = "needles" })
      assert.equal(places[1], (b:find "needle"))
      assert.equal(size - 6, (b:rfind "needle"))
      local descending, off = {}, b:rfind "needle"
      while off do
        table.insert(descending, 1, off)
        off = b:rfind("needle", 0, off + 5)
      end
      assert.same(places, descending)
    end
  end)

  it("passes over the holes of a file, but sees bytes that are pending in them", function()
    local path = support.path("holes.bin")
    assert.equal(0, (support.run(("rm -f %s; truncate -s 64G %s"):format(path, path))))
    local b <close> = assert(suture.open(path, "copy"))
    local seams = { 2 << 30, (4 << 30) - 2, 40 << 30, (64 << 30) - 4 }
    assert.is_nil((b:find "seam"))
    for _, off in ipairs(seams) do
      b:write(off, "seam")
    end
    local start = os.clock()
    assert.same(seams, collect(b, "seam"))
    assert.equal(#seams, b:count(suture.pattern "73 ?? 6? 6d"))
    assert.same({ x = seams }, b:scan { x = suture.pattern "73 65 ?? 6d" })
    assert.equal(seams[#seams], (b:rfind "seam"))
    assert.same({ (4 << 30) - 7, (40 << 30) - 5 },
      collect(b, suture.pattern "00 00 00 00 00 73 65", 3 << 30, 50 << 30))
    assert.equal(1000, (b:find(("\0"):rep(100), 1000)))
    assert.is_true(os.clock() - start < 30)
  end)

  it("counts offsets from the start of a view, and of a window of the file", function()
    local data = ("x"):rep(10000) .. "ab" .. ("x"):rep(100) .. "ab"
    local path = support.write("window.bin", data)
    local b <close> = assert(suture.open(path, { mode = "read", offset = 9000 }))
    local v = b:view(500)
    for object, base in pairs { [b] = 9000, [v] = 9500 } do
      local wanted = { 10000 - base, 10102 - base }
      assert.same(wanted, collect(object, "ab"))
      assert.equal(wanted[1], (object:find "ab"))
      assert.equal(wanted[2], (object:rfind "ab"))
      assert.equal(wanted[2], (object:unique("ab", wanted[1] + 1)))
      assert.same({ wanted }, object:scan { "ab" })
    end
  end)

  it("raises when the file was truncated under it", function()
    local path = support.write("short.bin", ("x"):rep(40 * PAGE))
    for _, method in ipairs { "find", "rfind", "count", "unique" } do
      local b <close> = assert(suture.open(path, "read"))
      assert.equal(0, (support.run("truncate -s 4096 " .. path)))
      raised("truncated", b[method], b, "yy")
      raised("truncated", b.scan, b, { y = "yy" })
      raised("truncated", function() b:matches("yy")() end)
      support.write(path, ("x"):rep(40 * PAGE))
    end
  end)
end)

describe("bytes:matches", function()
  it("sees what the loop writes, in front of it and behind it", function()
    local b = suture.buffer(("a"):rep(3000))
    local seen = 0
    for off in b:matches("aa") do
      seen = seen + 1
      if off + 2 < #b then
        b[off + 2] = ("b"):byte()
      end
      assert.is_true(off % 3 == 0, off)
    end
    assert.equal(1000, seen)
  end)

  it("sees a match that the loop makes after many that it left alone", function()
    for _, write in ipairs {
      function(b, off) b[off] = 0x2a end,
      function(b, off) b:u8(off, 0x2a) end,
      function(b, off) b:view(off, 1):write(0, "*") end,
      function(b, off) b:fill(off, 1, 0x2a) end,
    } do
      local b = suture.buffer(("*."):rep(500) .. ("."):rep(100))
      b[1] = b[1]
      local seen, last = 0, nil
      for off in b:matches("*") do
        seen, last = seen + 1, off
        if seen == 400 then
          write(b, off + 1)
          write(b, 1050)
        elseif seen == 402 then
          write(b, off + 1)
        end
      end
      assert.equal(503, seen)
      assert.equal(1050, last)
    end
  end)

  it("sees no match that the loop has unmade, with stores that look at the page once only", function()
    local b = suture.buffer(("*"):rep(4000))
    local seen = {}
    for off in b:matches("*") do
      seen[#seen + 1] = off
      b[math.min(off + 1, 3999)] = 0
      b[math.min(off + 2, 3999)] = 0
    end
    for index, off in ipairs(seen) do
      assert.equal(3 * (index - 1), off)
    end
    assert.equal(1334, #seen)
  end)

  it("sees a rollback", function()
    local path = support.write("rolled.bin", ("*."):rep(500))
    local b <close> = assert(suture.open(path))
    b:write(900, ("."):rep(100))
    local seen = 0
    for _ in b:matches("*") do
      seen = seen + 1
      if seen == 300 then
        b:rollback()
      end
    end
    assert.equal(500, seen)
  end)

  it("sees the bytes of others in shared mode", function()
    local path = support.write("shared.bin", ("*."):rep(500))
    local b <close> = assert(suture.open(path, "shared"))
    local seen = 0
    for off in b:matches("*") do
      seen = seen + 1
      if off + 3 < 1000 then
        b[off + 2] = ("."):byte()
      end
    end
    assert.equal(250, seen)
  end)

  it("goes on in what an insert has moved, and raises when its end is gone", function()
    local b = suture.buffer(("*."):rep(100))
    local seen = 0
    for off in b:matches("*", 0, 200) do
      seen = seen + 1
      if seen == 50 then
        b:insert(off + 1, "**")
      end
    end
    assert.equal(101, seen)
    local err = raised("range", function()
      for off in b:matches("*") do
        if off > 20 then
          b:resize(30)
        end
      end
    end)
    assert.matches("passes the end %(size 0x1e%)$", tostring(err))
  end)

  it("is over once it is over", function()
    local b = suture.buffer("a")
    local next_match = b:matches("a")
    assert.equal(0, (next_match()))
    assert.is_nil(next_match())
    b:resize(10, 0x61)
    assert.is_nil(next_match())
  end)

  it("lets two loops over one object run inside each other", function()
    local b = suture.buffer(("ab"):rep(40))
    local pairs_seen = 0
    for _ in b:matches("a") do
      for _ in b:matches("b") do
        pairs_seen = pairs_seen + 1
      end
    end
    assert.equal(1600, pairs_seen)
  end)
end)

describe("bytes:replace", function()
  local function replaced(data, ...)
    local b = suture.buffer(data)
    local count = b:replace(...)
    return b:read(0, #b), count
  end

  it("replaces all, from left to right, without overlapping, and says how many", function()
    assert.same({ "xyxya", 2 }, { replaced("ababa", "ab", "xy") })
    assert.same({ "bbbba", 2 }, { replaced("aaaaa", "aa", "bb") })
    assert.same({ "ababa", 0 }, { replaced("ababa", "c", "d") })
    assert.same({ "", 0 }, { replaced("", "c", "d") })
  end)

  it("does not look at what it has written", function()
    assert.same({ "aabaab", 2 }, { replaced("abbabb", "abb", "aab") })
    assert.same({ "baba", 2 }, { replaced("abab", "ab", "ba") })
  end)

  it("stops after n", function()
    assert.same({ "bbaa", 2 }, { replaced("aaaa", "a", "b", 2) })
    assert.same({ "aaaa", 0 }, { replaced("aaaa", "a", "b", 0) })
    assert.same({ "bbbb", 4 }, { replaced("aaaa", "a", "b", math.maxinteger) })
  end)

  it("keeps what is wild in the new bytes", function()
    local four, nine = suture.pattern "4? ??", suture.pattern "9? ??"
    assert.same({ "\x90\x12\x95\x34", 2 }, { replaced("\x40\x12\x45\x34", four, nine) })
    assert.same({ "abZd", 1 }, { replaced("abcd", suture.pattern "61 ?? 63", suture.pattern "?? ?? 5a") })
  end)

  it("agrees with string.gsub over many parts", function()
    local data = noise(50000, "ab.")
    local b = suture.buffer(data)
    local wanted, count = data:gsub("ab%.", "xyz")
    assert.equal(count, b:replace("ab.", "xyz"))
    assert.equal(wanted, b:read(0, #b))
  end)

  it("is pending, and rolled back", function()
    local path = support.write("replace.bin", ("cat "):rep(2000))
    local b <close> = assert(suture.open(path))
    assert.equal(2000, b:replace("cat", "dog"))
    assert.equal(6000, (b:pending()))
    assert.equal(0, b:count "cat")
    b:rollback()
    assert.equal(2000, b:count "cat")
  end)

  it("replaces inside a view only", function()
    local b = suture.buffer("aaaaaa")
    assert.equal(2, b:view(2, 2):replace("a", "b"))
    assert.equal("aabbaa", b:read(0, 6))
  end)

  it("raises for sides of different length, naming both", function()
    local b = suture.buffer("abc")
    local err = raised("argument", b.replace, b, "a", "bc")
    assert.equal("buffer: bad argument #2 to 'replace' (new has 2 bytes, what has 1: replace keeps the size)",
      tostring(err))
    err = raised("argument", b.replace, b, "ab", "")
    assert.equal("buffer: bad argument #2 to 'replace' (new has 0 bytes, what has 2: replace keeps the size)",
      tostring(err))
    assert.equal("abc", b:read(0, 3))
  end)

  it("raises for other bad arguments", function()
    local b = suture.buffer("abc")
    raised("argument", b.replace, b, "", "")
    raised("argument", b.replace, b, 1, "a")
    raised("argument", b.replace, b, "a", nil)
    raised("argument", b.replace, b, "a", 5)
    raised("argument", b.replace, b, "a", "b", nil)
    raised("argument", b.replace, b, "a", "b", "1")
    raised("range", b.replace, b, "a", "b", -1)
    raised("argument", b.replace, b, "a", "b", 1, 2)
    assert.equal("buffer: bad argument #2 to 'replace' (new must be a string or a pattern, got nothing)",
      tostring(raised("argument", b.replace, b, "a")))
  end)

  it("raises when the object is read-only, even if nothing matches, and when it is closed", function()
    local path = support.write("readonly.bin", "abc")
    local b = assert(suture.open(path, "read"))
    raised("readonly", b.replace, b, "x", "y")
    b:close()
    raised("closed", b.replace, b, "a", "b")
  end)
end)
