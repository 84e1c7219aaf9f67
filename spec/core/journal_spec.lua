-- The format of docs/journal.md, and journals that nobody should obey.

local support = require "spec.support"
local world = require "spec.support.world"
local journal = require "spec.support.journal"

local DATA <const> = ("suture "):rep(2000)
local NEW <const> = "patched"
local OFF <const> = 0x1234

-- A target whose flush was killed before its bytes were written, and its journal.
local function decided(name)
  local path = support.write(world.folder(name) .. "/file", DATA)
  world.interrupt({ { path, OFF, NEW } }, { call = "pwrite64", path = path })
  return path, world.trace(world.folder(name), "redo")
end

-- Nothing but forget does anything; the target may be opened afterwards.
local function refused(path, trace, reason)
  for i, answer in ipairs(world.try_all(path)) do
    assert.equal("indeterminate", answer[1], answer[2])
    assert.matches(i <= 5 and reason or "suture recover", answer[2])
  end
  assert.equal(DATA, support.read(path))
  assert.equal("", world.must(("test -e %s || test -L %s"):format(trace, trace)))
  assert.equal("clean", world.recover(path, "forget"))
  assert.equal("", world.traces(path:match "^(.*)/"))
  assert.equal("opened", (world.open(path)))
  assert.equal(DATA, support.read(path))
end

