-- What a replacement keeps of the file that it replaces, and programs that run while they are patched.

local support = require "spec.support"
local world = require "spec.support.world"

local DATA <const> = ("suture "):rep(2000)
local NEW <const> = "patched"
local OFF <const> = 0x1234
local REPLACE <const> = "{ by = 'replace' }"

local quote <const> = support.quote

local function fresh(name)
  return support.write(world.folder(name) .. "/file", DATA)
end

local function is_new(path)
  return support.read(path) == world.patched(DATA, OFF, NEW)
end

-- Replaces; the inode is another one and nothing else is left.
local function replace(path, options)
  local before = world.stat(path, "%i")
  assert.equal("replaced", (world.flush({ { path, OFF, NEW } }, options or REPLACE)))
  assert.is_not.equal(before, world.stat(path, "%i"))
  assert.equal("", world.traces(path:match "^(.*)/"))
end

describe("a replacement keeps", function()
  it("mode and times", function()
    local path = fresh "mode"
    world.must(("chmod 4751 %s && touch -d '2001-02-03 04:05:06.789' %s"):format(path, path))
    local before = world.stat(path, "%a %u %g %y")
    replace(path)
    assert.equal(before, world.stat(path, "%a %u %g %y"))
    assert.is_true(is_new(path))
  end)

  it("owner and group, with the set-id bits", function()
    if not world.is_root() then
      return pending "only root can give a file away"
    end
    local path = fresh "owner"
    world.must(("chown %d:%d %s && chmod 6755 %s"):format(world.STRANGER, world.STRANGER, path, path))
    replace(path)
    assert.equal(("6755 %d %d"):format(world.STRANGER, world.STRANGER), world.stat(path, "%a %u %g"))
  end)

  it("extended attributes", function()
    local path = fresh "attributes"
    local status = support.run(("setfattr -n user.color -v red %s && setfattr -n user.empty %s"):format(path, path))
    if status ~= 0 then
      return pending "no extended attributes here"
    end
    replace(path)
    assert.equal("user.color=\"red\"\nuser.empty=\"\"\n",
      world.must(("getfattr --absolute-names -d %s | grep -v '^#' | grep ."):format(path)))
  end)

  it("capabilities of a program", function()
    local path = fresh "capabilities"
    if support.run(("setcap cap_net_raw+ep %s"):format(path)) ~= 0 then
      return pending "capabilities cannot be set here"
    end
    replace(path)
    assert.matches("cap_net_raw", world.must(("getcap %s"):format(path)), 1, true)
  end)

  it("access control lists", function()
    local path = fresh "acl"
    if support.run(("setfacl -m u:%d:rw,g:%d:r %s"):format(world.STRANGER, world.STRANGER, path)) ~= 0 then
      return pending "no access control lists here"
    end
    local before = world.must(("getfacl -p -n %s"):format(path))
    replace(path)
    assert.equal(before, world.must(("getfacl -p -n %s"):format(path)))
  end)

  it("holes", function()
    local path = fresh "holes"
    world.must(("truncate -s 64M %s && printf end >> %s"):format(path, path))
    local before = math.tointeger(world.stat(path, "%b"))
    replace(path)
    local blocks = math.tointeger(world.stat(path, "%b"))
    assert(blocks <= before + 8, ("%d blocks became %d"):format(before, blocks))
    assert.equal((64 << 20) + 3, math.tointeger(world.stat(path, "%s")))
    assert.equal(world.patched(DATA, OFF, NEW), world.must(("head -c %d %s"):format(#DATA, path)))
    assert.equal("end", world.must(("tail -c 3 %s"):format(path)))
  end)

  it("a symbolic link that leads to the file", function()
    local path = fresh "link"
    local link = world.folder "link.other" .. "/link"
    world.must(("ln -s %s %s"):format(path, link))
    assert.equal("replaced", (world.flush({ { link, OFF, NEW } }, REPLACE)))
    assert.equal("symbolic link", world.stat(link, "%F"))
    assert.is_true(is_new(path))
    assert.equal("", world.traces(world.folder "link.other"))
  end)

  it("other names only when it may part them", function()
    local path = fresh "names"
    world.must(("ln %s %s.other"):format(path, path))
    local kind, message = world.flush({ { path, OFF, NEW } }, REPLACE)
    assert.equal("unsupported", kind)
    assert.matches("has 2 names and a replacement would part them", message, 1, true)
    assert.equal(DATA, support.read(path))
    assert.equal("", world.traces(world.folder "names"))
    replace(path, "{ by = 'replace', break_links = true }")
    assert.is_true(is_new(path))
    assert.equal(DATA, support.read(path .. ".other"))
  end)
end)

describe("a file with several names", function()
  it("is patched in place under all of them", function()
    local path = fresh "linked"
    local other = world.folder "linked.other" .. "/other"
    world.must(("ln %s %s"):format(path, other))
    assert.equal("place", (world.flush { { path, OFF, NEW } }))
    assert.is_true(is_new(other))
    assert.equal("", world.must(("getfattr --absolute-names -d -m - %s"):format(path)))
  end)

  it("is refused where there are no extended attributes, unless it may be parted", function()
    if not world.is_root() then
      return pending "only root can mount a file system without extended attributes"
    end
    -- A ramfs has none, not even when the kernel is new.
    local place = world.folder "ramfs"
    world.must(("mount -t ramfs none %s"):format(place))
    finally(function() support.run("umount -l " .. quote(place)) end)
    local path = support.write(place .. "/file", DATA)
    world.must(("ln %s %s.other"):format(path, path))
    if support.run(("setfattr -n user.x -v y %s"):format(path)) == 0 then
      return pending "this file system has extended attributes"
    end
    local kind, message = world.flush { { path, OFF, NEW } }
    assert.equal("unsupported", kind)
    assert.matches("cannot carry an extended attribute", message, 1, true)
    assert.equal(DATA, support.read(path))
    assert.equal("", world.traces(place))
    assert.equal("replaced", (world.flush({ { path, OFF, NEW } }, "{ break_links = true }")))
    assert.is_true(is_new(path))
    assert.equal(DATA, support.read(path .. ".other"))
  end)
end)

describe("a program", function()
  local function program(name)
    local path = world.folder(name) .. "/sleep"
    world.must(("cp /bin/sleep %s"):format(path))
    return path, support.read(path)
  end

  it("that runs is replaced, and runs on", function()
    local path, before = program "running"
    local command = world.command(world.flush_code { { path, 9, "\1" } } .. "print(outcomes[1])")
    local stdout = world.must(("%s 1 & running=$!; sleep 0.1; %s && kill -0 $running && wait $running"):format(path,
      command))
    assert.equal("replaced\n", stdout)
    assert.equal(world.patched(before, 9, "\1"), support.read(path))
    assert.equal("", world.traces(path:match "^(.*)/"))
    world.must(path .. " 0")
  end)

  it("that runs is not patched in place when that is demanded", function()
    local path, before = program "demanded"
    local command = world.command(world.flush_code({ { path, 9, "\1" } }, "{ by = 'place' }"))
    local status, _, stderr = support.run(("%s 1 & running=$!; sleep 0.1; %s; status=$?; kill $running; exit $status")
      :format(path, command))
    assert.equal(1, status)
    assert.matches("Text file busy", stderr, 1, true)
    assert.equal(before, support.read(path))
    assert.equal("", world.traces(path:match "^(.*)/"))
  end)

  it("is run while it is open for patching, and patched in place afterwards", function()
    local path, before = program "open"
    local status, stdout, stderr = world.lua(([[
      local b = assert(core.open(%q))
      b:write(9, "\1")
      assert(os.execute(%q))
      print(b:flush())
      b:close()
      assert(os.execute(%q))
    ]]):format(path, path .. " 0", path .. " 0"))
    assert.equal(0, status, stderr)
    assert.equal("place\n", stdout)
    assert.equal(world.patched(before, 9, "\1"), support.read(path))
  end)

  it("that runs is replaced together with a file in place, or neither is", function()
    local path, before = program "mixed"
    local file = support.write(world.folder "mixed" .. "/file", DATA)
    local function flush(kill)
      local code = world.flush_code { { path, 9, "\1" }, { file, OFF, NEW } }
      return (support.run(("%s 5 & running=$!; sleep 0.1; %s; status=$?; kill $running; exit $status"):format(path,
        world.command(code, { under = kill and world.strace(nil, kill) }))))
    end
    for _, kill in ipairs { "renameat:signal=KILL:when=1", "pwrite64:signal=KILL:when=4",
      "renameat2:signal=KILL:when=1", "unlinkat:signal=KILL:when=1", "unlinkat:signal=KILL:when=3" } do
      assert.equal(137, flush(kill), kill)
      -- Which of the two leads to the journal depends on their inodes and on what was removed already.
      local word, other = world.recover(path), world.recover(file)
      word = word == "clean" and other or word
      assert(word == "finished" or word == "undone", word)
      assert.equal(word == "finished", is_new(file), kill)
      assert.equal(word == "finished" and world.patched(before, 9, "\1") or before, support.read(path), kill)
      assert.equal("", world.traces(world.folder "mixed"), kill)
      support.write(file, DATA)
      world.must(("cp --remove-destination /bin/sleep %s"):format(path))
    end
    assert.equal(0, flush())
    assert.is_true(is_new(file))
    assert.equal(world.patched(before, 9, "\1"), support.read(path))
  end)
end)

describe("a flush that is done when the file cannot be mapped again", function()
  -- The first mapping is that of the opening.
  local function unmapped(name, code)
    local path = fresh(name)
    local status, stdout, stderr = world.lua(code:format(path),
      { under = world.strace(path, "mmap:error=ENOMEM:when=2+") })
    return path, status, stdout, stderr
  end

  local WARNING <const> = "suture: warning: %s: the flush is done, but the object is closed: %s: cannot map: "
    .. "Cannot allocate memory\n"

  it("is told to be done, and the object is closed", function()
    local path, status, stdout, stderr = unmapped("unmapped", [[
      local b = assert(core.open(%q))
      b:insert(#b, "tail")
      print(b:flush())
      local ok, err = pcall(b.read, b, 0, 1)
      print(ok, err.kind)
      b:close()]])
    assert.same({ 0, "place\nfalse\tclosed\n", WARNING:format(path, path) }, { status, stdout, stderr })
    assert.equal(DATA .. "tail", support.read(path))
    assert.equal("", world.traces(path:match "^(.*)/"))
    assert.equal("opened", (world.open(path)))
  end)

  it("ends a block and a transaction without an error", function()
    for i, code in ipairs { [[
      do local b <close> = assert(core.open(%q)) b:insert(#b, "tail") end
      print "done"]], [[
      do local set <close> = assert(require "suture".transaction { one = %q }) set.one:insert(#set.one, "tail") end
      print "done"]], [[
      local set = assert(require "suture".transaction { one = %q })
      set.one:insert(#set.one, "tail")
      assert(set:flush().one == "place" and not set:pending())
      set:close()
      print "done"]] } do
      local path, status, stdout, stderr = unmapped("unmapped." .. i, code)
      assert.same({ 0, "done\n", WARNING:format(path, path) }, { status, stdout, stderr })
      assert.equal(DATA .. "tail", support.read(path))
    end
  end)
end)
