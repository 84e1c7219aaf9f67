-- advise and sync: what the kernel is told never changes what is read.

local suture = require "suture"
local support = require "spec.support"
local raised = require "spec.support.raised"

local PAGE <const> = 4096
local WORDS <const> = { "normal", "random", "sequential", "willneed", "dontneed", "cold", "pageout", "populate_read",
  "hugepage", "nohugepage" }

local random = math.random

local NOISE <const> = require "spec.support.noise"

local function noise(length)
  local off = random(#NOISE - length)
  return NOISE:sub(off + 1, off + length)
end

local function whole(b)
  return b:read(0, #b)
end

-- How much of the mapping of a file is in memory for this process, in KiB: all of it, and private copies.
local function resident(path)
  local file <close> = assert(io.open "/proc/self/smaps")
  local found, rss, private = false, 0, 0
  for line in file:lines() do
    if line:find "^%x+%-%x+ " then
      found = line:find(path, 1, true) ~= nil
    elseif found then
      rss = rss + (tonumber(line:match "^Rss:%s*(%d+)") or 0)
      private = private + (tonumber(line:match "^Anonymous:%s*(%d+)") or 0)
    end
  end
  return rss, private
end

-- Advice that the kernel of this machine may not take.
local function advise(b, word, ...)
  local ok, err = pcall(b.advise, b, word, ...)
  assert(ok or err.kind == "unsupported" and (word == "hugepage" or word == "nohugepage"), tostring(err))
end

describe("bytes", function()
  before_each(function()
    math.randomseed(23)
  end)

  describe(":advise", function()
    for _, word in ipairs(WORDS) do
      for _, mode in ipairs { "read", "patch", "copy", "shared", "memory" } do
        it(("%s changes no byte in mode %s"):format(word, mode), function()
          local data = noise(10 * PAGE + 77)
          local path = support.write("advice.bin", data)
          local b = mode == "memory" and suture.buffer(data)
            or assert(suture.open(path, { mode = mode, offset = 5 }))
          local now = mode == "memory" and data or data:sub(6)
          if mode ~= "read" then
            for _, off in ipairs { 0, PAGE - 6, PAGE - 5, 5 * PAGE + 9, #b - 3 } do
              b:write(off, "NEW")
              now = now:sub(1, off) .. "NEW" .. now:sub(off + 4)
            end
          end
          advise(b, word)
          assert.equal(now, whole(b))
          for _ = 1, 40 do
            local off = random(0, #b)
            local len = random(0, #b - off)
            advise(b, word, off, len)
            assert.equal(now, whole(b))
          end
          advise(b, word, #b)
          advise(b, word, #b, 0)
          assert.equal(now, whole(b))
          if mode == "patch" then
            b:flush()
            assert.equal(data:sub(1, 5) .. now, support.read(path))
            advise(b, word)
            b:rollback()
            assert.equal(now, whole(b))
          end
          b:close()
        end)
      end

      it(word .. " takes an empty object", function()
        for _, b in ipairs { suture.buffer(0), assert(suture.open(support.write("empty.bin", ""), "read")) } do
          assert.equal(0, select("#", b:advise(word)))
          b:advise(word, 0, 0)
          b:close()
        end
      end)
    end

    it("dontneed lets go of clean pages and of no dirty one", function()
      local data = noise(64 * PAGE)
      local path = support.write("resident.bin", data)
      local b = assert(suture.open(path))
      for _, off in ipairs { 10, 3 * PAGE, 31 * PAGE + 4000 } do
        b:write(off, "dirty" .. data:sub(off + 6, off + 200))
      end
      local now, pending = whole(b), { b:pending() }
      local rss, private = resident(path)
      assert.is_true(rss >= 64 * 4, rss)
      b:advise "dontneed"
      local rss_after, private_after = resident(path)
      assert.is_true(rss_after <= private + 4, rss_after)
      assert.equal(private, private_after)
      assert.equal(now, whole(b))
      assert.same(pending, { b:pending() })
      assert.equal("place", b:flush())
      assert.equal(now, support.read(path))
      b:close()
    end)

    it("dontneed keeps the pages that a range only touches", function()
      local path = support.write("resident.bin", noise(64 * PAGE))
      local b = assert(suture.open(path, "read"))
      b:advise "populate_read"
      local before = resident(path)
      b:advise("dontneed", 1, 2 * PAGE - 2)
      assert.equal(before, (resident(path)))
      b:advise("dontneed", 1, 2 * PAGE - 1)
      assert.equal(before - 4, (resident(path)))
      b:advise("dontneed", 0, 2 * PAGE)
      assert.equal(before - 8, (resident(path)))
      b:close()
    end)

    it("dontneed keeps what was inserted, grown, rolled back and redone", function()
      local data = noise(20 * PAGE + 5)
      local path = support.write("grown.bin", data)
      for _ = 1, 30 do
        local b = assert(suture.open(path))
        local now, saved = data, false
        for _ = 1, 6 do
          local off, text = random(0, #b), noise(random(0, 9000))
          local step = random(5)
          if step == 1 then
            b:insert(off, text)
            now = now:sub(1, off) .. text .. now:sub(off + 1)
          elseif step == 2 then
            local len = random(0, #b - off)
            b:delete(off, len)
            now = now:sub(1, off) .. now:sub(off + len + 1)
          elseif step == 3 then
            b:resize(#b + #text, 0x5a)
            now = now .. ("\x5a"):rep(#text)
          elseif step == 4 then
            off = math.max(0, math.min(off, #b - #text))
            text = text:sub(1, #b - off)
            b:write(off, text)
            now = now:sub(1, off) .. text .. now:sub(off + #text + 1)
          else
            local savepoint, before = b:savepoint(), now
            saved = true
            b:fill(off, #b - off, 7)
            b:advise "dontneed"
            assert.equal(before:sub(1, off) .. ("\7"):rep(#b - off), whole(b))
            b:rollback(savepoint)
          end
          b:advise("dontneed")
          assert(whole(b) == now, "bytes were lost")
        end
        b:rollback()
        b:advise "dontneed"
        assert.equal(data, whole(b))
        if not saved then
          b:redo()
          b:advise "dontneed"
          assert.equal(now, whole(b))
        end
        b:cancel()
      end
    end)

    it("dontneed does not pass for a truncation", function()
      local data = noise(3 * PAGE)
      local path = support.write("canary.bin", data)
      local b = assert(suture.open(path))
      b[0] = data:byte(1) ~ 1
      b:advise "dontneed"
      b:advise("dontneed", 2 * PAGE, PAGE)
      b[#b - 1] = data:byte(-1) ~ 1
      assert.equal("place", b:flush())
      b:close()
    end)

    it("shows what others wrote, as clean pages do", function()
      local path = support.write("others.bin", ("x"):rep(4 * PAGE))
      local b = assert(suture.open(path, "read"))
      assert.equal(("x"):byte(), b[PAGE])
      b:advise "dontneed"
      local file <close> = assert(io.open(path, "r+b"))
      file:seek("set", PAGE)
      file:write("y"):flush()
      assert.equal(("y"):byte(), b[PAGE])
      b:close()
    end)

    it("counts from the view and stays inside it", function()
      local path = support.write("view.bin", noise(16 * PAGE))
      local b = assert(suture.open(path, "read"))
      b:advise "populate_read"
      local before = resident(path)
      local view = b:view(3 * PAGE, 4 * PAGE)
      view:advise("dontneed", PAGE)
      assert.equal(before - 12, (resident(path)))
      raised("range", view.advise, view, "dontneed", 0, 4 * PAGE + 1)
      b:close()
      raised("closed", view.advise, view, "normal")
    end)

    it("raises truncated where the file shrank", function()
      local path = support.write("cut.bin", ("x"):rep(5 * PAGE))
      local b = assert(suture.open(path, "read"))
      support.run("truncate -s 100 " .. path)
      assert.matches("cut.bin: .*truncated", tostring(raised("truncated", b.advise, b, "populate_read")))
      b:close()
    end)

    for word, hint in pairs {
      sequental = "; did you mean 'sequential'?",
      WILLNEED = "",
      ["dont_need"] = "; did you mean 'dontneed'?",
      free = "",
      remove = "",
      hwpoison = "",
      dontfork = "",
      [""] = "",
    } do
      it(("refuses '%s'%s"):format(word, hint), function()
        local b = suture.buffer(9)
        assert.equal(("buffer: bad argument #1 to 'advise' (unknown advice '%s'%s)"):format(word, hint),
          tostring(raised("argument", b.advise, b, word)))
      end)
    end

    it("raises for other arguments", function()
      local b = suture.buffer(9)
      assert.equal("buffer: bad argument #1 to 'advise' (advice must be a string, got nothing)",
        tostring(raised("argument", b.advise, b)))
      assert.equal("buffer: bad argument #1 to 'advise' (advice must be a string, got number)",
        tostring(raised("argument", b.advise, b, 4)))
      assert.equal("buffer: bad argument #1 to 'advise' (advice contains a NUL byte)",
        tostring(raised("argument", b.advise, b, "normal\0")))
      raised("argument", b.advise, b, "normal", nil)
      raised("argument", b.advise, b, "normal", 0, nil)
      raised("argument", b.advise, b, "normal", 0, 9, 1)
      assert.equal("buffer: 0x8: advise of 2 bytes passes the end (size 0x9)",
        tostring(raised("range", b.advise, b, "normal", 8, 2)))
      raised("range", b.advise, b, "normal", 10)
      raised("range", b.advise, b, "normal", math.maxinteger)
      raised("range", b.advise, b, "normal", 1, math.maxinteger)
      raised("range", b.advise, b, "normal", -1)
      b:close()
      raised("closed", b.advise, b, "normal")
    end)
  end)

  describe(":sync", function()
    it("writes any range through, with msync", function()
      local data = noise(3 * PAGE + 9)
      local path = support.write("sync.bin", data)
      local script = support.write("sync.lua", [[
        local b = assert(require "suture".open(arg[1], { mode = "shared", offset = 3 }))
        b:write(PAGE, "shared")
        assert(select("#", b:sync()) == 0)
        b:sync(5000)
        b:sync(4090, 10)
        b:view(100):sync(1, 2)
        b:sync(#b)
        b:sync(0, 0)
        b:close()
      ]])
      script = support.write("sync.lua", (support.read(script):gsub("PAGE", PAGE)))
      local log = support.path "sync.log"
      local status, _, stderr = support.run(("exec strace -qq -o %s -e trace=msync lua5.4 %s %s"):format(log, script,
        path))
      assert.equal("", stderr)
      assert.equal(0, status)
      local calls = {}
      for address, len, flag in support.read(log):gmatch "msync%((%w+), (%d+), ([%u_]+)%) += 0" do
        assert.equal("000", address:sub(-3))
        calls[#calls + 1] = len .. " " .. flag
      end
      assert.same({ "12297 MS_SYNC", ("%d MS_SYNC"):format(12297 - 4096), "4103 MS_SYNC", "106 MS_SYNC" }, calls)
      assert.equal(data:sub(1, PAGE + 3) .. "shared" .. data:sub(PAGE + 10), support.read(path))
    end)

    it("raises io, once, for what the system refuses", function()
      local path = support.write("sync.bin", noise(100))
      local script = support.write("sync.lua", [[
        local b = assert(require "suture".open(arg[1], "shared"))
        local ok, err = pcall(b.sync, b)
        assert(not ok and err.kind == "io" and err.errno == 5)
        print(err)
      ]])
      local _, stdout, stderr = support.run(("exec strace -qq -o /dev/null -e trace=msync -e "
        .. "inject=msync:error=EIO lua5.4 %s %s"):format(script, path))
      assert.equal(path .. ": cannot make the change durable: Input/output error\n", stdout, stderr)
    end)

    it("raises unsupported in other modes", function()
      local path = support.write("sync.bin", noise(100))
      for _, mode in ipairs { "read", "patch", "copy" } do
        local b = assert(suture.open(path, mode))
        assert.equal(path .. ": only shared mode writes straight through: flush instead",
          tostring(raised("unsupported", b.sync, b)))
        raised("unsupported", b.sync, b, 0, 0)
        b:close()
      end
      local b = suture.buffer(9)
      raised("unsupported", b.sync, b)
    end)

    it("raises for ranges that leave the object", function()
      local path = support.write("sync.bin", noise(100))
      local b = assert(suture.open(path, "shared"))
      assert.equal(path .. ": 0x5f: sync of 6 bytes passes the end (size 0x64)",
        tostring(raised("range", b.sync, b, 95, 6)))
      raised("range", b.sync, b, 101)
      raised("range", b.sync, b, -1)
      raised("argument", b.sync, b, nil)
      raised("argument", b.sync, b, 0, nil)
      raised("argument", b.sync, b, 0, 1, 2)
      b:close()
      raised("closed", b.sync, b)
    end)
  end)
end)
