-- Several processes at one file: patchers, readers, and programs that know nothing of suture.

local support = require "spec.support"
local world = require "spec.support.world"

local DATA <const> = ("suture "):rep(2000)
local NEW <const> = "patched"
local OFF <const> = 0x1234

local function fresh(name)
  return support.write(world.folder(name) .. "/file", DATA)
end

local function is_new(path)
  return support.read(path) == world.patched(DATA, OFF, NEW)
end

-- Starts a command in the background and gives it time to get to where it waits. Returns a function that waits
-- for its end and gives what it wrote.
local function start(command, path)
  world.must(("(%s; echo status $?) >%s.log 2>&1 & sleep 0.3"):format(command, path))
  return function()
    for _ = 1, 100 do
      local log = support.read(path .. ".log")
      if log:find "status %d+\n$" then
        return log
      end
      world.must "sleep 0.05"
    end
    error "it does not end"
  end
end

-- A flush that stands still for a while at a system call.
local function slow(path, call, milliseconds)
  return start(world.command(world.flush_code { { path, OFF, NEW } } .. "print(outcomes[1])",
    { under = world.strace(nil, ("%s:delay_enter=%d:when=1"):format(call, milliseconds * 1000)) }), path)
end

describe("two patchers", function()
  it("exclude each other, and the second is told by which process", function()
    local path = fresh "two"
    local wait = start(world.command(([[
      local b = assert(core.open(%q))
      print((io.open "/proc/self/stat":read "n"))
      io.stdout:flush()
      os.execute "sleep 0.8"]]):format(path)), path)
    local kind, message = world.open(path)
    assert.equal("locked", kind)
    local process = support.read(path .. ".log"):match "^%d+"
    assert.matches("is being patched by process " .. process .. "$", message)
    assert.equal("locked", (world.open(path, "shared")))
    assert.equal("opened", (world.open(path, "read")))
    assert.equal("opened", (world.open(path, "copy")))
    wait()
    assert.equal("opened", (world.open(path)))
  end)

  it("of the same two files in another order do not wait for each other", function()
    local one, two = fresh "order.one", fresh "order.two"
    local function loop(first, second)
      return world.command(([[
        local function open(path)
          for _ = 1, 2000 do
            local b, err = core.open(path)
            if b then return b end
            assert(err.kind == "locked", tostring(err))
            os.execute "sleep 0.005"
          end
          error "locked for ever"
        end
        for i = 1, 5 do
          local a = open(%q)
          local b, err = core.open(%q)
          while not b do
            assert(err.kind == "locked", tostring(err))
            a:close()
            a = open(%q)
            b, err = core.open(%q)
          end
          a:write(0, string.char(i)); b:write(0, string.char(i))
          core.flush { a, b }
          a:close(); b:close()
        end]]):format(first, second, first, second))
    end
    local wait = start(loop(one, two), one)
    assert.equal(0, (support.run(loop(two, one))))
    assert.equal("status 0\n", wait())
    assert.equal("\5", support.read(one):sub(1, 1))
    assert.equal("\5", support.read(two):sub(1, 1))
  end)

  it("of which one recovers while the other flushes are kept apart", function()
    local path = fresh "recovering"
    local go_on = world.held(world.flush_code { { path, OFF, NEW } } .. "print(outcomes[1])", { call = "fdatasync" },
      ("ls %s/.suture-*.redo"):format(world.folder "recovering"))
    for _, choice in ipairs { "auto", "old", "new", "forget" } do
      assert.equal("locked", (world.recover(path, choice)))
    end
    assert.equal("place\nstatus 0\n", go_on())
    assert.is_true(is_new(path))
    assert.equal("clean", (world.recover(path)))
  end)
end)

