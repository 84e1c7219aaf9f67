-- What is pending, how it reaches the file, and everything that must keep it from doing so.

local suture = require "suture"
local support = require "spec.support"
local raised = require "spec.support.raised"

local PAGE <const> = 4096

math.randomseed(17)

-- Four pages and a bit, without two equal neighbours.
local DATA <const> = (function()
  local bytes = {}
  for i = 1, 4 * PAGE + 100 do
    bytes[i] = string.char(math.random(0, 127) + i % 2 * 128)
  end
  return table.concat(bytes)
end)()

-- A file of those bytes; every test names its own.
local function fresh(name)
  return support.write(name, DATA), DATA
end

local function replaced(data, off, bytes)
  return data:sub(1, off) .. bytes .. data:sub(off + #bytes + 1)
end

-- What another program does to the file: a write through the page cache.
local function scribble(path, off, bytes)
  local file <close> = assert(io.open(path, "r+b"))
  file:seek("set", off)
  assert(file:write(bytes))
end

local function truncate(path, size)
  assert.equal(0, (support.run(("truncate -s %d %s"):format(size, support.quote(path)))))
end

local function stat(path, format)
  local status, stdout, stderr = support.run(("stat -c '%s' %s"):format(format, support.quote(path)))
  assert.equal(0, status, stderr)
  return (stdout:gsub("\n$", ""))
end

local function flip(byte)
  return byte ~ 0xff
end

-- All changed runs, from the old and the new bytes alone.
local function naive_changes(old, new)
  local runs, off = {}, 1
  while off <= #old do
    local stop = off
    while stop <= #old and old:byte(stop) ~= new:byte(stop) do
      stop = stop + 1
    end
    if stop > off then
      runs[#runs + 1] = { off - 1, old:sub(off, stop - 1), new:sub(off, stop - 1) }
    end
    off = stop + 1
  end
  return runs
end

local function collect(b)
  local runs = {}
  for off, old, new in b:changes() do
    runs[#runs + 1] = { off, old, new }
  end
  return runs
end

local function total(runs)
  local bytes = 0
  for _, run in ipairs(runs) do
    bytes = bytes + #run[2]
  end
  return bytes
end

-- Ends an object however it stands, so that no test leaves a lock or a warning to the next.
local function drop(b)
  pcall(b.rollback, b)
  pcall(b.close, b)
end

describe("bytes", function()
  describe("pending", function()
    it("stays out of the file until it is flushed", function()
      local path, data = fresh("private.bin")
      local b <close> = assert(suture.open(path))
      b[0] = flip(b[0])
      b:write(PAGE - 2, "over the seam")
      b:u32le(#data - 4, 0xdeadbeef)
      assert.equal(data, support.read(path))
      assert.equal("over the seam", b:read(PAGE - 2, 13))
      assert.equal("place", b:flush())
      local expected = replaced(data, 0, string.char(flip(data:byte(1))))
      expected = replaced(expected, PAGE - 2, "over the seam")
      expected = replaced(expected, #data - 4, "\xef\xbe\xad\xde")
      assert.equal(expected, support.read(path))
      assert.equal(expected, b:read(0, #b))
    end)

    it("is seen through neither another object nor another program", function()
      local path, data = fresh("unseen.bin")
      local b <close> = assert(suture.open(path))
      local r <close> = assert(suture.open(path, "read"))
      b[5] = flip(b[5])
      assert.equal(data:byte(6), r[5])
      b:flush()
      assert.equal(flip(data:byte(6)), r[5])
    end)
  end)

  describe(":pending", function()
    it("is false while nothing is", function()
      local b <close> = assert(suture.open((fresh("false.bin"))))
      assert.is_false((b:pending()))
      assert.equal(0, #collect(b))
    end)

    it("counts changed bytes and runs", function()
      local b <close> = assert(suture.open((fresh("count.bin"))))
      b[0], b[1], b[3] = flip(b[0]), flip(b[1]), flip(b[3])
      local bytes, runs = b:pending()
      assert.equal(3, bytes)
      assert.equal(2, runs)
      b:rollback()
    end)

    it("is false after the same value was written", function()
      local path, data = fresh("same.bin")
      local b <close> = assert(suture.open(path))
      b[0] = b[0]
      b:write(PAGE - 10, data:sub(PAGE - 9, PAGE + 10))
      assert.is_false((b:pending()))
    end)

    it("is false after a change was written back", function()
      local b <close> = assert(suture.open((fresh("back.bin"))))
      local byte = b[7]
      b[7] = flip(byte)
      b[7] = byte
      assert.is_false((b:pending()))
      assert.equal(0, #collect(b))
    end)

    it("is false after a flush and after a rollback", function()
      local b <close> = assert(suture.open((fresh("after.bin"))))
      b[7] = flip(b[7])
      b:flush()
      assert.is_false((b:pending()))
      b[7] = flip(b[7])
      assert.equal(1, (b:pending()))
      b:rollback()
      assert.is_false((b:pending()))
    end)

    it("counts for buffers against what they were made with", function()
      local b = suture.buffer("abc")
      b[1] = 0
      assert.equal(1, (b:pending()))
      assert.same({ { 1, "b", "\0" } }, collect(b))
      b:rollback()
      assert.equal("abc", b:read(0, 3))
    end)
  end)

  describe(":changes", function()
    it("gives each changed run, exact to the byte, in order", function()
      local path, data = fresh("exact.bin")
      local b <close> = assert(suture.open(path))
      for _ = 1, 40 do
        local off = math.random(0, #data - 30)
        local piece = data:sub(off + 1, off + math.random(30)):gsub(".", function(c)
          return math.random(4) == 1 and c or string.char(math.random(0, 255))
        end)
        b:write(off, piece)
      end
      local expected = naive_changes(data, b:read(0, #b))
      assert.same(expected, collect(b))
      local bytes, runs = b:pending()
      assert.equal(total(expected), bytes)
      assert.equal(#expected, runs)
      b:rollback()
      assert.equal(data, b:read(0, #b))
    end)

    it("gives one run where it crosses the seam of two pages", function()
      local path, data = fresh("seam.bin")
      local b <close> = assert(suture.open(path))
      local new = data:sub(PAGE - 1, PAGE + 2):gsub(".", function(c) return string.char(flip(c:byte())) end)
      b:write(PAGE - 2, new)
      assert.same({ { PAGE - 2, data:sub(PAGE - 1, PAGE + 2), new } }, collect(b))
      local _, runs = b:pending()
      assert.equal(1, runs)
      b:rollback()
    end)

    it("gives one run over whole pages, the first and the last byte with them", function()
      local path = support.write("zeros.bin", ("\0"):rep(3 * PAGE + 5))
      local b <close> = assert(suture.open(path))
      b:fill(0, #b, 1)
      local runs = collect(b)
      assert.equal(1, #runs)
      assert.equal(0, runs[1][1])
      assert.equal(("\1"):rep(3 * PAGE + 5), runs[1][3])
      b:rollback()
    end)

    it("counts offsets from the start of a window", function()
      local path, data = fresh("window.bin")
      local b <close> = assert(suture.open(path, { offset = PAGE + 3, length = PAGE }))
      b[0] = flip(b[0])
      b[PAGE - 1] = flip(b[PAGE - 1])
      local runs = collect(b)
      assert.equal(0, runs[1][1])
      assert.equal(PAGE - 1, runs[2][1])
      b:flush()
      local expected = replaced(data, PAGE + 3, string.char(flip(data:byte(PAGE + 4))))
      expected = replaced(expected, 2 * PAGE + 2, string.char(flip(data:byte(2 * PAGE + 3))))
      assert.equal(expected, support.read(path))
    end)
  end)

  describe(":changes", function()
    it("ends or raises, and does not die, when the loop rolls back, writes or closes", function()
      for _, act in ipairs {
        function(b) b:rollback() end,
        function(b) b:fill(0, #b, 7) end,
        function(b) b:rollback() b:close() end,
      } do
        local b = assert(suture.open((fresh("loop.bin")), "copy"))
        for off = 0, #b - 1, 500 do
          b[off] = flip(b[off])
        end
        local rounds = 0
        pcall(function()
          for _ in b:changes() do
            rounds = rounds + 1
            act(b)
          end
        end)
        assert.is_true(rounds >= 1 and rounds < 100)
        drop(b)
      end
    end)
  end)

  describe(":rollback", function()
    it("brings back every byte", function()
      local path, data = fresh("rollback.bin")
      local b <close> = assert(suture.open(path))
      b:fill(0, #b, 0xaa)
      b:rollback()
      assert.equal(data, b:read(0, #b))
      assert.equal("unchanged", b:flush())
      assert.equal(data, support.read(path))
    end)

    it("goes back to what was flushed last", function()
      local path, data = fresh("twice.bin")
      local b <close> = assert(suture.open(path))
      b:write(10, "first")
      b:flush()
      b:write(12, "second")
      b:rollback()
      assert.equal(replaced(data, 10, "first"), b:read(0, #b))
    end)

    it("raises for an explicit nil and rolls nothing back", function()
      local b <close> = assert(suture.open((fresh("nil.bin"))))
      b[0] = flip(b[0])
      raised("argument", b.rollback, b, nil)
      assert.equal(1, (b:pending()))
      b:rollback()
    end)

    it("does nothing where nothing is pending", function()
      local b <close> = assert(suture.open((fresh("nothing.bin"))))
      b:rollback()
      b:rollback()
    end)
  end)

  describe(":flush", function()
    it("touches nothing without a change: same inode, same mtime", function()
      local path = fresh("untouched.bin")
      support.run("touch -d '2001-02-03 04:05:06' " .. support.quote(path))
      local before = stat(path, "%i %y %z %b")
      do
        local b <close> = assert(suture.open(path))
        assert.equal("unchanged", b:flush())
        b[0] = b[0]
        assert.equal("unchanged", b:flush())
      end
      assert.equal(before, stat(path, "%i %y %z %b"))
    end)

    it("changes in place: same inode, links, mode and size", function()
      local path = fresh("inplace.bin")
      local link = support.path("inplace.link")
      support.run(("rm -f %s; ln %s %s; chmod 640 %s"):format(link, path, link, path))
      local before = stat(path, "%i %h %a %s %u %g")
      local b <close> = assert(suture.open(path))
      b[0] = flip(b[0])
      assert.equal("place", b:flush())
      assert.equal(before, stat(path, "%i %h %a %s %u %g"))
      assert.equal(support.read(path), support.read(link))
    end)

    it("leaves no other file in the folder", function()
      local folder = support.path("alone")
      support.run("mkdir -p " .. folder)
      local path = support.write(folder .. "/target.bin", "abcdef")
      do
        local b <close> = assert(suture.open(path))
        b[0] = 0x41
        b:flush()
        b[1] = 0x42
      end
      local _, stdout = support.run("ls -A " .. folder)
      assert.equal("target.bin\n", stdout)
    end)

    it("writes the changed ranges only", function()
      local path, data = fresh("ranges.bin")
      local b <close> = assert(suture.open(path))
      b[PAGE] = flip(b[PAGE])
      scribble(path, 3 * PAGE, "not ours")
      assert.equal("place", b:flush())
      local expected = replaced(data, PAGE, string.char(flip(data:byte(PAGE + 1))))
      assert.equal(replaced(expected, 3 * PAGE, "not ours"), support.read(path))
    end)

    it("keeps a sparse file sparse", function()
      local path = support.path("sparse.bin")
      os.remove(path)
      truncate(path, 16 * 1024 * 1024)
      assert.equal("0", stat(path, "%b"))
      local b <close> = assert(suture.open(path))
      b:write(5 * 1024 * 1024 + 1, "here")
      b[3] = b[3]
      b:fill(1024, 1024 * 1024, 0)
      b:flush()
      assert.is_true(tonumber(stat(path, "%b")) <= 16)
      assert.equal(16 * 1024 * 1024, tonumber(stat(path, "%s")))
    end)

    it("writes first and last byte", function()
      local path, data = fresh("ends.bin")
      local b <close> = assert(suture.open(path))
      b[0], b[#b - 1] = flip(b[0]), flip(b[#b - 1])
      b:flush()
      local new = string.char(flip(data:byte(1))) .. data:sub(2, -2) .. string.char(flip(data:byte(-1)))
      assert.equal(new, support.read(path))
    end)

    it("goes on afterwards: write, flush, write, flush", function()
      local path, data = fresh("again.bin")
      local b <close> = assert(suture.open(path))
      for round = 1, 4 do
        local piece = ("round %d"):format(round)
        b:write(round * 1000, piece)
        data = replaced(data, round * 1000, piece)
        assert.equal("place", b:flush())
        assert.equal(data, support.read(path))
        assert.equal("unchanged", b:flush())
      end
    end)

    it("takes what it wrote as the file's own from then on", function()
      local path, data = fresh("own.bin")
      local b <close> = assert(suture.open(path))
      b:write(10, "first")
      b:flush()
      scribble(path, 20, "theirs")
      assert.equal("theirs", b:read(20, 6))
      b:write(30, "second")
      assert.equal("place", b:flush())
      data = replaced(replaced(replaced(data, 10, "first"), 20, "theirs"), 30, "second")
      assert.equal(data, support.read(path))
    end)

    it("shows what others write to any page afterwards", function()
      local path, data = fresh("others.bin")
      local b <close> = assert(suture.open(path))
      for _, off in ipairs { 0, 2 * PAGE, #data - 1 } do
        b[off] = flip(b[off])
      end
      b:flush()
      for off = 0, #data - 1, PAGE do
        scribble(path, off + 50, "theirs")
        assert.equal("theirs", b:read(off + 50, 6), "page at " .. off)
      end
    end)

    it("does nothing on an empty file", function()
      local path = support.write("empty.bin", "")
      local b <close> = assert(suture.open(path))
      assert.equal("unchanged", b:flush())
      assert.is_false((b:pending()))
      assert.equal("", support.read(path))
    end)

    it("raises unsupported in copy mode, and the file stays", function()
      local path, data = fresh("copy.bin")
      local b <close> = assert(suture.open(path, "copy"))
      b[0] = flip(b[0])
      local err = raised("unsupported", b.flush, b)
      assert.matches("copy.bin", tostring(err), 1, true)
      assert.equal(data, support.read(path))
    end)

    it("raises unsupported for a buffer", function()
      local b = suture.buffer("abc")
      b[0] = 0
      raised("unsupported", b.flush, b)
    end)

    it("flushes a part: the rest stays pending", function()
      local path, data = fresh("part.bin")
      local b <close> = assert(suture.open(path))
      b:write(100, "first")
      b:write(PAGE + 100, "second")
      b:write(PAGE + 200, "third")
      assert.equal("unchanged", b:flush { offset = 0, length = 100 })
      assert.equal("place", b:flush { offset = 103, length = PAGE })
      local expected = replaced(replaced(data, 103, "st"), PAGE + 100, "sec")
      assert.equal(expected, support.read(path))
      local runs = collect(b)
      assert.equal(3, #runs)
      assert.equal(100, runs[1][1])
      assert.equal("fir", runs[1][3])
      assert.equal(PAGE + 103, runs[2][1])
      assert.equal("place", b:flush { offset = PAGE + 103 })
      assert.equal(3, (b:pending()))
      b:rollback()
      expected = replaced(replaced(expected, PAGE + 103, "ond"), PAGE + 200, "third")
      assert.equal(expected, b:read(0, #b))
      assert.equal(expected, support.read(path))
    end)

    it("keeps guards for what is still pending after a part", function()
      local path, data = fresh("partguard.bin")
      local b = assert(suture.open(path))
      b:expect(3 * PAGE, data:sub(3 * PAGE + 1, 3 * PAGE + 4))
      b[0], b[PAGE] = flip(b[0]), flip(b[PAGE])
      assert.equal("place", b:flush { offset = 0, length = 1 })
      scribble(path, 3 * PAGE, string.char(flip(data:byte(3 * PAGE + 1))))
      raised("changed", b.flush, b)
      drop(b)
    end)

    it("raises for a part that leaves the bytes, and for bad bounds", function()
      local path, data = fresh("partial.bin")
      local b <close> = assert(suture.open(path))
      b[0] = flip(b[0])
      raised("range", b.flush, b, { offset = #data + 1 })
      raised("range", b.flush, b, { offset = 1, length = #data })
      raised("range", b.flush, b, { offset = -1 })
      raised("range", b.flush, b, { length = -1 })
      raised("range", b.flush, b, { offset = 1, length = math.maxinteger })
      raised("argument", b.flush, b, { offset = "0" })
      raised("argument", b.flush, b, { offset = 0.5 })
      raised("argument", b.flush, b, nil)
      assert.equal(data, support.read(path))
      b:rollback()
    end)

    it("raises for an option it does not know", function()
      local b <close> = assert(suture.open((fresh("option.bin"))))
      b[0] = flip(b[0])
      raised("argument", b.flush, b, { offst = 0 })
      raised("argument", b.flush, b, 7)
      assert.equal(1, (b:pending()))
      b:rollback()
    end)

    it("keeps the set-id bits that a write by a user clears", function()
      local folder = support.path("setid")
      local q = support.quote
      local path = folder .. "/setid.bin"
      support.run(("mkdir -p %s && chmod 755 %s %s"):format(folder, q(support.tempdir()), folder))
      support.write(path, "#!/bin/false")
      local status, _, stderr = support.run(([[
        cp -f %s %s/suture && chmod 755 %s/suture && chown $(id -u nobody) %s && chmod 6755 %s && cd / &&
        if [ $(id -u) = 0 ]; then set -- setpriv --reuid=nobody --clear-groups; else set --; fi
        mkdir -m 777 %s/state && SUTURE_STATE=%s/state/own "$@" %s/suture \
          -e 'local b <close> = assert(require "suture".open(arg[1])); b[2] = 0x2e' /dev/null %s]]):format(
        support.suture, folder, folder, path, path, folder, folder, folder, path))
      assert.equal(0, status, stderr)
      assert.equal("#!.bin/false", support.read(path))
      assert.equal("6755", stat(path, "%a"))
    end)

    it("raises io on a full disk, and the file stays", function()
      local folder, image = support.path("full"), support.path("full.img")
      local status = support.run(([[
        mkdir -p %s && truncate -s 256K %s && /sbin/mke2fs -q %s && mount -o loop %s %s]]):format(
        folder, image, image, image, folder))
      if status ~= 0 then
        return pending "needs root and a loop device for a small file system"
      end
      local b
      local ok, problem = pcall(function()
        local path = folder .. "/sparse.bin"
        truncate(path, 128 * 1024)
        -- Twice: what the first one reserved ahead is free again when it ends.
        support.run(("for i in 1 2; do cat /dev/zero > %s/ballast.$i; done"):format(folder))
        b = assert(suture.open(path))
        for off = 0, #b - 1, 1024 do
          b[off] = 1
        end
        local err = raised("io", b.flush, b)
        assert.matches("sparse.bin", tostring(err), 1, true)
        assert.equal(28, err.errno)
        assert.equal(128, (b:pending()))
        drop(b)
        assert.equal(("\0"):rep(128 * 1024), support.read(path))
      end)
      if b then
        drop(b)
      end
      support.run("umount " .. folder)
      assert.is_true(ok, tostring(problem))
    end)

    it("raises io where the limit of the file size cuts a write, and the file stays", function()
      local path, data = fresh("limit.bin")
      local script = support.write("limit.lua", [[
        local suture = require "suture"
        local b = assert(suture.open(arg[1]))
        b[0] = b[0] ~ 0xff
        b:fill(2 * 4096 - 100, 200, b[2 * 4096] ~ 0xff)
        local ok, err = pcall(b.flush, b)
        print(ok, err.kind, (b:pending()))
        b:rollback()
        b:close()
      ]])
      local status, stdout, stderr = support.run(
        ("ulimit -f 8 && exec lua5.4 %s %s"):format(script, support.quote(path)))
      assert.equal(0, status, stderr)
      assert.matches("^false\tio\t%d+\n$", stdout)
      assert.equal(data, support.read(path))
    end)
  end)

  -- Each of these is a way in which the file moved on. The flush must raise and write nothing.
  describe(":flush after another program", function()
    it("wrote our byte raises changed, and all is still pending", function()
      local path, data = fresh("ours.bin")
      local b = assert(suture.open(path))
      b[PAGE + 7] = flip(b[PAGE + 7])
      b[0] = flip(b[0])
      local theirs = string.char(data:byte(PAGE + 8) ~ 0x0f)
      scribble(path, PAGE + 7, theirs)
      local err = raised("changed", b.flush, b)
      assert.matches("ours.bin: 0x1007: ", tostring(err), 1, true)
      assert.equal(2, (b:pending()))
      drop(b)
      assert.equal(replaced(data, PAGE + 7, theirs), support.read(path))
    end)

    it("wrote elsewhere in a page of ours raises changed", function()
      local path, data = fresh("near.bin")
      local b = assert(suture.open(path))
      b[PAGE + 7] = flip(b[PAGE + 7])
      local theirs = string.char(flip(data:byte(PAGE + 901)))
      scribble(path, PAGE + 900, theirs)
      raised("changed", b.flush, b)
      drop(b)
      assert.equal(replaced(data, PAGE + 900, theirs), support.read(path))
    end)

    for name, off in pairs { ["first"] = 0, ["middle"] = 2 * PAGE, ["last"] = 4 * PAGE } do
      it("wrote to the " .. name .. " page can be rolled back and done again on top", function()
        local path, data = fresh("retry.bin")
        local b <close> = assert(suture.open(path))
        b[off + 7] = flip(b[off + 7])
        scribble(path, off + 50, "theirs")
        raised("changed", b.flush, b)
        b:rollback()
        assert.equal("theirs", b:read(off + 50, 6))
        b[off + 7] = flip(b[off + 7])
        assert.equal("place", b:flush())
        local expected = replaced(data, off + 7, string.char(flip(data:byte(off + 8))))
        assert.equal(replaced(expected, off + 50, "theirs"), support.read(path))
      end)
    end

    it("wrote and took it back goes through", function()
      local path, data = fresh("regret.bin")
      local b <close> = assert(suture.open(path))
      b[7] = flip(b[7])
      scribble(path, 100, string.char(flip(data:byte(101))))
      raised("changed", b.flush, b)
      scribble(path, 100, data:sub(101, 101))
      assert.equal("place", b:flush())
      assert.equal(replaced(data, 7, string.char(flip(data:byte(8)))), support.read(path))
    end)

    for name, guard in pairs {
      expect = function(b, bytes) b:expect(3 * PAGE + 5, bytes) end,
      ["expect with a pattern"] = function(b)
        b:expect(3 * PAGE + 5, suture.pattern(("%02x ?? ??"):format(b[3 * PAGE + 5])))
      end,
      unique = function(b, bytes) b:unique(bytes) end,
      patch = function(b, bytes) b:patch(3 * PAGE + 5, "other by", bytes) end,
    } do
      it("wrote into what " .. name .. " accepted raises changed", function()
        local path, data = fresh("guard.bin")
        local b = assert(suture.open(path))
        guard(b, data:sub(3 * PAGE + 6, 3 * PAGE + 13))
        b[0] = flip(b[0])
        local theirs = string.char(flip(data:byte(3 * PAGE + 6)))
        scribble(path, 3 * PAGE + 5, theirs)
        raised("changed", b.flush, b)
        drop(b)
        assert.equal(replaced(data, 3 * PAGE + 5, theirs), support.read(path))
      end)
    end

    it("left the guarded bytes alone goes through", function()
      local path, data = fresh("content.bin")
      local b <close> = assert(suture.open(path))
      b:expect(3 * PAGE, data:sub(3 * PAGE + 1, 3 * PAGE + 8))
      assert.is_true(b:patch(100, data:sub(101, 104), "NEW!"))
      assert.equal("place", b:flush())
      assert.equal(replaced(data, 100, "NEW!"), support.read(path))
    end)

    it("let the file grow raises changed", function()
      local path, data = fresh("grown.bin")
      local b = assert(suture.open(path))
      b[0] = flip(b[0])
      scribble(path, #data, "more")
      raised("changed", b.flush, b)
      assert.equal(1, (b:pending()))
      drop(b)
      assert.equal(data .. "more", support.read(path))
    end)

    for name, size in pairs {
      ["to nothing"] = 0,
      ["to a page"] = PAGE,
      ["by one byte"] = 4 * PAGE + 99,
    } do
      it("truncated the file " .. name .. " raises truncated", function()
        local path, data = fresh("cut.bin")
        local b = assert(suture.open(path))
        b[2 * PAGE] = flip(b[2 * PAGE])
        b[0] = flip(b[0])
        truncate(path, size)
        local err = raised("truncated", b.flush, b)
        assert.matches("cut.bin", tostring(err), 1, true)
        drop(b)
        assert.equal(data:sub(1, size), support.read(path))
      end)
    end

    it("truncated the file and wrote the same bytes again loses nothing in silence", function()
      -- The kernel threw our page away with the truncation. It reads like its pre-image now.
      local path, data = fresh("regrown.bin")
      local b = assert(suture.open(path))
      b[0] = flip(b[0])
      support.write(path, data)
      local ok, way = pcall(b.flush, b)
      drop(b)
      if ok then
        assert.equal("place", way)
        assert.equal(replaced(data, 0, string.char(flip(data:byte(1)))), support.read(path))
      else
        assert.is_true(way.kind == "changed" or way.kind == "truncated", tostring(way))
        assert.equal(data, support.read(path))
      end
    end)

    it("replaced the file raises changed and touches neither file", function()
      local path, data = fresh("replaced.bin")
      local old = support.path("replaced.old")
      support.run(("ln -f %s %s"):format(path, old))
      local b = assert(suture.open(path))
      b[0] = flip(b[0])
      support.write("replaced.new", data)
      assert(os.rename(support.path("replaced.new"), path))
      raised("changed", b.flush, b)
      assert.equal(1, (b:pending()))
      drop(b)
      assert.equal(data, support.read(path))
      assert.equal(data, support.read(old))
    end)

    it("removed the file raises changed and makes no new one", function()
      local path, data = fresh("removed.bin")
      local old = support.path("removed.old")
      support.run(("ln -f %s %s"):format(path, old))
      local b = assert(suture.open(path))
      b[0] = flip(b[0])
      assert(os.remove(path))
      raised("changed", b.flush, b)
      drop(b)
      assert.is_nil((io.open(path)))
      assert.equal(data, support.read(old))
    end)

    it("put a symbolic link to another file in its place raises changed", function()
      local path, data = fresh("linked.bin")
      local other, other_data = fresh("linked.other")
      local b = assert(suture.open(path))
      b[0] = flip(b[0])
      support.run(("mv %s %s.old && ln -s linked.other %s"):format(path, path, path))
      raised("changed", b.flush, b)
      drop(b)
      assert.equal(other_data, support.read(other))
      assert.equal(data, support.read(path .. ".old"))
    end)
  end)

  describe("use after the file shrank", function()
    for _, mode in ipairs { "read", "patch", "copy", "shared" } do
      it("raises truncated in mode " .. mode .. ", and nobody dies", function()
        local path = fresh("shrink.bin")
        local b = assert(suture.open(path, mode))
        assert.is_number(b[0] + b[4 * PAGE])
        truncate(path, 0)
        local err = raised("truncated", b.read, b, 0, 16)
        assert.matches("shrink.bin", tostring(err), 1, true)
        raised("truncated", function() return b[0] end)
        raised("truncated", b.read, b, 0, #b)
        raised("truncated", b.u32le, b, 2 * PAGE)
        raised("truncated", b.find, b, "never in there")
        raised("truncated", function()
          for _ in b:each() do
            assert(true)
          end
        end)
        if mode ~= "read" then
          raised("truncated", function() b[0] = 1 end)
          raised("truncated", b.write, b, PAGE - 2, "over the seam")
          raised("truncated", b.fill, b, 0, 4 * PAGE, 0)
        end
        drop(b)
        assert.equal("", support.read(path))
      end)
    end

    it("raises truncated beyond a page that is left", function()
      local path = fresh("page.bin")
      local b = assert(suture.open(path, "read"))
      truncate(path, PAGE)
      raised("truncated", b.read, b, PAGE, 1)
      raised("truncated", b.read, b, PAGE - 1, 2)
      raised("truncated", function() return b[3 * PAGE] end)
      drop(b)
    end)

    it("raises truncated inside the last page, which the kernel fills with zeros", function()
      local path = fresh("inside.bin")
      local b = assert(suture.open(path, "read"))
      truncate(path, 4 * PAGE + 50)
      raised("truncated", b.read, b, 4 * PAGE + 40, 20)
      drop(b)
    end)

    it("raises truncated in views", function()
      local path = fresh("view.bin")
      local b = assert(suture.open(path, "read"))
      local v = b:view(PAGE, PAGE)
      truncate(path, 0)
      raised("truncated", v.read, v, 0, 16)
      raised("truncated", function() return v[5] end)
      drop(b)
    end)

    it("never flushes what is left, not even after the file grew again", function()
      local path, data = fresh("damaged.bin")
      local b = assert(suture.open(path))
      b[0] = flip(b[0])
      b[3 * PAGE] = flip(b[3 * PAGE])
      truncate(path, PAGE)
      raised("truncated", b.read, b, 2 * PAGE, 16)
      truncate(path, #data)
      raised(false, b.flush, b)
      drop(b)
      assert.equal(data:sub(1, PAGE) .. ("\0"):rep(#data - PAGE), support.read(path))
    end)

    it("can still be rolled back and closed, and gives the lock back", function()
      local path = fresh("letgo.bin")
      local b = assert(suture.open(path))
      b[3 * PAGE] = flip(b[3 * PAGE])
      truncate(path, 0)
      raised("truncated", b.read, b, 0, 16)
      b:rollback()
      assert.is_false(pcall(b.read, b, 0, 16))
      b:close()
      local c <close> = assert(suture.open(path))
      assert.equal(0, #c)
    end)

    it("leaves other objects alone", function()
      local path = fresh("one.bin")
      local other, data = fresh("other.bin")
      local a = assert(suture.open(path, "read"))
      local b <close> = assert(suture.open(other))
      truncate(path, 0)
      raised("truncated", a.read, a, 0, 1)
      b[0] = flip(b[0])
      assert.equal("place", b:flush())
      assert.equal(replaced(data, 0, string.char(flip(data:byte(1)))), support.read(other))
      drop(a)
    end)
  end)

  describe("lock", function()
    it("refuses a second patcher at once", function()
      local path = fresh("locked.bin")
      local b <close> = assert(suture.open(path))
      local second, err, errno = suture.open(path)
      assert.is_nil(second)
      assert.equal("locked", err.kind)
      assert.matches("locked.bin", tostring(err), 1, true)
      assert.equal("integer", math.type(errno))
      assert.equal("patch", b.mode)
    end)

    it("refuses a second patcher in another process", function()
      local path = fresh("process.bin")
      local b = assert(suture.open(path))
      local script = support.write("second.lua", [[
        local b, err = require "suture".open(arg[1])
        print(b and "open" or err.kind)
      ]])
      local command = ("timeout 20 lua5.4 %s %s"):format(script, path)
      local _, stdout = support.run(command)
      assert.equal("locked\n", stdout)
      b:close()
      _, stdout = support.run(command)
      assert.equal("open\n", stdout)
    end)

    it("refuses shared mode beside a patcher and a patcher beside shared mode", function()
      local path = fresh("mixed.bin")
      local b = assert(suture.open(path))
      local second, err = suture.open(path, "shared")
      assert.is_nil(second)
      assert.equal("locked", err.kind)
      b:close()
      local s <close> = assert(suture.open(path, "shared"))
      local t <close> = assert(suture.open(path, "shared"))
      second, err = suture.open(path)
      assert.is_nil(second)
      assert.equal("locked", err.kind)
      assert.equal(#s, #t)
    end)

    it("lets readers and copies in", function()
      local path = fresh("readers.bin")
      local b <close> = assert(suture.open(path))
      local r <close> = assert(suture.open(path, "read"))
      local c <close> = assert(suture.open(path, "copy"))
      assert.equal(b[9], r[9])
      assert.equal(b[9], c[9])
    end)

    it("is held through flushes and rollbacks", function()
      local path = fresh("held.bin")
      local b <close> = assert(suture.open(path))
      b[0] = flip(b[0])
      b:flush()
      assert.is_nil((suture.open(path)))
      b[0] = flip(b[0])
      b:rollback()
      assert.is_nil((suture.open(path)))
    end)

    it("is not lost when a reader of the same file is closed", function()
      local path = fresh("reader.bin")
      local b <close> = assert(suture.open(path))
      local r = assert(suture.open(path, "read"))
      r:close()
      local _, second_kind = suture.open(path)
      assert.equal("locked", second_kind.kind)
      assert.is_false((b:pending()))
    end)
  end)

  describe("mode copy", function()
    it("writes for itself alone and drops it in silence", function()
      local path, data = fresh("mine.bin")
      do
        local b <close> = assert(suture.open(path, "copy"))
        b:write(0, "mine")
        assert.equal("mine", b:read(0, 4))
        assert.equal(data, support.read(path))
        b:rollback()
        assert.equal(data:sub(1, 4), b:read(0, 4))
        b:write(0, "mine")
      end
      assert.equal(data, support.read(path))
    end)
  end)

  describe("mode shared", function()
    it("writes straight through, both ways", function()
      local path, data = fresh("shared.bin")
      local b <close> = assert(suture.open(path, "shared"))
      b:write(PAGE - 2, "through")
      assert.equal(replaced(data, PAGE - 2, "through"), support.read(path))
      scribble(path, 9, "theirs")
      assert.equal("theirs", b:read(9, 6))
    end)

    it("never has anything pending and cannot roll back", function()
      local path, data = fresh("never.bin")
      local b <close> = assert(suture.open(path, "shared"))
      b[0] = flip(b[0])
      assert.is_false((b:pending()))
      assert.equal(0, #collect(b))
      raised("unsupported", b.rollback, b)
      b:flush()
      assert.equal(flip(data:byte(1)), support.read(path):byte())
    end)

    it("closes and leaves its block without a word, an error or not", function()
      local path, data = fresh("word.bin")
      pcall(function()
        local b <close> = assert(suture.open(path, "shared"))
        b[0] = flip(b[0])
        error "leave"
      end)
      assert.equal(flip(data:byte(1)), support.read(path):byte())
    end)
  end)

  describe(":save", function()
    it("writes the object as it reads now to another file", function()
      local path, data = fresh("save.bin")
      local out = support.path("save.out")
      os.remove(out)
      local b <close> = assert(suture.open(path))
      b:write(PAGE - 2, "pending")
      b:save(out)
      assert.equal(replaced(data, PAGE - 2, "pending"), support.read(out))
      assert.equal(data, support.read(path))
      assert.equal(b:read(PAGE - 2, 7), "pending")
      b:rollback()
    end)

    it("replaces a file that is there", function()
      local b = suture.buffer("new content")
      local out = support.write("there.out", "old content that is longer")
      b:save(out)
      assert.equal("new content", support.read(out))
    end)

    it("saves empty objects and views", function()
      local out = support.path("view.out")
      suture.buffer(""):save(out)
      assert.equal("", support.read(out))
      suture.buffer("abcdef"):view(2, 3):save(out)
      assert.equal("cde", support.read(out))
    end)

    it("raises io where it cannot write, and leaves nothing behind", function()
      local b = suture.buffer("abc")
      raised("io", b.save, b, support.write("no folder", "") .. "/out")
      local err = raised("io", b.save, b, support.path("no such folder/out"))
      assert.matches("no such folder", tostring(err), 1, true)
      raised(false, b.save, b, support.tempdir())
      raised("argument", b.save, b)
      raised("argument", b.save, b, nil)
    end)
  end)
end)
