-- Searching, checked against a naive matcher on bytes of a small alphabet, where matches are frequent and overlap.

local suture = require "suture"
local support = require "spec.support"
local raised = require "spec.support.raised"

local PAGE <const> = 4096

math.randomseed(11)

-- Few values, that differ in one nibble each, so that masks matter.
local ALPHABET <const> = { 0x40, 0x41, 0x4f, 0x51, 0xf1 }

local function noise(length)
  local bytes = {}
  for i = 1, length do
    bytes[i] = string.char(ALPHABET[math.random(#ALPHABET)])
  end
  return table.concat(bytes)
end

-- One random element as pattern text.
local function element()
  local byte = ("%02x"):format(ALPHABET[math.random(#ALPHABET)])
  local kind = math.random(10)
  if kind <= 2 then
    return "??"
  elseif kind <= 4 then
    return byte:sub(1, 1) .. "?"
  elseif kind <= 6 then
    return "?" .. byte:sub(2)
  end
  return byte
end

local function pattern_text(length)
  local elements = {}
  for i = 1, length do
    elements[i] = element()
  end
  return table.concat(elements, " ")
end

local function byte_matches(byte, wanted)
  local text = ("%02x"):format(byte)
  for i = 1, 2 do
    local nibble = wanted:sub(i, i)
    if nibble ~= "?" and nibble ~= text:sub(i, i) then
      return false
    end
  end
  return true
end

-- All offsets where the pattern text matches wholly inside [from, to).
local function naive(data, text, from, to)
  local wanted, found = {}, {}
  for word in text:gmatch("%S+") do
    wanted[#wanted + 1] = word
  end
  for off = from, to - #wanted do
    local i = 1
    while i <= #wanted and byte_matches(data:byte(off + i), wanted[i]) do
      i = i + 1
    end
    if i > #wanted then
      found[#found + 1] = off
    end
  end
  return found, #wanted
end

local function spell(bytes)
  return (bytes:gsub(".", function(c) return ("%02x "):format(c:byte()) end))
end

local function collect(b, what, ...)
  local found = {}
  for off, len in b:matches(what, ...) do
    found[#found + 1] = off
    assert.equal(#what, len)
  end
  return found
end

-- Every search of one thing in one range must agree with the naive list.
local function check(b, data, what, text, from, to)
  local expected, len = naive(data, text, from, to)
  local hint = ("%s in [%d, %d)"):format(text, from, to)
  local off, found_len = b:find(what, from, to)
  assert.equal(expected[1], off, "find " .. hint)
  assert.equal(expected[1] and len, found_len, "find " .. hint)
  off, found_len = b:rfind(what, from, to)
  assert.equal(expected[#expected], off, "rfind " .. hint)
  assert.equal(expected[1] and len, found_len, "rfind " .. hint)
  assert.equal(#expected, b:count(what, from, to), "count " .. hint)
  assert.same(expected, collect(b, what, from, to), "matches " .. hint)
  if #expected == 1 then
    assert.equal(expected[1], (b:unique(what, from, to)), "unique " .. hint)
  else
    raised("notunique", b.unique, b, what, from, to)
  end
end

describe("bytes", function()
  describe("search", function()
    it("agrees with a naive one for random patterns", function()
      local data = noise(400)
      local b = suture.buffer(data)
      for _ = 1, 60 do
        local text = pattern_text(math.random(1, 6))
        local from = math.random(0, 400)
        check(b, data, suture.pattern(text), text, from, math.random(from, 400))
      end
    end)

    it("agrees with a naive one for random strings", function()
      local data = noise(400)
      local b = suture.buffer(data)
      for _ = 1, 60 do
        local bytes = noise(math.random(1, 4))
        local from = math.random(0, 400)
        check(b, data, bytes, spell(bytes), from, math.random(from, 400))
      end
    end)

    it("agrees with a naive one in every range of a few bytes", function()
      local data = "\x40\x41\x40\x41\x40\x4f"
      local b = suture.buffer(data)
      for from = 0, #data do
        for to = from, #data do
          for _, text in ipairs { "40", "40 41", "40 41 40", "4? 4?", "?? ?? ??", "4f", "?1" } do
            check(b, data, suture.pattern(text), text, from, to)
          end
        end
      end
    end)

    it("agrees with a naive one where a near miss overlaps the match", function()
      for _, data in ipairs { "\x40\x40\x40\x41\x40\x40\x40\x4f", "\x41\x40\x40\x40\x51\x40\x40\x40\x41" } do
        local b = suture.buffer(data)
        for _, text in ipairs { "40 40 ?1", "40 40 ?f", "?1 40 40", "40 40 40 ?1", "?? 40 40 ?1", "4? 40 40 4?" } do
          for from = 0, #data do
            check(b, data, suture.pattern(text), text, from, #data)
            check(b, data, suture.pattern(text), text, 0, from)
          end
        end
      end
    end)

    it("agrees with a naive one for long patterns", function()
      local data = noise(300)
      local b = suture.buffer(data)
      for _, length in ipairs { 15, 16, 17, 31, 32, 33, 64, 100 } do
        local off = math.random(0, 300 - length)
        local bytes = data:sub(off + 1, off + length)
        check(b, data, bytes, spell(bytes), 0, 300)
        local text = spell(bytes):gsub("^%x%x", "??"):gsub("%x%x $", "??"):gsub("(%x)%x ", "%1? ", 2)
        check(b, data, suture.pattern(text), text, 0, 300)
      end
    end)

    it("sees matches on and around the seams of pages", function()
      local needle = "\x01\x02\x03\x04\x05"
      for _, seam in ipairs { PAGE, 2 * PAGE } do
        for shift = -6, 1 do
          local off = seam + shift
          local data = ("\0"):rep(off) .. needle .. ("\0"):rep(3 * PAGE - off - #needle)
          local b = suture.buffer(data)
          assert.equal(off, (b:find(needle)))
          assert.equal(off, (b:rfind(needle)))
          assert.equal(off, (b:unique(suture.pattern "01 ?? 03 ?4 05")))
          assert.equal(1, b:count(suture.pattern "01 02"))
          assert.is_nil(b:find(needle, 0, off + 4))
          assert.is_nil(b:find(needle, off + 1))
          assert.equal(off, (b:find(needle, off, off + 5)))
        end
      end
    end)

    it("sees matches at the very first and the very last byte", function()
      for _, size in ipairs { 1, 2, 16, 31, 33, PAGE, PAGE + 1 } do
        local b = suture.buffer(size)
        b[0] = 7
        assert.equal(0, (b:find "\7"))
        assert.equal(0, (b:rfind(suture.pattern "?7")))
        b[0] = 0
        b[size - 1] = 9
        assert.equal(size - 1, (b:find "\9"))
        assert.equal(size - 1, (b:rfind "\9"))
        assert.equal(size - 1, (b:unique(suture.pattern "09")))
      end
    end)

    it("reports overlapping matches", function()
      local b = suture.buffer("aaaa")
      assert.equal(3, b:count("aa"))
      assert.same({ 0, 1, 2 }, collect(b, "aa"))
      assert.same({ 0, 1, 2 }, collect(b, suture.pattern "61 ??"))
    end)

    it("finds bytes of every value in strings, NUL too", function()
      local all = {}
      for byte = 0, 255 do
        all[#all + 1] = string.char(byte)
      end
      local b = suture.buffer(table.concat(all))
      for byte = 0, 255 do
        assert.equal(byte, (b:find(string.char(byte))))
      end
      assert.equal(0, (b:find("\0\1")))
      assert.equal(254, (b:find("\xfe\xff")))
    end)

    it("takes a string as bytes, not as a Lua pattern", function()
      local b = suture.buffer("abc.%d+")
      assert.equal(3, (b:find(".")))
      assert.equal(4, (b:find("%d")))
      assert.is_nil(b:find("%a"))
    end)

    it("sees pending bytes", function()
      local path = support.write("pending.bin", ("."):rep(2 * PAGE))
      local b <close> = assert(suture.open(path))
      b:write(PAGE - 2, "NEED")
      assert.equal(PAGE - 2, (b:find("NEED")))
      b:rollback()
      assert.is_nil(b:find("NEED"))
    end)

    it("counts offsets from the start of a view", function()
      local v = suture.buffer("ab..ab..ab"):view(2, 6)
      assert.equal(2, (v:find("ab")))
      assert.equal(2, (v:rfind("ab")))
      assert.equal(1, v:count("ab"))
      assert.is_nil(v:find("..a", 4))
    end)

    it("goes on in a loop that writes", function()
      local b = suture.buffer("aaaa")
      local seen = {}
      for off in b:matches("a") do
        seen[#seen + 1] = off
        b[off] = 0x62
      end
      assert.same({ 0, 1, 2, 3 }, seen)
      assert.equal("bbbb", b:read(0, 4))
    end)
  end)

  describe(":matches", function()
    it("raises when the object is closed in the middle", function()
      local b = suture.buffer("aaaa")
      raised("closed", function()
        for _ in b:matches("a") do
          b:close()
        end
      end)
    end)

    it("keeps what it looks for alive", function()
      local b = suture.buffer(("ab"):rep(50))
      local count = 0
      for _ in b:matches(suture.pattern(("61 %s"):format("6?"))) do
        collectgarbage()
        count = count + 1
      end
      assert.equal(50, count)
    end)
  end)

  for _, method in ipairs { "find", "rfind", "matches", "count", "unique" } do
    describe(":" .. method, function()
      local b
      before_each(function()
        b = suture.buffer("abcabc")
      end)

      it("raises when what to look for is empty", function()
        raised("argument", b[method], b, "")
        raised("argument", b[method], suture.buffer(""), "")
      end)

      it("raises when what to look for is neither a string nor a pattern", function()
        raised("argument", b[method], b)
        raised("argument", b[method], b, nil)
        raised("argument", b[method], b, {})
        raised("argument", b[method], b, true)
        raised("argument", b[method], b, io.stdout)
        raised("argument", b[method], b, b)
      end)

      it("raises when the end is past the end", function()
        raised("range", b[method], b, "c", 0, 7)
        raised("range", b[method], b, "c", 0, math.maxinteger)
      end)

      it("raises when the start is past the end", function()
        raised("range", b[method], b, "c", 7)
        raised("range", b[method], b, "c", math.maxinteger)
      end)

      it("raises when the start is beyond the end of the range", function()
        raised("range", b[method], b, "c", 4, 3)
        raised("range", b[method], b, "c", 6, 0)
      end)

      it("raises for negative bounds", function()
        raised("range", b[method], b, "c", -1)
        raised("range", b[method], b, "c", 0, -1)
        raised("range", b[method], b, "c", math.mininteger)
        raised("range", b[method], b, "c", 0, math.mininteger)
      end)

      it("raises for bounds that are no integers, and for explicit nils", function()
        raised("argument", b[method], b, "c", 0.5)
        raised("argument", b[method], b, "c", "0")
        raised("argument", b[method], b, "c", 0, "6")
        raised("argument", b[method], b, "c", 0, 5.5)
        raised("argument", b[method], b, "c", nil)
        raised("argument", b[method], b, "c", 0, nil)
        raised("argument", b[method], b, "c", nil, 6)
      end)

      it("takes floats with integral values as bounds", function()
        assert.is_true(pcall(b[method], b, "c", 1.0, 4.0))
      end)
    end)
  end

  describe(":find", function()
    it("gives offset and length of the first match", function()
      local off, len = suture.buffer("abcabc"):find("bc")
      assert.equal(1, off)
      assert.equal(2, len)
    end)

    it("gives nil and nothing more when there is none", function()
      assert.is_nil((suture.buffer("abcabc"):find("x")))
      assert.is_nil((suture.buffer("abc"):find("abcd")))
      assert.is_nil((suture.buffer(""):find("a")))
    end)

    it("looks into empty ranges, at the end too, and finds nothing", function()
      local b = suture.buffer("abc")
      assert.is_nil((b:find("c", 3)))
      assert.is_nil((b:find("c", 3, 3)))
      assert.is_nil((b:find("a", 0, 0)))
      assert.is_nil((b:find("b", 1, 1)))
    end)

    it("wants the match wholly inside", function()
      local b = suture.buffer("abcabc")
      assert.equal(3, (b:find("abc", 1)))
      assert.is_nil((b:find("abc", 1, 5)))
      assert.equal(3, (b:find("abc", 1, 6)))
    end)
  end)

  describe(":rfind", function()
    it("gives offset and length of the last match", function()
      local off, len = suture.buffer("abcabc"):rfind("bc")
      assert.equal(4, off)
      assert.equal(2, len)
      assert.equal(1, (suture.buffer("abcabc"):rfind("bc", 0, 5)))
      assert.is_nil((suture.buffer("abcabc"):rfind("x")))
    end)
  end)

  describe(":unique", function()
    it("gives the offset of the only match", function()
      local off, len = suture.buffer("abcabd"):unique("abd")
      assert.equal(3, off)
      assert.is_true(len == nil or len == 3)
    end)

    it("raises for none and for several, and says how many", function()
      local path = support.write("twice.bin", "abcabcabc")
      local b <close> = assert(suture.open(path, "read"))
      local err = raised("notunique", b.unique, b, "abc")
      assert.matches("twice.bin", tostring(err), 1, true)
      raised("notunique", b.unique, b, "xyz")
      assert.equal(3, (b:unique("abc", 1, 6)))
    end)
  end)

  describe(":expect", function()
    it("is content when the bytes are there", function()
      local b = suture.buffer("abcdef")
      b:expect(0, "abc")
      b:expect(5, "f")
      b:expect(2, suture.pattern "63 ?? 6?")
      b:expect(6 - 2.0, "ef")
    end)

    it("raises mismatch and shows both sides", function()
      local path = support.write("guard.bin", "abcdef")
      local b <close> = assert(suture.open(path, "read"))
      local err = raised("mismatch", b.expect, b, 1, "\xde\xad")
      assert.equal(1, err.offset)
      local text = tostring(err)
      assert.matches("guard.bin: 0x1: ", text, 1, true)
      assert.matches("de ad", text, 1, true)
      assert.matches("62 63", text, 1, true)
    end)

    it("raises mismatch for a pattern and shows it", function()
      local b = suture.buffer("abcdef")
      local text = tostring(raised("mismatch", b.expect, b, 1, suture.pattern "62 ?? 7?"))
      assert.matches("62 ?? 7?", text, 1, true)
      assert.matches("62 63 64", text, 1, true)
    end)

    it("raises when the bytes cannot all be there, and for bad arguments", function()
      local b = suture.buffer("abcdef")
      raised("range", b.expect, b, 4, "efg")
      raised("range", b.expect, b, 7, "a")
      raised("range", b.expect, b, -1, "a")
      raised("range", b.expect, b, math.maxinteger, "ab")
      raised("argument", b.expect, b, 0)
      raised("argument", b.expect, b, 0, nil)
      raised("argument", b.expect, b, "0", "a")
      raised("argument", b.expect, b, 0.5, "a")
      raised("argument", b.expect, b, 0, 97)
      raised("argument", b.expect, b, 0, "")
    end)
  end)

  describe(":patch", function()
    it("writes new over old and says that it changed", function()
      local b = suture.buffer("abcdef")
      assert.is_true(b:patch(1, "bc", "XY"))
      assert.equal("aXYdef", b:read(0, 6))
    end)

    it("does nothing where new is there already", function()
      local b = suture.buffer("aXYdef")
      assert.is_false(b:patch(1, "bc", "XY"))
      assert.equal("aXYdef", b:read(0, 6))
      assert.is_false((b:pending()))
    end)

    it("raises mismatch where neither is there and writes nothing", function()
      local b = suture.buffer("abcdef")
      local err = raised("mismatch", b.patch, b, 2, "bc", "XY")
      assert.equal(2, err.offset)
      assert.matches("63 64", tostring(err), 1, true)
      assert.equal("abcdef", b:read(0, 6))
    end)

    it("takes a pattern as old", function()
      local b = suture.buffer("abcdef")
      assert.is_true(b:patch(1, suture.pattern "6? ??", "XY"))
      assert.equal("aXYdef", b:read(0, 6))
    end)

    it("raises for sides of different length", function()
      local b = suture.buffer("abcdef")
      raised("argument", b.patch, b, 1, "bc", "X")
      raised("argument", b.patch, b, 1, "bc", "XYZ")
      raised("argument", b.patch, b, 1, "bc", "")
      assert.equal("abcdef", b:read(0, 6))
    end)

    it("raises out of range and for bad arguments", function()
      local b = suture.buffer("abcdef")
      raised("range", b.patch, b, 5, "fg", "XY")
      raised("range", b.patch, b, 6, "g", "X")
      raised("range", b.patch, b, -1, "a", "X")
      raised("range", b.patch, b, math.maxinteger, "ab", "XY")
      raised("argument", b.patch, b, 0, "a")
      raised("argument", b.patch, b, 0, "a", nil)
      raised("argument", b.patch, b, 0, nil, "X")
      raised("argument", b.patch, b, 0, "a", 88)
      raised("argument", b.patch, b, "0", "a", "X")
      assert.equal("abcdef", b:read(0, 6))
    end)
  end)
end)
