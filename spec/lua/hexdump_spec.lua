-- b:hexdump, against hexdump -C and a slow model.

local suture = require "suture"
local hexlines = require "spec.support.hexlines"
local support = require "spec.support"
local raised = require "spec.support.raised"

local function witness(path, arguments)
  local status, stdout, stderr = support.run(("LC_ALL=C hexdump -C %s %s"):format(arguments or "", support.quote(path)))
  assert(status == 0, stderr)
  return stdout
end

local function noise(size)
  local bytes, state = {}, 12345
  for at = 1, size do
    state = state * 1103515245 + 12345 & 0x7fffffff
    bytes[at] = string.char(state >> 16 & 0xff)
  end
  return table.concat(bytes)
end

local samples <const> = {
  empty = "", ["one byte"] = "a", ["a full line"] = ("a"):rep(16), ["a line and a byte"] = ("a"):rep(17),
  ["two equal lines"] = ("a"):rep(32), ["three equal lines and a part"] = ("a"):rep(50),
  ["runs between others"] = "x" .. ("\0"):rep(100) .. "y" .. ("\0"):rep(100),
  ["a run across blocks"] = ("\0"):rep(70000) .. "end", ["all bytes"] = noise(5000),
  ["every byte"] = noise(9) .. ("ab"):rep(8):gsub(".", "%0%0") .. ("\x7f\x80\x1f\x20\x7e\xff\xa0"):rep(30),
  ["a run across MiBs"] = "x" .. ("\0"):rep(5 << 20) .. "y", ["a run to the end"] = ("z"):rep(3 << 20),
  ["runs that begin within a line"] = ("ab"):rep(100) .. ("ba"):rep(1 << 20) .. "c",
  ["a line that equals the one before the run"] = ("a"):rep(16) .. ("b"):rep(16) .. ("a"):rep(64) .. ("b"):rep(16),
  ["a part that equals the lines before"] = ("\0"):rep(33),
}

-- Random bytes, of few values so that lines repeat.
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

