-- Recovery after the world changed: docs/journal.md lists each case with its one outcome.

local support = require "spec.support"
local world = require "spec.support.world"

local DATA <const> = ("suture "):rep(2000)
local NEW <const> = "patched"
local OFF <const> = 0x1234

local function fresh(folder, name)
  return support.write(world.folder(folder) .. "/" .. name, DATA)
end

local OLD_STATE <const>, NEW_STATE <const> = DATA, world.patched(DATA, OFF, NEW)

-- "old" or "new", or the bytes.
local function state(path)
  local data = support.read(path)
  return data == OLD_STATE and "old" or data == NEW_STATE and "new" or data
end

-- One target whose flush was killed before its bytes were written: the journal is there, the file is old.
local function decided(name)
  local path = fresh(name, "file")
  world.interrupt({ { path, OFF, NEW } }, { call = "pwrite64", path = path })
  return path, path:match "^(.*)/"
end

-- Two targets in two folders; the first is new, the second still old.
local function half_done(name)
  local one, two = fresh(name .. ".a", "one"), fresh(name .. ".b", "two")
  local targets = { { one, OFF, NEW }, { two, OFF, NEW } }
  world.interrupt(targets, { call = "fdatasync" })
  local first = state(one) == "new" and one or two
  assert.equal("new", state(first))
  assert.equal("old", state(first == one and two or one))
  return one, two
end

local function journal_of(path)
  return world.trace(path:match "^(.*)/", "redo")
end

