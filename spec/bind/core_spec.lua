-- The C half, as suture's own Lua modules call it.

local core = require "suture.core"
local support = require "spec.support"
local raised = require "spec.support.raised"

local function plain_error(fn, ...)
  local ok, err = pcall(fn, ...)
  assert.is_false(ok)
  assert.equal("string", type(err))
end

local function file(name, content)
  local path = support.write(name, content)
  return path, assert(core.open(path, "patch"))
end

describe("core", function()
  describe(".open and .buffer", function()
    it("are those of the module", function()
      local suture = require "suture"
      assert.equal(core.open, suture.open)
      assert.equal(core.buffer, suture.buffer)
      assert.equal(core.hex, suture.hex)
      assert.equal(core.pattern, suture.pattern)
    end)
  end)

  describe(".pattern", function()
    it("gives a pattern back as it is", function()
      local p = core.pattern "75 ??"
      assert.is_true(rawequal(p, core.pattern(p)))
    end)
  end)

  describe(".literal", function()
    it("fixes every bit of a string", function()
      local p = core.literal "u\n\0"
      assert.equal("75 0a 00", tostring(p))
      assert.equal(3, p.fixed)
    end)

    it("copies a pattern, and keeps what is free", function()
      assert.equal("75 ?a", tostring(core.literal(core.pattern "75 ?a")))
    end)

    it("raises for nothing to match", function()
      raised("argument", core.literal, "")
      raised("argument", core.literal, 75)
      raised("argument", core.literal)
    end)
  end)

  describe(".restrict", function()
    it("lets a patching object only be read, or keep what it writes to itself", function()
      local _, b = file("restrict.bin", "abcd")
      core.restrict(b, "copy")
      b[0] = 0
      raised("unsupported", b.flush, b)
      core.restrict(b, "read")
      raised("readonly", function() b[0] = 1 end)
      raised("readonly", b.write, b, 0, "x")
      assert.equal(0, b[0])
      b:close()
    end)

    it("forgets which page it may write without asking", function()
      local b = core.buffer "abcd"
      b[0] = 1
      b[1] = 2
      core.restrict(b, "read")
      raised("readonly", function() b[2] = 3 end)
    end)

    it("raises for other modes, and when closed", function()
      local b = core.buffer(1)
      plain_error(core.restrict, b, "patch")
      plain_error(core.restrict, b, "shared")
      plain_error(core.restrict, b, "nothing")
      b:close()
      raised("closed", core.restrict, b, "read")
    end)
  end)

  describe(".touched", function()
    it("tells whether anything was written, be it the same", function()
      local b = core.buffer "abcd"
      assert.is_false(core.touched(b))
      b:read(0, 4)
      b:write(0, "")
      assert.is_false(core.touched(b))
      b[0] = 0x61
      assert.is_true(core.touched(b))
      b:rollback()
      assert.is_false(core.touched(b))
      b:insert(0, "x")
      assert.is_true(core.touched(b))
      b:close()
      raised("closed", core.touched, b)
    end)
  end)

  describe(".state", function()
    it("is another number after each write, and comes back", function()
      local b = core.buffer "abcd"
      assert.same({ 0, 0 }, { core.state(b) })
      b[0] = 1
      local first = core.state(b)
      b[0] = 2
      local second, last = core.state(b)
      assert.is_true(first ~= 0 and second ~= 0 and second == last)
      b:rollback()
      assert.equal(0, (core.state(b)))
      b:redo()
      assert.equal(second, (core.state(b)))
      assert.equal(last, select(2, core.state(b)))
      b:close()
      raised("closed", core.state, b)
    end)
  end)

  describe(".join", function()
    it("leaves flush, close and cancel to the transaction", function()
      local _, b = file("join.bin", "abcd")
      core.join(b, true)
      for _, name in ipairs { "flush", "close", "cancel" } do
        raised("unsupported", b[name], b)
      end
      raised("unsupported", core.flush, { b })
      core.join(b, false)
      assert.equal("unchanged", b:flush())
      b:close()
      core.join(b, false) -- nothing to say about a closed one
      raised("argument", core.join, {}, true)
    end)
  end)

  describe(".left_normally", function()
    local function holder(answer)
      return setmetatable({}, { __close = function(object, err) answer.normal = core.left_normally(object, err) end })
    end

    it("is true where the function that holds the object leaves its block", function()
      local answer = {}
      do
        local object <close> = holder(answer) -- luacheck: ignore
      end
      assert.is_true(answer.normal)
    end)

    it("is false for an error, one of nil, and a coroutine that is closed", function()
      local answer = {}
      for _, leave in ipairs {
        function() error "a slip" end,
        function() error(nil) end,
      } do
        answer.normal = nil
        pcall(function()
          local object <close> = holder(answer) -- luacheck: ignore
          leave()
        end)
        assert.is_false(answer.normal)
      end
      local thread = coroutine.create(function()
        local object <close> = holder(answer) -- luacheck: ignore
        coroutine.yield()
      end)
      coroutine.resume(thread)
      answer.normal = nil
      coroutine.close(thread)
      assert.is_false(answer.normal)
    end)
  end)

  describe(".flush", function()
    it("gives an outcome for each object", function()
      local _, a = file("a.bin", "abcd")
      local _, b = file("b.bin", "abcd")
      a[0] = 0
      assert.same({ "place", "unchanged" }, core.flush { a, b })
      assert.same({ "unchanged", "unchanged" }, core.flush({ a, b }, { record = false }))
      a:close()
      b:close()
    end)

    it("raises for an empty list, one that is none, a view, a range and an object that is there twice", function()
      local _, b = file("a.bin", "abcd")
      raised("argument", core.flush, {})
      plain_error(core.flush, b)
      raised("argument", core.flush, { 5 })
      raised("unsupported", core.flush, { b:view(0) })
      raised("argument", core.flush, { b, b })
      raised("argument", core.flush, { b }, { offset = 1, length = 1 })
      raised("argument", core.flush, { b }, {}, 1)
      b:close()
      raised("closed", core.flush, { b })
    end)
  end)

  describe(".recover", function()
    it("has nothing to do for a file at rest", function()
      local path = support.write("rest.bin", "abcd")
      assert.equal("clean", core.recover(path))
      assert.equal("clean", core.recover(path, "auto"))
    end)

    it("raises for what is no path, and for another choice", function()
      raised("argument", core.recover)
      raised("argument", core.recover, "a\0b")
      plain_error(core.recover, "x", "nothing")
      raised(false, core.recover, support.path "missing/file")
    end)
  end)

  describe(".records, .record and .forget", function()
    it("keep what a flush has done until it is forgotten", function()
      local path, b = file("record.bin", "abcd")
      local before = core.records()
      b:write(1, "BC")
      b:flush()
      b:close()
      local ids = core.records()
      assert.equal(#before + 1, #ids)
      local record = core.record(ids[1])
      assert.equal(ids[1], record.id)
      assert.equal(record.time, record.nanoseconds // 1000000000)
      assert.is_true(math.abs(record.time - os.time()) < 100)
      local target = record.targets[1]
      local known = core.identify(path)
      assert.same({ known.path, known.inode, known.fsid, 4, 4, false },
        { target.path, target.inode, target.fsid, target.old_size, target.new_size, target.replaced })
      assert.same({ { offset = 1, old_offset = 1, old = "bc", new = "BC" } }, target.changes)
      core.forget(ids[1])
      assert.same(before, core.records())
    end)

    it("raise argument for what is no id", function()
      for _, id in ipairs { "", "none", "../records/x", ("a"):rep(1000) } do
        raised("argument", core.record, id)
        raised("argument", core.forget, id)
      end
      local gone = ("0"):rep(16) .. "-" .. ("0"):rep(16)
      raised("argument", core.record, gone)
      core.forget(gone) -- as it is wanted
      raised("argument", core.record)
      raised("argument", core.forget, 5)
    end)
  end)

  describe(".identify", function()
    it("resolves the name and tells the inode", function()
      local path = support.write("identify.bin", "")
      support.run(("ln -sf identify.bin %s"):format(support.path "link.bin"))
      local found, same = core.identify(path), core.identify(support.path "link.bin")
      assert.same(found, same)
      local _, inode = support.run("stat -c %i " .. path)
      assert.equal(tonumber(inode), found.inode)
      assert.equal(path, found.path)
      assert.equal("number", type(found.fsid))
      assert.is_true(found.born == nil or math.abs(found.born // 1000000000 - os.time()) < 1000)
    end)

    it("returns what the world does, and raises for what is no path", function()
      local none, err, errno = core.identify(support.path "nothing here")
      assert.same({ nil, "io", 2 }, { none, err.kind, errno })
      raised("argument", core.identify, "a\0b")
      raised("argument", core.identify, 5)
    end)
  end)

  describe(".error and .raise", function()
    it("make an error with the fields that are given", function()
      local err = core.error("format", "no magic",
        { path = "f.bin", offset = 4, file_offset = 20, errno = 5, other = 1 })
      assert.equal("f.bin: 0x4: no magic", tostring(err))
      assert.same({ "format", "no magic", "f.bin", 4, 20, 5 },
        { err.kind, err.message, err.path, err.offset, err.file_offset, err.errno })
      assert.matches("core_spec.lua:%d+$", err.where)
      assert.equal(core.error_meta, getmetatable(err))
    end)

    it("raise the same", function()
      local err = raised("limit", core.raise, "limit", "too much")
      assert.equal("too much", tostring(err))
      assert.is_nil(err.path)
      assert.is_nil(err.offset)
    end)

    it("raise a plain error for a kind that is none", function()
      plain_error(core.error, "nothing", "x")
      plain_error(core.error, "none", "x")
      plain_error(core.raise, "io")
      plain_error(core.error, {}, "x")
    end)
  end)

  describe(".is_error", function()
    it("knows its own and no others", function()
      assert.is_true(core.is_error(core.error("io", "x")))
      for _, value in ipairs { "io", 5, {}, setmetatable({}, { __index = {} }), core.buffer(1) } do
        assert.is_false(core.is_error(value))
      end
      assert.is_false(core.is_error(nil))
      plain_error(core.is_error)
    end)
  end)

  describe(".own", function()
    it("passes over frames of chunks that begin so, until another prefix is set", function()
      local own = debug.getinfo(require "suture.flush", "S").source:gsub("flush%.lua$", "")
      local chunk = assert(load("return ...", "@inner/x.lua"))
      local raise = assert(load("local core = ... ; core.raise('io', 'x')", "@inner/y.lua"))
      assert.equal("inner/y.lua:1", raised("io", raise, core).where)
      core.own "@inner/"
      local err = raised("io", function() raise(core, chunk) end)
      core.own(own)
      assert.matches("core_spec.lua:%d+$", err.where)
      plain_error(core.own)
    end)
  end)

  describe(".pair_list", function()
    local function listed(...)
      local pieces = {}
      for piece in core.pair_list(...) do
        pieces[#pieces + 1] = piece
      end
      return table.concat(pieces)
    end

    it("puts differences into the caller's words", function()
      local old, new = core.buffer "abcdef", core.buffer "aXcdYZ"
      assert.equal("<1:62>58\n<4:6566>595a\n", listed(old, new, 16, "<", ":", ">", "\n"))
      assert.equal("1,62,58;4,65,59;5,66,5a;", listed(old, new, 1, "", ",", ",", ";"))
      assert.equal("", listed(old, old, 16, "<", ":", ">", "\n"))
    end)

    it("raises for views, when closed, and when a size changes in the loop", function()
      local old, new = core.buffer "abcdef", core.buffer "aXcdYZ"
      raised("unsupported", core.pair_list, old:view(0), new, 16, "", "", "", "")
      local step = core.pair_list(old, new, 16, "", "", "", "")
      new:resize(3)
      raised("stale", step)
      new:close()
      raised("closed", core.pair_list, old, new, 16, "", "", "", "")
    end)
  end)

  describe(".suggest and .unknown", function()
    it("find the word that was meant", function()
      for word, wanted in pairs { fnd = "find", finds = "find", fidn = "find", FIND = "", x = "", [""] = "" } do
        assert.equal(wanted ~= "" and wanted or nil, core.suggest(word, { "find", "fill", "flush" }))
      end
      assert.is_nil(core.suggest("find", {}))
      assert.is_nil(core.suggest(("find"):rep(100), { "find" }))
    end)

    it("put it into a sentence", function()
      assert.equal("unknown verb 'rnu'; did you mean 'run'?", core.unknown("verb", "rnu", { "log", "run" }))
      assert.equal("unknown verb '5'", core.unknown("verb", 5, { "run" }))
    end)

    it("raise for what is no list", function()
      plain_error(core.suggest, "x")
      plain_error(core.unknown, "verb", "x")
    end)
  end)

  describe("names with a NUL byte", function()
    for _, name in ipairs { "record", "forget", "identify", "recover", "open" } do
      it("raise: " .. name, function()
        local err = raised("argument", core[name], "a\0b")
        assert.matches("contains a NUL byte", tostring(err), 1, true)
      end)
    end
  end)
end)
