-- Systems and file systems that lack what flushing and saving make use of, or interrupt it: they answer so, and the
-- result is the same.

local support = require "spec.support"
local world = require "spec.support.world"

local DATA <const> = ("suture "):rep(2000)

local folders = 0

local function files(count)
  folders = folders + 1
  local folder, paths = world.folder("systems." .. folders), {}
  for index = 1, count do
    paths[index] = support.write(folder .. "/" .. index, DATA)
    world.must("setfattr -n user.kept -v 1 " .. support.quote(paths[index]))
  end
  return folder, paths
end

-- What a flush of two files gives, by place and by replacement, while calls (of the first file only) are answered as
-- told.
local function flushed(tamper, by, change, first_only)
  local folder, paths = files(2)
  local status, stdout, stderr = world.lua(([[
    local list <const> = { assert(core.open(%q)), assert(core.open(%q)) }
    for _, b in ipairs(list) do %s end
    local ok, outcomes = pcall(core.flush, list, { by = %q })
    for _, b in ipairs(list) do b:rollback() end
    print(ok and table.concat(outcomes, " ") or outcomes.kind)]]):format(paths[1], paths[2], change, by),
    { under = world.strace(first_only and paths[1], tamper) })
  assert(status == 0, stderr)
  assert.equal("", world.traces(folder))
  return stdout:match "[^\n]*", support.read(paths[1]), support.read(paths[2])
end

local WRITTEN <const>, MOVED <const>, GROWN <const> = "b:write(5, 'new')", "b:insert(5, 'new')", "b:insert(#b, 'new')"
local RESULTS <const> = {
  [WRITTEN] = world.patched(DATA, 5, "new"), [MOVED] = DATA:sub(1, 5) .. "new" .. DATA:sub(6), [GROWN] = DATA .. "new",
}

describe("a system that", function()
  for _, case in ipairs {
    { "cannot exchange two names (EINVAL)", "renameat2:error=EINVAL", "replace", WRITTEN },
    { "cannot exchange two names (ENOSYS)", "renameat2:error=ENOSYS", "replace", WRITTEN },
    { "cannot exchange two names (EOPNOTSUPP)", "renameat2:error=EOPNOTSUPP", "replace", MOVED },
    { "does not copy in the kernel", "copy_file_range:error=EXDEV", "replace", MOVED },
    { "interrupts the copying", "copy_file_range:error=EINTR:when=1", "replace", MOVED },
    { "has no extended attributes", "flistxattr:error=EOPNOTSUPP", "replace", WRITTEN },
    { "loses an attribute meanwhile", "fgetxattr:error=ENODATA", "replace", WRITTEN },
    { "reserves nothing (EOPNOTSUPP)", "fallocate:error=EOPNOTSUPP", "place", GROWN },
    { "reserves nothing (ENOSYS)", "fallocate:error=ENOSYS", "place", GROWN },
    { "reserves nothing (ENODEV)", "fallocate:error=ENODEV", "place", GROWN },
    { "interrupts the reserving", "fallocate:error=EINTR:when=1", "place", GROWN },
    { "interrupts the writing", "pwrite64:error=EINTR:when=1", "place", WRITTEN },
    { "interrupts the reading", "pread64:error=EINTR:when=1", "place", WRITTEN, true },
    { "does not tell extents", "ioctl:error=EOPNOTSUPP", "place", GROWN },
  } do
    local what, tamper, by, change, first_only = table.unpack(case, 1, 5)
    it(what .. " has its files flushed all the same", function()
      local told, one, two = flushed(tamper, by, change, first_only)
      local outcome = by == "replace" and "replaced" or "place"
      assert.equal(outcome .. " " .. outcome, told)
      assert(one == RESULTS[change] and two == RESULTS[change])
    end)
  end

  it("can neither exchange nor rename leaves the files for recovery", function()
    local folder, paths = files(2)
    world.lua(([[
      local list <const> = { assert(core.open(%q)), assert(core.open(%q)) }
      for _, b in ipairs(list) do b:write(5, "new") end
      pcall(core.flush, list, { by = "replace" })]]):format(paths[1], paths[2]),
      { under = world.strace(nil, "renameat2:error=EINVAL", "renameat:error=EIO:when=2+") })
    world.recover(paths[1])
    assert.equal("", world.traces(folder))
    assert.equal(support.read(paths[1]), support.read(paths[2]))
  end)

  it("does not set an attribute keeps the file as it was", function()
    local told, one, two = flushed("fsetxattr:error=EPERM", "replace", WRITTEN)
    assert.equal("io", told)
    assert(one == DATA and two == DATA)
  end)
end)

describe("a flush", function()
  it("is refused in place where bytes moved, and by a range where the size changed; so is a save over it", function()
    local _, paths = files(1)
    local status, stdout, stderr = world.lua(([[
      local path <const> = %q
      local function tell(_, err) print((tostring(err):gsub("^.-/1: ", ""))) end
      local b = assert(core.open(path))
      tell(pcall(b.save, b, path))
      b:insert(0, "x")
      tell(pcall(b.flush, b, { by = "place" }))
      tell(pcall(b.flush, b, { offset = 1, length = 2 }))
      b:rollback()
      b:insert(#b, "x")
      tell(pcall(b.flush, b, { offset = 1, length = 2 }))
      b:rollback()]]):format(paths[1]))
    assert(status == 0, stderr)
    assert.equal([[
is the file that is being read: flush instead
bytes moved: it cannot be flushed in place
the size changed: only the whole can be flushed
the size changed: only the whole can be flushed
]], stdout)
    assert.equal(DATA, support.read(paths[1]))
  end)
end)