describe("recovery", function()
  describe("of what is as it was", function()
    it("is clean without a journal, however often it is asked", function()
      local path = fresh("clean", "file")
      assert.equal("clean", world.recover(path))
      assert.equal("clean", world.recover(path, "old"))
      assert.equal("clean", world.recover(path, "forget"))
      assert.equal("old", state(path))
    end)

    it("finishes, and is clean from then on", function()
      local path, folder = decided "finish"
      assert.equal(".redo", world.traces(folder))
      assert.equal("finished", world.recover(path))
      assert.equal("new", state(path))
      assert.equal("", world.traces(folder))
      assert.equal("clean", world.recover(path))
    end)

    -- A power cut may keep both names of a rename.
    it("settles a journal that has its name before, too", function()
      for before, word in pairs { tmp = "finished", undo = "finished" } do
        local path, folder = decided("twice." .. before)
        local journal = journal_of(path)
        world.must(("ln %s %s"):format(journal, (journal:gsub("redo$", before))))
        assert.equal(word, world.recover(path))
        assert.equal("", world.traces(folder))
        assert.equal("new", state(path))
      end
    end)

    it("leaves an undecided flush old", function()
      local path = fresh("undecided", "file")
      world.interrupt({ { path, OFF, NEW } }, { call = "renameat" })
      assert.equal(".tmp", world.traces(path:match "^(.*)/"))
      assert.equal("undone", world.recover(path))
      assert.equal("old", state(path))
      assert.equal("", world.traces(path:match "^(.*)/"))
    end)

    it("settles all targets through any of them", function()
      for _, asked in ipairs { 1, 2 } do
        local paths = { half_done("any." .. asked) }
        assert.equal("finished", world.recover(paths[asked]))
        for _, path in ipairs(paths) do
          assert.equal("new", state(path))
          assert.equal("", world.traces(path:match "^(.*)/"))
        end
      end
    end)

    it("happens by itself when a target is opened for patching, and is told", function()
      local path = decided "opened"
      local word, _, stderr = world.open(path)
      assert.equal("opened", word)
      assert.matches(": an interrupted flush was finished\n$", stderr)
      assert.equal("new", state(path))
    end)

    it("is refused to a reader, who is told the command", function()
      local path = decided "read"
      local kind, message = world.open(path, "read")
      assert.equal("indeterminate", kind)
      assert.matches("suture recover", message, 1, true)
      assert.equal("old", state(path))
      local read_on = world.lua(("assert(core.open(%q, { mode = 'read', recover = false }))"):format(path))
      assert.equal(0, read_on)
    end)
  end)

  describe("by choice", function()
    for _, choice in ipairs { "old", "new" } do
      it("makes all targets " .. choice, function()
        local one, two = half_done("choice." .. choice)
        assert.equal(choice == "old" and "undone" or "finished", world.recover(two, choice))
        assert.equal(choice, state(one))
        assert.equal(choice, state(two))
        assert.equal("", world.traces(one:match "^(.*)/") .. world.traces(two:match "^(.*)/"))
      end)

      it("of " .. choice .. " overrules bytes that are neither", function()
        local path, folder = decided("neither." .. choice)
        world.scribble(path, OFF, "?")
        local kind, message = world.recover(path)
        assert.equal("indeterminate", kind)
        assert.matches("0x1234: holds neither the old nor the new bytes", message, 1, true)
        assert.equal(world.patched(DATA, OFF, "?"), state(path))
        assert.equal(".redo", world.traces(folder))
        assert.is_not.equal("indeterminate", world.recover(path, choice))
        assert.equal(choice, state(path))
        assert.equal("", world.traces(folder))
      end)
    end

    it("of forget leaves the targets as they are", function()
      local path, folder = decided "forget"
      world.scribble(path, OFF, "?")
      assert.equal("clean", world.recover(path, "forget"))
      assert.equal(world.patched(DATA, OFF, "?"), state(path))
      assert.equal("", world.traces(folder))
      assert.equal("opened", world.open(path))
    end)

    it("of forget wants no target", function()
      local path, folder = decided "forget.gone"
      local journal = journal_of(path)
      os.remove(path)
      assert.equal("clean", world.recover(path, "forget", journal))
      assert.equal("", world.traces(folder))
    end)

    for _, asked in ipairs { 1, 2 } do
      it(("of forget forgets the whole transaction, asked by target %d"):format(asked), function()
        local paths = { half_done("forget.any." .. asked) }
        local before = { state(paths[1]), state(paths[2]) }
        assert.same({ "clean", "", "" }, { world.recover(paths[asked], "forget") })
        assert.same(before, { state(paths[1]), state(paths[2]) })
        for _, path in ipairs(paths) do
          assert.equal("", world.traces(path:match "^(.*)/"))
          assert.equal("opened", world.open(path))
        end
      end)
    end

    -- A target with a ref; the folder of its journal, and the other target in it.
    local function referring(name)
      local one, two = half_done(name)
      local with = world.traces(one:match "^(.*)/") == ".ref" and one or two
      local other = with == one and two or one
      assert.equal(".ref", world.traces(with:match "^(.*)/"))
      return with, other:match "^(.*)/", other
    end

    local REST <const> = "only its own ref was forgotten, the rest of the transaction remains: "

    local function forgets_its_ref_only(with, other, reason)
      local before = { state(with), state(other) }
      local word, _, stderr = world.recover(with, "forget")
      assert.equal("clean", word)
      assert.equal(("suture: warning: %s: %s%s\n"):format(with, REST, reason), stderr)
      assert.same(before, { state(with), state(other) })
      assert.equal("", world.traces(with:match "^(.*)/"))
      assert.equal(".redo", world.traces(other:match "^(.*)/"))
      assert.equal("opened", world.open(with))
    end

    it("of forget removes a ref alone where its journal cannot be looked at, and says what remains", function()
      local with, folder = referring "forget.away"
      local away = world.folder "forget.elsewhere/deeper"
      world.must(("mv %s %s/"):format(folder, away))
      forgets_its_ref_only(with, world.must(("ls %s/*/*"):format(away)):match "^[^\n]+",
        ("the journal of an interrupted flush lies in %s, which cannot be looked at"):format(folder))
    end)

    it("of forget removes a ref alone where its journal is not to be obeyed, and says so", function()
      local with, folder, other = referring "forget.untrusted"
      local journal = world.trace(folder, "redo")
      world.must("chmod 644 " .. journal)
      forgets_its_ref_only(with, other, journal .. ": is not obeyed as a journal: it must be a regular file with one "
        .. "name, mode 0600, of this user, root or the target's owner")
    end)

    it("of forget removes what is no ref, and says so", function()
      local with, _, other = referring "forget.garbage"
      support.write(world.trace(with:match "^(.*)/", "ref"), "suture-ref 2\nof a later version\n")
      forgets_its_ref_only(with, other, "a ref of an interrupted flush beside it cannot be read or is not trusted")
    end)

    it("of forget is locked while another target is open for patching, and leaves all", function()
      local with, folder, other = referring "forget.held"
      local kind = world.recover(with, "forget", nil, {
        under = ("flock --exclusive --nonblock %s"):format(support.quote(other)) })
      assert.equal("locked", kind)
      assert.equal(".ref", world.traces(with:match "^(.*)/"))
      assert.equal(".redo", world.traces(folder))
      assert.equal("finished", world.recover(with))
    end)

    it("that cannot be reached changes nothing", function()
      local path = fresh("reach", "file")
      local program = world.folder "reach" .. "/sleep"
      world.must(("cp /bin/sleep %s"):format(program))
      local before = support.read(program)
      local code = world.flush_code { { program, 0x40, "abc" }, { path, OFF, NEW } }
      local command = world.command(code, { under = world.strace(nil, "unlinkat:signal=KILL:when=2") })
      -- The program runs, so it is replaced; the flush dies when what it replaced is gone.
      world.must(("%s 5 & running=$!; sleep 0.1; %s; kill $running"):format(program, command))
      assert.equal("new", state(path))
      local kind = world.recover(program, "old")
      assert.equal("indeterminate", kind)
      assert.equal("new", state(path))
      assert.equal("finished", world.recover(program))
      assert.equal("new", state(path))
      assert.equal(world.patched(before, 0x40, "abc"), support.read(program))
      assert.equal("", world.traces(world.folder "reach"))
    end)
  end)

  describe("when the target", function()
    it("was renamed in its folder, finishes under the new name", function()
      local path, folder = decided "renamed"
      os.rename(path, folder .. "/other")
      assert.equal("finished", world.recover(folder .. "/other"))
      assert.equal("new", state(folder .. "/other"))
      assert.equal("", world.traces(folder))
    end)

    it("was moved to another folder, wants the journal to be named", function()
      local path = decided "moved"
      local moved, journal = world.folder "moved.to" .. "/file", journal_of(path)
      os.rename(path, moved)
      assert.equal("clean", world.recover(moved))
      assert.equal("old", state(moved))
      assert.equal("finished", world.recover(moved, "auto", journal))
      assert.equal("new", state(moved))
      assert.equal("", world.traces(path:match "^(.*)/"))
    end)

    it("was moved with its folder, finishes", function()
      local _, folder = decided "carried"
      local moved = world.folder "carried.to" .. "/deep"
      os.rename(folder, moved)
      assert.equal("finished", world.recover(moved .. "/file"))
      assert.equal("new", state(moved .. "/file"))
      assert.equal("", world.traces(moved))
    end)

    it("was moved with all folders of its transaction, finishes", function()
      world.folder "tree"
      local one, two = half_done "tree/of"
      os.rename(support.path "tree", support.path "grove")
      one, two = one:gsub("/tree/", "/grove/"), two:gsub("/tree/", "/grove/")
      assert.equal("finished", world.recover(two))
      assert.equal("new", state(one))
      assert.equal("new", state(two))
    end)

    it("was replaced by another file, is judged by its bytes when both are named", function()
      local path, folder = decided "replaced"
      support.write(folder .. "/fresh", DATA)
      os.rename(folder .. "/fresh", path)
      -- The new file has no journal; that of the old one finds nothing.
      assert.equal("clean", world.recover(path))
      assert.equal("finished", world.recover(path, "auto", journal_of(path)))
      assert.equal("new", state(path))
      assert.equal("", world.traces(folder))
    end)

    it("was removed and its inode used again, is judged by its bytes", function()
      local path, folder = decided "reused"
      local inode = world.stat(path, "%i")
      os.remove(path)
      for i = 1, 200 do
        support.write(("%s/next.%d"):format(folder, i), ("other "):rep(2400))
        if world.stat(("%s/next.%d"):format(folder, i), "%i") == inode then
          local next_path = ("%s/next.%d"):format(folder, i)
          local before = support.read(next_path)
          assert.equal("indeterminate", world.recover(next_path))
          assert.equal("indeterminate", world.open(next_path))
          assert.equal(before, support.read(next_path))
          assert.equal("clean", world.recover(next_path, "forget"))
          assert.equal("opened", world.open(next_path))
          return
        end
      end
      pending "this file system did not use the inode again"
    end)

    it("was truncated or grew, is indeterminate", function()
      for _, size in ipairs { 0, OFF + 3, #DATA - 1, #DATA + 1 } do
        local path, folder = decided("resized." .. size)
        world.must(("truncate -s %d %s"):format(size, path))
        local before = support.read(path)
        local kind, message = world.recover(path)
        assert.equal("indeterminate", kind)
        assert.matches("neither the old 0x36b0 nor the new 0x36b0", message, 1, true)
        assert.equal(before, support.read(path))
        assert.equal("clean", world.recover(path, "forget"))
        assert.equal("", world.traces(folder))
      end
    end)

    it("was changed where the flush does not write, keeps that change", function()
      local path = decided "elsewhere"
      world.scribble(path, 0, "S")
      assert.equal("finished", world.recover(path))
      assert.equal(world.patched(NEW_STATE, 0, "S"), support.read(path))
    end)

    it("holds some new bytes among old ones, finishes", function()
      local path = decided "mixture"
      world.scribble(path, OFF + 1, NEW:sub(2, 2))
      world.scribble(path, OFF + 5, NEW:sub(6, 7))
      assert.equal("finished", world.recover(path))
      assert.equal("new", state(path))
    end)

    it("is copied with its folder, the copy is not touched and the original still finishes", function()
      local path, folder = decided "copied"
      local copy = support.path "copied.to"
      world.must(("cp -a %s %s"):format(folder, copy))
      assert.equal("clean", world.recover(copy .. "/file"))
      assert.equal("old", state(copy .. "/file"))
      assert.equal("old", state(path))
      assert.equal("finished", world.recover(path))
      assert.equal("new", state(path))
      assert.equal("old", state(copy .. "/file"))
    end)

    it("is a copy, finishes when the journal is named", function()
      local _, folder = decided "moved.away"
      local copy = support.path "moved.here"
      world.must(("cp -a %s %s && rm -r %s"):format(folder, copy, folder))
      assert.equal("finished", world.recover(copy .. "/file", "auto", world.trace(copy, "redo")))
      assert.equal("new", state(copy .. "/file"))
      assert.equal("", world.traces(copy))
    end)
  end)

  describe("of a transaction of which a target", function()
    it("is gone, is indeterminate and leaves the others", function()
      local one, two = half_done "gone"
      local first, second = one, two
      if state(one) ~= "new" then
        first, second = two, one
      end
      os.remove(second)
      assert.equal("indeterminate", world.recover(first))
      assert.equal("new", state(first))
      assert.equal("clean", world.recover(first, "forget"))
      assert.equal("opened", world.open(first))
    end)

    it("is open for patching, is locked and settled later", function()
      local one, two = half_done "held"
      local kind, message = world.recover(one, "auto", nil, {
        under = ("flock --exclusive --nonblock %s"):format(support.quote(two)) })
      assert.equal("locked", kind)
      assert.matches("is open for patching", message, 1, true)
      assert.equal("finished", world.recover(one))
    end)

    it("has lost its ref, is indeterminate", function()
      local one, two = half_done "unreferenced"
      local without = world.traces(one:match "^(.*)/"):find("ref", 1, true) and one or two
      os.remove(world.trace(without:match "^(.*)/", "ref"))
      local with = without == one and two or one
      local before = state(without)
      local kind, message = world.recover(with)
      assert.equal("indeterminate", kind)
      assert.matches("nothing beside it points there", message, 1, true)
      assert.equal(before, state(without))
      assert.equal("indeterminate", (world.recover(with, "auto", journal_of(with))))
      assert.equal(before, state(without))
    end)

    it("lies in a folder whose name has a newline, finishes", function()
      local one, two = half_done "new\nline"
      assert.equal("finished", world.recover(two))
      assert.equal("new", state(one))
      assert.equal("new", state(two))
      assert.equal("", world.traces(one:match "^(.*)/") .. world.traces(two:match "^(.*)/"))
    end)
  end)

  it("leaves the ref of another transaction, whose file has got the inode of a replacement", function()
    local one, two = fresh("reissued", "one"), fresh("reissued", "two")
    world.interrupt({ { one, OFF, NEW }, { two, OFF, NEW } }, { call = "renameat" }, "{ by = 'replace' }")
    local folder = world.folder "reissued"
    local taken = math.tointeger(world.stat(("%s/.suture-%x.new"):format(folder, math.tointeger(world.stat(one, "%i"))),
      "%i"))
    local ref = ("%s/.suture-%x.ref"):format(folder, taken)
    local other = support.read(ref):gsub("\n%x+\n", "\n" .. ("0"):rep(32) .. "\n", 1)
    support.write(ref, other)
    assert.equal("undone", world.recover(one))
    assert.equal("clean", world.recover(two))
    assert.equal(".ref", world.traces(folder))
    assert.equal(other, support.read(ref))
  end)

  describe("of an undecided transaction, by the ref of its second target", function()
    -- Two targets in two folders: the first, beside which the journal lies, the second, and the journal.
    local function undecided(name)
      local one, two = fresh(name .. ".a", "one"), fresh(name .. ".b", "two")
      world.interrupt({ { one, OFF, NEW }, { two, OFF, NEW } }, { call = "renameat" })
      local first = world.traces(one:match "^(.*)/") == ".tmp" and one or two
      return first, first == one and two or one, world.trace(first:match "^(.*)/", "tmp")
    end

    -- What is left beside the first and the second.
    local function left(first, second)
      return world.traces(first:match "^(.*)/") .. "|" .. world.traces(second:match "^(.*)/")
    end

    it("removes the ref alone where the journal cannot be read, which its own target does", function()
      for _, length in ipairs { 10, 100 } do
        local first, second, journal = undecided("undecided." .. length)
        world.must(("truncate -s %d %s"):format(length, journal))
        world.recover(second)
        assert.equal(".tmp|", left(first, second))
        assert.equal("undone", world.recover(first))
        assert.equal("|", left(first, second))
        assert.equal("old old", state(first) .. " " .. state(second))
      end
    end)

    it("removes the ref alone while the first target is open for patching", function()
      local first, second = undecided "undecided.busy"
      world.must(("flock --shared %s sleep 2 & sleep 0.3"):format(first))
      assert.equal("undone", world.recover(second))
      assert.equal(".tmp|", left(first, second))
      world.await(("flock --nonblock %s true"):format(first))
      assert.equal("undone", world.recover(first))
      assert.equal("|", left(first, second))
      assert.equal("old old", state(first) .. " " .. state(second))
    end)
  end)

  describe("of a ref whose journal is gone", function()
    local function over(name)
      local one, two = fresh(name .. ".a", "one"), fresh(name .. ".b", "two")
      -- The journal has become a record; the ref is still there.
      world.interrupt({ { one, OFF, NEW }, { two, OFF, NEW } }, { call = "unlinkat", when = 2 })
      local referred = world.traces(one:match "^(.*)/") == ".ref" and one or two
      assert.equal(".ref", world.traces(referred:match "^(.*)/"))
      return referred, referred == one and two or one
    end

    it("removes the ref", function()
      local referred = over "over"
      assert.equal("clean", world.recover(referred))
      assert.equal("new", state(referred))
      assert.equal("", world.traces(referred:match "^(.*)/"))
    end)

    it("does not keep readers out", function()
      assert.equal("opened", world.open(over "over.read", "read"))
    end)

    it("leaves the flush that another process is in the middle of", function()
      local referred, first = over "over.live"
      local folder = first:match "^(.*)/"
      -- The last sync before the decision is that of the journal.
      local go_on = world.held(world.flush_code { { first, 0, "S" } }, { call = "fsync" },
        ("ls %s/.suture-*.tmp"):format(folder))
      assert.equal(".tmp", world.traces(folder))
      assert.equal("opened", world.open(referred))
      assert.equal("status 0\n", go_on())
      assert.equal(world.patched(NEW_STATE, 0, "S"), support.read(first))
    end)
  end)

  describe("of a file with several names", function()
    local function linked(name)
      local path = fresh(name .. ".a", "file")
      local other = world.folder(name .. ".b") .. "/other"
      world.must(("ln %s %s"):format(path, other))
      world.interrupt({ { path, OFF, NEW } }, { call = "pwrite64", path = path })
      return path, other
    end

    it("finishes through the other name, in another folder", function()
      local path, other = linked "links"
      assert.equal("finished", world.recover(other))
      assert.equal("new", state(path))
      assert.equal("", world.traces(path:match "^(.*)/"))
      assert.equal("", world.must(("getfattr --absolute-names -m - %s"):format(other)))
    end)

    it("is led to its journal through the other name as long as there is one", function()
      local path = fresh("link.last.a", "file")
      local other = world.folder "link.last.b" .. "/other"
      world.must(("ln %s %s"):format(path, other))
      local journal = (".suture-%x.redo"):format(math.tointeger(world.stat(path, "%i")))
      world.interrupt({ { path, OFF, NEW } }, { call = "unlinkat", path = journal })
      assert.equal("new", state(other))
      assert.equal(".redo", world.traces(path:match "^(.*)/"))
      -- Were it clean here, the next flush through this name would leave that journal to undo it later.
      assert.equal("finished", world.recover(other))
      assert.equal("", world.traces(path:match "^(.*)/"))
    end)

    it("loses its attribute durably, after its journal", function()
      local path, log = fresh("link.order.a", "file"), support.path "link.order.log"
      world.must(("ln %s %s/other"):format(path, world.folder "link.order.b"))
      local code = world.flush_code { { path, OFF, NEW } }
      local tool = ("strace -f -qq -y -o %s -e trace=fremovexattr,fsync,unlinkat"):format(log)
      assert.equal(0, (world.lua(code, { under = tool })))
      local calls = {}
      for name, what in support.read(log):gmatch "(%l+)%((%C*)" do
        local object = what:find("/file>", 1, true) and " file" or what:find "%.redo" and " journal" or ""
        calls[#calls + 1] = name .. object
      end
      assert.equal("unlinkat journal, fsync, fremovexattr file, fsync file", table.concat(calls, ", ", #calls - 3))
    end)

    it("is clean with an attribute that a crash has left, and loses it when it is opened for patching", function()
      local path, other = linked "link.stale"
      local stale = support.path "link.stale.saved"
      world.must(("getfattr --absolute-names -d %s >%s"):format(other, stale))
      assert.equal("finished", world.recover(other))
      world.must(("setfattr --restore=%s"):format(stale))
      assert.equal("opened", world.open(other, "read"))
      assert.equal("place", (world.flush { { other, 0, "S" } }))
      assert.equal(world.patched(NEW_STATE, 0, "S"), support.read(path))
      assert.equal("", world.must(("getfattr --absolute-names -m - %s"):format(other)))
    end)

    it("finishes through the name that is left", function()
      local path, other = linked "link.left"
      os.remove(path)
      assert.equal("finished", world.recover(other))
      assert.equal("new", state(other))
      assert.equal("", world.traces(path:match "^(.*)/"))
    end)

    it("whose attribute was stripped finishes through the first name", function()
      local path, other = linked "stripped"
      world.must(("setfattr -x user.suture %s"):format(other))
      assert.equal("clean", world.recover(other))
      assert.equal("finished", world.recover(path))
      assert.equal("new", state(other))
    end)

    it("does not obey an attribute that is no ref", function()
      for i, text in ipairs { "nonsense", "suture-ref 1\n", "suture-ref 2\nx\n", ("x"):rep(4000) } do
        local path, other = linked("attribute." .. i)
        world.must(("setfattr -n user.suture -v %s %s"):format(support.quote(text), other))
        assert.equal("indeterminate", world.recover(other))
        assert.equal("old", state(other))
        assert.equal("finished", world.recover(path))
      end
    end)
  end)

  describe("of what was saved half", function()
    it("leaves nothing beside the file that was to be made", function()
      local path = fresh("saved", "file")
      local out = path .. ".out"
      world.lua(("core.open(%q):save(%q)"):format(path, out),
        { under = world.strace(nil, "rename,renameat:signal=KILL") })
      world.must(("cp %s %s"):format(path, out))
      world.lua(("core.open(%q):save(%q)"):format(path, out))
      assert.equal("", world.traces(path:match "^(.*)/"))
    end)
  end)

  describe("with a journal that is named", function()
    it("leaves the journal of a flush that is going on", function()
      local path = fresh("named.live", "file")
      local go_on = world.held(world.flush_code { { path, OFF, NEW } }, { call = "pwrite64", path = path },
        ("ls %s/.suture-*.redo"):format(path:match "^(.*)/"))
      assert.equal("locked", world.recover(path, "forget", journal_of(path)))
      assert.equal("locked", world.recover(path, "old", journal_of(path)))
      assert.equal("status 0\n", go_on())
      assert.equal("new", state(path))
    end)

    it("follows what its name says", function()
      for ending, word in pairs { redo = "finished", undo = "undone" } do
        local path, folder = decided("named." .. ending)
        local journal = ("%s/other.%s"):format(folder, ending)
        world.must(("mv %s %s"):format(journal_of(path), journal))
        assert.equal(word, world.recover(path, "auto", journal))
        assert.equal(word == "finished" and "new" or "old", state(path))
        assert.equal("", world.traces(folder))
      end
    end)

    it("stays for its own target when a copy of that was meant", function()
      local path, folder = decided "named.copied"
      local journal, away = journal_of(path), world.folder "named.copied.away"
      local copies = world.folder "named.copies"
      world.must(("cp %s %s/file; cp %s %s/other; mv %s %s/"):format(path, copies, path, copies, path, away))
      assert.equal("indeterminate", (world.recover(copies .. "/other", "auto", journal)))
      assert.equal("finished", (world.recover(copies .. "/file", "auto", journal)))
      assert.equal("new old", state(copies .. "/file") .. " " .. state(copies .. "/other"))
      assert.equal(".redo", world.traces(folder))
      world.must(("mv %s/file %s"):format(away, path))
      assert.equal("finished", (world.recover(path)))
      assert.equal("new", state(path))
    end)

    it("is found in the state folder", function()
      local path = fresh("named.hot", "file")
      local state_folder = world.folder "named.state"
      world.must("mkdir -m 700 " .. state_folder .. "/hot")
      world.interrupt({ { path, OFF, NEW } }, { call = "pwrite64", path = path })
      local journal = state_folder .. "/hot/one.redo"
      world.must(("mv %s %s"):format(journal_of(path), journal))
      assert.equal("finished", (world.recover(path, "auto", journal, { state = state_folder })))
      assert.equal("new", state(path))
      local other = decided "named.not.hot"
      assert.equal("finished", (world.recover(other, "auto", journal_of(other), { state = state_folder })))
    end)

    it("is not what is looked at where the target is not there, unless it is to be forgotten", function()
      local path, folder = decided "named.gone"
      local journal = journal_of(path)
      world.must("mv " .. path .. " " .. folder .. ".away")
      for _, name in ipairs { path, journal .. "/file", folder .. "/" .. ("x"):rep(300) } do
        assert.equal("io", (world.recover(name, "auto", journal)))
        assert.equal("io", (world.recover(name)))
      end
      assert.equal("io", (world.recover(folder .. "/" .. ("x"):rep(300), "forget", journal)))
      assert.equal(".redo", world.traces(folder))
      assert.equal("clean", (world.recover(journal .. "/file", "forget", journal)))
      assert.equal("", world.traces(folder))
    end)

    it("refuses a name that is no journal's", function()
      local path, folder = decided "misnamed"
      local long = "/" .. ("x"):rep(100) .. ".redo"
      world.must(("cp -p %s %s && touch %s/plain.text"):format(journal_of(path), folder .. long, folder))
      for name, kind in pairs { ["/file"] = "argument", ["/plain.text"] = "argument", [long] = "argument",
        ["/none.redo"] = "io", [""] = "argument" } do
        assert.equal(kind, (world.recover(path, "auto", folder .. name)))
      end
      assert.equal("old", state(path))
    end)
  end)
end)