describe("bytes", function()
  describe(":hexdump", function()
    for label, data in pairs(samples) do
      it("prints what hexdump -C prints: " .. label, function()
        local path = support.write("dump.bin", data)
        local b <close> = assert(suture.open(path, "read"))
        assert.equal(witness(path), b:hexdump())
        assert.equal(witness(path), suture.buffer(data):hexdump(0))
      end)
    end

    it("prints a part of the file with its offsets, also through a view", function()
      local path = support.write("dump.bin", noise(200))
      local b <close> = assert(suture.open(path, "read"))
      assert.equal(witness(path, "-s 37 -n 50"), b:hexdump(37, 50))
      assert.equal(witness(path, "-s 37"), b:hexdump(37))
      assert.equal(witness(path, "-s 37 -n 50"), b:view(30):hexdump(7, 50))
      assert.equal(witness(path, "-s 37 -n 50"), b:view(37, 50):hexdump())
    end)

    it("shows what is pending", function()
      local b = suture.buffer "abc"
      b[1] = 0x42
      assert.matches("|aBc|", b:hexdump(), 1, true)
    end)

    it("prints nothing for no bytes", function()
      assert.equal("", suture.buffer(4):hexdump(4))
      assert.equal("", suture.buffer(4):hexdump(2, 0))
    end)

    it("shows offsets beyond 32 bits whole", function()
      local path = support.write("sparse.bin", "")
      assert.equal(0, (support.run("truncate -s 8G " .. path)))
      local b <close> = assert(suture.open(path, "read"))
      assert.equal(witness(path, "-s 0x1fffffff8"), b:hexdump(0x1fffffff8))
    end)

    it("shows repeated lines when asked not to fold", function()
      local path = support.write("dump.bin", ("a"):rep(50))
      local b <close> = assert(suture.open(path, "read"))
      assert.equal(witness(path, "-v"), b:hexdump(0, #b, { fold = false }))
      assert.equal(witness(path), b:hexdump(0, #b, { fold = true }))
      assert.equal(witness(path), b:hexdump(0, #b, {}))
    end)

    it("raises range outside the object", function()
      local b = suture.buffer(4)
      for _, wrong in ipairs { { 5 }, { -1 }, { 0, 5 }, { 3, 2 }, { 0, -1 }, { 1, math.maxinteger } } do
        raised("range", b.hexdump, b, table.unpack(wrong))
      end
    end)

    it("raises argument for what it does not know, with a suggestion", function()
      local b = suture.buffer(4)
      for _, wrong in ipairs { { "0" }, { 0.5 }, { 0, "4" }, { 0, 4, "fold" }, { 0, 4, { fold = 1 } } } do
        raised("argument", b.hexdump, b, table.unpack(wrong))
      end
      local messages <const> = {
        ["(options must be a table, got number)"] = 1,
        ["(option 'fold' must be a boolean, got number)"] = { fold = 1 },
        ["(option 'mark' must be a boolean, got string)"] = { mark = "yes" },
        ["(option 'colour' must be a boolean, got table)"] = { colour = {} },
        ["(option 'width' must be an integer from 1 to 256, got 0)"] = { width = 0 },
        ["(option 'width' must be an integer from 1 to 256, got 257)"] = { width = 257 },
        ["(option 'width' must be an integer from 1 to 256, got 8.5)"] = { width = 8.5 },
        ["(option 'width' must be an integer from 1 to 256, got string)"] = { width = "16" },
        ["(unknown option 'wdth'; did you mean 'width'?)"] = { wdth = 16 },
        ["(unknown option '1')"] = { "fold" },
      }
      for reason, wrong in pairs(messages) do
        assert.equal("buffer: bad argument #3 to 'hexdump' " .. reason,
          tostring(raised("argument", b.hexdump, b, 0, 4, wrong)))
      end
      assert.matches("'fold'", raised("argument", b.hexdump, b, 0, 4, { fould = true }).message, 1, true)
      raised("argument", b.hexdump, b, nil)
      raised("argument", b.hexdump, b, 0, nil)
    end)

    it("shows lines of another width", function()
      local data <const> = noise(300)
      local b = suture.buffer(data)
      for _, width in ipairs { 1, 2, 7, 8, 9, 15, 17, 24, 32, 255, 256, 16.0 } do
        assert.equal(hexlines.dump(data, 0, { width = math.tointeger(width) }), b:hexdump(0, #b, { width = width }))
      end
    end)

    it("marks what is pending, and nothing without mark", function()
      local b = suture.buffer "0123456789abcdefghij"
      b:write(6, "..")
      b[15] = 0xff
      b[18] = 0
      assert.equal("00000000  30 31 32 33 34 35 2e*2e* 38 39 61 62 63 64 65 ff* |012345..89abcde.|\n"
        .. "00000010  67 68 00*6a                                       |gh.j|\n00000014\n", b:hexdump())
      assert.equal(suture.buffer(b:read(0, #b)):hexdump(), b:hexdump(0, #b, { mark = false }))
      assert.equal(suture.buffer(b:read(0, #b)):hexdump(), b:hexdump(0, #b, { mark = false, colour = true }))
      assert.equal("00000000  30 31 32 33 34 35 \27[1;31m2e 2e\27[0m  38 39 61 62 63 64 65 \27[1;31mff\27[0m"
        .. "  |012345\27[1;31m..\27[0m89abcde\27[1;31m.\27[0m|\n00000010  67 68 \27[1;31m00\27[0m 6a"
        .. (" "):rep(39) .. "|gh\27[1;31m.\27[0mj|\n00000014\n", b:hexdump(0, #b, { colour = true }))
      b:rollback()
      assert.equal(suture.buffer(b:read(0, #b)):hexdump(), b:hexdump())
    end)

    it("never folds a marked line away, nor what comes after it into it", function()
      local data <const> = ("a"):rep(16 * 9)
      local b = suture.buffer(data)
      b[16 * 4 + 3] = 0x62
      local lines = hexlines.line
      local plain = function(off)
        return lines(off, ("a"):rep(16), 16, {})
      end
      assert.equal(plain(0) .. "*\n" .. lines(0x40, "aaab" .. ("a"):rep(12), 16, { [4] = true })
        .. plain(0x50) .. "*\n00000090\n", b:hexdump())
      -- A byte that is as it was is not marked; a line of marked ones is shown although it repeats.
      b[16 * 4 + 3] = 0x61
      assert.equal(plain(0) .. "*\n00000090\n", b:hexdump())
      b:write(16, ("b"):rep(32))
      local marks = { true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true }
      assert.equal(plain(0) .. lines(0x10, ("b"):rep(16), 16, marks) .. lines(0x20, ("b"):rep(16), 16, marks)
        .. plain(0x30) .. "*\n00000090\n", b:hexdump())
    end)

    it("finds a marked byte in a run of many MiB", function()
      local b = suture.buffer(9 << 20)
      b[(5 << 20) + 5] = 1
      b[(5 << 20) + 5 + (3 << 20)] = 2
      local stars <const> = { [6] = true }
      local zeros <const> = ("\0"):rep(16)
      assert.equal(hexlines.line(0, zeros, 16, {}) .. "*\n"
        .. hexlines.line(0x500000, zeros:gsub("^(.....).", "%1\1"), 16, stars)
        .. hexlines.line(0x500010, zeros, 16, {}) .. "*\n"
        .. hexlines.line(0x800000, zeros:gsub("^(.....).", "%1\2"), 16, stars)
        .. hexlines.line(0x800010, zeros, 16, {}) .. "*\n00900000\n", b:hexdump())
    end)

    it("marks what was inserted and grown, not what moved", function()
      local b = suture.buffer(("0123456789abcdef"):rep(3))
      b:insert(4, "xyz")
      b:resize(#b + 2)
      assert.equal(hexlines.dump(b:read(0, #b), 0, { marks = { [4] = true, [5] = true, [6] = true,
        [51] = true, [52] = true } }), b:hexdump())
      b:delete(0, 5)
      assert.equal(hexlines.dump(b:read(0, #b), 0, { marks = { [0] = true, [1] = true, [46] = true, [47] = true } }),
        b:hexdump())
    end)

    local SEED <const> = 20240611
    it(("is what a slow model builds, whatever is pending (seed %d)"):format(SEED), function()
      math.randomseed(SEED)
      local random <const> = math.random
      for round = 1, 150 do
        local size = random(1, 900)
        local path = support.write("model.bin", few(random, size))
        local from = random(0, size // 3)
        local b <close> = assert(suture.open(path, { mode = "copy", offset = from }))
        for _ = 1, random(0, 6) do
          local off = random(0, #b - 1)
          local data = few(random, random(1, #b - off))
          b:write(off, data)
        end
        if from == 0 and random(1, 3) == 1 then
          b:insert(random(0, #b), few(random, random(1, 40)))
          b:delete(random(0, #b - 1), 1)
        end
        local set = {}
        for off, _, new in b:changes() do
          for at = off, off + #new - 1 do
            set[at] = true
          end
        end
        local view = random(0, #b)
        local object = view > 0 and random(1, 2) == 1 and b:view(view) or b
        view = object == b and 0 or view
        local off = random(0, #object)
        local len = random(0, #object - off)
        local options = { width = random(1, 40), fold = random(1, 2) == 1, colour = random(1, 2) == 1 }
        local marks = {}
        for at = 0, len - 1 do
          marks[at] = set[view + off + at]
        end
        assert.equal(hexlines.dump(object:read(off, len), from + view + off,
            { width = options.width, fold = options.fold, colour = options.colour, marks = marks }),
          object:hexdump(off, len, options), "round " .. round)
      end
    end)

    it("passes holes of a file without losing what is pending in them", function()
      local path = support.write("holes.bin", "")
      assert.equal(0, (support.run(("truncate -s 40M %s"):format(path))))
      support.run(("printf x | dd of=%s bs=1 seek=%d conv=notrunc status=none"):format(path, 0x1100007))
      local b <close> = assert(suture.open(path, "copy"))
      for _, off in ipairs { 0x500000, 0x500fff, 0x1200010, 0x27fffff } do
        b[off] = 0x79
      end
      b[0x2000000] = 1
      b[0x2000000] = 0
      local copy = support.path "holes.copy"
      b:save(copy)
      assert.equal(witness(copy), b:hexdump(0, #b, { mark = false }))
      local marked = b:hexdump()
      assert.equal(witness(copy), (marked:gsub("79%*", "79 ")))
      local _, stars = marked:gsub("79%*", "")
      assert.equal(4, stars)
      -- A line that begins at no multiple of the stride.
      assert.equal(witness(copy, "-s 7"), b:hexdump(7, #b - 7, { mark = false }))
      local wide = { mark = false, width = 24 }
      assert.equal(hexlines.dump(b:read(0x4ffff8, 100), 0x4ffff8, wide), b:hexdump(0x4ffff8, 100, wide))
    end)

    it("shows a hole behind repeated lines that are no zeros", function()
      local path = support.write("mixed.bin", ("a"):rep(0x81000))
      assert.equal(0, (support.run("truncate -s 4M " .. path)))
      local b <close> = assert(suture.open(path, "read"))
      assert.equal(witness(path), b:hexdump())
      assert.equal(witness(path, "-s 0xff0"), b:hexdump(0xff0))
    end)

    it("raises truncated where the file has shrunk", function()
      local path = support.write("short.bin", noise(10000))
      local b <close> = assert(suture.open(path, "read"))
      assert.equal(0, (support.run("truncate -s 100 " .. path)))
      assert.equal(path .. ": was truncated from 0x2710 to 0x64 bytes by another process",
        tostring(raised("truncated", b.hexdump, b)))
    end)

    it("raises closed for a closed object", function()
      local b = suture.buffer(4)
      b:close()
      raised("closed", b.hexdump, b)
    end)
  end)
end)
