-- Whose journals are obeyed for whose files, and folders that belong to others. Needs root, to act as two users.

local support = require "spec.support"
local world = require "spec.support.world"
local journal = require "spec.support.journal"

local DATA <const> = ("suture "):rep(2000)
local NEW <const> = "patched"
local OFF <const> = 0x1234
local USER <const> = { user = world.STRANGER }

if not world.is_root() then
  pending "specs of several users: only root can act as others"
  return
end

local function user_options()
  return { user = world.STRANGER }
end

local function state(path)
  local data = support.read(path)
  return data == DATA and "old" or data == world.patched(DATA, OFF, NEW) and "new" or data
end

-- A file of a user in a folder of a mode and an owner.
local function fresh(folder, mode, folder_owner, file_owner)
  local path = world.folder(folder) .. "/file"
  support.write(path, DATA)
  world.must(("chmod %s %s && chown %d %s && chown %d:%d %s"):format(mode, path:match "^(.*)/", folder_owner,
    path:match "^(.*)/", file_owner, file_owner, path))
  return path
end

local function decided(path, options)
  world.interrupt({ { path, OFF, NEW } }, { call = "pwrite64", path = path }, nil, options)
  return path:match "^(.*)/"
end

describe("a journal", function()
  it("of root is obeyed for a user's file, by the user", function()
    local path = fresh("root.for.user", "777", 0, world.STRANGER)
    local folder = decided(path)
    -- Mode 0600 keeps the user from reading it: nothing is guessed.
    local kind, message = world.recover(path, "auto", nil, user_options())
    assert.equal("io", kind)
    assert.matches("Permission denied", message, 1, true)
    assert.equal("old", state(path))
    assert.equal("finished", world.recover(path))
    assert.equal("new", state(path))
    assert.equal("", world.traces(folder))
  end)

  it("of a user is obeyed for that user's file, by root", function()
    local path = fresh("user.for.user", "777", 0, world.STRANGER)
    decided(path, user_options())
    assert.equal("finished", world.recover(path))
    assert.equal("new", state(path))
  end)

  it("of a user is not obeyed for root's file", function()
    local path = fresh("user.for.root", "1777", 0, 0)
    local folder = decided(path)
    world.must(("chown %d %s"):format(USER.user, world.trace(folder, "redo")))
    for _, answer in ipairs(world.try_all(path)) do
      assert.equal("indeterminate", answer[1])
    end
    assert.equal("old", state(path))
    assert.equal("clean", world.recover(path, "forget"))
    assert.equal("opened", (world.open(path)))
  end)

  it("of a user that also names root's file in the same folder does not write to that", function()
    local path = fresh("user.names.root", "1777", 0, world.STRANGER)
    local folder = decided(path, user_options())
    local victim = support.write(folder .. "/victim", DATA)
    local trace = world.trace(folder, "redo")
    local value = journal.decode(support.read(trace))
    local target = value.targets[1]
    value.targets[2] = {
      inode = math.tointeger(world.stat(victim, "%i")), filesystem = target.filesystem, name = "victim", path = victim,
      old_size = #DATA, new_size = #DATA, changes = target.changes,
    }
    journal.write(trace, value)
    for _, answer in ipairs(world.try_all(path)) do
      assert.equal("indeterminate", answer[1])
    end
    assert.equal("old", state(victim))
    assert.equal("old", state(path))
  end)

  it("in the state folder of another user is not looked at", function()
    local path = fresh("state.of.other", "755", 0, world.STRANGER)
    decided(path, user_options())
    assert.equal("", world.traces(path:match "^(.*)/"))
    assert.equal("clean", world.recover(path))
    assert.equal("old", state(path))
    assert.equal("finished", world.recover(path, "auto", nil, user_options()))
    assert.equal("new", state(path))
  end)

  it("in a state folder that others may write to is not used", function()
    local path = fresh("state.open", "755", 0, world.STRANGER)
    local open_state = world.folder "state.open.folder"
    world.must(("mkdir -p %s/hot %s/records && chmod -R 777 %s && chown -R %d %s"):format(open_state, open_state,
      open_state, USER.user, open_state))
    local kind, message = world.flush({ { path, OFF, NEW } }, "{}", { user = USER.user, state = open_state })
    assert.equal("unsupported", kind)
    assert.matches("is not used as state folder", message, 1, true)
    assert.equal("old", state(path))
  end)
end)

