-- Changes of size, and bytes that move.

local suture = require "suture"
local support = require "spec.support"
local raised = require "spec.support.raised"

local PAGE <const> = 4096

math.randomseed(23)

local DATA <const> = (function()
  local bytes = {}
  for i = 1, 3 * PAGE + 50 do
    bytes[i] = string.char(math.random(0, 255))
  end
  return table.concat(bytes)
end)()

local function fresh(name)
  return support.write(name, DATA)
end

local function all(b)
  return b:read(0, #b)
end

local function collect(b)
  local runs = {}
  for off, old, new in b:changes() do
    runs[#runs + 1] = { off, old, new }
  end
  return runs
end

-- A buffer with that content, after a body of code.
local function after(content, body)
  local b <close> = suture.buffer(content)
  body(b)
  return all(b)
end

-- The changes of a buffer with that content, after a body of code.
local function changes_after(content, body)
  local b <close> = suture.buffer(content)
  body(b)
  return collect(b)
end

local openers <const> = {
  patch = function() return assert(suture.open(fresh("structure.bin"))) end,
  copy = function() return assert(suture.open(fresh("structure.bin"), "copy")) end,
  memory = function() return suture.buffer(DATA) end,
}

-- Each verb with an argument list that would do something.
local verbs <const> = {
  insert = { 0, "x" },
  delete = { 0, 1 },
  resize = { 5 },
}

describe("bytes", function()
  for mode, open in pairs(openers) do
    describe("in mode " .. mode, function()
      local b

      before_each(function()
        b = open()
      end)

      after_each(function()
        b:rollback()
        assert.equal(DATA, all(b))
        b:close()
      end)

      for name, off in pairs { front = 0, middle = 5000, seam = PAGE, ["last byte"] = #DATA - 1, ["end"] = #DATA } do
        it("inserts at the " .. name, function()
          b:insert(off, "inserted")
          assert.equal(#DATA + 8, #b)
          assert.equal(DATA:sub(1, off) .. "inserted" .. DATA:sub(off + 1), all(b))
          assert.same({ { off, "", "inserted" } }, collect(b))
          assert.same({ 8, 1 }, { b:pending() })
        end)
      end

      for name, range in pairs {
        front = { 0, 10 }, middle = { 5000, 3000 }, ["last byte"] = { #DATA - 1, 1 }, ["end"] = { PAGE, #DATA - PAGE },
        everything = { 0, #DATA },
      } do
        it("deletes at the " .. name, function()
          local off, len = range[1], range[2]
          b:delete(off, len)
          assert.equal(#DATA - len, #b)
          assert.equal(DATA:sub(1, off) .. DATA:sub(off + len + 1), all(b))
          assert.same({ { off, DATA:sub(off + 1, off + len), "" } }, collect(b))
          assert.same({ len, 1 }, { b:pending() })
        end)
      end

      it("grows and shrinks", function()
        b:resize(#DATA + 2 * PAGE)
        assert.equal(DATA .. ("\0"):rep(2 * PAGE), all(b))
        assert.same({ { #DATA, "", ("\0"):rep(2 * PAGE) } }, collect(b))
        b:resize(#DATA + 3 * PAGE, 0xab)
        assert.equal(DATA .. ("\0"):rep(2 * PAGE) .. ("\xab"):rep(PAGE), all(b))
        b:resize(#DATA)
        assert.is_false((b:pending()))
        b:resize(10)
        assert.equal(DATA:sub(1, 10), all(b))
        assert.same({ { 10, DATA:sub(11), "" } }, collect(b))
        b:resize(0)
        assert.equal(0, #b)
        assert.same({ { 0, DATA, "" } }, collect(b))
      end)

      it("shows the fill byte where bytes were dropped before", function()
        b:resize(100)
        b:resize(#DATA)
        assert.equal(DATA:sub(1, 100) .. ("\0"):rep(#DATA - 100), all(b))
        b:resize(50)
        b:resize(#DATA + 10, 0x55)
        assert.equal(DATA:sub(1, 50) .. ("\x55"):rep(#DATA - 40), all(b))
      end)

      it("takes bytes one by one at the end", function()
        for i = 0, 999 do
          b:insert(#DATA + i, string.char(i % 256))
        end
        assert.equal(DATA, b:read(0, #DATA))
        assert.equal(999 % 256, b[#DATA + 999])
        assert.same({ 1000, 1 }, { b:pending() })
      end)

      it("says what was written to what has moved", function()
        b:insert(100, "xyz")
        b:u8(5000 + 3, (DATA:byte(5001) + 1) % 256)
        b:delete(2 * PAGE + 3, 10)
        assert.same({
          { 100, "", "xyz" },
          { 5003, DATA:sub(5001, 5001), string.char((DATA:byte(5001) + 1) % 256) },
          { 2 * PAGE + 3, DATA:sub(2 * PAGE + 1, 2 * PAGE + 10), "" },
        }, collect(b))
        assert.same({ 14, 3 }, { b:pending() })
      end)

      it("is saved as it reads", function()
        local path = support.path("saved.bin")
        for _, change in ipairs {
          function() b:write(0, "start") end,
          function() b:resize(#DATA + 5000, 7) end,
          function() b:resize(#DATA - 5000) end,
          function() b:insert(5, "moved") end,
          function() b:resize(0) end,
        } do
          change()
          b:save(path)
          assert(all(b) == support.read(path))
        end
      end)
    end)
  end

  for verb, arguments in pairs(verbs) do
    describe(":" .. verb, function()
      it("makes older views and cursors stale", function()
        local b <close> = suture.buffer("some bytes")
        local view, cursor = b:view(0, 2), b:cursor()
        local again = view:view(0, 1)
        b[verb](b, table.unpack(arguments))
        raised("stale", view.read, view, 0, 1)
        raised("stale", again.read, again, 0, 1)
        raised("stale", cursor.read, cursor, 1)
        raised("stale", function() return #view end)
        assert.matches("stale", tostring(view))
        assert.equal(b[0], b:view(0)[0])
      end)

      it("ends a loop over changes", function()
        local b <close> = suture.buffer("some bytes")
        b[0], b[5] = 0, 0
        raised("stale", function()
          for _ in b:changes() do
            b[verb](b, table.unpack(arguments))
          end
        end)
      end)

      it("is refused by a view", function()
        local b <close> = suture.buffer("some bytes")
        local view = b:view(0)
        local err = raised("unsupported", view[verb], view, table.unpack(arguments))
        assert.matches("a view", err.message)
      end)

      it("is refused in mode read", function()
        local b <close> = assert(suture.open(fresh("read.bin"), "read"))
        raised("readonly", b[verb], b, table.unpack(arguments))
        assert.equal(DATA, all(b))
      end)

      it("is refused in mode shared", function()
        local b <close> = assert(suture.open(fresh("shared.bin"), "shared"))
        raised("unsupported", b[verb], b, table.unpack(arguments))
        assert.equal(#DATA, #b)
      end)

      for name, window in pairs {
        ["that begins later"] = { offset = 1 },
        ["that ends earlier"] = { length = #DATA - 1 },
        ["in the middle"] = { offset = PAGE, length = PAGE },
      } do
        it("is refused by a window " .. name, function()
          local b <close> = assert(suture.open(fresh("window.bin"), window))
          local err = raised("unsupported", b[verb], b, table.unpack(arguments))
          assert.matches("window", err.message)
          assert.is_false((b:pending()))
        end)
      end

      it("works on a window that is the whole file", function()
        local b <close> = assert(suture.open(fresh("whole.bin"), { offset = 0, length = #DATA, mode = "copy" }))
        b[verb](b, table.unpack(arguments))
        assert.truthy(b:pending())
      end)

      it("raises on a closed object", function()
        local b = suture.buffer("some bytes")
        b:close()
        raised("closed", b[verb], b, table.unpack(arguments))
      end)

      it("raises without an object", function()
        local b <close> = suture.buffer("some bytes")
        raised("argument", b[verb])
        raised("argument", b[verb], 1, table.unpack(arguments))
      end)

      it("refuses a negative offset, a string, a fraction, nothing, and more arguments", function()
        local b <close> = suture.buffer("some bytes")
        raised("range", b[verb], b, -1, table.unpack(arguments, 2))
        raised("argument", b[verb], b, "1", table.unpack(arguments, 2))
        raised("argument", b[verb], b, 1.5, table.unpack(arguments, 2))
        raised("argument", b[verb], b, nil, table.unpack(arguments, 2))
        raised("argument", b[verb], b)
        raised("argument", b[verb], b, 1, table.unpack(arguments, 2, 2), 1, 1, 1)
        assert.equal("some bytes", all(b))
      end)
    end)
  end

  describe(":insert", function()
    it("of nothing is nothing", function()
      local b <close> = suture.buffer("abc")
      local view = b:view(0)
      b:insert(0, "")
      b:insert(3, "")
      assert.is_false((b:pending()))
      assert.equal(97, view[0])
    end)

    it("fills what is empty", function()
      assert.equal("abc", after("", function(b) b:insert(0, "abc") end))
      local path = support.write("empty.bin", "")
      local b <close> = assert(suture.open(path, "copy"))
      b:insert(0, "abc")
      assert.equal("abc", all(b))
      assert.same({ { 0, "", "abc" } }, collect(b))
      b:rollback()
      assert.equal(0, #b)
    end)

    for name, off in pairs { ["one past the end"] = 4, ["the largest integer"] = math.maxinteger } do
      it("raises at " .. name, function()
        local b <close> = suture.buffer("abc")
        local err = raised("range", b.insert, b, off, "x")
        assert.equal(off, err.offset)
        assert.matches("past the end %(size 0x3%)", err.message)
        raised("range", b.insert, b, off, "")
      end)
    end

    it("wants a string", function()
      local b <close> = suture.buffer("abc")
      for _, wrong in ipairs { 1, true, {}, b } do
        raised("argument", b.insert, b, 0, wrong)
      end
      raised("argument", b.insert, b, 0)
      raised("argument", b.insert, b, 0, nil)
    end)

    it("raises a guard's mismatch where the bytes are now", function()
      local b <close> = suture.buffer("abcdef")
      b:insert(2, "__")
      b:expect(4, "cdef")
      raised("mismatch", b.expect, b, 2, "cdef")
    end)

    it("costs what it adds at the end", function()
      local b <close> = suture.buffer(0)
      local piece = ("x"):rep(1000)
      local start = os.clock()
      for i = 0, 19999 do
        b:insert(i * 1000, piece)
      end
      assert(all(b) == piece:rep(20000))
      assert(os.clock() - start < 5)
    end)
  end)

  describe(":delete", function()
    it("of nothing is nothing", function()
      local b <close> = suture.buffer("abc")
      b:delete(0, 0)
      b:delete(3, 0)
      assert.is_false((b:pending()))
    end)

    for name, range in pairs {
      ["one byte more than there is"] = { 0, 4 },
      ["a byte at the end"] = { 3, 1 },
      ["nothing one past the end"] = { 4, 0 },
      ["the largest integer"] = { 1, math.maxinteger },
      ["at the largest integer"] = { math.maxinteger, 1 },
    } do
      it("raises for " .. name, function()
        local b <close> = suture.buffer("abc")
        raised("range", b.delete, b, table.unpack(range))
        assert.equal("abc", all(b))
      end)
    end

    it("wants a length", function()
      local b <close> = suture.buffer("abc")
      raised("range", b.delete, b, 0, -1)
      raised("argument", b.delete, b, 0, "1")
      raised("argument", b.delete, b, 0, nil)
    end)
  end)

  describe(":resize", function()
    it("to the same size is nothing", function()
      local b <close> = suture.buffer("abc")
      local view = b:view(0)
      b:resize(3, 7)
      assert.is_false((b:pending()))
      assert.equal(97, view[0])
    end)

    it("wants a byte", function()
      local b <close> = suture.buffer("abc")
      for _, wrong in ipairs { -1, 256, "x", 1.5, {} } do
        raised("argument", b.resize, b, 10, wrong)
      end
      raised("argument", b.resize, b, 10, nil)
      assert.equal(3, #b)
    end)

    it("says that a size is too large", function()
      local b <close> = suture.buffer("abc")
      for _, size in ipairs { math.maxinteger, 1 << 62, 1 << 50 } do
        local err = raised("limit", b.resize, b, size)
        assert.matches("bytes", err.message)
        assert.equal("abc", all(b))
      end
    end)

    it("costs nothing where nothing is stored", function()
      local b <close> = suture.buffer("abc")
      b:resize(1 << 40)
      b[(1 << 40) - 1] = 1
      assert.equal(0, b[1 << 39])
      b:rollback()
      assert.equal("abc", all(b))
    end)

    it("shows zeros again behind what was written and dropped", function()
      assert.equal("ab" .. ("\0"):rep(PAGE), after("", function(b)
        b:resize(3 * PAGE)
        b:fill(0, 3 * PAGE, 0xff)
        b:resize(0)
        b:insert(0, "ab")
        b:resize(PAGE + 2)
      end))
    end)
  end)

  describe(":move", function()
    for name, case in pairs {
      ["forward"] = { 4, 0, 2, "0123018" .. "9" },
      ["overlapping forward"] = { 2, 0, 5, "0101234789" },
      ["overlapping backward"] = { 0, 2, 5, "2345656789" },
      ["onto itself"] = { 3, 3, 4, "0123456789" },
      ["nothing"] = { 10, 10, 0, "0123456789" },
      ["everything"] = { 0, 0, 10, "0123456789" },
      ["the last byte to the front"] = { 0, 9, 1, "9123456789" },
    } do
      it("copies " .. name, function()
        local dst, src, len = case[1], case[2], case[3]
        local data = "0123456789"
        local expected = data:sub(1, dst) .. data:sub(src + 1, src + len) .. data:sub(dst + len + 1)
        assert.equal(expected, after(data, function(b) b:move(dst, src, len) end))
      end)
    end

    it("works over many pages of a file, and is flushed in place", function()
      local path = fresh("move.bin")
      local b <close> = assert(suture.open(path))
      b:move(10, 0, 3 * PAGE)
      local expected = DATA:sub(1, 10) .. DATA:sub(1, 3 * PAGE) .. DATA:sub(3 * PAGE + 11)
      assert.equal(expected, all(b))
      assert.equal("place", b:flush())
      assert.equal(expected, support.read(path))
    end)

    it("counts from the beginning of a view", function()
      local b <close> = suture.buffer("0123456789")
      local view = b:view(5)
      view:move(0, 2, 2)
      assert.equal("0123478789", all(b))
    end)

    it("works in shared mode", function()
      local path = fresh("shared.bin")
      local b <close> = assert(suture.open(path, "shared"))
      b:move(0, 1, 5)
      assert.equal(DATA:sub(2, 6) .. DATA:sub(6), support.read(path))
    end)

    it("is refused in mode read", function()
      local b <close> = assert(suture.open(fresh("read.bin"), "read"))
      raised("readonly", b.move, b, 0, 1, 1)
    end)

    for name, range in pairs {
      ["a source past the end"] = { 0, 9, 2 },
      ["a destination past the end"] = { 9, 0, 2 },
      ["the largest length"] = { 0, 0, math.maxinteger },
      ["the largest source"] = { 0, math.maxinteger, 1 },
      ["the largest destination"] = { math.maxinteger, 0, 1 },
      ["a negative offset"] = { -1, 0, 1 },
    } do
      it("raises for " .. name, function()
        local b <close> = suture.buffer("0123456789")
        raised("range", b.move, b, table.unpack(range))
        assert.equal("0123456789", all(b))
      end)
    end

    it("wants integers", function()
      local b <close> = suture.buffer("0123456789")
      raised("argument", b.move, b, 0, 1)
      raised("argument", b.move, b, 0, "1", 1)
      raised("argument", b.move, b, 0, 1, 1, 1)
      raised("argument", b.move)
    end)
  end)

  describe(":changes", function()
    for name, case in pairs {
      ["an insert that was deleted again"] = { function(b) b:insert(3, "xy") b:delete(3, 2) end, {} },
      ["a delete that was put back"] = { function(b) b:delete(3, 2) b:insert(3, "34") end, {} },
      ["a tail that was cut off and put back"] = { function(b) b:resize(4) b:insert(4, "456789") end, {} },
      ["a tail that was cut off and grew again"] = {
        function(b) b:resize(4) b:resize(10, ("7"):byte()) end, { { 4, "456", "777" }, { 8, "89", "77" } },
      },
      ["other bytes of the same length"] = { function(b) b:delete(3, 3) b:insert(3, "3x5") end, { { 4, "4", "x" } } },
      ["two inserts in one place"] = { function(b) b:insert(5, "b") b:insert(5, "a") end, { { 5, "", "ab" } } },
      ["two inserts side by side"] = { function(b) b:insert(5, "a") b:insert(6, "b") end, { { 5, "", "ab" } } },
      ["an insert and a delete further on"] = {
        function(b) b:insert(2, "ab") b:delete(9, 2) end, { { 2, "", "ab" }, { 9, "78", "" } },
      },
      ["a write beside an insert"] = { function(b) b:insert(2, "ab") b:write(4, "c") end, { { 2, "2", "abc" } } },
      ["growth beside a write"] = { function(b) b:write(9, "x") b:insert(10, "y") end, { { 9, "9", "xy" } } },
      ["everything replaced by more"] = {
        function(b) b:resize(0) b:insert(0, "zzzzzzzzzzzz") end, { { 0, "0123456789", "zzzzzzzzzzzz" } },
      },
      ["a delete of what was inserted and more"] = {
        function(b) b:insert(5, "xxxx") b:delete(4, 6) end, { { 4, "45", "" } },
      },
    } do
      it("tells " .. name, function()
        assert.same(case[2], changes_after("0123456789", case[1]))
      end)
    end

    it("tells a view its part", function()
      local b <close> = suture.buffer("0123456789")
      b:write(0, "abcd")
      b:insert(6, "xyz")
      b:delete(11, 1)
      assert.same({ { 0, "23", "cd" }, { 4, "", "xy" } }, collect(b:view(2, 6)))
      assert.same({ 4, 2 }, { b:view(2, 6):pending() })
      assert.same({ { 0, "", "z" }, { 3, "8", "" } }, collect(b:view(8)))
      assert.same({}, collect(b:view(4, 2)))
      assert.is_false((b:view(4, 2):pending()))
    end)
  end)

  describe(":flush", function()
    it("goes on after bytes were put back", function()
      local path = fresh("back.bin")
      local b <close> = assert(suture.open(path))
      b:insert(5, "moved")
      b:write(0, "x")
      b:delete(5, 5)
      assert.equal("place", b:flush())
      assert.equal("x" .. DATA:sub(2), support.read(path))
    end)
  end)

  describe("an object that grew", function()
    it("finds, counts and reads behind the file's end", function()
      local b <close> = assert(suture.open(fresh("grown.bin"), "copy"))
      b:insert(#b, ("needle"):rep(2000))
      assert.equal(#DATA, (b:find("needle")))
      assert.equal(#DATA + 6 * 1999, (b:rfind("needle")))
      assert.equal(2000, b:count("needle"))
      b:expect(#DATA, "needle")
    end)

    it("notices that the file was truncated", function()
      local path = fresh("truncated.bin")
      local b <close> = assert(suture.open(path, "copy"))
      b:insert(0, "x")
      assert.equal(0, (support.run("truncate -s 10 " .. support.quote(path))))
      raised("truncated", b.read, b, 0, #b)
      b:rollback()
    end)

    it("notices at a change of size that the file was truncated", function()
      local path = fresh("truncated.bin")
      local b <close> = assert(suture.open(path, "copy"))
      assert.equal(0, (support.run("truncate -s 10 " .. support.quote(path))))
      raised("truncated", b.insert, b, 0, "x")
      raised("truncated", b.delete, b, 0, 1)
    end)
  end)
end)
