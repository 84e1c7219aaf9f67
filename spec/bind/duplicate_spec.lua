-- core.duplicate: a copy of a whole file under a name that is free.

local core = require "suture.core"
local raised = require "spec.support.raised"
local support = require "spec.support"
local world = require "spec.support.world"

local quote = support.quote

local file, copy

local function stat(path, format)
  return world.must(("stat -c '%s' %s"):format(format, quote(path)))
end

local function left()
  return world.must("ls -A " .. quote(file:match "^(.*)/"))
end

before_each(function()
  local folder = world.folder "duplicate"
  world.must(("rm -rf %s && mkdir %s"):format(folder, folder))
  file, copy = support.write(folder .. "/file", ("abc"):rep(5000)), folder .. "/file.bak"
  world.must(("chmod 4751 %s && touch -d 2001-02-03T04:05:06.789 %s"):format(file, file))
end)

describe("core.duplicate", function()
  it("keeps content, mode, owner and times", function()
    local b <close> = assert(core.open(file, "read"))
    core.duplicate(b, copy)
    assert.equal(support.read(file), support.read(copy))
    assert.equal(stat(file, "%a %u %g %y %s"), stat(copy, "%a %u %g %y %s"))
    assert.not_equal(stat(file, "%i"), stat(copy, "%i"))
    assert.equal("file\nfile.bak\n", left())
  end)

  it("keeps attributes and holes", function()
    world.must(("truncate -s 8M %s && setfattr -n user.note -v kept %s"):format(file, file))
    local b <close> = assert(core.open(file, "read"))
    core.duplicate(b, copy)
    assert.equal("kept", world.must("getfattr --only-values -n user.note " .. copy))
    assert(tonumber(stat(copy, "%b")) < 200, "the hole was filled")
    assert.equal("8388608\n", stat(copy, "%s"))
  end)

  it("has what is pending, and leaves the file alone", function()
    local b <close> = assert(core.open(file, "patch"))
    b:write(0, "XYZ")
    core.duplicate(b, copy)
    assert.equal("XYZabc", support.read(copy):sub(1, 6))
    assert.equal("abcabc", support.read(file):sub(1, 6))
    assert.equal(3, (b:pending()))
    b:rollback()
  end)

  it("copies an empty file", function()
    world.must("truncate -s 0 " .. file)
    local b <close> = assert(core.open(file, "read"))
    core.duplicate(b, copy)
    assert.equal("", support.read(copy))
  end)

  it("never replaces what is there, nor what a link leads to", function()
    local b <close> = assert(core.open(file, "read"))
    support.write(copy, "kept")
    local err = raised("io", core.duplicate, b, copy)
    assert.same({ 17, copy }, { err.errno, err.path })
    assert.equal("kept", support.read(copy))
    world.must(("ln -sf nowhere %s"):format(copy))
    raised("io", core.duplicate, b, copy)
    raised("io", core.duplicate, b, file)
    assert.equal("file\nfile.bak\n", left())
  end)

  it("raises io where there is no such folder or no right to write", function()
    local b <close> = assert(core.open(file, "read"))
    assert.equal(2, raised("io", core.duplicate, b, file .. ".d/copy").errno)
    raised("io", core.duplicate, b, "/proc/copy")
    assert.equal("file\n", left())
  end)

  it("leaves nothing where the disk is full", function()
    local status, stdout, stderr = world.lua(([[
      local b <close> = assert(core.open(%q, "read"))
      local ok, err = pcall(core.duplicate, b, %q)
      print(ok, err.kind, err.errno)]]):format(file, copy), { under = "prlimit --fsize=8192" })
    assert.same({ 0, "false\tio\t27\n", "" }, { status, stdout, stderr })
    assert.equal("file\n", left())
  end)

  it("raises unsupported for memory, and for a view, which is no file", function()
    raised("unsupported", core.duplicate, core.buffer "abc", copy)
    local b <close> = assert(core.open(file, "read"))
    assert.is_false((pcall(core.duplicate, b:view(0, 4), copy)))
    raised("argument", core.duplicate, b, nil)
    raised("argument", core.duplicate, b, "a\0b")
    assert.equal("file\n", left())
  end)

  it("leaves nothing behind wherever a call fails", function()
    for _, call in ipairs { "fchown", "fchmod", "utimensat", "fsync", "renameat2" } do
      local status, stdout = world.lua(([[
        local b <close> = assert(core.open(%q, "read"))
        print((pcall(core.duplicate, b, %q)))]]):format(file, copy),
        { under = ("strace -f -qq -o /dev/null -e inject=%s:error=EIO:when=1+"):format(call) })
      assert.same({ 0, "false\n" }, { status, stdout }, call)
      assert.equal("file\n", left(), call)
    end
  end)
end)
