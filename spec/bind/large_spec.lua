-- A file far larger than memory: time and memory follow the change, never the file.

local support = require "spec.support"

local GIB <const> = 1 << 30

-- A process of its own tells its peak memory and the seconds it took; under a sanitizer it takes its own memory too.
local PRELUDE <const> = [[
local suture = require "suture"
local GIB <const> = 1 << 30

local function peak()
  for line in io.lines "/proc/self/status" do
    local kib = line:match "^VmHWM:%s*(%d+) kB"
    if kib then
      return tonumber(kib)
    end
  end
end

local function now()
  local file <close> = io.open "/proc/uptime"
  return file:read "n"
end
]]

local function sparse(name, size)
  local path = support.path(name)
  os.remove(path)
  assert.equal(0, (support.run(("truncate -s %d %s"):format(size, path))))
  return path
end

local function child(source, path)
  local script = support.write("large.lua", PRELUDE .. source)
  local status, stdout, stderr = support.run(("timeout 60 lua5.4 %s %s"):format(script, path))
  assert.equal(0, status, stderr)
  return stdout
end

local function bytes_at(path, off, len)
  local file <close> = assert(io.open(path, "rb"))
  file:seek("set", off)
  return file:read(len)
end

describe("a sparse file of 10 GiB", function()
  it("is patched in 10 places in well under a second, in less than 16 MiB, and stays sparse", function()
    local path = sparse("large.bin", 10 * GIB)
    local stdout = child([[
      local sanitized = os.getenv "LD_PRELOAD" and os.getenv "LD_PRELOAD":find "asan"
      local before, start = peak(), now()
      local b = assert(suture.open(arg[1]))
      assert(#b == 10 * GIB)
      for place = 0, 9 do
        b:write(place * GIB + 4090, "patched!")
      end
      assert(b:pending() == 80)
      assert(select(2, b:pending()) == 10)
      assert(b:flush() == "place")
      b:close()
      local seconds, growth, total = now() - start, peak() - before, peak()
      assert(seconds < 1, "took " .. seconds .. " s")
      assert(growth < 16 * 1024, "grew by " .. growth .. " KiB")
      assert(sanitized or total < 16 * 1024, "took " .. total .. " KiB")
      print "done"
    ]], path)
    assert.equal("done\n", stdout)
    for place = 0, 9 do
      assert.equal("\0patched!\0", bytes_at(path, place * GIB + 4089, 10))
    end
    local _, size = support.run("stat -c '%s %b' " .. path)
    local total, blocks = size:match("^(%d+) (%d+)\n$")
    assert.equal(10 * GIB, tonumber(total))
    assert.is_true(tonumber(blocks) <= 10 * 24, blocks .. " blocks")
  end)

  it("is rolled back without a trace", function()
    local path = sparse("large.bin", 10 * GIB)
    child([[
      local start = now()
      local b <close> = assert(suture.open(arg[1]))
      for place = 0, 9 do
        b:write(place * GIB + 4090, "patched!")
      end
      b:rollback()
      assert(b:read(4090, 8) == ("\0"):rep(8))
      assert(b[9 * GIB + 4090] == 0)
      assert(b:flush() == "unchanged")
      assert(now() - start < 1)
    ]], path)
    local _, blocks = support.run("stat -c '%b' " .. path)
    assert.equal("0\n", blocks)
  end)

  it("is written and read on both sides of 2 and 4 GiB", function()
    local path = sparse("large.bin", 10 * GIB)
    child([[
      local b <close> = assert(suture.open(arg[1]))
      for _, seam in ipairs { 2 * GIB, 4 * GIB, 8 * GIB } do
        b:write(seam - 3, "across")
        assert(b:read(seam - 3, 6) == "across")
        assert(b[seam] == ("o"):byte() and b[seam - 1] == ("r"):byte())
        b:u32be(seam + 14, 0x01020304)
        assert(b:u64be(seam + 10) == 0x01020304)
        assert(b:view(seam - 8, 16):find "across" == 5)
      end
      b[#b - 1] = 0xff
      local ok, err = pcall(b.read, b, #b - 1, 2)
      assert(not ok and err.offset == 10 * GIB - 1)
      local last
      for off in b:changes() do
        last = off
      end
      assert(last == 10 * GIB - 1)
    ]], path)
    for _, seam in ipairs { 2 * GIB, 4 * GIB, 8 * GIB } do
      assert.equal("\0across\0", bytes_at(path, seam - 4, 8))
      assert.equal("\0\1\2\3\4\0", bytes_at(path, seam + 13, 6))
    end
    assert.equal("\0\xff", bytes_at(path, 10 * GIB - 2, 2))
  end)

  it("is searched on both sides of 2 and 4 GiB", function()
    local path = sparse("large.bin", 5 * GIB)
    child([[
      local b <close> = assert(suture.open(arg[1], "copy"))
      for _, seam in ipairs { 2 * GIB, 4 * GIB } do
        for shift = -4, 0 do
          local off = seam + shift
          b:write(off, "seam")
          for _, what in ipairs { "seam", suture.pattern "73 ?? 6? 6d" } do
            local from, to = seam - 5000, seam + 5000
            assert(b:find(what, from, to) == off)
            assert(b:rfind(what, from, to) == off)
            assert(b:unique(what, from, to) == off)
            assert(b:count(what, from, to) == 1)
            assert(b:find(what, off, off + 4) == off)
            assert(not b:find(what, off + 1, to))
            assert(not b:find(what, from, off + 3))
          end
          b:fill(off, 4, 0)
        end
      end
    ]], path)
  end)

  it("is opened through a window beyond 4 GiB", function()
    local path = sparse("large.bin", 5 * GIB)
    child([[
      local b <close> = assert(suture.open(arg[1], { offset = 4 * GIB + 5, length = 100 }))
      assert(#b == 100 and b.offset == 4 * GIB + 5)
      b[0] = 0x41
      local ok, err = pcall(function() return b[100] end)
      assert(not ok and err.offset == 100 and err.file_offset == 4 * GIB + 105)
    ]], path)
    assert.equal("\0A\0", bytes_at(path, 4 * GIB + 4, 3))
  end)
end)