describe("a recovery that has read its journal before another patcher came", function()
  local function inode(path)
    return math.tointeger(world.stat(path, "%i"))
  end

  -- Three files, in the order of their inodes, of an undecided or decided flush that replaced them; what it has left
  -- lies aside. A fourth one comes before them and has no part in it.
  local function three(name, call)
    local folder, paths = world.folder(name), {}
    for i = 1, 4 do
      paths[i] = support.write(("%s/%d"):format(folder, i), DATA)
    end
    table.sort(paths, function(one, other) return inode(one) < inode(other) end)
    paths[0] = table.remove(paths, 1)
    local targets = {}
    for i, path in ipairs(paths) do
      targets[i] = { path, OFF, NEW }
    end
    world.interrupt(targets, { call = call }, "{ by = 'replace' }")
    local aside = world.folder(name .. ".aside")
    world.must(("mv %s/.suture-* %s/"):format(folder, aside))
    return paths, folder, aside
  end

  -- Puts back all but what was left for one file, which its patcher has settled.
  local function put_back(aside, folder, except)
    local replacement = inode(("%s/.suture-%x.new"):format(aside, inode(except)))
    world.must(("cd %s && rm -f .suture-%x.* .suture-%x.* && mv -n .suture-* %s/"):format(aside, inode(except),
      replacement, folder))
  end

  -- A file is being replaced: its patcher stands still after a call.
  local function replacing(path, call)
    local code = world.flush_code({ { path, OFF, NEW } }, "{ by = 'replace' }") .. "print(outcomes[1])"
    return world.held(code, { call = call }, ("ls %s/.suture-%x.new"):format(path:match "^(.*)/", inode(path)))
  end

  for asked, how in pairs { "a journal of its own", [3] = "a ref" } do
    for call, moment in pairs { fsync = "complete", ftruncate = "still empty" } do
      it(("leaves that one's replacement, %s, when asked by %s"):format(moment, how), function()
        local paths, folder, aside = three(("early.%d.%s"):format(asked, call), "renameat")
        local go_on = replacing(paths[2], call)
        put_back(aside, folder, paths[2])
        assert.equal("undone", (world.recover(paths[asked])))
        assert.equal(".new", world.traces(folder))
        assert.equal("replaced\nstatus 0\n", go_on())
        assert.equal(DATA, support.read(paths[1]))
        assert.is_true(is_new(paths[2]))
        assert.equal(DATA, support.read(paths[3]))
        assert.equal("", world.traces(folder))
      end)
    end
  end

  it("leaves that one's ref, which is still empty", function()
    local paths, folder, aside = three("early.ref", "renameat")
    local ref = (".suture-%x.ref"):format(inode(paths[2]))
    local go_on = world.held(world.flush_code { { paths[0], OFF, NEW }, { paths[2], OFF, NEW } },
      { call = "openat", path = ref }, ("ls %s/%s"):format(folder, ref))
    put_back(aside, folder, paths[2])
    assert.equal("", support.read(folder .. "/" .. ref))
    assert.equal("undone", (world.recover(paths[3])))
    assert.equal(".ref .tmp", world.traces(folder))
    assert.equal("status 0\n", go_on())
    assert.is_true(is_new(paths[0]) and is_new(paths[2]))
    assert.equal("", world.traces(folder))
  end)

  it("forgets nothing while that one is at work, even where a target is gone", function()
    local paths, folder, aside = three("early.forget", "renameat2")
    local go_on = replacing(paths[2], "fsync")
    put_back(aside, folder, paths[2])
    os.remove(paths[1])
    local before = world.traces(folder)
    local journal = world.trace(folder, "redo")
    assert.equal("locked", (world.recover(paths[3], "forget", journal)))
    assert.equal(before, world.traces(folder))
    assert.equal("replaced\nstatus 0\n", go_on())
    assert.equal("clean", (world.recover(paths[3], "forget", journal)))
    assert.is_true(is_new(paths[2]))
    assert.equal(DATA, support.read(paths[3]))
  end)

  it("keeps the first target until the journal that is named after it is gone", function()
    local folder = world.folder "early.journal"
    local one, two = support.write(folder .. "/one", DATA), support.write(folder .. "/two", DATA)
    world.interrupt({ { one, OFF, NEW }, { two, OFF, NEW } }, { call = "renameat" })
    local journal = world.trace(folder, "tmp")
    local first = journal:match "%-(%x+)%.tmp$" == ("%x"):format(inode(one)) and one or two
    local other = first == one and two or one
    local wait = start(world.command(("print(core.recover(%q))"):format(other),
      { under = world.strace(journal:match "[^/]+$", "unlinkat:delay_enter=2500000:when=1") }), other)
    world.await(("! flock --nonblock %s true"):format(first))
    assert.equal("locked", (world.open(first)))
    assert.equal("undone\nstatus 0\n", wait())
    assert.equal("place", (world.flush { { first, OFF, NEW } }))
    assert.equal("", world.traces(folder))
  end)
end)

