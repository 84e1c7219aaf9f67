-- Back to a savepoint and forward again.

local suture = require "suture"
local support = require "spec.support"
local raised = require "spec.support.raised"

local PAGE <const> = 4096
local DATA <const> = ("0123456789abcdef"):rep(3 * PAGE // 16) .. "tail"

local function fresh(name)
  return support.write(name, DATA)
end

-- What another program does to the file.
local function scribble(path, off, bytes)
  local file <close> = assert(io.open(path, "r+b"))
  file:seek("set", off)
  assert(file:write(bytes))
end

local function all(b)
  return b:read(0, #b)
end

-- Whether the object holds that byte and no other.
local function is_all(b, byte)
  return all(b) == byte:rep(#b)
end

-- What a body of code leaves in a buffer of "....", which it gets.
local function after(body)
  local b <close> = suture.buffer("....")
  body(b)
  return all(b)
end

-- A number of bytes from what the system tells about this process.
local function status(field)
  for line in io.lines("/proc/self/status") do
    local kilobytes = line:match("^" .. field .. ":%s*(%d+) kB")
    if kilobytes then
      return tonumber(kilobytes) * 1024
    end
  end
end

-- A sanitizer, which is known by its terabytes of shadow memory, keeps what is freed for a while.
local tells_memory = status("VmSize") < 1 << 40

-- Runs a body of code, which may leave no more than so many bytes behind.
local function costs_at_most(bytes, body)
  local before = status("RssAnon")
  body()
  local cost = status("RssAnon") - before
  assert(not tells_memory or cost <= bytes, ("%d bytes instead of %d"):format(cost, bytes))
end

describe("bytes", function()
  for _, mode in ipairs { "patch", "copy", "memory" } do
    describe("savepoints in mode " .. mode, function()
      local b

      before_each(function()
        b = mode == "memory" and suture.buffer(DATA) or assert(suture.open(fresh("savepoint.bin"), mode))
      end)

      after_each(function()
        b:rollback()
        b:close()
      end)

      it("bring back what was there, and again", function()
        b:write(0, "before")
        local sp = b:savepoint()
        for _ = 1, 2 do
          b:write(3, "after")
          b:write(PAGE - 2, "over the seam")
          b[#b - 1] = 0
          b:rollback(sp)
          assert.equal("before" .. DATA:sub(7), all(b))
        end
      end)

      it("nest, and the outer one ends the inner ones", function()
        local outer = b:savepoint()
        b:write(0, "1")
        local middle = b:savepoint()
        b:write(0, "2")
        local inner = b:savepoint()
        b:write(0, "3")
        b:rollback(middle)
        assert.equal("1" .. DATA:sub(2), all(b))
        raised("argument", b.rollback, b, inner)
        b:rollback(middle)
        b:rollback(outer)
        assert.equal(DATA, all(b))
        raised("argument", b.rollback, b, middle)
        raised("argument", middle.release, middle)
      end)

      it("bring back the size", function()
        b:insert(5, "inserted")
        local content = all(b)
        local sp = b:savepoint()
        b:delete(2, PAGE)
        b:resize(2 * #DATA, 0xee)
        b:insert(0, "front")
        b:resize(3)
        b:rollback(sp)
        assert.equal(content, all(b))
        b:rollback()
        assert.equal(DATA, all(b))
        assert.is_false((b:pending()))
      end)

      it("count as no change once everything is back", function()
        local sp = b:savepoint()
        b:write(0, "xyz")
        assert.equal(3, (b:pending()))
        b:rollback(sp)
        assert.is_false((b:pending()))
      end)

      it("are released without losing what was written", function()
        local outer = b:savepoint()
        b:write(0, "1")
        local inner = b:savepoint()
        b:write(0, "2")
        b:write(PAGE, "2")
        inner:release()
        assert.equal("2", b:read(0, 1))
        b:rollback(outer)
        assert.equal(DATA, all(b))
      end)

      it("are released from the middle", function()
        local first = b:savepoint()
        b:write(0, "1")
        local second = b:savepoint()
        b:write(1, "2")
        local third = b:savepoint()
        b:write(2, "3")
        second:release()
        b:rollback(third)
        assert.equal("12" .. DATA:sub(3), all(b))
        b:rollback(first)
        assert.equal(DATA, all(b))
      end)

      it("all end with a rollback to the beginning, which can be redone", function()
        local sp = b:savepoint()
        b:write(0, "written")
        b:insert(0, "inserted")
        local content = all(b)
        b:rollback()
        assert.equal(DATA, all(b))
        raised("argument", b.rollback, b, sp)
        assert.is_true(b:redo())
        assert.equal(content, all(b))
        assert.is_false(b:redo())
        b:rollback()
        assert.equal(DATA, all(b))
      end)

      it("are redone step by step, as far as it went back", function()
        local states, saves = {}, {}
        for i = 1, 4 do
          saves[i] = b:savepoint()
          b:insert(i, ("x"):rep(i * 1000))
          b:write(2 * PAGE, tostring(i))
          states[i] = all(b)
        end
        for i = 4, 2, -1 do
          b:rollback(saves[i])
          assert.equal(states[i - 1], all(b))
        end
        for i = 2, 4 do
          assert.is_true(b:redo())
          assert.equal(states[i], all(b))
        end
        assert.is_false(b:redo())
        b:rollback(saves[1])
        assert.equal(DATA, all(b))
      end)
    end)
  end

  describe(":redo", function()
    it("has nothing to do when nothing was taken back", function()
      local b <close> = suture.buffer("abc")
      assert.is_false(b:redo())
      b:savepoint()
      assert.is_false(b:redo())
      b:rollback()
      assert.is_false(b:redo())
    end)

    for name, write in pairs {
      ["write"] = function(b) b:write(1, "w") end,
      ["write of the same byte"] = function(b) b[0] = b[0] end,
      ["fill"] = function(b) b:fill(0, 1, 7) end,
      ["move"] = function(b) b:move(0, 1, 1) end,
      ["insert"] = function(b) b:insert(0, "i") end,
      ["delete"] = function(b) b:delete(0, 1) end,
      ["growth"] = function(b) b:resize(9) end,
      ["shrink"] = function(b) b:resize(1) end,
      ["typed write"] = function(b) b:u16le(0, 1) end,
    } do
      it("ends with the next write: " .. name, function()
        local b <close> = suture.buffer("abc")
        b:write(0, "xyz")
        b:rollback()
        write(b)
        assert.is_false(b:redo())
      end)
    end

    for name, harmless in pairs {
      ["an empty write"] = function(b) b:write(1, "") end,
      ["an empty insert"] = function(b) b:insert(1, "") end,
      ["a resize to the same size"] = function(b) b:resize(#b) end,
      ["a read"] = function(b) b:read(0, 3) end,
      ["a savepoint"] = function(b) b:savepoint():release() end,
      ["a write that raised"] = function(b) raised("range", b.write, b, 2, "xx") end,
    } do
      it("does not end with " .. name, function()
        local b <close> = suture.buffer("abc")
        b:write(0, "xyz")
        b:rollback()
        harmless(b)
        assert.is_true(b:redo())
        assert.equal("xyz", all(b))
      end)
    end

    it("does not count a rollback to where one is", function()
      local b <close> = suture.buffer("abc")
      local sp = b:savepoint()
      b:write(0, "x")
      b:rollback(sp)
      b:rollback(sp)
      b:rollback()
      assert.is_true(b:redo())
      assert.equal("xbc", all(b))
      assert.is_false(b:redo())
    end)

    it("is taken back by a savepoint that was made before it", function()
      local b <close> = suture.buffer("abc")
      b:write(0, "x")
      b:rollback()
      local sp = b:savepoint()
      b:redo()
      assert.equal("xbc", all(b))
      b:rollback(sp)
      assert.equal("abc", all(b))
      assert.is_true(b:redo())
      assert.equal("xbc", all(b))
    end)

    it("keeps demanding what the file held when it was written", function()
      local path = fresh("redo.bin")
      local b <close> = assert(suture.open(path))
      b:write(0, "mine")
      b:rollback()
      scribble(path, 0, "other")
      b:redo()
      raised("changed", b.flush, b)
      b:rollback()
    end)

    it("keeps demanding what guards saw", function()
      local path = fresh("redo-guard.bin")
      local b <close> = assert(suture.open(path))
      b:expect(2 * PAGE, "0123")
      b:write(0, "mine")
      b:rollback()
      b:redo()
      scribble(path, 2 * PAGE, "x")
      raised("changed", b.flush, b)
      b:rollback()
    end)

    it("is refused when the file was truncated and written again meanwhile", function()
      local path = fresh("redo-truncated.bin")
      local b <close> = assert(suture.open(path))
      b:write(0, "mine")
      b:rollback()
      support.write(path, ("z"):rep(#DATA))
      raised("truncated", b.redo, b)
      b:rollback()
    end)

    it("goes on from what it took back, after a rollback that shows what others wrote", function()
      local path = fresh("redo-steps.bin")
      local b <close> = assert(suture.open(path))
      b:write(0, "mine")
      local sp = b:savepoint()
      b:write(PAGE, "more")
      b:write(0, "MINE")
      b:rollback(sp)
      scribble(path, 2 * PAGE, "them")
      scribble(path, 0, "them")
      raised("changed", b.flush, b)
      b:rollback()
      assert.equal("them", b:read(0, 4))
      assert.is_true(b:redo())
      assert.equal("mine", b:read(0, 4))
      assert.is_true(b:redo())
      assert.equal("MINE", b:read(0, 4))
      assert.equal("more", b:read(PAGE, 4))
      raised("changed", b.flush, b)
      assert.equal("them", support.read(path):sub(1, 4))
      b:rollback()
    end)

    it("demands all again that was expected, each place once", function()
      local path = fresh("redo-expected.bin")
      local b <close> = assert(suture.open(path))
      for off = 0, 40 * 16, 16 do
        for _ = 1, 2 do
          b:expect(off, DATA:sub(off + 1, off + 4))
        end
        b:expect(off, DATA:sub(off + 1, off + 5))
      end
      b:write(2 * PAGE, "mine")
      b:rollback()
      assert.is_true(b:redo())
      scribble(path, 640, "them")
      assert.matches("0x280: another process changed the file here", tostring(raised("changed", b.flush, b)), 1, true)
      b:rollback()
    end)

    it("keeps demanding it through a rollback that shows what others wrote", function()
      local path = fresh("redo-others.bin")
      local b <close> = assert(suture.open(path))
      local sp = b:savepoint()
      b:write(0, "mine")
      b:rollback(sp)
      assert.is_true(b:redo())
      b:write(2 * PAGE, "more")
      b:rollback(sp)
      b:redo()
      scribble(path, 0, "other")
      raised("changed", b.flush, b)
      b:rollback()
      assert.equal("other", b:read(0, 5))
      assert.is_true(b:redo())
      assert.equal("mine", b:read(0, 4))
      raised("changed", b.flush, b)
      b:rollback()
    end)

    it("keeps its pre-images through advice that drops pages", function()
      local path = fresh("redo-advice.bin")
      local b <close> = assert(suture.open(path))
      b:write(0, "mine")
      b:rollback()
      scribble(path, 0, "other")
      b:advise "dontneed"
      b:redo()
      raised("changed", b.flush, b)
      b:rollback()
    end)

    it("is flushed as what was written", function()
      local path = fresh("redo-flush.bin")
      local b <close> = assert(suture.open(path))
      b:write(5, "mine")
      b:rollback()
      b:redo()
      assert.equal("place", b:flush())
      assert.equal(DATA:sub(1, 5) .. "mine" .. DATA:sub(10), support.read(path))
    end)
  end)

  describe(":flush", function()
    for name, options in pairs { ["whole"] = {}, ["of a part"] = { offset = 0, length = 1 } } do
      it("ends savepoints and redo: " .. name, function()
        local b <close> = assert(suture.open(fresh("ends.bin")))
        local sp = b:savepoint()
        b:write(0, "x")
        b:rollback(sp)
        b:redo()
        b:write(PAGE, "x")
        b:rollback(sp)
        b:flush(options)
        local err = raised("argument", b.rollback, b, sp)
        assert.matches("has ended", err.message)
        raised("argument", sp.release, sp)
        assert.is_false(b:redo())
        b:rollback()
      end)
    end

    it("leaves savepoints alone when it raised with nothing written", function()
      local path = fresh("kept.bin")
      local b <close> = assert(suture.open(path))
      local sp = b:savepoint()
      b:write(0, "x")
      scribble(path, 0, "y")
      raised("changed", b.flush, b)
      b:rollback(sp)
      assert.is_false((b:pending()))
    end)
  end)

  describe(":rollback", function()
    it("wants a savepoint or nothing", function()
      local b <close> = suture.buffer("abc")
      for _, wrong in ipairs { "x", 1, {}, true, b } do
        local err = raised("argument", b.rollback, b, wrong)
        assert.matches("a savepoint expected", err.message)
      end
      local err = raised("argument", b.rollback, b, nil)
      assert.matches("got nil", err.message)
      raised("argument", b.rollback, b, b:savepoint(), 1)
    end)

    it("refuses a savepoint of another object", function()
      local a <close> = suture.buffer("abc")
      local b <close> = suture.buffer("abc")
      local sp = a:savepoint()
      b:savepoint()
      local err = raised("argument", b.rollback, b, sp)
      assert.matches("another object", err.message)
    end)

    it("goes back over many pages", function()
      local b <close> = suture.buffer(1100 * PAGE)
      b:write(0, ("a"):rep(#b))
      local sp = b:savepoint()
      b:write(0, ("b"):rep(#b))
      b:rollback(sp)
      assert(is_all(b, "a"))
      b:redo()
      assert(is_all(b, "b"))
      b:rollback()
      assert(is_all(b, "\0"))
      b:redo()
      assert(is_all(b, "b"))
    end)

    it("goes back over many pages of a file", function()
      local path = support.write("many.bin", ("a"):rep(1100 * PAGE))
      local b <close> = assert(suture.open(path, "copy"))
      b:fill(0, #b, "b")
      b:rollback()
      assert(is_all(b, "a"))
      b:redo()
      assert(is_all(b, "b"))
    end)
  end)

  describe(":attempt", function()
    it("gives true and the results", function()
      local b <close> = suture.buffer("abc")
      local results = table.pack(b:attempt(function(...)
        b:write(0, "x")
        return select("#", ...), nil, ...
      end, 1, nil))
      assert.same({ true, 2, nil, 1, nil, n = 5 }, results)
      assert.equal("xbc", all(b))
    end)

    it("gives false and the error, and takes back what was written", function()
      local b <close> = suture.buffer("abc")
      b:write(2, "z")
      local oops = {}
      local ok, err = b:attempt(function()
        b:write(0, "x")
        b:insert(1, "inserted")
        error(oops)
      end)
      assert.is_false(ok)
      assert.equal(oops, err)
      assert.equal("abz", all(b))
      assert.is_true(b:redo())
      assert.equal("xinsertedbz", all(b))
    end)

    it("also takes an error of nil for one", function()
      local b <close> = suture.buffer("abc")
      local results = table.pack(b:attempt(function()
        b:write(0, "x")
        error(nil)
      end))
      assert.same({ false, nil, n = 2 }, results)
      assert.equal("abc", all(b))
    end)

    it("nests", function()
      assert.equal("1..4", after(function(b)
        assert.is_true(b:attempt(function()
          b:write(0, "1")
          assert.is_false((b:attempt(function()
            b:write(1, "2")
            b:attempt(function() b:write(2, "3") end)
            error("no")
          end)))
          b:write(3, "4")
        end))
      end))
    end)

    it("may yield", function()
      local b <close> = suture.buffer("abc")
      local thread = coroutine.wrap(function()
        return b:attempt(function()
          b:write(0, "x")
          coroutine.yield("waiting")
          error("no", 0)
        end)
      end)
      assert.equal("waiting", thread())
      assert.equal("xbc", all(b))
      assert.same({ false, "no" }, { thread() })
      assert.equal("abc", all(b))
    end)

    it("takes anything that can be called", function()
      local b <close> = suture.buffer("abc")
      assert.same({ true, 7 }, { b:attempt(setmetatable({}, { __call = function(_, x) return x end }), 7) })
      assert.same({ true, 97 }, { b:attempt(b.u8, b, 0) })
      for _, wrong in ipairs { "x", 1, {}, true } do
        raised("argument", b.attempt, b, wrong)
      end
      raised("argument", b.attempt, b)
    end)

    it("says so when the function ended its savepoint and raised", function()
      local b <close> = assert(suture.open(fresh("attempt.bin")))
      local err = raised("argument", b.attempt, b, function()
        b:write(0, "x")
        b:flush()
        b:write(0, "y")
        error("too late")
      end)
      assert.matches("has ended", err.message)
      assert.matches("too late", err.message)
      assert.is_true(b:attempt(b.flush, b))
    end)

    it("leaves no savepoint behind", function()
      local b <close> = suture.buffer(PAGE * 100)
      costs_at_most(200 * 100 * PAGE // 4, function()
        for i = 1, 200 do
          b:attempt(function()
            b:fill(0, #b, i % 256)
            if i % 2 == 0 then
              error("no")
            end
          end)
        end
      end)
    end)

    it("leaves the size as it was when memory cannot be had", function()
      local b <close> = suture.buffer("abc")
      local ok, err = b:attempt(function()
        b:insert(0, "x")
        b:resize(math.maxinteger)
      end)
      assert.is_false(ok)
      assert.equal("limit", err.kind)
      assert.equal("abc", all(b))
    end)
  end)

  describe("a savepoint as a closed variable", function()
    it("is released when its block is left normally", function()
      assert.equal("x...", after(function(b)
        local outside
        do
          local sp <close> = b:savepoint()
          b:write(0, "x")
          outside = sp
        end
        raised("argument", outside.release, outside)
      end))
    end)

    it("goes back when its block is left by an error", function()
      local outside
      assert.equal(".y..", after(function(b)
        b:write(1, "y")
        pcall(function()
          local sp <close> = b:savepoint()
          outside = sp
          b:write(0, "x")
          error("no")
        end)
        raised("argument", b.rollback, b, outside)
      end))
    end)

    it("goes back when its block is left by an error of nil", function()
      assert.equal("....", after(function(b)
        pcall(function()
          local sp <close> = b:savepoint() -- luacheck: ignore
          b:write(0, "x")
          error(nil)
        end)
      end))
    end)

    it("goes back when its coroutine is closed", function()
      assert.equal("....", after(function(b)
        local thread = coroutine.create(function()
          local sp <close> = b:savepoint() -- luacheck: ignore
          b:write(0, "x")
          coroutine.yield()
        end)
        coroutine.resume(thread)
        assert.equal("x...", all(b))
        coroutine.close(thread)
      end))
    end)

    it("does nothing when it has ended in its block", function()
      assert.equal("xy..", after(function(b)
        local sp <close> = b:savepoint()
        b:write(0, "x")
        sp:release()
        b:write(1, "y")
      end))
      assert.equal(".y..", after(function(b)
        local sp <close> = b:savepoint() -- luacheck: ignore
        b:write(0, "x")
        b:rollback()
        b:write(1, "y")
      end))
    end)

    it("does nothing when its object is closed", function()
      local b = suture.buffer("abc")
      local sp <close> = b:savepoint()
      b:close()
      local err = raised("closed", sp.release, sp)
      assert.matches("closed", err.message)
      raised("closed", b.savepoint, b)
      raised("closed", b.rollback, b, sp)
      raised("closed", b.redo, b)
      raised("closed", b.attempt, b, print)
    end)
  end)

  describe("a savepoint", function()
    it("keeps its object alive", function()
      local sp = suture.buffer("abc"):savepoint()
      collectgarbage()
      collectgarbage()
      sp:release()
    end)

    it("costs nothing once nobody holds it", function()
      local b <close> = suture.buffer(PAGE * 100)
      costs_at_most(200 * 100 * PAGE // 4, function()
        for i = 1, 200 do
          b:savepoint()
          b:fill(0, #b, i % 256)
          collectgarbage()
        end
      end)
    end)

    it("costs a page for each page that is written after it", function()
      local b <close> = suture.buffer(600 * PAGE)
      b:fill(0, #b, 1)
      local saves = {}
      costs_at_most(4 * 500 * PAGE, function()
        for i = 1, 500 do
          saves[i] = b:savepoint()
          b[i * PAGE] = 2
        end
      end)
      b:rollback(saves[1])
      assert(is_all(b, "\1"))
    end)

    it("tells what it is", function()
      local b <close> = suture.buffer("abc")
      local sp = b:savepoint()
      assert.equal("savepoint: buffer", tostring(sp))
      sp:release()
      assert.equal("savepoint: buffer (ended)", tostring(sp))
    end)

    it("has no other fields", function()
      local b <close> = suture.buffer("abc")
      local sp = b:savepoint()
      local err = raised("argument", function() return sp.relaese end)
      assert.matches("did you mean 'release'", err.message)
      raised("argument", function() return sp[1] end)
      err = raised("argument", function() sp.name = 1 end)
      assert.matches("cannot be set", err.message)
      raised("argument", sp.release, sp, 1)
      raised("argument", sp.release)
      raised("argument", sp.release, b)
    end)
  end)

  for _, name in ipairs { "savepoint", "redo" } do
    describe(":" .. name, function()
      it("takes no arguments", function()
        local b <close> = suture.buffer("abc")
        raised("argument", b[name], b, nil)
        raised("argument", b[name], b, 1)
      end)

      it("raises without an object", function()
        local b <close> = suture.buffer("abc")
        raised("argument", b[name])
        raised("argument", b[name], 1)
      end)
    end)
  end

  describe("what has no savepoints:", function()
    for _, name in ipairs { "savepoint", "redo", "attempt" } do
      it("a view, of " .. name, function()
        local b <close> = suture.buffer("abc")
        local view = b:view(0)
        local err = raised("unsupported", function()
          if name == "attempt" then
            view:attempt(print)
          else
            view[name](view)
          end
        end)
        assert.matches("view", err.message)
      end)

      it("an object for reading, of " .. name, function()
        local b <close> = assert(suture.open(fresh("read.bin"), "read"))
        raised("readonly", function()
          if name == "attempt" then
            b:attempt(print)
          else
            b[name](b)
          end
        end)
      end)

      it("an object in shared mode, of " .. name, function()
        local b <close> = assert(suture.open(fresh("shared.bin"), "shared"))
        raised("unsupported", function()
          if name == "attempt" then
            b:attempt(print)
          else
            b[name](b)
          end
        end)
      end)
    end
  end)

  describe("a damaged object", function()
    it("goes back to no savepoint, but wholly", function()
      local path = fresh("damaged.bin")
      local b <close> = assert(suture.open(path))
      b:write(0, "x")
      local sp = b:savepoint()
      b:write(PAGE, "y")
      assert.equal(0, (support.run("truncate -s 5 " .. support.quote(path))))
      raised("truncated", b.rollback, b, sp)
      b:rollback()
      assert.is_false(b:redo())
      b:close()
    end)

    it("is noticed though the file is long again", function()
      local path = fresh("damaged2.bin")
      local b <close> = assert(suture.open(path))
      b:write(0, "x")
      local sp = b:savepoint()
      b:write(#b - 1, "y")
      assert.equal(0, (support.run(("truncate -s 0 %s; truncate -s %d %s"):format(
        support.quote(path), #DATA, support.quote(path)))))
      raised("truncated", b.rollback, b, sp)
      b:rollback()
      assert.is_false(b:redo())
    end)
  end)
end)