describe("journal", function()
  it("is written as it is documented", function()
    local before = os.time()
    local path, trace = decided "documented"
    local value = journal.decode(support.read(trace))
    local inode = math.tointeger(world.stat(path, "%i"))
    assert.equal(("%s/.suture-%x.redo"):format(world.folder "documented", inode), trace)
    assert.equal("600 1", world.stat(trace, "%a %h"))
    assert.equal(1, value.version)
    assert.equal(#support.read(trace), value.length)
    assert(value.time // 1000000000 >= before and value.time // 1000000000 <= os.time())
    assert.equal(1, #value.targets)
    local target = value.targets[1]
    assert.equal(inode, target.inode)
    -- stat prints the two halves of f_fsid, the second in front.
    local id = math.tointeger(tonumber(world.must(("stat -f -c %%i %s"):format(path)), 16))
    assert.equal(id, target.filesystem << 32 | target.filesystem >> 32)
    assert.equal("file", target.name)
    assert.equal(path, target.path)
    assert.equal(#DATA, target.old_size)
    assert.equal(#DATA, target.new_size)
    assert.equal(0, target.flags)
    assert.equal(0, target.new_inode)
    assert.same({ { offset = OFF, old_offset = OFF, old = DATA:sub(OFF + 1, OFF + #NEW), new = NEW } }, target.changes)
  end)

  it("has the checksum that is documented", function()
    local path, trace = decided "sum"
    local written = support.read(trace)
    world.scribble(trace, 56, ("\0"):rep(8))
    world.scribble(trace, 32, ("\0"):rep(8))
    journal.seal(trace)
    assert.equal(written, support.read(trace))
    assert.equal("finished", world.recover(path))
  end)

  it("has targets in other folders by the way that leads to them", function()
    -- The journal lies beside the target of the lower inode.
    local one = support.write(world.folder "way/one" .. "/file", DATA)
    local two = support.write(world.folder "way/two/deep" .. "/file", DATA)
    if math.tointeger(world.stat(one, "%i")) > math.tointeger(world.stat(two, "%i")) then
      world.must(("mv %s %s.x && mv %s %s && mv %s.x %s"):format(one, one, two, one, one, two))
    end
    world.interrupt({ { one, OFF, NEW }, { two, OFF, NEW } }, { call = "pwrite64", path = one })
    local value = journal.decode(support.read(world.trace(world.folder "way/one", "redo")))
    assert.equal("file", value.targets[1].name)
    assert.equal("../two/deep/file", value.targets[2].name)
    local nonce = value.nonce:gsub(".", function(c) return ("%02x"):format(c:byte()) end)
    local ref = world.trace(world.folder "way/two/deep", "ref")
    assert.equal("600 1", world.stat(ref, "%a %h"))
    local lines = {}
    for line in support.read(ref):gmatch "(.-)\n" do
      lines[#lines + 1] = line
    end
    assert.same({ "suture-ref 1", nonce,
      ("%016x %x"):format(value.targets[1].filesystem, math.tointeger(world.stat(world.folder "way/one", "%i"))),
      (".suture-%x"):format(value.targets[1].inode), world.folder "way/one", "../../one", "end" }, lines)
  end)

  describe("that is damaged is not obeyed:", function()
    -- None of the contents may be obeyed.
    local function all_refused(path, trace, contents)
      for i, answer in ipairs(world.recover_with(path, trace, contents)) do
        assert.equal("indeterminate", answer[1], ("variant %d: %s"):format(i, answer[2]))
      end
      refused(path, trace, "journal")
    end

    it("cut at any length", function()
      local path, trace = decided "cut"
      local written, contents = support.read(trace), {}
      for len = 0, #written - 1 do
        contents[len + 1] = written:sub(1, len)
      end
      all_refused(path, trace, contents)
    end)

    it("with any byte of it turned", function()
      local path, trace = decided "bit"
      local written, contents = support.read(trace), {}
      for at = 0, #written - 1 do
        contents[at + 1] = world.patched(written, at, string.char(written:byte(at + 1) ~ 1 << at % 8))
      end
      all_refused(path, trace, contents)
    end)

    it("empty, text, or with something behind its end", function()
      for name, change in pairs {
        empty = function() return "" end,
        text = function() return ("not a journal\n"):rep(20) end,
        behind = function(written) return written .. ("\0"):rep(8) end,
      } do
        local path, trace = decided("odd." .. name)
        support.write(trace, change(support.read(trace)))
        refused(path, trace, "journal")
      end
    end)
  end)

  describe("with a right checksum is not obeyed", function()
    local huge <const> = math.maxinteger
    local LIES <const> = {
      ["of an unknown version"] = function(value) value.version = 2 end,
      ["with another size of header"] = function(value) value.header_size = 72 end,
      ["without targets"] = function(value) value.targets = {} end,
      ["with too many targets"] = function(value) value.count = 0xffffffff end,
      ["with too few targets"] = function(value) value.targets[2] = value.targets[1]; value.count = 1 end,
      ["with too many changes"] = function(_, target) target.count = huge end,
      ["with a number of changes that overflows"] = function(_, target) target.count = 1 << 59 end,
      ["with too few changes"] = function(_, target) target.count = 0 end,
      ["with too many bytes"] = function(_, target) target.bytes = huge end,
      ["with bytes that overflow"] = function(_, target) target.bytes = -8 end,
      ["with a name that is too long"] = function(_, target) target.name_length = 0xffffffff end,
      ["with an empty name's length"] = function(_, target) target.name_length = 0 end,
      ["with a path that is not absolute"] = function(_, target) target.path = "file" end,
      ["with unknown flags"] = function(_, target) target.flags = 4 end,
      ["with a size that is negative"] = function(_, target) target.old_size, target.new_size = -1, -1 end,
      ["with a change behind the end"] = function(_, target)
        target.changes[1].offset, target.changes[1].old_offset = #DATA, #DATA
      end,
      ["with a change at an offset that overflows"] = function(_, target)
        target.changes[1].offset, target.changes[1].old_offset = -1, -1
      end,
      ["with changes in the wrong order"] = function(_, target)
        target.changes[2] = { old_offset = 0, offset = 0, old = DATA:sub(1, 1), new = "S" }
      end,
      ["with changes that overlap"] = function(_, target)
        target.changes[2] = { old_offset = OFF + 1, offset = OFF + 1, old = "x", new = "y" }
      end,
      ["with an empty change"] = function(_, target)
        target.changes[2] = { old_offset = OFF + 100, offset = OFF + 100, old = "", new = "" }
      end,
      ["with bytes that move in place"] = function(_, target)
        target.changes[1].new = NEW .. "!"
        target.new_size = target.new_size + 1
      end,
      ["with a part taken out in place"] = function(_, target)
        target.changes[1].new = ""
        target.new_size = target.new_size - #NEW
      end,
      ["with new bytes behind the end"] = function(_, target) target.changes[1].offset = #DATA end,
      ["with new bytes that overlap"] = function(_, target)
        target.changes[2] = { old_offset = OFF + 100, offset = OFF + 1, old = "x", new = "y" }
      end,
      ["with a gap that changes its length"] = function(_, target)
        target.changes[2] = { old_offset = OFF + 100, offset = OFF + 101, old = "x", new = "y" }
      end,
      ["with bytes that move at the end, which is not the new end"] = function(_, target)
        target.changes[1] = { old_offset = #DATA - 1, offset = #DATA - 1, old = " ", new = "ab" }
        target.new_size = target.new_size + 5
      end,
      ["with a table that is not there whole"] = function(_, target) target.count = 1000 end,
      ["with a second target that is not there"] = function(value) value.count = 2 end,
      ["with a new size that is negative"] = function(_, target) target.new_size = -1 end,
      ["with a mode that is none"] = function(_, target) target.mode = 0x8000 end,
      ["with a name that ends within it"] = function(_, target) target.name = "fi\0le" end,
      ["with a name longer than any"] = function(_, target) target.name = ("x"):rep(5000) end,
      ["with a growth that no change tells"] = function(_, target) target.new_size = target.new_size + 1 end,
    }
    for name, lie in pairs(LIES) do
      it(name, function()
        local path, trace = decided("lie." .. name:gsub("%W", "-"))
        local value = journal.decode(support.read(trace))
        lie(value, value.targets[1])
        journal.write(trace, value)
        refused(path, trace, "journal")
      end)
    end
  end)

  -- Padding follows the names and the bytes of each target.
  it("with a right checksum that ends before its padding is not obeyed", function()
    for _, part in ipairs { "names", "bytes" } do
      local path, trace = decided("padding." .. part)
      local value = journal.decode(support.read(trace))
      local target = value.targets[1]
      target.name = "./" .. target.name
      if part == "names" then
        target.changes, target.count = {}, 0
      end
      repeat
        target.path = target.path .. "x"
        local encoded = journal.encode(value)
        local cut = encoded:gsub("%z+$", "") .. (part == "names" and "\0" or "")
        support.write(trace, cut)
      until #cut < #encoded
      journal.seal(trace)
      refused(path, trace, "journal")
    end
  end)

  describe("with a right checksum that names", function()
    local function retold(name, change)
      local path, trace = decided(name)
      local value = journal.decode(support.read(trace))
      change(value.targets[1], value)
      journal.write(trace, value)
      return path, trace
    end

    it("bytes that were never there is not obeyed", function()
      local path, trace = retold("never", function(target) target.changes[1].old = "another" end)
      local kind, message = world.recover(path)
      assert.equal("indeterminate", kind)
      assert.matches("neither the old nor the new", message, 1, true)
      assert.equal(DATA, support.read(path))
      os.remove(trace)
    end)

    it("a file elsewhere, to which nothing beside it points, leaves that file alone", function()
      local victim = support.write(world.folder "victim" .. "/file", DATA)
      for i, way in ipairs { victim, "../victim/file", "./../victim/./file" } do
        local path, trace = retold("elsewhere." .. i, function(target, value)
          value.targets[2] = {
            inode = math.tointeger(world.stat(victim, "%i")), filesystem = target.filesystem, name = way, path = victim,
            old_size = #DATA, new_size = #DATA, changes = target.changes,
          }
        end)
        local kind, message = world.recover(path)
        assert.equal("indeterminate", kind)
        assert.matches("nothing beside it points there", message, 1, true)
        assert.equal(DATA, support.read(path))
        assert.equal(DATA, support.read(victim))
        os.remove(trace)
      end
    end)

    it("a file elsewhere by a symbolic link leaves that file alone", function()
      local victim = support.write(world.folder "victim" .. "/linked", DATA)
      local folder = world.folder "through.link"
      world.must(("ln -s %s %s/link"):format(victim, folder))
      local path = retold("through.link", function(target, value)
        value.targets[2] = {
          inode = math.tointeger(world.stat(victim, "%i")), filesystem = target.filesystem, name = "link",
          path = folder .. "/link", old_size = #DATA, new_size = #DATA, changes = target.changes,
        }
      end)
      assert.equal("indeterminate", (world.recover(path)))
      assert.equal(DATA, support.read(victim))
      assert.equal(DATA, support.read(path))
    end)

    it("one file twice does not write to it", function()
      local path, trace = retold("twice", function(target, value) value.targets[2] = target end)
      local kind = world.recover(path)
      assert(kind == "indeterminate" or kind == "locked", kind)
      assert.equal(DATA, support.read(path))
      os.remove(trace)
    end)

    it("another file system does not write", function()
      local path = retold("other.fs", function(target) target.filesystem = target.filesystem ~ 1 end)
      assert.equal("indeterminate", (world.recover(path)))
      assert.equal(DATA, support.read(path))
    end)
  end)

  describe("that is no file of its own is not obeyed:", function()
    it("a symbolic link", function()
      local path, trace = decided "symlink"
      world.must(("mv %s %s.kept && ln -s %s.kept %s"):format(trace, path, path, trace))
      refused(path, trace, "is a symbolic link, not a journal")
    end)

    it("one with two names", function()
      local path, trace = decided "named.twice"
      world.must(("ln %s %s.second"):format(trace, path))
      refused(path, trace, "is not obeyed as a journal")
    end)

    it("one that others may read or write", function()
      for _, mode in ipairs { "644", "660", "602", "4600" } do
        local path, trace = decided("mode." .. mode)
        world.must(("chmod %s %s"):format(mode, trace))
        refused(path, trace, "is not obeyed as a journal")
      end
    end)

    it("a FIFO", function()
      local path, trace = decided "fifo"
      world.must(("rm %s && mkfifo -m 600 %s"):format(trace, trace))
      refused(path, trace, "is not obeyed as a journal")
    end)

    it("a folder", function()
      local path, trace = decided "folder"
      world.must(("rm %s && mkdir -m 700 %s"):format(trace, trace))
      for _, choice in ipairs { "auto", "old", "new" } do
        assert.equal("indeterminate", (world.recover(path, choice)))
      end
      assert.equal("io", (world.recover(path, "forget")))
      assert.equal(DATA, support.read(path))
    end)
  end)

  describe("to which a ref points that is not trusted", function()
    for name, spoil in pairs {
      ["because others may write it"] = "chmod 666 %s",
      ["because it has two names"] = "ln %s $(dirname %s)/second",
      ["because it is a symbolic link"] = "mv %s %s.kept && ln -s %s.kept %s",
      ["because it is of an unknown version"] = "sed -i '1s/1/2/' %s",
      ["because its journal's name leads elsewhere"] = "sed -i '4s,.*,.suture-/../../x,' %s",
      ["because its folder is not absolute"] = "sed -i '5s,^/,,' %s",
    } do
      it(name .. " is not followed", function()
        local base = "ref." .. name:gsub("%W", "-")
        local one = support.write(world.folder(base .. ".a") .. "/one", DATA)
        local two = support.write(world.folder(base .. ".b") .. "/two", DATA)
        world.interrupt({ { one, OFF, NEW }, { two, OFF, NEW } }, { call = "pwrite64", path = one })
        local before = { support.read(one), support.read(two) }
        local referred = world.traces(world.folder(base .. ".a")) == ".ref" and one or two
        local ref = world.trace(referred:match "^(.*)/", "ref")
        world.must((spoil:gsub("%%s", ref)))
        assert.equal("indeterminate", (world.recover(referred)))
        assert.equal("indeterminate", (world.recover(referred == one and two or one)))
        assert.same(before, { support.read(one), support.read(two) })
      end)
    end
  end)
end)