describe("a reader", function()
  it("during a flush waits for its end and sees the new bytes", function()
    local path = fresh "reader"
    local wait = slow(path, "pwrite64", 0)
    wait()
    support.write(path, DATA)
    wait = start(world.command(world.flush_code { { path, OFF, NEW } },
      { under = world.strace(path, "pwrite64:delay_enter=700000:when=1") }), path)
    local code = ("print(assert(core.open(%q, 'read')):read(%d, %d))"):format(path, OFF, #NEW)
    local status, stdout, stderr = world.lua(code)
    assert.equal(0, status, stderr)
    assert.equal(NEW .. "\n", stdout)
    assert.equal("status 0\n", wait())
  end)

  it("does not wait where recover is false", function()
    local path = fresh "reader.on"
    local wait = start(world.command(world.flush_code { { path, OFF, NEW } },
      { under = world.strace(path, "pwrite64:delay_enter=700000:when=1") }), path)
    local status, stdout, stderr = world.lua((
      "print(assert(core.open(%q, { mode = 'read', recover = false })):read(%d, %d))")
      :format(path, OFF, #NEW))
    assert.equal(0, status, stderr)
    assert.equal(DATA:sub(OFF + 1, OFF + #NEW) .. "\n", stdout)
    assert.equal("status 0\n", wait())
    assert.is_true(is_new(path))
  end)

  it("is told after two seconds of a flush that does not end", function()
    local path = fresh "reader.told"
    local go_on = world.held(world.flush_code { { path, OFF, NEW } }, { call = "pwrite64", path = path },
      ("ls %s/.suture-*.redo"):format(path:match "^(.*)/"))
    assert.equal("indeterminate", (world.open(path, "read")))
    assert.equal("status 0\n", go_on())
    assert.equal("opened", (world.open(path, "read")))
  end)

  it("waits for a flush that replaces, too", function()
    local one, two = fresh "reader.one", fresh "reader.two"
    local wait = start(world.command(world.flush_code({ { one, OFF, NEW }, { two, OFF, NEW } }, "{ by = 'replace' }"),
      { under = world.strace(nil, "renameat2:delay_enter=700000:when=1") }), one)
    local status, stdout, stderr = world.lua(("print(assert(core.open(%q, 'read')):read(%d, %d))"):format(two, OFF,
      #NEW))
    assert.equal(0, status, stderr)
    assert.equal(NEW .. "\n", stdout)
    assert.equal("status 0\n", wait())
  end)

  it("is not held up by a flush that died before it was decided", function()
    local one, two = fresh "reader.undecided.one", fresh "reader.undecided.two"
    world.interrupt({ { one, OFF, NEW }, { two, OFF, NEW } }, { call = "renameat" })
    assert.equal("opened opened", world.open(one, "read") .. " " .. world.open(two, "read"))
    local left = { world.traces(one:match "^(.*)/"), world.traces(two:match "^(.*)/") }
    table.sort(left)
    assert.same({ ".ref", ".tmp" }, left)
    local lone = fresh "reader.undecided.lone"
    world.interrupt({ { lone, OFF, NEW } }, { call = "renameat" }, "{ by = 'replace' }")
    assert.equal(".new", world.traces(lone:match "^(.*)/"))
    assert.equal("opened", (world.open(lone, "read")))
    assert.equal("clean", (world.recover(lone)))
    assert.equal("", world.traces(lone:match "^(.*)/"))
  end)

  it("is not held up by a patcher that does not flush", function()
    local path = fresh "reader.patcher"
    local wait = start(world.command(("local b = assert(core.open(%q)) os.execute 'sleep 0.6'"):format(path)), path)
    assert.equal("opened", (world.open(path, "read")))
    wait()
  end)
end)

describe("a program that knows nothing of suture", function()
  local function meddle(name, call, change)
    local path = fresh(name)
    local wait = slow(path, call, 500)
    change(path)
    return wait(), path
  end

  it("and writes to the file before the flush looks is not overwritten", function()
    local log, path = meddle("written", "openat", function() end)
    assert.equal("place\nstatus 0\n", log)
    local status, _, stderr = world.lua(([[
      local b = assert(core.open(%q))
      b:write(%d, "again")
      local file = io.open(%q, "r+b") file:seek("set", %d) file:write "other" file:close()
      b:flush()]]):format(path, OFF, path, OFF))
    assert.equal(1, status)
    assert.matches("another process changed the file here", stderr, 1, true)
    assert.equal("other", support.read(path):sub(OFF + 1, OFF + 5))
  end)

  it("and locks the file by fcntl keeps a flush out", function()
    local path = fresh "fcntl"
    local holder = ("import fcntl, time; f = open('%s', 'r+b'); fcntl.lockf(f, fcntl.LOCK_EX); " ..
      "open('%s.held', 'w').close(); time.sleep(1.5)"):format(path, path)
    local wait = start(("python3 -c %s"):format(support.quote(holder)), path)
    world.must(("for i in $(seq 100); do test -e %s.held && exit; sleep 0.05; done; exit 1"):format(path))
    local kind, message = world.flush { { path, OFF, NEW } }
    assert.equal("locked", kind)
    assert.matches("is locked by another program", message, 1, true)
    assert.equal(DATA, support.read(path))
    wait()
    assert.equal("place", (world.flush { { path, OFF, NEW } }))
  end)

  for name, change in pairs {
    ["truncates"] = function(path) world.must(("truncate -s 100 %s"):format(path)) end,
    ["extends"] = function(path) world.must(("truncate -s +1 %s"):format(path)) end,
    ["replaces"] = function(path) world.must(("cp %s %s.other && mv %s.other %s"):format(path, path, path, path)) end,
    ["removes"] = function(path) os.remove(path) end,
    ["writes"] = function(path) world.scribble(path, OFF, "?") end,
  } do
    it(("and %s the file before its flush makes the flush fail, with nothing written"):format(name), function()
      local path = fresh("before." .. name)
      local code = world.flush_code { { path, OFF, NEW } }
      -- The first flush() finds a folder's name of the target: that is where the world is changed.
      local wait = start(world.command((code:gsub("local outcomes", "os.execute 'sleep 0.6'\n%0"))), path)
      change(path)
      local log = wait()
      assert.matches("status 1\n$", log)
      local data = name ~= "removes" and support.read(path) or ""
      assert.is_nil(data:find(NEW, 1, true))
      assert.equal("", world.traces(path:match "^(.*)/"))
    end)
  end
end)
