-- Transactions: several targets that are flushed and rolled back as one.

local interrupted = require "spec.support.interrupted"
local raised = require "spec.support.raised"
local support = require "spec.support"
local suture = require "suture"

local function files()
  return support.write("kernel", "KERNEL--"), support.write("config", "config--")
end

local function open(mode)
  local kernel, config = files()
  return assert(suture.transaction { kernel = kernel, config = config, mode = mode })
end

-- What another process does to config meanwhile.
local function interfere()
  local file <close> = assert(io.open(support.path "config", "r+b"))
  file:write "config!!"
end

local function contents()
  return support.read "kernel", support.read "config"
end

-- A call from elsewhere than the function that owns the set.
local function collect(...)
  local list = {}
  for name, off, old, new in ... do
    list[#list + 1] = { name, off, old, new }
  end
  return list
end

-- What a failed spec leaves open is closed.
after_each(collectgarbage)

describe("suture.transaction", function()
  it("has its targets as fields", function()
    local set = open()
    assert.equal("KERNEL", set.kernel:read(0, 6))
    assert.equal("config", set.config:read(0, 6))
    assert.equal("patch", set.kernel.mode)
    set:close()
  end)

  it("goes through its targets in the order of their names", function()
    local set = open()
    local list = {}
    for name, b in pairs(set) do
      list[#list + 1] = name
      assert.equal(set[name], b)
    end
    assert.same({ "config", "kernel" }, list)
    assert.equal("transaction: config, kernel (patch)", tostring(set))
    set:close()
    assert.equal("transaction: config, kernel (closed)", tostring(set))
  end)

  it("takes a target with options", function()
    local path = files()
    local set = assert(suture.transaction { part = { path = path, offset = 6, length = 2 } })
    assert.equal("--", set.part:read(0, #set.part))
    set:close()
  end)

  it("returns what keeps a target from being opened, and leaves none open", function()
    local kernel = files()
    local set, err, errno = suture.transaction { a = kernel, b = support.path "missing" }
    assert.is_nil(set)
    assert.equal("io", err.kind)
    assert.equal(support.path "missing", err.path)
    assert.equal(err.errno, errno)
    assert(suture.open(kernel)):close()
  end)

  it("leaves none open where an option is wrong", function()
    local kernel, config = files()
    raised("argument", suture.transaction, { a = kernel, b = { path = config, offest = 1 } })
    assert(suture.open(kernel)):close()
  end)

  it("tells that a file is named twice", function()
    local kernel = files()
    local set, err = suture.transaction { a = kernel, b = kernel }
    assert.is_nil(set)
    assert.equal("locked", err.kind)
    assert.matches("already open for patching in this process", err.message, 1, true)
    assert(suture.open(kernel)):close()
  end)

  it("raises for wrong targets", function()
    local cases = {
      { "a table of targets expected, got string", "path" },
      { "there is no target", {} },
      { "there is no target", { mode = "read" } },
      { "targets need names", { "path" } },
      { "'flush' is a method", { flush = "path" } },
      { "target 'a' must be a path or a table, got number", { a = 5 } },
      { "target 'a' needs a path", { a = { offset = 1 } } },
      { "target 'a' has a mode of its own", { a = { path = "x", mode = "read" } } },
    }
    for _, case in ipairs(cases) do
      assert.matches(case[1], raised("argument", suture.transaction, case[2]).message, 1, true)
    end
    assert.matches("mode must be", raised("argument", suture.transaction, { a = "x", mode = "rw" }).message, 1, true)
  end)

  it("raises for a field that is not there, with a suggestion, and for setting one", function()
    local set = open()
    assert.matches("did you mean 'kernel'?", raised("argument", function() return set.kernal end).message, 1, true)
    assert.matches("did you mean 'flush'?", raised("argument", function() return set.flsh end).message, 1, true)
    raised("argument", function() return set[1] end)
    raised("argument", function() set.kernel = 1 end)
    raised("argument", function() set.new = 1 end)
    set:close()
  end)

  it("raises for a method called without its object", function()
    local set = open()
    for _, name in ipairs { "flush", "rollback", "savepoint", "redo", "changes", "pending", "close", "cancel" } do
      assert.matches("call it with ':'", raised("argument", set[name], {}).message, 1, true)
    end
    set:close()
  end)

  describe(":flush", function()
    it("writes all targets and tells how", function()
      local set = open()
      set.kernel:write(6, "01")
      assert.same({ kernel = "place", config = "unchanged" }, set:flush())
      set.kernel:write(6, "02")
      set.config:write(6, "02")
      assert.same({ kernel = "place", config = "place" }, set:flush())
      assert.same({ "KERNEL02", "config02" }, { contents() })
      assert.is_false(set:pending())
      set:close()
    end)

    it("replaces where it is told to", function()
      local set = open()
      set.kernel:write(6, "01")
      assert.same({ kernel = "replaced", config = "unchanged" }, set:flush { by = "replace" })
      assert.equal("KERNEL01", support.read "kernel")
      set:close()
    end)

    it("writes none where one cannot be written, and keeps everything pending", function()
      local set = open()
      set.kernel:write(6, "01")
      set.config:write(6, "01")
      interfere()
      local err = raised("changed", set.flush, set)
      assert.equal(support.path "config", err.path)
      assert.same({ "KERNEL--", "config!!" }, { contents() })
      assert.same({ 4, 2 }, { set:pending() })
      set:cancel()
    end)

    it("raises for wrong options", function()
      local set = open()
      set.kernel:write(6, "01")
      assert.matches("did you mean 'record'?", raised("argument", set.flush, set, { recrd = true }).message, 1, true)
      raised("argument", set.flush, set, nil)
      raised("argument", set.flush, set, "place")
      raised("argument", set.flush, set, {}, {})
      assert.equal("KERNEL--", support.read "kernel")
      set:cancel()
    end)

    it("has no range, not even one that is the whole, and writes nothing when it is given one", function()
      local wanted = "bad argument #1 to 'flush' (a transaction is flushed as a whole, without offset or length)"
      for _, mode in ipairs { "patch", "shared" } do
        local set = open(mode)
        local one = assert(suture.transaction { only = support.write("only", "ONLY----"), mode = mode })
        for _, whole in ipairs { set, one } do
          for _, range in ipairs { { offset = 0 }, { length = 8 }, { offset = 0, length = 8 },
              { offset = 6, length = 1 }, { offset = 9 }, { offset = -1 }, { offset = false } } do
            assert.equal(wanted, tostring(raised("argument", whole.flush, whole, range)))
          end
        end
        if mode == "patch" then
          set.kernel:write(6, "01")
          raised("argument", set.flush, set, { offset = 0 })
          assert.equal("KERNEL--", support.read "kernel")
          assert.same({ 2, 1 }, { set:pending() })
        end
        set:cancel()
        one:cancel()
      end
    end)

    it("is unsupported in the modes that never write", function()
      for _, mode in ipairs { "read", "copy" } do
        local set = open(mode)
        raised("unsupported", set.flush, set)
        set:close()
      end
    end)

    it("synchronises shared targets", function()
      local set = open "shared"
      set.kernel:write(6, "01")
      assert.equal("KERNEL01", support.read "kernel")
      set:flush()
      raised("unsupported", set.rollback, set)
      set:close()
    end)
  end)

  describe("a member", function()
    it("is flushed, closed and cancelled by its transaction alone", function()
      local set = open()
      set.kernel:write(6, "01")
      for _, method in ipairs { "flush", "close", "cancel" } do
        raised("unsupported", set.kernel[method], set.kernel)
      end
      raised("unsupported", suture.flush, { set.kernel })
      raised("changed", function()
        set.config:write(6, "01")
        interfere()
        set:flush()
      end)
      raised("unsupported", set.kernel.flush, set.kernel)
      set:cancel()
    end)

    it("may be rolled back by itself", function()
      local set = open()
      set.kernel:write(6, "01")
      set.config:write(6, "01")
      set.kernel:rollback()
      assert.same({ 2, 1 }, { set:pending() })
      set:flush()
      assert.same({ "KERNEL--", "config01" }, { contents() })
      set:close()
    end)
  end)

  describe(":changes and :pending", function()
    it("tell of all targets, in the order of their names", function()
      local set = open()
      assert.is_false(set:pending())
      assert.same({}, collect(set:changes()))
      set.kernel:write(6, "01")
      set.config:write(0, "C")
      set.config:write(7, "1")
      assert.same({ { "config", 0, "c", "C" }, { "config", 7, "-", "1" }, { "kernel", 6, "--", "01" } },
        collect(set:changes()))
      assert.same({ 4, 3 }, { set:pending() })
      set:rollback()
      assert.same({}, collect(set:changes()))
      assert.equal("KERNEL--", set.kernel:read(0, 8))
      set:close()
    end)
  end)

  describe(":rollback", function()
    it("refuses what is no savepoint of the set", function()
      local set = open()
      set.kernel:write(6, "01")
      assert.matches("got nil; without an argument it drops everything",
        raised("argument", set.rollback, set, nil).message, 1, true)
      raised("argument", set.rollback, set, {})
      raised("argument", set.rollback, set, 1, 2)
      assert.same({ 2, 1 }, { set:pending() })
      set:cancel()
    end)
  end)

  describe(":savepoint", function()
    local function texts(set)
      return set.kernel:read(6, 2) .. set.config:read(6, 2)
    end

    it("is rolled back to in all targets, again and again", function()
      local set = open()
      set.kernel:write(6, "01")
      local point = set:savepoint()
      for _ = 1, 2 do
        set.kernel:write(6, "02")
        set.config:write(6, "02")
        set:rollback(point)
        assert.equal("01--", texts(set))
      end
      point:release()
      raised("argument", set.rollback, set, point)
      set:cancel()
    end)

    it("goes back over changes of size", function()
      local set = open()
      local point = set:savepoint()
      set.kernel:insert(3, "xyz")
      set.config:delete(0, 3)
      set:rollback(point)
      assert.same({ 8, 8 }, { #set.kernel, #set.config })
      assert.is_false(set:pending())
      set:cancel()
    end)

    it("rolls back to itself when its block is left by an error, and only then", function()
      local set = open()
      set.kernel:write(6, "01")
      local function attempt(leave)
        local point <close> = set:savepoint() -- luacheck: ignore
        set.kernel:write(6, "02")
        set.config:write(6, "02")
        return leave()
      end
      for _, leave in ipairs { function() error "boom" end, function() error(nil) end } do
        pcall(attempt, leave)
        assert.equal("01--", texts(set))
      end
      local thread = coroutine.create(attempt)
      assert(coroutine.resume(thread, coroutine.yield))
      assert(coroutine.close(thread))
      assert.equal("01--", texts(set))
      attempt(function() end)
      assert.equal("0202", texts(set))
      set:cancel()
    end)

    it("nests", function()
      local set = open()
      local outer = set:savepoint()
      set.kernel:write(6, "01")
      local inner = set:savepoint()
      set.config:write(6, "01")
      set:rollback(inner)
      assert.equal("01--", texts(set))
      set:rollback(outer)
      assert.equal("----", texts(set))
      raised("argument", set.rollback, set, inner)
      set:close()
    end)

    it("ends with a flush, with nothing left to do in its block", function()
      local set = open()
      pcall(function()
        local point <close> = set:savepoint() -- luacheck: ignore
        set.kernel:write(6, "01")
        set:flush()
        set.kernel:write(6, "02")
        error "boom"
      end)
      assert.equal("02--", texts(set))
      set:cancel()
      assert.equal("KERNEL01", support.read "kernel")
    end)

    it("belongs to one set, and has nothing but release", function()
      local set = open()
      local other = assert(suture.transaction { a = support.write("other", "x") })
      local point = other:savepoint()
      assert.matches("belongs to another transaction", raised("argument", set.rollback, set, point).message, 1, true)
      raised("argument", set.rollback, set, set.kernel:savepoint())
      assert.matches("did you mean 'release'?", raised("argument", function() return point.relase end).message, 1, true)
      raised("argument", function() point.x = 1 end)
      assert.matches("call it with ':'", raised("argument", point.release).message, 1, true)
      other:close()
      set:close()
      raised("unsupported", function() open("shared"):savepoint() end)
    end)
  end)

  describe(":redo", function()
    it("takes rollbacks back, one after the other", function()
      local set = open()
      set.kernel:write(6, "01")
      local point = set:savepoint()
      set.config:write(6, "02")
      set:rollback(point)
      set:rollback()
      set:rollback()
      assert.is_false(set:pending())
      assert.is_true(set:redo())
      assert.same({ 2, 1 }, { set:pending() })
      assert.is_true(set:redo())
      assert.same({ 4, 2 }, { set:pending() })
      assert.is_false(set:redo())
      set:cancel()
    end)

    it("does nothing where one target was written since, or rolled back by itself", function()
      local set = open()
      set.kernel:write(6, "01")
      set.config:write(6, "01")
      set:rollback()
      set.config:write(0, "C")
      assert.is_false(set:redo())
      assert.same({ { "config", 0, "c", "C" } }, collect(set:changes()))
      set.config:rollback()
      assert.is_false(set:redo())
      assert.is_false(set:pending())
      set:close()
    end)

    it("does nothing after a flush", function()
      local set = open()
      set.kernel:write(6, "01")
      set:rollback()
      set:flush()
      assert.is_false(set:redo())
      set:close()
    end)
  end)

  describe(":close", function()
    it("raises while something is pending, and closes none then", function()
      local set = open()
      set.kernel:write(6, "01")
      assert.matches("closed with 2 pending bytes: flush or rollback first",
        raised("pending", set.close, set).message, 1, true)
      assert.equal("01", set.kernel:read(6, 2))
      set:rollback()
      set:close()
      set:close()
    end)

    it("ends everything", function()
      local set = open()
      local kernel = set.kernel
      set:close()
      raised("closed", kernel.read, kernel, 0, 1)
      for _, name in ipairs { "flush", "rollback", "changes", "pending", "cancel", "savepoint", "redo" } do
        raised("closed", set[name], set)
      end
      assert(suture.open(support.path "kernel")):close()
    end)

    it("drops what a copy holds", function()
      local set = open "copy"
      set.kernel:write(0, "xx")
      set:close()
      assert.equal("KERNEL--", support.read "kernel")
    end)
  end)

  describe(":cancel", function()
    it("drops everything and returns nil and the message", function()
      local set = open()
      set.kernel:write(6, "01")
      local results = table.pack(set:cancel "no magic")
      assert.same({ n = 2, [2] = "no magic" }, results)
      assert.same({ "KERNEL--", "config--" }, { contents() })
    end)
  end)

  describe("leaving its block", function()
    it("flushes when it is left normally", function()
      local kernel, config = files()
      do
        local set <close> = assert(suture.transaction { kernel = kernel, config = config })
        set.kernel:write(6, "01")
        set.config:write(6, "01")
      end
      assert.same({ "KERNEL01", "config01" }, { contents() })
      assert(suture.open(kernel)):close()
    end)

    local function patched(leave)
      local kernel, config = files()
      local set <close> = assert(suture.transaction { kernel = kernel, config = config })
      set.kernel:write(6, "01")
      set.config:write(6, "01")
      return leave(set)
    end

    it("flushes at a return, and at a break", function()
      patched(function() end)
      assert.same({ "KERNEL01", "config01" }, { contents() })
      local kernel = files()
      for try = 1, 2 do
        local set <close> = assert(suture.transaction { kernel = kernel })
        set.kernel:write(6, "0" .. try)
        if try == 2 then
          break
        end
      end
      assert.equal("KERNEL02", support.read "kernel")
    end)

    local ways <const> = {
      ["an error"] = function() error "boom" end,
      ["error(nil)"] = function() error(nil) end,
      ["cancel"] = function(set) return set:cancel "no" end,
    }
    for name, leave in pairs(ways) do
      it("drops everything when it is left by " .. name, function()
        pcall(patched, leave)
        assert.same({ "KERNEL--", "config--" }, { contents() })
        assert(suture.open(support.path "kernel")):close()
      end)
    end

    it("drops everything when its coroutine is closed, or dies of nil", function()
      local thread = coroutine.create(patched)
      assert(coroutine.resume(thread, coroutine.yield))
      assert(coroutine.close(thread))
      assert.same({ "KERNEL--", "config--" }, { contents() })
      thread = coroutine.wrap(patched)
      pcall(thread, function() error(nil) end)
      assert.same({ "KERNEL--", "config--" }, { contents() })
    end)

    it("raises what the flush raises, and is over", function()
      local err = raised("changed", patched, interfere)
      assert.equal(support.path "config", err.path)
      assert.same({ "KERNEL--", "config!!" }, { contents() })
      assert(suture.open(support.path "kernel")):close()
    end)

    it("only ends a set that was closed in it", function()
      patched(function(set)
        set:flush()
        set:close()
      end)
      assert.same({ "KERNEL01", "config01" }, { contents() })
    end)
  end)
end)

describe("suture.flush", function()
  local function open_both()
    local kernel, config = files()
    return assert(suture.open(kernel)), assert(suture.open(config))
  end

  it("flushes all of a list and tells how", function()
    local a, b = open_both()
    a:write(6, "01")
    assert.same({ "place", "unchanged" }, suture.flush { a, b })
    b:write(6, "01")
    assert.same({ "unchanged", "replaced" }, suture.flush { a, b, by = "replace", record = false })
    assert.same({ "KERNEL01", "config01" }, { contents() })
    a:close()
    b:close()
  end)

  it("writes none where one cannot be written", function()
    local a, b = open_both()
    a:write(6, "01")
    b:write(6, "01")
    interfere()
    raised("changed", suture.flush, { a, b })
    assert.equal("KERNEL--", support.read "kernel")
    assert.same({ 2, 1 }, { a:pending() })
    a:cancel()
    b:cancel()
  end)

  it("raises for what is no list of objects", function()
    local a, b = open_both()
    raised("argument", suture.flush)
    raised("argument", suture.flush, a)
    raised("argument", suture.flush, {})
    raised("argument", suture.flush, { "kernel" })
    assert.matches("twice", raised("argument", suture.flush, { a, a }).message, 1, true)
    assert.matches("did you mean 'by'?", raised("argument", suture.flush, { a, bu = "place" }).message, 1, true)
    for _, range in ipairs { { a, b, offset = 0 }, { a, length = 8 }, { a, b, offset = 0, length = 8 } } do
      a:write(0, "?")
      assert.equal("bad argument #2 to 'flush' (offset and length go with the flush of one object, not of a list)",
        tostring(raised("argument", suture.flush, range)))
      assert.equal("KERNEL--", support.read "kernel")
      a:rollback()
    end
    raised("unsupported", suture.flush, { a:view(0) })
    raised("unsupported", suture.flush, { a, suture.buffer(1) })
    a:close()
    raised("closed", suture.flush, { a, b })
    b:close()
  end)
end)

describe("suture.recover", function()
  it("lets the journal decide with choice auto, as without a choice", function()
    local kernel, config = interrupted()
    assert.equal("finished", suture.recover(kernel, { choice = "auto" }))
    assert.equal("KERNEL01config01", support.read(kernel) .. support.read(config))
  end)

  it("finds a file clean", function()
    local kernel = files()
    assert.equal("clean", suture.recover(kernel))
    for _, choice in ipairs { "auto", "old", "new", "forget" } do
      assert.equal("clean", suture.recover(kernel, { choice = choice }))
    end
  end)

  it("raises for a file that is not there, and for wrong options", function()
    local kernel = files()
    assert.equal(2, raised("io", suture.recover, support.path "missing").errno)
    raised("argument", suture.recover)
    raised("argument", suture.recover, kernel, nil)
    raised("argument", suture.recover, kernel, "old")
    assert.equal("bad argument #2 to 'recover' (choice must be \"auto\", \"old\", \"new\" or \"forget\", got both)",
      tostring(raised("argument", suture.recover, kernel, { choice = "both" })))
    assert.matches("did you mean 'choice'?",
      raised("argument", suture.recover, kernel, { choise = "old" }).message, 1, true)
    raised("argument", suture.recover, kernel, { journal = 5 })
    raised("io", suture.recover, kernel, { journal = support.path "missing.redo" })
  end)
end)
