-- Flushes and recovery on other file systems and devices: moved, missing, read-only, full. Needs root and loop devices.

local support = require "spec.support"
local world = require "spec.support.world"

local DATA <const> = ("suture "):rep(2000)
local NEW <const> = "patched"
local OFF <const> = 0x1234

local quote <const> = support.quote

-- Whether an image can be mounted here at all.
local function can_mount()
  if not world.is_root() then
    return false
  end
  local image = support.path "probe.img"
  local try = "truncate -s 4M I && mkfs.ext4 -qF I && mkdir -p I.d && mount -o loop I I.d && umount I.d"
  local status = support.run((try:gsub("I", image)))
  os.remove(image)
  return status == 0
end

if not can_mount() then
  pending "specs of file systems: only root with loop devices can mount them"
  return
end

local mounted = {}

local function mount(what, where, options)
  world.must(("mkdir -p %s && mount %s %s %s"):format(quote(where), options or "", quote(what), quote(where)))
  mounted[#mounted + 1] = where
  return where
end

local function unmount(where)
  world.must("umount " .. quote(where))
  for i, other in ipairs(mounted) do
    if other == where then
      table.remove(mounted, i)
    end
  end
end

-- A new ext4 file system of so many MiB.
local function image(name, size)
  local path = support.path(name .. ".img")
  world.must(("truncate -s %dM %s && mkfs.ext4 -qF %s"):format(size or 4, path, path))
  return path
end

local function state(path)
  local data = support.read(path)
  return data == DATA and "old" or data == world.patched(DATA, OFF, NEW) and "new" or data
end

after_each(function()
  for i = #mounted, 1, -1 do
    support.run("umount -l " .. quote(mounted[i]))
    mounted[i] = nil
  end
end)

describe("a file system", function()
  it("on another device, mounted elsewhere, is known again", function()
    local store = image "moved"
    local here, there = support.path "here", support.path "there"
    mount(store, here, "-o loop")
    world.must(("mkdir %s/a %s/b"):format(here, here))
    local one, two = support.write(here .. "/a/one", DATA), support.write(here .. "/b/two", DATA)
    world.interrupt({ { one, OFF, NEW }, { two, OFF, NEW } }, { call = "fdatasync", path = one })
    local device = world.stat(one, "%d")
    unmount(here)
    -- The loop device that was free first is taken, so that the image gets another one.
    local taken = world.must(("losetup -f --show %s"):format(image "taken")):gsub("\n", "")
    finally(function() support.run("losetup -d " .. taken) end)
    mount(store, there, "-o loop")
    one, two = there .. "/a/one", there .. "/b/two"
    assert.is_not.equal(device, world.stat(one, "%d"))
    assert.equal("finished", world.recover(two))
    assert.equal("new", state(one))
    assert.equal("new", state(two))
    assert.equal("", world.traces(there .. "/a") .. world.traces(there .. "/b"))
  end)

  it("that holds the journal and is not mounted leaves the rest indeterminate", function()
    local first_image, second_image = image "first", image "second"
    local a, b = mount(first_image, support.path "a", "-o loop"), mount(second_image, support.path "b", "-o loop")
    local one, two = support.write(a .. "/one", DATA), support.write(b .. "/two", DATA)
    world.interrupt({ { one, OFF, NEW }, { two, OFF, NEW } }, { call = "fdatasync" })
    local referred = world.traces(a) == ".ref" and one or two
    local away = referred == one and b or a
    local before = support.read(referred)
    unmount(away)
    for i, answer in ipairs(world.try_all(referred)) do
      assert.equal("indeterminate", answer[1], answer[2])
      assert.matches(i <= 5 and "cannot be looked at" or "suture recover", answer[2], 1, true)
    end
    assert.equal(before, support.read(referred))
    assert.equal(".ref", world.traces(referred:match "^(.*)/"))
    mount(away == a and first_image or second_image, away, "-o loop")
    assert.equal("finished", world.recover(referred))
    assert.equal("new", state(one))
    assert.equal("new", state(two))
  end)

  it("that holds another target and is not mounted leaves the first indeterminate", function()
    local first_image, second_image = image "third", image "fourth"
    local a, b = mount(first_image, support.path "c", "-o loop"), mount(second_image, support.path "d", "-o loop")
    local one, two = support.write(a .. "/one", DATA), support.write(b .. "/two", DATA)
    world.interrupt({ { one, OFF, NEW }, { two, OFF, NEW } }, { call = "fdatasync" })
    local first = world.traces(a) == ".redo" and one or two
    local away = first == one and b or a
    local before = support.read(first)
    unmount(away)
    assert.equal("indeterminate", (world.recover(first)))
    assert.equal("indeterminate", (world.open(first)))
    assert.equal(before, support.read(first))
    mount(away == a and first_image or second_image, away, "-o loop")
    assert.equal("finished", world.recover(first))
    assert.equal("new", state(one))
    assert.equal("new", state(two))
  end)

  it("that became read-only is left as it is", function()
    local place = mount(image "readonly", support.path "readonly", "-o loop")
    local path = support.write(place .. "/file", DATA)
    world.interrupt({ { path, OFF, NEW } }, { call = "pwrite64", path = path })
    world.must("mount -o remount,ro " .. quote(place))
    assert.equal("indeterminate", (world.open(path, "read")))
    assert.equal("readonly", (world.open(path)))
    local kind, message = world.recover(path)
    assert.equal("io", kind)
    assert.matches("Read-only file system", message, 1, true)
    assert.equal("old", state(path))
    assert.equal(".redo", world.traces(place))
    world.must("mount -o remount,rw " .. quote(place))
    assert.equal("finished", world.recover(path))
    assert.equal("new", state(path))
  end)

  it("that becomes read-only while a file is open for patching refuses the flush", function()
    local place = mount(image "turned", support.path "turned", "-o loop")
    local path = support.write(place .. "/file", DATA)
    local code = ([[
      local b = assert(core.open(%q))
      b:write(%d, %q)
      assert(os.execute("mount -o remount,ro %s"))
      local ok, err = pcall(b.flush, b)
      print(ok, err.kind, b:pending())
      b:rollback()
    ]]):format(path, OFF, NEW, place)
    local status, stdout, stderr = world.lua(code)
    assert.equal(0, status, stderr)
    assert.matches("^false\tio\t7", stdout)
    assert.equal("old", state(path))
    assert.equal("", world.traces(place))
  end)

  for kind, make in pairs {
    tmpfs = function(name) return mount("none", support.path(name), "-t tmpfs -o size=1m") end,
    ext4 = function(name) return mount(image(name, 2), support.path(name), "-o loop") end,
  } do
    it("of kind " .. kind .. " that is full keeps every file as it was", function()
      local place = make("full." .. kind)
      local one, two = support.write(place .. "/one", DATA), support.write(place .. "/two", DATA)
      world.must(("mkdir %s/deep"):format(place))
      -- Filled to the last block; then as much is freed as each round tells.
      for _, free in ipairs { 0, 4, 8, 12, 16 } do
        support.run(("rm -f %s/room; head -c %dk /dev/zero > %s/room; cat /dev/zero > %s/filler"):format(place, free,
          place, place))
        world.must(("rm %s/room"):format(place))
        local word, message = world.flush({ { one, OFF, NEW }, { two, OFF, NEW } })
        if word == "place" then
          assert.equal("new", state(one))
          assert.equal("new", state(two))
          world.scribble(one, 0, DATA)
          world.scribble(two, 0, DATA)
        else
          assert.equal("io", word, message)
          assert.matches("No space left on device", message, 1, true)
          assert.equal("old", state(one))
          assert.equal("old", state(two))
        end
        assert.equal("", world.traces(place))
        local replaced = world.flush({ { one, OFF, NEW } }, "{ by = 'replace' }")
        assert(replaced == "io" or replaced == "replaced", replaced)
        assert.equal(replaced == "io" and "old" or "new", state(one))
        assert.equal("", world.traces(place))
        world.scribble(one, 0, DATA)
      end
    end)
  end

  it("that is full when a hole is to be filled says so before anything is written", function()
    local place = mount(image("holes", 4), support.path "holes", "-o loop")
    local path = place .. "/sparse"
    world.must(("truncate -s 8M %s"):format(path))
    -- What is written late may find room that a full disk had not told of.
    support.run(("cd %s; for i in 1 2 3; do cat /dev/zero > filler.$i; sync; done"):format(place))
    world.must(("truncate -s -32k %s/filler.1 && sync"):format(place))
    local code = ([[
      local b = assert(core.open(%q))
      for i = 0, 499 do b:write(i * 16384, "x") end
      local ok, err = pcall(b.flush, b)
      print(ok, err.kind, (b:pending()))
      b:rollback()
    ]]):format(path)
    local status, stdout, stderr = world.lua(code)
    assert.equal(0, status, stderr)
    assert.equal("false\tio\t500\n", stdout)
    assert.equal(8 << 20, #support.read(path))
    assert.is_nil(support.read(path):find "[^\0]")
    assert.equal("", world.traces(place))
  end)
end)

describe("a limit on the size of files", function()
  -- The limit holds for the flush only: the output of the child is a file as well.
  local function flush_within(limit, path, options)
    local status, stdout, stderr = world.lua(([[
      local function limit(bytes) assert(os.execute("prlimit --pid $PPID --fsize=" .. bytes .. ":")) end
      local b = assert(core.open(%q))
      b:write(%d, %q)
      limit(%d)
      local ok, result = pcall(b.flush, b, %s)
      limit "unlimited"
      print(ok and result or result.kind)
      b:rollback()
    ]]):format(path, OFF, NEW, limit, options))
    assert.equal(0, status, stderr)
    return stdout:match "%w+"
  end

  it("at any offset keeps the file wholly old or wholly new", function()
    local path = support.write(world.folder "limited" .. "/file", DATA)
    for _, limit in ipairs { 1, 64, 200, 4096, OFF, OFF + 3, OFF + #NEW, #DATA, 20000 } do
      local word = flush_within(limit, path, "{}")
      assert.equal(limit >= OFF + #NEW and "place" or "io", word, "a limit of " .. limit)
      assert.equal(limit >= OFF + #NEW and "new" or "old", state(path))
      assert.equal("", world.traces(world.folder "limited"))
      world.scribble(path, 0, DATA)
    end
  end)

  it("keeps a replacement from being made, and the old file stays", function()
    local path = support.write(world.folder "limited.new" .. "/file", DATA)
    for _, limit in ipairs { 1, 4096, OFF + 3, #DATA - 1 } do
      assert.equal("io", (flush_within(limit, path, "{ by = 'replace' }")))
      assert.equal("old", state(path))
      assert.equal("", world.traces(world.folder "limited.new"))
    end
  end)
end)

describe("a limit on the size of files, its signal blocked by who runs the program,", function()
  it("is an error like another", function()
    local path = support.write(world.folder "blocked" .. "/file", DATA)
    local status, stdout, stderr = world.lua(([[
      local b <const> = assert(core.open(%q))
      b:write(%d, %q)
      assert(os.execute "prlimit --pid $PPID --fsize=100:")
      local ok, err = pcall(b.flush, b)
      assert(os.execute "prlimit --pid $PPID --fsize=unlimited:")
      print(ok or err.kind)]]):format(path, OFF, NEW), { under = "env --block-signal=XFSZ" })
    assert.equal(0, status, stderr)
    assert.equal("io\n", stdout)
    assert.equal(DATA, support.read(path))
  end)
end)

describe("a block device", function()
  local function device(name, size)
    local path = support.path(name)
    world.must(("truncate -s %d %s"):format(size, path))
    local loop = world.must("losetup -f --show " .. quote(path)):gsub("\n", "")
    finally(function() support.run("losetup -d " .. loop) end)
    return loop
  end

  local function code(path, body)
    return ("local b = assert(core.open(%q, { block = true }))\n"):format(path) .. body
  end

  it("is flushed in place, by way of the state folder", function()
    local loop = device("disk", 1 << 20)
    local status, stdout, stderr = world.lua(code(loop, [[
      b:write(0, "first"); b:write(#b - 4, "last")
      print(b:flush())]]))
    assert.equal(0, status, stderr)
    assert.equal("place\n", stdout)
    assert.equal("first", world.must(("head -c 5 %s"):format(loop)))
    assert.equal("last", world.must(("tail -c 4 %s"):format(loop)))
    assert.equal("", world.traces(world.state() .. "/hot"))
    assert.equal("", world.traces "/dev")
  end)

  it("is recovered from the state folder", function()
    local loop = device("disk.killed", 1 << 20)
    local body = "b:write(0x400, 'patched') b:flush()"
    local status = world.lua(code(loop, body), { under = world.strace(loop, "pwrite64:signal=KILL") })
    assert.equal(137, status)
    assert.equal(".redo", world.traces(world.state() .. "/hot"))
    assert.equal("finished", (world.recover(loop)))
    assert.equal("patched", world.must(("dd if=%s bs=1 skip=1024 count=7 2>/dev/null"):format(loop)))
    assert.equal("", world.traces(world.state() .. "/hot"))
  end)

  it("cannot be replaced", function()
    local loop = device("disk.replaced", 1 << 20)
    local status, _, stderr = world.lua(code(loop, "b:write(0, 'x') b:flush { by = 'replace' }"))
    assert.equal(1, status)
    assert.matches("a device cannot be replaced", stderr, 1, true)
  end)

  it("is read, and keeps its size", function()
    local loop = device("disk.read", 1 << 20)
    local status, stdout, stderr = world.lua(([[
      local b = assert(core.open(%q, { mode = "read", block = true }))
      print(#b, #b:read(0, 4))
      b = assert(core.open(%q, { block = true }))
      print((select(2, pcall(b.resize, b, 100))))]]):format(loop, loop))
    assert.equal(0, status, stderr)
    assert.equal(("1048576\t4\n%s: the size of a device cannot change\n"):format(loop), stdout)
  end)

  it("is one target of several, by a ref in the state folder", function()
    local loop = device("disk.several", 1 << 20)
    local path = support.write(world.folder "several" .. "/file", ("suture "):rep(100))
    local status, stdout, stderr = world.lua(([[
      local list <const> = { assert(core.open(%q)), assert(core.open(%q, { block = true })) }
      for _, b in ipairs(list) do b:write(0, "both") end
      print(table.concat(core.flush(list), " "))]]):format(path, loop))
    assert.equal(0, status, stderr)
    assert.equal("place place\n", stdout)
    assert.equal("bothboth", support.read(path):sub(1, 4) .. world.must("head -c 4 " .. loop))
    assert.equal("", world.traces(world.state() .. "/hot"))
  end)

  it("is not opened without being asked for", function()
    local loop = device("disk.plain", 1 << 20)
    assert.equal("unsupported", (world.open(loop)))
  end)
end)

describe("a disk that is full before a flush is decided", function()
  local KIB <const> = 1024
  local SIZE <const> = 1024 * KIB

  -- A file of holes with some data, and room on its disk for less than the flush wants; the second file is not the
  -- flush's. Where it is `kept`, the space of [512K, 576K) was reserved by its owner.
  local function sparse(name, kept)
    local place = mount(image(name), support.path(name), "-o loop")
    local path = place .. "/sparse"
    world.must(("truncate -s %d %s"):format(SIZE, path))
    world.scribble(path, 100 * KIB + 7, "data")
    if kept then
      world.must(("fallocate -n -o %d -l %d %s"):format(512 * KIB, 64 * KIB, path))
    end
    world.must("sync -f " .. place)
    world.must(("(cat /dev/zero >%s/ballast || :) 2>/dev/null; truncate -s -%dK %s/ballast; sync -f %s"):format(place,
      300, place, place))
    return path, place
  end

  -- Every fourth block gets a byte, then a long run.
  local function code(path, last)
    return ([[
      local b = assert(core.open(%q))
      for off = 0, 400 * 1024, 16 * 1024 do b:write(off + 5, "x") end
      b:write(%d, ("y"):rep(%d))
      local ok, err = pcall(b.flush, b)
      print(ok, err and err.kind, err and err.errno)
      b:cancel()]]):format(path, last, SIZE - last)
  end

  local function extents(path)
    return (world.must("filefrag -v " .. path):gsub("^[^\n]*\n[^\n]*\n", ""))
  end

  -- ext4 keeps a block for its own list of extents once that has been long.
  local function assert_free(before, place)
    local free = tonumber(world.must("stat -f -c %f " .. place))
    assert.is_true(free >= tonumber(before) - 1, ("%s blocks were free, now %d"):format(before, free))
  end

  for _, kept in ipairs { false, true } do
    it("gets back what was reserved in holes" .. (kept and ", but not what was reserved before" or ""), function()
      local path, place = sparse("holes" .. tostring(kept), kept)
      local data, free = support.read(path), world.must("stat -f -c %f " .. place)
      local before = extents(path)
      assert.equal("false\tio\t28\n", (select(2, world.lua(code(path, 420 * KIB)))))
      assert.equal(data, support.read(path))
      assert.equal(before, extents(path))
      assert_free(free, place)
      assert.equal("", world.traces(place))
      os.remove(place .. "/ballast")
      assert.equal("true\tnil\tnil\n", (select(2, world.lua(code(path, 420 * KIB)))))
      assert.equal("data", support.read(path):sub(100 * KIB + 8, 100 * KIB + 11))
    end)
  end

  it("gets it back too when all was reserved and the journal does not fit", function()
    local path, place = sparse "journal"
    local before, free = extents(path), world.must("stat -f -c %f " .. place)
    assert.equal("false\tio\t28\n", (select(2, world.lua(code(path, SIZE - 200 * KIB)))))
    assert.equal(before, extents(path))
    assert_free(free, place)
    assert.equal("", world.traces(place))
  end)

  for _, kept in ipairs { false, true } do
    it("gets back what was reserved behind the end" .. (kept and ", unless its owner has reserved there" or ""),
      function()
        local path, place = sparse("behind" .. tostring(kept))
        if kept then
          world.must(("fallocate -n -o %d -l %d %s"):format(SIZE, 8 * KIB, path))
        end
        local data, before, free = support.read(path), extents(path), world.must("stat -f -c %f " .. place)
        local growth = ([[local b = assert(core.open(%q))
          b:insert(#b, ("y"):rep(%d))
          print(select(2, pcall(b.flush, b)).errno)
          b:cancel()]]):format(path, 400 * KIB)
        assert.equal("28\n", (select(2, world.lua(growth))))
        assert.equal(data, support.read(path))
        if kept then
          assert.is_true(tonumber(world.stat(path, "%b")) >= 16)
        else
          assert.equal(before, extents(path))
          assert_free(free, place)
        end
      end)
  end

  it("keeps what another program has written into a hole meanwhile", function()
    local path = sparse "meanwhile"
    local go_on = world.held(code(path, 420 * KIB), { call = "fallocate", when = 4 },
      ("test $(filefrag -v %s | grep -c unwritten) = 4"):format(path))
    world.scribble(path, 16 * KIB + 100, "other")
    assert.equal("false\tio\t28\nstatus 0\n", go_on())
    assert.equal("other", support.read(path):sub(16 * KIB + 101, 16 * KIB + 105))
    assert.equal(("\0"):rep(100), support.read(path):sub(16 * KIB + 1, 16 * KIB + 100))
  end)
end)
