-- b:diff, against a slow model.

local suture = require "suture"
local hexlines = require "spec.support.hexlines"
local support = require "spec.support"
local raised = require "spec.support.raised"

-- Random bytes, of few values and in runs, so that lines repeat.
local function few(random, len)
  local bytes = {}
  while #bytes < len do
    local run, byte = random(1, 60), string.char(random(0, 2) * 33)
    for _ = 1, run do
      bytes[#bytes + 1] = byte
    end
  end
  return table.concat(bytes, "", 1, len)
end

-- The changes that b tells, with where they are in what it held before.
local function changes_of(b)
  local list, shift = {}, 0
  for off, old, new in b:changes() do
    list[#list + 1] = { off = off, len = #new, old_off = off - shift, old_len = #old }
    shift = shift + #new - #old
  end
  return list
end

local function model(b, old, options)
  return hexlines.diff(old, b:read(0, #b), changes_of(b), options or {})
end

describe("bytes", function()
  describe(":diff", function()
    it("is empty where nothing is pending", function()
      local b = suture.buffer "abc"
      assert.equal("", b:diff())
      b[0] = 0x62
      b[0] = 0x61
      assert.equal("", b:diff {})
      assert.equal("", suture.buffer(0):diff())
      assert.equal("", suture.buffer(("a"):rep(100)):view(3, 5):diff())
      b[0] = 0
      b:rollback()
      assert.equal("", b:diff())
    end)

    it("shows each changed line before and after, with context", function()
      local b = suture.buffer(("0123456789abcdef"):rep(8))
      b:write(0x45, "XY")
      assert.equal([[
 00000030  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|
-00000040  30 31 32 33 34 35*36*37  38 39 61 62 63 64 65 66  |0123456789abcdef|
+00000040  30 31 32 33 34 58*59*37  38 39 61 62 63 64 65 66  |01234XY789abcdef|
 00000050  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|
]], b:diff())
      b[0] = 0
      b[0x7f] = 0
      assert.equal([[
-00000000  30*31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|
+00000000  00*31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |.123456789abcdef|
 00000010  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|

 00000030  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|
-00000040  30 31 32 33 34 35*36*37  38 39 61 62 63 64 65 66  |0123456789abcdef|
+00000040  30 31 32 33 34 58*59*37  38 39 61 62 63 64 65 66  |01234XY789abcdef|
 00000050  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|
 00000060  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|
-00000070  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66* |0123456789abcdef|
+00000070  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 00* |0123456789abcde.|
]], b:diff())
      assert.equal([[
-00000000  30*31 32 33 34 35 36 37  |01234567|
+00000000  00*31 32 33 34 35 36 37  |.1234567|
-00000040  30 31 32 33 34 35*36*37  |01234567|
+00000040  30 31 32 33 34 58*59*37  |01234XY7|
-00000078  38 39 61 62 63 64 65 66* |89abcdef|
+00000078  38 39 61 62 63 64 65 00* |89abcde.|
]], b:diff { context = 0, width = 8 })
    end)

    it("colours what is not marked otherwise", function()
      local b = suture.buffer "abcd"
      b:write(1, "BC")
      assert.equal("\27[31m-\27[0m00000000  61 \27[31m62 63\27[0m 64  |a\27[31mbc\27[0md|\n"
        .. "\27[32m+\27[0m00000000  61 \27[32m42 43\27[0m 64  |a\27[32mBC\27[0md|\n",
        b:diff { colour = true, width = 4 })
    end)

    it("shows inserted bytes as such", function()
      local b = suture.buffer(("0123456789abcdef"):rep(3))
      b:insert(0x14, "xyz")
      assert.equal([[
 00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|
-00000010  30 31 32 33 34 35 36 37  38 39 61 62 63           |0123456789abc|
+00000010  30 31 32 33 78*79*7a*34  35 36 37 38 39 61 62 63  |0123xyz456789abc|
 00000020  64 65 66 30 31 32 33 34  35 36 37 38 39 61 62 63  |def0123456789abc|
]], b:diff())
      b[0x22] = 0
      assert.equal([[
-00000010  30 31 32 33 34 35 36 37  38 39 61 62 63           |0123456789abc|
+00000010  30 31 32 33 78*79*7a*34  35 36 37 38 39 61 62 63  |0123xyz456789abc|
-0000001d  64 65 66*30 31 32 33 34  35 36 37 38 39 61 62 63  |def0123456789abc|
+00000020  64 65 00*30 31 32 33 34  35 36 37 38 39 61 62 63  |de.0123456789abc|
]], b:diff { context = 0 })
    end)

    it("shows deleted bytes as such", function()
      local b = suture.buffer(("0123456789abcdef"):rep(4))
      b:delete(0x14, 0x13)
      assert.equal([[
 00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|
-00000010  30 31 32 33 34*35*36*37* 38*39*61*62*63*64*65*66* |0123456789abcdef|
-00000020  30*31*32*33*34*35*36*37  38 39 61 62 63 64 65 66  |0123456789abcdef|
-00000030  30 31 32                                          |012|
+00000010  30 31 32 33 37 38 39 61  62 63 64 65 66 30 31 32  |0123789abcdef012|
 00000020  33 34 35 36 37 38 39 61  62 63 64 65 66           |3456789abcdef|
]], b:diff())
      b:rollback()
      b:delete(0x20, 0x20)
      assert.equal([[
 00000010  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|
-00000020  30*31*32*33*34*35*36*37* 38*39*61*62*63*64*65*66* |0123456789abcdef|
-00000030  30*31*32*33*34*35*36*37* 38*39*61*62*63*64*65*66* |0123456789abcdef|
]], b:diff())
    end)

    it("shows bytes that were deleted between two lines with the line behind them", function()
      local b = suture.buffer(("0123456789abcdef"):rep(4))
      b[3] = 0
      b:delete(0x10, 0x11)
      assert.equal([[
-00000000  30 31 32 33*34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|
+00000000  30 31 32 00*34 35 36 37  38 39 61 62 63 64 65 66  |012.456789abcdef|
-00000010  30*31*32*33*34*35*36*37* 38*39*61*62*63*64*65*66* |0123456789abcdef|
-00000020  30*31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|
-00000030  30                                                |0|
+00000010  31 32 33 34 35 36 37 38  39 61 62 63 64 65 66 30  |123456789abcdef0|
]], b:diff { context = 0 })
    end)

    it("shows bytes that were added and cut off at the end", function()
      local b = suture.buffer(("0123456789abcdef"):rep(2))
      b:resize(0x23, 0x2e)
      assert.equal([[
 00000010  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|
+00000020  2e*2e*2e*                                         |...|
]], b:diff())
      b:resize(0x1e)
      assert.equal([[
 00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|
-00000010  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65*66* |0123456789abcdef|
+00000010  30 31 32 33 34 35 36 37  38 39 61 62 63 64        |0123456789abcd|
]], b:diff())
      b:resize(0)
      assert.equal([[
-00000000  30*31*32*33*34*35*36*37* 38*39*61*62*63*64*65*66* |0123456789abcdef|
-00000010  30*31*32*33*34*35*36*37* 38*39*61*62*63*64*65*66* |0123456789abcdef|
]], b:diff())
      local empty = suture.buffer(0)
      empty:insert(0, "a")
      assert.equal("+00000000  61*" .. (" "):rep(47) .. "|a|\n", empty:diff())
    end)

    it("leaves out the middle of many equal lines", function()
      local b = suture.buffer(16 * 8)
      b:fill(16, 16 * 3, 1)
      assert.equal([[
-00000010  00*00*00*00*00*00*00*00* 00*00*00*00*00*00*00*00* |................|
+00000010  01*01*01*01*01*01*01*01* 01*01*01*01*01*01*01*01* |................|
*
-00000030  00*00*00*00*00*00*00*00* 00*00*00*00*00*00*00*00* |................|
+00000030  01*01*01*01*01*01*01*01* 01*01*01*01*01*01*01*01* |................|
]], b:diff { context = 0 })
      -- Two are both shown; lines that differ in a mark only are not equal.
      b:rollback()
      b:fill(16, 16 * 2 + 1, 1)
      assert.equal(model(b, ("\0"):rep(128), { context = 0 }), b:diff { context = 0 })
      assert.falsy(b:diff { context = 0 }:find "\n%*\n")
    end)

    it("tells of many MiB in few lines", function()
      local size <const> = 5 << 20
      local b = suture.buffer(size)
      b:resize(2 * size + 5)
      local zeros <const> = ("00*"):rep(8) .. " " .. ("00*"):rep(8) .. " |................|\n"
      local plain <const> = zeros:gsub("%*", " ")
      assert.equal(" 004ffff0  " .. plain .. "+00500000  " .. zeros .. "*\n+009ffff0  " .. zeros
        .. "+00a00000  00*00*00*00*00*" .. (" "):rep(35) .. "|.....|\n", b:diff())
      b:resize(16)
      assert.equal(" 00000000  " .. plain .. "-00000010  " .. zeros .. "*\n-004ffff0  " .. zeros, b:diff())
      b:resize(size)
      assert.equal("", b:diff())
      b:fill(0, size, 1)
      local ones <const> = ("01*"):rep(8) .. " " .. ("01*"):rep(8) .. " |................|\n"
      assert.equal("-00000000  " .. zeros .. "+00000000  " .. ones .. "*\n-004ffff0  " .. zeros
        .. "+004ffff0  " .. ones, b:diff())
    end)

    it("shows file offsets, also through a view, which shows its own changes only", function()
      local path = support.write("window.bin", ("0123456789abcdef"):rep(8))
      local b <close> = assert(suture.open(path, { mode = "copy", offset = 0x25 }))
      b[0] = 0x78
      b[0x20] = 0x79
      assert.equal([[
-00000025  35*36 37 38 39 61 62 63  64 65 66 30 31 32 33 34  |56789abcdef01234|
+00000025  78*36 37 38 39 61 62 63  64 65 66 30 31 32 33 34  |x6789abcdef01234|
-00000045  35*36 37 38 39 61 62 63  64 65 66 30 31 32 33 34  |56789abcdef01234|
+00000045  79*36 37 38 39 61 62 63  64 65 66 30 31 32 33 34  |y6789abcdef01234|
]], b:diff { context = 0 })
      assert.equal([[
 00000042  32 33 34  |234|
-00000045  35*36 37  |567|
+00000045  79*36 37  |y67|
]], b:view(0x1d, 6):diff { width = 3 })
      assert.equal("", b:view(1, 0x1f):diff())
    end)

    it("shows offsets beyond 32 bits whole", function()
      local path = support.write("sparse.bin", "")
      assert.equal(0, (support.run("truncate -s 8G " .. path)))
      local b <close> = assert(suture.open(path, "copy"))
      b[0x123456780] = 1
      assert.matches("^%-123456780  00%*[^\n]*\n%+123456780  01%*[^\n]*\n$", b:diff { context = 0 })
    end)

    it("is empty again after a flush, and shows what came then", function()
      local path = support.write("flushed.bin", ("a"):rep(20))
      local b <close> = assert(suture.open(path))
      b[3] = 0x62
      b:flush()
      assert.equal("", b:diff())
      b[3] = 0x63
      assert.matches("^%-00000000  61 61 61 62%*.*\n%+00000000  61 61 61 63%*", b:diff())
      b:rollback()
    end)

    local SEED <const> = 20240612
    it(("is what a slow model builds, whatever was written, inserted, deleted (seed %d)"):format(SEED), function()
      math.randomseed(SEED)
      local random <const> = math.random
      for round = 1, 150 do
        local old = few(random, random(0, 350))
        local b = suture.buffer(old)
        for _ = 1, random(0, 8) do
          local what, off = random(1, 6), random(0, #b)
          if what <= 3 and off < #b then
            b:write(off, few(random, random(1, math.min(#b - off, random(1, 100)))))
          elseif what == 4 then
            b:insert(off, few(random, random(1, random(1, 80))))
          elseif what == 5 then
            b:delete(off, random(0, math.min(#b - off, random(1, 120))))
          elseif what == 6 and random(1, 3) == 1 then
            b:resize(random(0, 400), random(0, 1) * 33)
          end
        end
        local options = { width = random(1, 40), context = random(0, 3), colour = random(1, 2) == 1 }
        assert.equal(model(b, old, options), b:diff(options), ("round %d of width %d, context %d"):format(
          round, options.width, options.context))
      end
    end)

    it("raises argument for what it does not know, with a suggestion", function()
      local b = suture.buffer(4)
      local messages <const> = {
        ["(options must be a table, got number)"] = 16,
        ["(option 'colour' must be a boolean, got number)"] = { colour = 1 },
        ["(option 'context' must be an integer from 0 to 1000000, got -1)"] = { context = -1 },
        ["(option 'context' must be an integer from 0 to 1000000, got 1000001)"] = { context = 1000001 },
        ["(option 'context' must be an integer from 0 to 1000000, got boolean)"] = { context = true },
        ["(option 'width' must be an integer from 1 to 256, got 0)"] = { width = 0 },
        ["(unknown option 'contxt'; did you mean 'context'?)"] = { contxt = 1 },
      }
      for reason, wrong in pairs(messages) do
        assert.equal("buffer: bad argument #1 to 'diff' " .. reason, tostring(raised("argument", b.diff, b, wrong)))
      end
      assert.equal("buffer: bad argument #1 to 'diff' (options must be a table, got nil)",
        tostring(raised("argument", b.diff, b, nil)))
      assert.equal("", b:diff { context = 2.0, width = 8.0 })
    end)

    it("raises truncated where pending bytes were lost", function()
      local path = support.write("short.bin", ("a"):rep(10000))
      local b <close> = assert(suture.open(path, "copy"))
      b[9000] = 0
      assert.equal(0, (support.run("truncate -s 100 " .. path)))
      assert.equal(path .. ": was truncated from 0x2710 to 0x64 bytes by another process",
        tostring(raised("truncated", b.diff, b)))
    end)

    it("raises truncated where the file was written anew, as long as it was", function()
      local data <const> = ("a"):rep(10000)
      local path = support.write("anew.bin", data)
      local b <close> = assert(suture.open(path, "copy"))
      b[9000] = 0
      support.write(path, data)
      assert.equal(path .. ": was truncated and written again by another process: pending bytes are lost",
        tostring(raised("truncated", b.diff, b)))
    end)

    it("raises closed for a closed object, stale for a view older than a change of size", function()
      local b = suture.buffer(4)
      local view = b:view(1)
      b:insert(0, "x")
      raised("stale", view.diff, view)
      b:close()
      assert.equal("buffer: the object is closed", tostring(raised("closed", b.diff, b)))
    end)
  end)
end)

local core = require "suture.core"

describe("core", function()
  describe(".compare", function()
    local function both(a, b, ...)
      return core.compare(suture.buffer(a), 0, suture.buffer(b), 0, ...)
    end

    it("finds the next run of differing bytes", function()
      assert.is_nil(both("abc", "abc", 3))
      assert.is_nil(both("abc", "abd", 2))
      assert.is_nil(both("abc", "xyz", 0))
      assert.is_nil(both("", "", 0))
      assert.same({ 2, 1 }, { both("abc", "abd", 3) })
      assert.same({ 0, 3 }, { both("abc", "xyz", 3) })
      assert.same({ 1, 1 }, { both("abcd", "aBcD", 4) })
    end)

    it("counts from the first object's offset", function()
      local a, b = suture.buffer "..abcdef", suture.buffer ".......abcDEf"
      assert.same({ 5, 2 }, { core.compare(a, 2, b, 7, 6) })
      assert.is_nil(core.compare(a, 7, b, 12, 1))
      assert.same({ 3, 1 }, { core.compare(a:view(2), 3, b:view(7), 3, 1) })
      assert.same({ 2, 4 }, { core.compare(a, 2, a, 4, 4) })
    end)

    it("finds one difference at each place of long ranges, and each length of run", function()
      local size <const> = 3 * 4096 + 21
      local a, b = suture.buffer(size), suture.buffer(size)
      for off = 0, size - 1, 331 do
        b[off] = 1
        assert.same({ off, 1 }, { core.compare(a, 0, b, 0, size) })
        assert.same({ off, 1 }, { core.compare(a, off, b, off, size - off) })
        assert.is_nil(core.compare(a, 0, b, 0, off))
        b[off] = 0
      end
      for len = 1, 40 do
        for off = 4090, 4100 do
          b:fill(off, len, 0x80)
          assert.same({ off, len }, { core.compare(a, 0, b, 0, size) })
          b:fill(off, len, 0)
        end
      end
    end)

    it("raises range outside of either", function()
      local a, b = suture.buffer(8), suture.buffer(4)
      assert.equal("buffer: 0x0: compare of 5 bytes passes the end (size 0x4)",
        tostring(raised("range", core.compare, a, 0, b, 0, 5)))
      assert.equal("buffer: 0x9: compare of 0 bytes passes the end (size 0x8)",
        tostring(raised("range", core.compare, a, 9, b, 0, 0)))
      for _, wrong in ipairs { { a, 0, b, 5, 0 }, { a, 5, b, 0, 4 }, { a, -1, b, 0, 1 }, { a, 0, b, -1, 1 },
        { a, 0, b, 0, -1 }, { a, math.maxinteger, b, 0, 1 }, { a, 0, b, math.maxinteger, 1 },
        { a, 0, b, 0, math.maxinteger }, { a, math.mininteger, b, 0, 0 } } do
        raised("range", core.compare, table.unpack(wrong))
      end
    end)

    it("raises argument for what is no object or number, closed for what is closed", function()
      local a = suture.buffer(8)
      for _, wrong in ipairs { { "a", 0, a, 0, 1 }, { a, 0, "a", 0, 1 }, { a, "0", a, 0, 1 }, { a, 0, a, 0, nil },
        { a, 0, a, 0, 1, 1 }, { a } } do
        raised("argument", core.compare, table.unpack(wrong, 1, 6))
      end
      local closed = suture.buffer(8)
      closed:close()
      raised("closed", core.compare, a, 0, closed, 0, 1)
      raised("closed", core.compare, closed, 0, a, 0, 1)
    end)
  end)

  describe(".pair_diff", function()
    local SEED <const> = 20240615
    it(("is what a slow model builds (seed %d)"):format(SEED), function()
      math.randomseed(SEED)
      local random <const> = math.random
      for round = 1, 150 do
        local width = random(1, 24)
        -- Often whole lines, and often much of the same.
        local function some(most)
          local len = random(0, most)
          return few(random, random(1, 2) == 1 and len - len % width or len)
        end
        local old = some(500)
        local cut = random(0, #old)
        local new = random(1, 3) == 1 and some(600) or old:sub(1, cut) .. some(80) .. old:sub(cut + random(1, 80))
        local context, parts = random(0, 3), {}
        for piece in core.pair_diff(suture.buffer(old), suture.buffer(new), width, context, false) do
          parts[#parts + 1] = piece
        end
        assert.equal(hexlines.diff(old, new, hexlines.compare(old, new), { width = width, context = context }),
          table.concat(parts), ("round %d of width %d, context %d"):format(round, width, context))
      end
    end)

    it("shows a hole behind repeated lines that are no zeros", function()
      for _, line in ipairs { ("a"):rep(16), "\0" .. ("a"):rep(15) } do
        local old = support.write("old.bin", ("b"):rep(0xfe0))
        local new = support.write("new.bin", ("b"):rep(0xfe0) .. line:rep(0x8002))
        assert.equal(0, (support.run("truncate -s 1536K " .. new)))
        local a <close> = assert(suture.open(old, "read"))
        local b <close> = assert(suture.open(new, "read"))
        local addresses = {}
        for piece in core.pair_diff(a, b, 16, 0, false) do
          for address in piece:gmatch "([^ \n]+)[^\n]*\n" do
            addresses[#addresses + 1] = address
          end
        end
        assert.same({ "+00000fe0", "*", "+00080ff0", "+00081000", "*", "+0017fff0" }, addresses)
      end
    end)

    it("passes long runs of equal lines, whole or not, of one side or both", function()
      local many <const> = 0x100000
      local sides <const> = {
        ["longer after whole lines"] = { ("\0"):rep(16 * 9), ("\1"):rep(many) },
        ["shorter after whole lines"] = { ("\1"):rep(many), ("\0"):rep(16 * 9) },
        ["longer after a part of a line"] = { ("\0"):rep(16 * 9 + 1), ("\1"):rep(many + 3) },
        ["shorter after a part of a line"] = { ("\1"):rep(many + 3), ("\0"):rep(16 * 9 + 1) },
        ["one side repeats"] = { ("\0"):rep(many), ("\1"):rep(many // 2) .. ("\2"):rep(many // 2) },
        ["zeros and others"] = { ("\0"):rep(many) .. ("\1"):rep(100), ("\1"):rep(many) .. ("\0"):rep(200) },
        ["zeros before others"] = { "", ("\0"):rep(many) .. "x" .. ("\0"):rep(many) },
        ["others before the end"] = { ("\0"):rep(many) .. "x" .. ("\0"):rep(many), "" },
      }
      for name, pair in pairs(sides) do
        local old, new = pair[1], pair[2]
        local parts = {}
        for piece in core.pair_diff(suture.buffer(old), suture.buffer(new), 16, 0, false) do
          parts[#parts + 1] = piece
        end
        -- Each line that is shown is what the sides have there, and what is left out lies between equal lines.
        local text, shown = table.concat(parts), { ["-"] = {}, ["+"] = {} }
        assert.is_true(#text < 3000, name)
        for sign, address, bytes in text:gmatch "([-+])(%x+)  ([%x* ]+) |" do
          local raw = bytes:gsub("[* ]", ""):gsub("%x%x", function(digits)
            return string.char(tonumber(digits, 16))
          end)
          local off = tonumber(address, 16)
          assert.equal((sign == "-" and old or new):sub(off + 1, off + #raw), raw, name)
          table.insert(shown[sign], { off = off, bytes = raw })
        end
        for sign, data in pairs { ["-"] = old, ["+"] = new } do
          local list = shown[sign]
          local rebuilt = {}
          for i, line in ipairs(list) do
            local before = list[i - 1]
            local gap = before and line.off - before.off - #before.bytes or line.off
            rebuilt[#rebuilt + 1] = gap > 0 and before.bytes:rep(gap // 16) or nil
            rebuilt[#rebuilt + 1] = line.bytes
          end
          assert.is_true(table.concat(rebuilt) == data, name .. sign)
        end
      end
    end)
  end)

  describe(".digits", function()
    it("spells bytes in hex", function()
      local all, spelt = {}, {}
      for byte = 0, 255 do
        all[#all + 1] = string.char(byte)
        spelt[#spelt + 1] = ("%02x"):format(byte)
      end
      local b = suture.buffer(table.concat(all))
      assert.equal(table.concat(spelt), core.digits(b, 0, 256))
      assert.equal(table.concat(spelt, " "), core.digits(b, 0, 256, true))
      assert.equal("fe ff", core.digits(b:view(4), 250, 2, true))
      assert.equal("", core.digits(b, 256, 0))
      assert.equal("", core.digits(b, 0, 0, true))
      assert.equal("buffer: 0xff: read of 2 bytes passes the end (size 0x100)",
        tostring(raised("range", core.digits, b, 255, 2)))
      raised("range", core.digits, b, 0, math.maxinteger)
    end)
  end)

  -- The size of an object may change between two pieces of its text.
  describe("iterators over text", function()
    local function pieces(b)
      return core.hexdump(b, 0, #b, 16, false, "stars"), core.pending_diff(b, 16, 1, false),
        core.pair_diff(b, suture.buffer(#b), 16, 1, false), core.pair_diff(suture.buffer(#b), b, 16, 1, false),
        core.pair_list(b, suture.buffer(#b), 16, "", "", "", "\n"),
        core.pair_list(suture.buffer(#b), b, 16, "", "", "", "\n")
    end

    local function large()
      local b = suture.buffer(0x10000)
      b:fill(0, #b, "abcdefghijklmnopqrs")
      return b
    end

    it("give pieces of whole lines, then nil again and again", function()
      for _, next_piece in ipairs { pieces(large()) } do
        local count = 0
        for piece in next_piece do
          count = count + 1
          assert.matches("^$", (piece:match "[^\n]*$"))
          assert.is_true(#piece <= 0x20000)
        end
        assert.is_true(count > 2)
        assert.is_nil(next_piece())
        assert.is_nil(next_piece())
      end
    end)

    it("raise stale when the size changes in between, closed after the end of the object", function()
      for how, kind in pairs { insert = "stale", resize = "stale", close = "closed" } do
        for i = 1, 6 do
          local b = large()
          local next_piece = select(i, pieces(b))
          assert.is_true(#next_piece() > 0, i)
          if how == "insert" then
            b:insert(0, "x")
          elseif how == "resize" then
            b:resize(8)
          else
            b:close()
          end
          local err = raised(kind, next_piece)
          assert.equal(kind == "closed" and "buffer: the object is closed"
            or "buffer: the size has changed since the dump began", tostring(err))
        end
      end
    end)

    it("go on over what is rolled back or written in between", function()
      for i = 1, 6 do
        local b = large()
        local next_piece = select(i, pieces(b))
        next_piece()
        b:rollback()
        b[0xffff] = 1
        local last
        for piece in next_piece do
          last = piece ~= "" and piece or last
        end
        assert.matches("01", last)
      end
    end)

    it("refuse views of pairs", function()
      local b = suture.buffer(8)
      for _, pair in ipairs { { b:view(0), b }, { b, b:view(0) } } do
        raised("unsupported", core.pair_diff, pair[1], pair[2], 16, 1, false)
        raised("unsupported", core.pair_list, pair[1], pair[2], 16, "", "", "", "")
      end
    end)
  end)
end)
