-- Every way of leaving a block with `local b <close>`, and what each does to the file.

local suture = require "suture"
local support = require "spec.support"
local raised = require "spec.support.raised"

local OLD <const> = "old bytes"
local NEW <const> = "Nld bytes"

local function fresh(name)
  return support.write(name or "block.bin", OLD)
end

-- Opens, changes the first byte, and leaves it to the caller to leave the block.
local function changed(path)
  local b = assert(suture.open(path))
  b[0] = ("N"):byte()
  return b
end

-- The lock must be free and nothing pending, however the block was left.
local function assert_released(path)
  local b <close> = assert(suture.open(path))
  assert.is_false((b:pending()))
end

-- Runs a script in its own process; arg[1] is the path of its target.
local function child(path, source, switches)
  local script = support.write("child.lua", 'local suture = require "suture"\n' .. source)
  return support.run(("timeout 20 lua5.4 %s %s %s"):format(switches or "", script, support.quote(path)))
end

describe("a block with <close>", function()
  describe("left normally flushes", function()
    it("at its end", function()
      local path = fresh()
      do
        local b <close> = changed(path)
        assert.equal(OLD, support.read(b.path))
      end
      assert.equal(NEW, support.read(path))
      assert_released(path)
    end)

    it("by return, after the values were computed", function()
      local path = fresh()
      local function patch()
        local b <close> = changed(path)
        return "value", support.read(path), #b
      end
      local value, seen, size = patch()
      assert.equal("value", value)
      assert.equal(OLD, seen)
      assert.equal(9, size)
      assert.equal(NEW, support.read(path))
      assert_released(path)
    end)

    it("by return out of nested blocks", function()
      local path = fresh()
      local function patch()
        local b <close> = changed(path)
        for round = 1, 3 do
          while round == 2 do
            if #b > 0 then
              return b.mode
            end
          end
        end
      end
      assert.equal("patch", patch())
      assert.equal(NEW, support.read(path))
    end)

    it("by break", function()
      local path = fresh()
      for _ = 1, 3 do
        local b <close> = changed(path)
        if #b > 0 then
          break
        end
      end
      assert.equal(NEW, support.read(path))
      assert_released(path)
    end)

    it("by goto", function()
      local path = fresh()
      do
        local b <close> = changed(path)
        if #b > 0 then
          goto out
        end
        error "not reached"
      end
      ::out::
      assert.equal(NEW, support.read(path))
      assert_released(path)
    end)

    it("at the end of each round of a loop", function()
      local path = fresh()
      for round = 1, 3 do
        local b <close> = assert(suture.open(path))
        b[round - 1] = 0x30 + round
      end
      assert.equal("123 bytes", support.read(path))
    end)

    it("as the closing value of a generic for", function()
      local path = fresh()
      for off in suture.buffer("x"):each(), nil, nil, changed(path) do
        assert.equal(0, off)
      end
      assert.equal(NEW, support.read(path))
      assert_released(path)
    end)

    it("at the end of a chunk", function()
      local path = fresh()
      local chunk = assert(load [[
        local open, path = ...
        local b <close> = assert(open(path))
        b[0] = 0x4e
      ]])
      chunk(suture.open, path)
      assert.equal(NEW, support.read(path))
    end)

    it("at the end of a chunk without debug information", function()
      local path = fresh()
      local chunk = assert(load [[
        local open, path = ...
        local b <close> = assert(open(path))
        b[0] = 0x4e
      ]])
      assert(load(string.dump(chunk, true), "stripped", "b"))(suture.open, path)
      assert.equal(NEW, support.read(path))
    end)

    it("in a function that pcall runs", function()
      local path = fresh()
      assert.is_true(pcall(function()
        local b <close> = changed(path)
        assert.is_false(pcall(error, "inside, and caught"))
        return b.mode
      end))
      assert.equal(NEW, support.read(path))
    end)

    it("in a coroutine that yielded in the block", function()
      local path = fresh()
      local co = coroutine.wrap(function()
        local b <close> = changed(path)
        coroutine.yield(#b)
        return "end"
      end)
      assert.equal(9, co())
      assert.equal(OLD, support.read(path))
      assert.equal("end", co())
      assert.equal(NEW, support.read(path))
    end)

    it("after a close inside, without a second thought", function()
      local path = fresh()
      do
        local b <close> = changed(path)
        b:flush()
        b:close()
      end
      assert.equal(NEW, support.read(path))
      assert_released(path)
    end)

    it("and touches nothing where nothing changed", function()
      local path = fresh()
      support.run("touch -d '2001-02-03 04:05:06' " .. path)
      local _, before = support.run("stat -c '%i %y %z' " .. path)
      do
        local b <close> = assert(suture.open(path))
        b[0] = b[0]
      end
      local _, after = support.run("stat -c '%i %y %z' " .. path)
      assert.equal(before, after)
    end)

    it("in modes that have nothing to flush, without an error", function()
      local path = fresh()
      for _, mode in ipairs { "read", "copy" } do
        local b <close> = assert(suture.open(path, mode))
        if mode == "copy" then
          b[0] = 0
        end
      end
      do
        local b <close> = suture.buffer("abc")
        b[0] = 0
      end
      assert.equal(OLD, support.read(path))
    end)
  end)

  describe("left otherwise rolls back", function()
    for name, value in pairs {
      ["a string"] = "wrong",
      ["a table"] = { "wrong" },
      ["a number"] = 42,
      ["false"] = false,
    } do
      it("by an error that is " .. name .. ", which goes on unchanged", function()
        local path = fresh()
        local ok, err = pcall(function()
          local b <close> = changed(path)
          error(value, b[0] > 256 and 1 or 0)
        end)
        assert.is_false(ok)
        assert.equal(value, err)
        assert.equal(OLD, support.read(path))
        assert_released(path)
      end)
    end

    it("by error(nil)", function()
      local path = fresh()
      local ok, err = pcall(function()
        local b <close> = changed(path)
        error(nil, #b)
      end)
      assert.is_false(ok)
      assert.is_nil(err)
      assert.equal(OLD, support.read(path))
      assert_released(path)
    end)

    it("by error(nil) deep below, and in xpcall", function()
      local path = fresh()
      local function deep(level)
        if level == 0 then
          error(nil)
        end
        deep(level - 1)
      end
      assert.is_false(xpcall(function()
        local b <close> = changed(path)
        deep(b and 5)
        return b
      end, function() return nil end))
      assert.equal(OLD, support.read(path))
      assert_released(path)
    end)

    it("by error(nil) in a pcall that was left by a yield and entered again", function()
      local path = fresh()
      local co = coroutine.wrap(function()
        return pcall(function()
          local b <close> = changed(path)
          coroutine.yield(b.mode)
          error(nil)
        end)
      end)
      assert.equal("patch", co())
      assert.is_false((co()))
      assert.equal(OLD, support.read(path))
      assert_released(path)
    end)

    it("by an error of ours", function()
      local path = fresh()
      raised("range", function()
        local b <close> = changed(path)
        b[#b] = 0
      end)
      assert.equal(OLD, support.read(path))
      assert_released(path)
    end)

    it("by coroutine.close", function()
      local path = fresh()
      local co = coroutine.create(function()
        local b <close> = changed(path)
        coroutine.yield(b.mode)
      end)
      assert(coroutine.resume(co))
      assert.is_true(coroutine.close(co))
      assert.equal(OLD, support.read(path))
      assert_released(path)
    end)

    it("by coroutine.close of one that hangs in a pcall and a function below", function()
      local path = fresh()
      local co = coroutine.create(function()
        pcall(function()
          local b <close> = changed(path)
          local function wait() coroutine.yield(b.mode) end
          wait()
        end)
      end)
      assert(coroutine.resume(co))
      coroutine.close(co)
      assert.equal(OLD, support.read(path))
      assert_released(path)
    end)

    it("in a coroutine that died of an error", function()
      local path = fresh()
      local co = coroutine.create(function()
        local b <close> = changed(path)
        error("died", b[0])
      end)
      assert.is_false(coroutine.resume(co))
      coroutine.close(co)
      assert.equal(OLD, support.read(path))
      assert_released(path)
    end)

    it("in a coroutine that died of nil", function()
      local path = fresh()
      local co = coroutine.create(function()
        local b <close> = changed(path)
        error(nil, b[0])
      end)
      assert.is_false(coroutine.resume(co))
      coroutine.close(co)
      assert.equal(OLD, support.read(path))
      assert_released(path)
    end)

    it("in a coroutine.wrap that died of nil", function()
      local path = fresh()
      local co = coroutine.wrap(function()
        local b <close> = changed(path)
        error(nil, b[0])
      end)
      assert.is_false(pcall(co))
      assert.equal(OLD, support.read(path))
      assert_released(path)
    end)

    it("by b:cancel, which returns nil and the message", function()
      local path = fresh()
      local function patch()
        local b <close> = changed(path)
        return b:cancel "no magic"
      end
      local value, message = patch()
      assert.is_nil(value)
      assert.equal("no magic", message)
      assert.equal(OLD, support.read(path))
      assert_released(path)
    end)

    it("by os.exit(0, true)", function()
      local path = fresh()
      local status, _, stderr = child(path, [[
        local b <close> = assert(suture.open(arg[1]))
        b[0] = 0x4e
        os.exit(0, true)
      ]])
      assert.equal(0, status, stderr)
      assert.equal(OLD, support.read(path))
      assert_released(path)
    end)

    it("by os.exit(0, true) in a function and a coroutine", function()
      local path = fresh()
      local status, _, stderr = child(path, [[
        local function leave() os.exit(7, true) end
        local co = coroutine.wrap(function()
          local b <close> = assert(suture.open(arg[1]))
          b[0] = 0x4e
          leave()
        end)
        co()
      ]])
      assert.equal(7, status, stderr)
      assert.equal(OLD, support.read(path))
    end)

    it("by os.exit without closing", function()
      local path = fresh()
      local status = child(path, [[
        local b <close> = assert(suture.open(arg[1]))
        b[0] = 0x4e
        os.exit(3)
      ]])
      assert.equal(3, status)
      assert.equal(OLD, support.read(path))
    end)

    it("by an error that nobody catches", function()
      local path = fresh()
      local status, _, stderr = child(path, [[
        local b <close> = assert(suture.open(arg[1]))
        b[0] = 0x4e
        error "nobody catches this"
      ]])
      assert.equal(1, status)
      assert.matches("nobody catches this", stderr, 1, true)
      assert.equal(OLD, support.read(path))
    end)
  end)

  describe("with several objects", function()
    it("flushes all of them", function()
      local one, two = fresh("one.bin"), fresh("two.bin")
      do
        local a <close> = changed(one)
        local b <close> = changed(two)
        assert.equal(#a, #b)
      end
      assert.equal(NEW, support.read(one))
      assert.equal(NEW, support.read(two))
    end)

    it("rolls the outer one back when the inner one cannot be flushed", function()
      local one, two = fresh("one.bin"), fresh("two.bin")
      local ok, err = pcall(function()
        local a <close> = changed(one)
        local b <close> = changed(two)
        support.write("two.bin", "moved on!")
        assert.equal(#a, #b)
      end)
      assert.is_false(ok)
      assert.equal("changed", err.kind)
      assert.equal(OLD, support.read(one))
      assert.equal("moved on!", support.read(two))
      assert_released(one)
      assert_released(two)
    end)
  end)

  describe("whose flush fails", function()
    it("raises the error, writes nothing and lets the file go", function()
      local path = fresh()
      local err = raised("changed", function()
        local b <close> = changed(path)
        support.write(b.path, "xld bytes")
      end)
      assert.matches("block.bin", tostring(err), 1, true)
      assert.equal("xld bytes", support.read(path))
      assert_released(path)
    end)

    it("raises truncated where the file shrank", function()
      local path = fresh()
      raised("truncated", function()
        local b <close> = changed(path)
        support.write(b.path, "")
      end)
      assert.equal("", support.read(path))
    end)
  end)
end)

describe("bytes", function()
  describe(":close", function()
    it("raises pending while there is something to lose, and ends nothing", function()
      local path = fresh()
      local b = changed(path)
      local err = raised("pending", b.close, b)
      assert.matches("block.bin", tostring(err), 1, true)
      assert.equal(1, (b:pending()))
      assert.is_nil((suture.open(path)))
      b:flush()
      b:close()
      assert.equal(NEW, support.read(path))
    end)

    it("is free after a rollback", function()
      local path = fresh()
      local b = changed(path)
      b:rollback()
      b:close()
      assert.equal(OLD, support.read(path))
    end)

    it("is free where the same bytes were written", function()
      local b = assert(suture.open(fresh()))
      b:write(0, OLD)
      b:close()
    end)
  end)

  describe(":cancel", function()
    it("may be called with nothing pending, and with no message", function()
      local b <close> = assert(suture.open(fresh()))
      assert.equal(2, select("#", b:cancel "why not"))
      local c <close> = assert(suture.open(fresh()))
      local value, message = c:cancel()
      assert.is_nil(value)
      assert.is_nil(message)
    end)
  end)

  describe("that is only collected", function()
    it("writes nothing and warns with path and count, whatever -W says", function()
      for _, switches in ipairs { "", "-W" } do
        local path = fresh("lost.bin")
        local status, _, stderr = child(path, [[
          do
            local b = assert(suture.open(arg[1]))
            b[0], b[2], b[3] = 0, 0, 0
          end
          collectgarbage()
          collectgarbage()
          io.stderr:write "end of script\n"
        ]], switches)
        assert.equal(0, status)
        local warning, rest = stderr:match("^([^\n]*)\n(.*)$")
        assert.matches(path, warning, 1, true)
        assert.matches("%f[%w]3%f[%W]", warning)
        assert.equal("end of script\n", rest)
        assert.equal(OLD, support.read(path))
      end
    end)

    it("warns at the end of the program too", function()
      local path = fresh("lost.bin")
      local status, _, stderr = child(path, [[
        b = assert(suture.open(arg[1]))
        b[0] = 0
      ]])
      assert.equal(0, status)
      assert.matches(path, stderr, 1, true)
      assert.equal(OLD, support.read(path))
    end)

    it("says nothing where nothing would be lost", function()
      local path = fresh("kept.bin")
      local status, _, stderr = child(path, [[
        do
          local b = assert(suture.open(arg[1]))
          b[0] = b[0]
          local c = assert(suture.open(arg[1], "copy"))
          c[0] = 0
          local m = suture.buffer(4)
          m[0] = 1
          local r = assert(suture.open(arg[1], "read"))
        end
        collectgarbage()
        collectgarbage()
      ]])
      assert.equal(0, status)
      assert.equal("", stderr)
      assert.equal(OLD, support.read(path))
    end)

    it("says nothing of a view over an object that lives", function()
      local path = fresh("view.bin")
      local status, _, stderr = child(path, [[
        local b <close> = assert(suture.open(arg[1]))
        do
          local v = b:view(0)
          v[0] = 0x4e
        end
        collectgarbage()
        collectgarbage()
      ]])
      assert.equal(0, status)
      assert.equal("", stderr)
      assert.equal(NEW, support.read(path))
    end)
  end)
end)
