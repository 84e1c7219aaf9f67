-- The bytes object itself: how it is opened, what it is made of, how long it lives.

local suture = require "suture"
local support = require "spec.support"
local raised = require "spec.support.raised"

local LETTERS <const> = "abcdefghijklmnopqrstuvwxyz"

local function letters(name)
  return support.write(name or "letters.bin", LETTERS)
end

describe("bytes", function()
  describe("suture.open", function()
    it("patches when no mode is given", function()
      local b <close> = assert(suture.open(letters()))
      assert.equal("patch", b.mode)
    end)

    for _, mode in ipairs { "read", "patch", "copy", "shared" } do
      it("takes the mode word " .. mode, function()
        local b <close> = assert(suture.open(letters(), mode))
        assert.equal(mode, b.mode)
        assert.equal(LETTERS, b:read(0, #b))
      end)

      it("takes the mode " .. mode .. " in a table", function()
        local b <close> = assert(suture.open(letters(), { mode = mode }))
        assert.equal(mode, b.mode)
      end)

      it("opens an empty file in mode " .. mode, function()
        local b <close> = assert(suture.open(support.write("empty.bin", ""), mode))
        assert.equal(0, #b)
        assert.equal("", b:read(0, 0))
        for _ in b:each() do
          error("an empty file has no bytes")
        end
        assert.is_nil(b:find("a"))
        assert.equal("range", raised("range", function() return b[0] end).kind)
      end)
    end

    it("raises for a mode it does not know, with a suggestion", function()
      local err = raised("argument", suture.open, letters(), "pacth")
      assert.matches("pacth", tostring(err), 1, true)
      assert.matches("patch[\"']", tostring(err))
      raised("argument", suture.open, letters(), { mode = "pacth" })
    end)

    it("raises for an option it does not know, with a suggestion", function()
      local err = raised("argument", suture.open, letters(), { mod = "read" })
      assert.matches("'mod'", tostring(err), 1, true)
      assert.matches("'mode'", tostring(err), 1, true)
    end)

    it("raises for an explicit nil in place of the options", function()
      raised("argument", suture.open, letters(), nil)
    end)

    it("raises for options that are neither a word nor a table", function()
      raised("argument", suture.open, letters(), 7)
      raised("argument", suture.open, letters(), true)
    end)

    it("raises for a path that is not a string", function()
      raised("argument", suture.open)
      raised("argument", suture.open, nil)
      raised("argument", suture.open, {})
    end)

    it("refuses a path with a NUL inside instead of opening a shorter one", function()
      local path = letters()
      local ok, b, err = pcall(suture.open, path .. "\0x")
      assert.is_true(not ok or b == nil and err ~= nil)
    end)

    it("follows a symbolic link", function()
      local path, link = letters("target.bin"), support.path("link.bin")
      support.run(("ln -sf target.bin %s"):format(support.quote(link)))
      do
        local b <close> = assert(suture.open(link))
        assert.equal(link, b.path)
        b[0] = 0x41
      end
      assert.equal("A" .. LETTERS:sub(2), support.read(path))
      local status = support.run(("test -L %s"):format(support.quote(link)))
      assert.equal(0, status)
    end)

    describe("with create", function()
      local path
      before_each(function()
        path = support.path("created.bin")
        os.remove(path)
      end)

      it("makes a missing file of so many zeros", function()
        do
          local b <close> = assert(suture.open(path, { create = 5000 }))
          assert.equal(5000, #b)
          b[4999] = 1
        end
        assert.equal(("\0"):rep(4999) .. "\1", support.read(path))
      end)

      it("makes an empty file of size 0", function()
        local b <close> = assert(suture.open(path, { create = 0, mode = "shared" }))
        assert.equal(0, #b)
        assert.equal("", support.read(path))
      end)

      it("leaves a file that is there as it is", function()
        letters("created.bin")
        local b <close> = assert(suture.open(path, { create = 5000 }))
        assert.equal(26, #b)
        assert.equal(LETTERS, support.read(path))
      end)

      it("returns nil and an error where no file can be made, or not of that size", function()
        for _, options in ipairs { { support.path("no folder") .. "/x", 10 }, { path, math.maxinteger } } do
          local b, err, errno = suture.open(options[1], { create = options[2] })
          assert.is_nil(b)
          assert.matches(options[1], tostring(err), 1, true)
          assert.equal("integer", math.type(errno))
          assert.is_nil((io.open(options[1])))
        end
      end)

      for name, size in pairs { ["a negative size"] = -1, ["a fraction"] = 1.5, ["a string"] = "1", ["true"] = true } do
        it("raises for " .. name .. " and makes nothing", function()
          raised("argument", suture.open, path, { create = size })
          assert.is_nil((io.open(path)))
        end)
      end
    end)

    describe("with a window", function()
      it("starts at any offset", function()
        local b <close> = assert(suture.open(letters(), { mode = "read", offset = 5 }))
        assert.equal(21, #b)
        assert.equal(5, b.offset)
        assert.equal("fgh", b:read(0, 3))
        assert.equal(("z"):byte(), b[20])
      end)

      it("ends after its length", function()
        local b <close> = assert(suture.open(letters(), { mode = "read", offset = 5, length = 3 }))
        assert.equal(3, #b)
        assert.equal("fgh", b:read(0, 3))
        raised("range", function() return b[3] end)
      end)

      it("starts at 0 when only a length is given", function()
        local b <close> = assert(suture.open(letters(), { mode = "read", length = 4 }))
        assert.equal(0, b.offset)
        assert.equal("abcd", b:read(0, #b))
      end)

      it("writes at its own place in the file", function()
        local data = ("."):rep(10000)
        local path = support.write("window.bin", data)
        do
          local b <close> = assert(suture.open(path, { offset = 4093, length = 7 }))
          assert.equal(7, #b)
          b:write(0, "<12345>")
        end
        assert.equal(data:sub(1, 4093) .. "<12345>" .. data:sub(4101), support.read(path))
      end)

      it("may be empty at the very end", function()
        local b <close> = assert(suture.open(letters(), { mode = "read", offset = 26 }))
        assert.equal(0, #b)
        local c <close> = assert(suture.open(letters(), { mode = "read", offset = 26, length = 0 }))
        assert.equal(0, #c)
      end)

      for name, options in pairs {
        ["an offset past the end"] = { offset = 27 },
        ["an offset of math.maxinteger"] = { offset = math.maxinteger },
        ["a length past the end"] = { offset = 20, length = 7 },
        ["a length of math.maxinteger"] = { offset = 20, length = math.maxinteger },
        ["a negative offset"] = { offset = -1 },
        ["an offset of math.mininteger"] = { offset = math.mininteger },
        ["a negative length"] = { length = -1 },
        ["a fractional offset"] = { offset = 1.5 },
        ["a string as offset"] = { offset = "1" },
        ["a string as length"] = { length = "1" },
      } do
        it("refuses " .. name, function()
          local ok, b, err = pcall(suture.open, letters(), options)
          if ok then
            assert.is_nil(b)
          else
            err = b
          end
          assert.is_true(err.kind == "range" or err.kind == "argument", tostring(err))
        end)
      end
    end)
  end)

  describe("suture.buffer", function()
    it("makes zeros of a size", function()
      local b = suture.buffer(5)
      assert.equal(5, #b)
      assert.equal("\0\0\0\0\0", b:read(0, 5))
    end)

    it("copies a string, whatever bytes it has", function()
      local b = suture.buffer("a\0\xff")
      assert.equal("a\0\xff", b:read(0, 3))
    end)

    it("may be empty", function()
      assert.equal(0, #suture.buffer(0))
      assert.equal(0, #suture.buffer(""))
    end)

    it("takes an integral float as size", function()
      assert.equal(4, #suture.buffer(4.0))
    end)

    it("treats a string of digits as bytes, not as a size", function()
      assert.equal("16", suture.buffer("16"):read(0, 2))
    end)

    it("has mode memory, offset 0 and no path", function()
      local b = suture.buffer(1)
      assert.equal("memory", b.mode)
      assert.equal(0, b.offset)
      assert.is_nil(b.path)
    end)

    it("leaves the string it was made from as it is", function()
      local text = "immutable"
      local b = suture.buffer(text)
      b[0] = 0
      assert.equal("immutable", text)
    end)

    for name, size in pairs {
      ["a negative size"] = -1,
      ["math.mininteger"] = math.mininteger,
      ["a fractional size"] = 1.5,
      ["a table"] = {},
      ["true"] = true,
      ["math.huge"] = math.huge,
    } do
      it("raises for " .. name, function()
        raised(false, suture.buffer, size)
      end)
    end

    it("raises for nothing at all", function()
      raised("argument", suture.buffer)
      raised("argument", suture.buffer, nil)
    end)

    it("raises, and does not die, for more than memory holds", function()
      raised(false, suture.buffer, math.maxinteger)
    end)
  end)

  describe("#", function()
    it("is the size of the file in bytes", function()
      local b <close> = assert(suture.open(letters(), "read"))
      assert.equal(26, #b)
    end)
  end)

  describe("index", function()
    it("reads every byte as a number", function()
      local b = suture.buffer(LETTERS)
      for off = 0, 25 do
        assert.equal(LETTERS:byte(off + 1), b[off])
      end
    end)

    it("takes a float with an integral value", function()
      assert.equal(("c"):byte(), suture.buffer(LETTERS)[2.0])
    end)

    it("raises one past the end and names offset and size", function()
      local b <close> = assert(suture.open(letters("past.bin"), "read"))
      local err = raised("range", function() return b[26] end)
      assert.equal(26, err.offset)
      assert.matches("past.bin: 0x1a: ", tostring(err), 1, true)
      assert.matches("size 0x1a", tostring(err), 1, true)
    end)

    for name, off in pairs {
      ["-1"] = -1,
      ["math.maxinteger"] = math.maxinteger,
      ["math.mininteger"] = math.mininteger,
      ["2^32"] = 1 << 32,
      ["2^31"] = 1 << 31,
    } do
      it("raises for " .. name, function()
        local b = suture.buffer(LETTERS)
        raised("range", function() return b[off] end)
        raised("range", function() b[off] = 1 end)
      end)
    end

    for name, key in pairs {
      ["a fraction"] = 1.5,
      ["a float beyond the integers"] = 2.0 ^ 70,
      ["infinity"] = math.huge,
      ["not a number"] = 0 / 0,
      ["a string of digits"] = "1",
      ["a boolean"] = true,
      ["a table"] = {},
    } do
      it("raises for " .. name, function()
        local b = suture.buffer(LETTERS)
        raised(false, function() return b[key] end)
        raised(false, function() b[key] = 1 end)
        assert.equal(LETTERS, b:read(0, 26))
      end)
    end

    it("raises for nil", function()
      local b, none = suture.buffer(LETTERS), nil
      raised("argument", function() return b[none] end)
    end)
  end)

  describe("assignment", function()
    it("writes first and last byte and nothing beside them", function()
      local b = suture.buffer("abcd")
      b[0], b[3] = 0, 255
      assert.equal("\0bc\xff", b:read(0, 4))
    end)

    it("takes floats with an integral value on both sides", function()
      local b = suture.buffer("abcd")
      b[1.0] = 65.0
      assert.equal("aAcd", b:read(0, 4))
    end)

    for name, value in pairs {
      ["256"] = 256,
      ["-1"] = -1,
      ["a fraction"] = 1.5,
      ["a string of digits"] = "1",
      ["a letter"] = "A",
      ["true"] = true,
      ["math.maxinteger"] = math.maxinteger,
      ["math.mininteger"] = math.mininteger,
    } do
      it("raises for the value " .. name .. " and leaves the byte", function()
        local b = suture.buffer("abcd")
        raised("argument", function() b[1] = value end)
        assert.equal("abcd", b:read(0, 4))
      end)
    end

    it("raises for nil", function()
      local b = suture.buffer("abcd")
      raised("argument", function() b[1] = nil end)
      assert.equal("abcd", b:read(0, 4))
    end)

    it("raises one past the end", function()
      local b = suture.buffer("abcd")
      assert.equal(4, raised("range", function() b[4] = 1 end).offset)
    end)
  end)

  describe("fields", function()
    it("has the path as the caller gave it", function()
      local path = letters()
      local b <close> = assert(suture.open(path, "read"))
      assert.equal(path, b.path)
    end)

    it("raises for a field it does not have, with a suggestion", function()
      local b = suture.buffer(1)
      local err = raised("argument", function() return b.raed end)
      assert.matches("'raed'", tostring(err), 1, true)
      assert.matches("did you mean 'read'", tostring(err), 1, true)
    end)

    it("raises for a method it does not have, with a suggestion", function()
      local b = suture.buffer(8)
      assert.matches("'u32le'", tostring(raised("argument", function() return b:u32le_(0) end)), 1, true)
      assert.matches("'flush'", tostring(raised("argument", function() return b:flsh() end)), 1, true)
    end)

    it("suggests nothing where nothing is near", function()
      local b = suture.buffer(8)
      local err = raised("argument", function() return b.zzzzzzzzzzzz end)
      assert.is_nil(tostring(err):find("did you mean", 1, true))
    end)

    it("raises when an unknown field is set", function()
      local b = suture.buffer(8)
      local err = raised("argument", function() b.ordr = "be" end)
      assert.matches("'order'", tostring(err), 1, true)
    end)

    for _, field in ipairs { "path", "mode", "offset", "read", "flush" } do
      it("does not let " .. field .. " be set", function()
        local b = suture.buffer(8)
        raised("argument", function() b[field] = 1 end)
      end)
    end
  end)

  describe("order", function()
    it("is little at first and steers the accessors without an ending", function()
      local b = suture.buffer("\1\2\3\4")
      assert.equal("le", b.order)
      assert.equal(0x04030201, b:u32(0))
      b.order = "be"
      assert.equal("be", b.order)
      assert.equal(0x01020304, b:u32(0))
      assert.equal(0x04030201, b:u32le(0))
      b.order = "le"
      assert.equal(0x0201, b:u16(0))
    end)

    for name, value in pairs { ["big"] = "big", ["BE"] = "BE", ["a number"] = 1, ["an empty string"] = "" } do
      it("raises for " .. name, function()
        local b = suture.buffer(4)
        raised("argument", function() b.order = value end)
        assert.equal("le", b.order)
      end)
    end

    it("raises for nil", function()
      local b = suture.buffer(4)
      raised("argument", function() b.order = nil end)
    end)
  end)

  describe("tostring", function()
    it("names the file", function()
      local path = letters()
      local b <close> = assert(suture.open(path, "read"))
      assert.matches(path, tostring(b), 1, true)
    end)

    it("works on buffers, views and closed objects", function()
      local b = suture.buffer(4)
      assert.is_string(tostring(b))
      assert.is_string(tostring(b:view(1)))
      b:close()
      assert.matches("closed", tostring(b), 1, true)
    end)
  end)

  describe(":view", function()
    it("has its own offset 0 and the rest of its parent", function()
      local v = suture.buffer(LETTERS):view(3)
      assert.equal(23, #v)
      assert.equal("def", v:read(0, 3))
      assert.equal(3, v.offset)
    end)

    it("ends after its length", function()
      local v = suture.buffer(LETTERS):view(3, 2)
      assert.equal(2, #v)
      raised("range", function() return v[2] end)
      raised("range", function() return v[-1] end)
      raised("range", v.read, v, 1, 2)
    end)

    it("shows the parent's writes, and the parent its own", function()
      local b = suture.buffer("abcdef")
      local v = b:view(2, 2)
      b[2] = 0x43
      assert.equal(0x43, v[0])
      v:write(0, "XY")
      assert.equal("abXYef", b:read(0, 6))
      assert.equal(2, (b:pending()))
    end)

    it("adds up over views of views", function()
      local v = suture.buffer(LETTERS):view(3):view(4):view(5, 2)
      assert.equal(12, v.offset)
      assert.equal("mn", v:read(0, 2))
    end)

    it("counts its offset in the file, through a window too", function()
      local b <close> = assert(suture.open(letters(), { mode = "read", offset = 5 }))
      assert.equal(7, b:view(2).offset)
    end)

    it("may be empty, at the end too", function()
      local b = suture.buffer(LETTERS)
      assert.equal(0, #b:view(26))
      assert.equal(0, #b:view(26, 0))
      assert.equal(0, #b:view(4, 0))
    end)

    it("inherits path, mode and order, and then goes its own way", function()
      local path = letters()
      local b <close> = assert(suture.open(path, "copy"))
      b.order = "be"
      local v = b:view(0, 4)
      assert.equal(path, v.path)
      assert.equal("copy", v.mode)
      assert.equal("be", v.order)
      v.order = "le"
      assert.equal("be", b.order)
      assert.equal("le", v.order)
    end)

    for name, range in pairs {
      ["an offset past the end"] = { 27 },
      ["a length past the end"] = { 3, 24 },
      ["a negative offset"] = { -1 },
      ["a negative length"] = { 1, -1 },
      ["the largest offset"] = { math.maxinteger },
      ["the largest length"] = { 3, math.maxinteger },
      ["the smallest offset"] = { math.mininteger },
    } do
      it("raises for " .. name, function()
        local b = suture.buffer(LETTERS)
        raised("range", b.view, b, table.unpack(range))
      end)
    end

    it("raises for nil, fractions and strings", function()
      local b = suture.buffer(LETTERS)
      raised("argument", b.view, b)
      raised("argument", b.view, b, nil)
      raised("argument", b.view, b, 1, nil)
      raised("argument", b.view, b, 1.5)
      raised("argument", b.view, b, "1")
      raised("argument", b.view, b, 1, "1")
    end)

    for _, method in ipairs { "flush", "rollback" } do
      it("has no transaction: " .. method .. " raises", function()
        local b <close> = assert(suture.open(letters(), "patch"))
        local v = b:view(1, 4)
        v[0] = 0
        raised(false, v[method], v)
        assert.equal(1, (b:pending()))
        b:rollback()
      end)
    end

    it("ends alone when it is closed", function()
      local b = suture.buffer(LETTERS)
      local v = b:view(1, 4)
      v[0] = 0x42
      v:close()
      raised("closed", function() return v[0] end)
      raised("closed", function() return #v end)
      assert.equal("aB", b:read(0, 2))
    end)

    it("neither flushes nor rolls back when its block is left", function()
      local path = letters()
      local b <close> = assert(suture.open(path))
      do
        local v <close> = b:view(1, 4)
        v[0] = 0x42
      end
      assert.equal(LETTERS, support.read(path))
      assert.equal(1, (b:pending()))
      pcall(function()
        local v <close> = b:view(1, 4)
        v[1] = 0x42
        error "leave"
      end)
      assert.equal(2, (b:pending()))
      b:rollback()
    end)

    it("raises closed once its parent is closed", function()
      local b <close> = assert(suture.open(letters(), "read"))
      local v = b:view(1, 4)
      b:close()
      raised("closed", function() return v[0] end)
      raised("closed", v.read, v, 0, 1)
    end)

    it("keeps its parent alive", function()
      local v = assert(suture.open(letters(), "copy")):view(2):view(1)
      local m = suture.buffer(LETTERS):view(2)
      for _ = 1, 3 do
        collectgarbage()
      end
      v[0] = 0x44
      assert.equal("Def", v:read(0, 3))
      assert.equal("cde", m:read(0, 3))
    end)
  end)

  describe(":close", function()
    it("ends the object: everything but tostring raises closed", function()
      local path = letters()
      local b = assert(suture.open(path))
      local step = b:each()
      b:close()
      raised("closed", function() return b[0] end)
      raised("closed", function() b[0] = 1 end)
      raised("closed", function() return #b end)
      for method, arguments in pairs {
        read = { 0, 1 }, write = { 0, "x" }, u8 = { 0 }, u32le = { 0 }, f64 = { 0 }, find = { "a" }, rfind = { "a" },
        matches = { "a" }, count = { "a" }, unique = { "a" }, each = {}, view = { 0 }, fill = { 0, 1, 0 },
        expect = { 0, "a" }, patch = { 0, "a", "b" }, changes = {}, rollback = {}, flush = {}, pending = {},
        cstring = { 0 }, save = { support.path("never.bin") },
      } do
        local err = raised("closed", b[method], b, table.unpack(arguments))
        assert.matches("letters.bin", tostring(err), 1, true)
      end
      assert.is_false(pcall(step))
      assert.equal(LETTERS, support.read(path))
    end)

    it("lets the next patcher in", function()
      local path = letters()
      for _ = 1, 3 do
        local b = assert(suture.open(path))
        b:close()
      end
    end)

    it("drops what is pending in copy and memory mode without a word", function()
      local path = letters()
      local b = assert(suture.open(path, "copy"))
      b[0] = 0
      b:close()
      assert.equal(LETTERS, support.read(path))
      local m = suture.buffer(4)
      m[0] = 1
      m:close()
    end)

    it("leaves no descriptor and no mapping behind", function()
      local path = letters("leak.bin")
      local function held()
        local _, stdout = support.run(
          [[ls -l /proc/$PPID/fd | grep -c leak.bin; grep -c leak.bin /proc/$PPID/maps]])
        return stdout
      end
      local before = held()
      for _, mode in ipairs { "read", "patch", "copy", "shared" } do
        local b = assert(suture.open(path, mode))
        assert.equal(97, b[0])
        b:close()
      end
      assert.equal(before, held())
      local b <close> = assert(suture.open(path, "read"))
      assert.equal(97, b[0])
      assert.not_equal(before, held())
    end)
  end)

  describe("collection", function()
    it("gives the lock back", function()
      local path = letters()
      assert(suture.open(path))
      collectgarbage()
      collectgarbage()
      local b <close> = assert(suture.open(path))
      assert.equal(26, #b)
    end)
  end)

  describe("methods", function()
    it("refuse anything that is not a bytes object", function()
      local b = suture.buffer("abcd")
      for _, stranger in ipairs { 1, "abcd", {}, io.stdout, suture.pattern "90", print } do
        for _, method in ipairs { "read", "write", "u8", "find", "flush", "close", "view", "pending" } do
          assert.is_false(pcall(b[method], stranger, 0, 1), method)
        end
      end
    end)

    it("cannot be led astray through the metatable", function()
      local meta = getmetatable(suture.buffer(1))
      if type(meta) == "table" then
        for _, event in ipairs { "__index", "__newindex", "__len", "__close" } do
          assert.is_false(pcall(meta[event], io.stdout, 0, 0), event)
          assert.is_false(pcall(meta[event], suture.pattern "90", 0, 0), event)
        end
      end
    end)
  end)
end)