describe("a user's own journal, which root obeys for that user's file,", function()
  -- A journal of the user for the user's file in a folder that all may write to, retold.
  local function retold(name, change)
    local path = fresh(name, "1777", 0, world.STRANGER)
    local folder = decided(path, user_options())
    local trace = world.trace(folder, "redo")
    local value = journal.decode(support.read(trace))
    change(value, value.targets[1], folder)
    journal.write(trace, value)
    return path, folder, trace
  end

  local function inode(path)
    return math.tointeger(world.stat(path, "%i"))
  end

  it("does not swap root's file for one of the user's", function()
    local victim
    local path, folder, trace = retold("swap", function(value, target, folder)
      victim = support.write(folder .. "/victim", DATA)
      local mine = support.write(folder .. "/mine", "of the user")
      world.must(("chown %d %s && mv %s %s/.suture-%x.new"):format(USER.user, mine, mine, folder, inode(mine)))
      value.targets[2] = {
        flags = journal.REPLACED, inode = inode(world.trace(folder, "new")), new_inode = inode(victim),
        filesystem = target.filesystem, name = "victim", path = victim, old_size = #DATA, new_size = #DATA,
        changes = target.changes,
      }
    end)
    os.rename(trace, (trace:gsub("redo$", "undo")))
    local before = inode(victim)
    assert.equal("indeterminate", (world.recover(path)))
    assert.equal(before, inode(victim))
    assert.equal("0", world.stat(victim, "%u"))
    assert.equal("old", state(victim))
    assert.equal(".new .undo", world.traces(folder))
  end)

  it("does not remove what a flush of root has left elsewhere", function()
    local victim = fresh("traces.of.root", "755", 0, 0)
    world.must(("touch %s/.suture-abc.new %s/.suture-%x.ref"):format(victim:match "^(.*)/", victim:match "^(.*)/",
      inode(victim)))
    local path = retold("traces.of.user", function(value, target)
      value.targets[2] = {
        flags = journal.REPLACED, inode = 0xabc, new_inode = inode(victim), filesystem = target.filesystem,
        name = "../traces.of.root/file", path = victim, old_size = #DATA, new_size = #DATA, changes = target.changes,
      }
    end)
    assert.equal("indeterminate", (world.recover(path)))
    assert.equal(".new .ref", world.traces(world.folder "traces.of.root"))
    assert.equal("old", state(path))
  end)

  it("does not give the file a set-gid bit for a group that the user is not in", function()
    local path = retold("setgid", function(_, target) target.mode = tonumber("2644", 8) end)
    world.must("chgrp 0 " .. path)
    assert.equal("644 0", world.stat(path, "%a %g"))
    world.recover(path)
    assert.equal("644 0", world.stat(path, "%a %g"))
  end)

  it("does not become a record by which root would change another file", function()
    local victim = support.write(world.folder "recorded" .. "/victim", world.patched(DATA, OFF, NEW))
    local path = retold("record", function(_, target)
      target.path = victim
      target.changes[1].old = DATA:sub(OFF + 1, OFF + #NEW)
    end)
    world.recover(path)
    world.must(("chmod 644 %s"):format(victim))
    local status = support.run(("SUTURE_STATE=%s %s revert %s"):format(world.state(), support.suture, victim))
    assert.equal(3, status)
    assert.equal("new", state(victim))
  end)

  it("is not taken for one of the state folder by the name of its folder", function()
    local victim = fresh("named.hot", "755", 0, world.STRANGER)
    local path, folder, trace = retold("evil", function(_, target)
      target.inode, target.name, target.path = inode(victim), victim, victim
    end)
    local place = world.must(("mkdir %s/hot && chmod 755 %s/hot && cd %s/hot && pwd"):format(folder, folder,
      folder)):gsub("\n", "")
    world.must(("mv %s %s/.suture-0-5.redo"):format(trace, place))
    local value = journal.decode(support.read(place .. "/.suture-0-5.redo"))
    local nonce = value.nonce:gsub(".", function(c) return ("%02x"):format(c:byte()) end)
    local ref = ("%s/.suture-%x.ref"):format(folder, inode(path))
    support.write(ref, ("suture-ref 1\n%s\n%016x %x\n.suture-0-5\n%s\nhot\nend\n"):format(nonce,
      value.targets[1].filesystem, inode(place), place))
    world.must(("chown %d %s && chmod 600 %s"):format(USER.user, ref, ref))
    assert.equal("indeterminate", (world.recover(path)))
    assert.equal("old", state(victim))
  end)
end)

describe("a ref", function()
  it("of root beside a user's file keeps the user out, who cannot read it", function()
    local one = fresh("root.ref.one", "777", 0, world.STRANGER)
    local two = fresh("root.ref.two", "777", 0, world.STRANGER)
    world.interrupt({ { one, OFF, NEW }, { two, OFF, NEW } }, { call = "fdatasync" })
    local with = world.traces(one:match "^(.*)/") == ".ref" and one or two
    assert.equal("indeterminate", (world.recover(with, "auto", nil, user_options())))
    assert.equal("finished", (world.recover(with)))
    assert.equal("new new", state(one) .. " " .. state(two))
  end)

  it("of another user is not followed", function()
    local one = fresh("ref.other.a", "777", 0, 0)
    local two = fresh("ref.other.b", "777", 0, 0)
    world.interrupt({ { one, OFF, NEW }, { two, OFF, NEW } }, { call = "pwrite64", path = one })
    -- Which of the two was written first depends on their inodes.
    local before = { state(one), state(two) }
    local referred = world.traces(one:match "^(.*)/") == ".ref" and one or two
    world.must(("chown %d %s"):format(USER.user, world.trace(referred:match "^(.*)/", "ref")))
    assert.equal("indeterminate", (world.recover(referred)))
    assert.equal("indeterminate", (world.recover(referred == one and two or one)))
    assert.same(before, { state(one), state(two) })
  end)
end)

describe("a folder that the user", function()
  for what, mode in pairs { ["may not write to"] = "755", ["may only pass through"] = "711" } do
    it(what .. " has its files patched by way of the state folder", function()
      local path = fresh("folder." .. mode, mode, 0, world.STRANGER)
      assert.equal("opened", (world.open(path, "read", user_options())))
      assert.equal("place", (world.flush({ { path, OFF, NEW } }, "{}", user_options())))
      assert.equal("new", state(path))
      assert.equal("", world.traces(path:match "^(.*)/"))
      assert.equal("", world.traces(world.state(USER.user) .. "/hot"))
    end)

    it(what .. " is recovered from the state folder", function()
      local path = fresh("hot." .. mode, mode, 0, world.STRANGER)
      decided(path, user_options())
      assert.equal(".redo", world.traces(world.state(USER.user) .. "/hot"))
      local kind = world.open(path, "read", user_options())
      assert.equal("indeterminate", kind)
      local word, _, stderr = world.open(path, "patch", user_options())
      assert.equal("opened", word)
      assert.matches("an interrupted flush was finished", stderr, 1, true)
      assert.equal("new", state(path))
      assert.equal("", world.traces(world.state(USER.user) .. "/hot"))
    end)

    it(what .. " may hold one target of several", function()
      local near, far = fresh("near." .. mode, "777", 0, world.STRANGER), fresh("far." .. mode, mode, 0, world.STRANGER)
      for _, asked in ipairs { near, far } do
        world.interrupt({ { near, OFF, NEW }, { far, OFF, NEW } }, { call = "fdatasync" }, nil, user_options())
        assert.equal("finished", world.recover(asked, "auto", nil, user_options()))
        for _, path in ipairs { near, far } do
          assert.equal("new", state(path))
          assert.equal("", world.traces(path:match "^(.*)/"))
          world.scribble(path, 0, DATA)
        end
        assert.equal("", world.traces(world.state(USER.user) .. "/hot"))
      end
      local farther = fresh("farther." .. mode, mode, 0, world.STRANGER)
      local targets = { { near, OFF, NEW }, { far, OFF, NEW }, { farther, OFF, NEW } }
      local options = user_options()
      options.under = "env SUTURE_STATE=/proc/none"
      assert.equal("io", (world.flush(targets, "{}", options)))
      assert.equal("old old old", state(near) .. " " .. state(far) .. " " .. state(farther))
      assert.equal("place", (world.flush(targets, "{}", user_options())))
      assert.equal("new new new", state(near) .. " " .. state(far) .. " " .. state(farther))
    end)
  end

  it("may not write to keeps a replacement from being made", function()
    local path = fresh("no.replacement", "755", 0, world.STRANGER)
    local kind, message = world.flush({ { path, OFF, NEW } }, "{ by = 'replace' }", user_options())
    assert.equal("io", kind)
    assert.matches("Permission denied", message, 1, true)
    assert.equal("old", state(path))
  end)

  it("shares with others in a sticky way has its files patched", function()
    local path = fresh("sticky", "1777", 0, world.STRANGER)
    assert.equal("place", (world.flush({ { path, OFF, NEW } }, "{}", user_options())))
    assert.equal("new", state(path))
  end)
end)

describe("set-id bits", function()
  it("stay when their owner patches the file", function()
    local path = fresh("setid", "777", 0, world.STRANGER)
    world.must("chmod 6755 " .. path)
    assert.equal("place", (world.flush({ { path, OFF, NEW } }, "{}", user_options())))
    assert.equal("6755", world.stat(path, "%a"))
  end)

  it("come back when the flush died after writing cleared them", function()
    local path = fresh("setid.recovered", "777", 0, world.STRANGER)
    world.must("chmod 6755 " .. path)
    world.interrupt({ { path, OFF, NEW } }, { call = "fchmod", path = path }, nil, user_options())
    assert.equal("755", world.stat(path, "%a"))
    assert.equal("finished", world.recover(path, "auto", nil, user_options()))
    assert.equal("6755", world.stat(path, "%a"))
  end)
end)
