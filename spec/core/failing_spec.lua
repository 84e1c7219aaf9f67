-- System calls that fail where a flush is decided already, and where what an interrupted flush left is looked for. The
-- full sweep is spec/crash; these are the places where a failure was once taken for something else.

local support = require "spec.support"
local world = require "spec.support.world"

local DATA <const> = ("suture "):rep(2000)

local quote <const> = support.quote

local folders = 0

-- A new folder, and files in it.
local function fresh(...)
  folders = folders + 1
  local folder, paths = world.folder("failing." .. folders), {}
  for index, name in ipairs { ... } do
    paths[index] = support.write(folder .. "/" .. name, DATA)
  end
  return folder, table.unpack(paths)
end

-- Calls that look, and those that a flush could do without once it is decided.
local LOOKS <const> = { "newfstatat", "mmap", "openat" }

-- Memory is mapped too: only maps of the files count.
local function within(call, paths)
  local words = {}
  for index, path in ipairs(call == "mmap" and { paths[1]:match "^(.*)/", table.unpack(paths) } or {}) do
    words[index] = "-P " .. quote(path)
  end
  return table.concat(words, " ")
end

-- How often a call is made up to the rename that decides, in a run of the code.
local function calls_before_commit(call, code, paths)
  local log = support.path "failing.trace"
  local under = "strace -f -qq -o %s %s -e trace=%s,renameat"
  local status, _, stderr = world.lua(code, { under = under:format(quote(log), within(call, paths), call) })
  assert(status == 0, stderr)
  local count = 0
  for line in io.lines(log) do
    if line:find(" renameat(", 1, true) then
      return count
    end
    count = count + 1
  end
  error "nothing was decided"
end

describe("a flush of which every later look fails once it is decided", function()
  -- Each makes new content of DATA in the objects of `list`, and tells the content of each. `unless` is a call without
  -- which the flush can neither be finished nor taken back.
  local cases = {
    { what = "that replaces a file", files = { "a" }, outcomes = "replaced", options = "{ by = 'replace' }",
      change = "list[1]:write(5, 'new')", { world.patched(DATA, 5, "new") } },
    { what = "that moves bytes", files = { "a" }, outcomes = "replaced", options = "{}",
      change = "list[1]:insert(5, 'new')", { DATA:sub(1, 5) .. "new" .. DATA:sub(6) } },
    { what = "that makes a file longer", files = { "a" }, outcomes = "place", options = "{}",
      change = "list[1]:write(5, 'new') list[1]:insert(#list[1], ('tail'):rep(3000))",
      { world.patched(DATA, 5, "new") .. ("tail"):rep(3000) } },
    { what = "that makes a file shorter", files = { "a" }, outcomes = "place", options = "{}",
      change = "list[1]:write(5, 'new') list[1]:resize(100)", { world.patched(DATA, 5, "new"):sub(1, 100) } },
    { what = "of a file in place, one that is replaced and one that is unchanged", files = { "a", "b", "c" },
      outcomes = "place replaced unchanged", options = "{}", unless = "newfstatat",
      change = "list[1]:write(5, 'new') list[2]:delete(0, 5) list[3]:insert(9, 'x') list[3]:delete(9, 1)",
      { world.patched(DATA, 5, "new"), DATA:sub(6), DATA } },
  }

  -- What the flush says, and what the objects then hold, which go on.
  local FLUSH <const> = [[
    local list <const> = {}
    for index, path in ipairs { %s } do list[index] = assert(core.open(path)) end
    %s
    local told <const> = table.concat(core.flush(list, %s), " ")
    for _, b in ipairs(list) do io.write(b:read(0, #b), "\0") end
    io.write(told)
    assert(not list[1]:pending())
    assert(not pcall(list[1].u8, list[1], #list[1]))
  ]]

  for _, case in ipairs(cases) do
    for _, call in ipairs(LOOKS) do
      it(("%s: %s"):format(case.what, call), function()
        local function code()
          local paths = { fresh(table.unpack(case.files)) }
          local list = table.remove(paths, 1) and ("%q, "):rep(#paths):format(table.unpack(paths))
          return FLUSH:format(list, case.change, case.options), paths
        end
        local count = calls_before_commit(call, code())
        local script, paths = code()
        local decided = case.unless == call
        local under = ("strace -f -qq -o /dev/null %s -e inject=%s:error=EIO:when=%d+"):format(within(call, paths),
          call, count + 1)
        local status, stdout, stderr = world.lua(script, { under = under })
        if decided then
          assert.equal(6, status, stderr)
          assert.matches(": Input/output error; it could not be settled", stderr, 1, true)
          assert.equal("undone", (world.recover(paths[1])))
        else
          assert.equal(0, status, stderr)
          assert.equal(table.concat(case[1], "\0") .. "\0" .. case.outcomes, stdout)
        end
        for index, path in ipairs(paths) do
          assert.equal(decided and DATA or case[1][index], support.read(path))
          assert.equal("clean", (world.recover(path)))
        end
        assert.equal("", world.traces(paths[1]:match "^(.*)/"))
      end)
    end
  end
end)

describe("a flush whose file cannot be mapped again", function()
  for _, change in ipairs { "insert(#list[1], 'tail')", "resize(#list[1] - 4)" } do
    it("fails before it is decided, and keeps what is pending: " .. change, function()
      local folder, path = fresh "file"
      -- The first map is that of the opening.
      local status, stdout, stderr = world.lua(([[
        local list <const> = { assert(core.open(%q)) }
        list[1]:%s
        local size <const> = #list[1]
        local ok, err = pcall(core.flush, list)
        print(ok, err, list[1]:pending() ~= false, #list[1] == size)
        list[1]:cancel()]]):format(path, change), { under = world.strace(path, "mmap:error=ENOMEM:when=2+") })
      assert.same({ 0, ("false\t%s: cannot map: Cannot allocate memory\ttrue\ttrue\n"):format(path), "" },
        { status, stdout, stderr })
      assert.equal(DATA, support.read(path))
      assert.equal("", world.traces(folder))
    end)
  end
end)

-- strace's words for a call that fails with each of these paths or names in it.
local function failing(call, ...)
  local words = {}
  for index, path in ipairs { ... } do
    words[index] = "-P " .. quote(path)
  end
  return ("strace -f -qq -o /dev/null %s -e inject=%s:error=EIO"):format(table.concat(words, " "), call)
end

describe("recovery, where it cannot look", function()
  local home, first, second, redo, ref, contents

  -- Two files in two folders, decided and not written: the journal is beside the first, a ref beside the second.
  before_each(function()
    local folder_a, a = fresh "file"
    local folder_b, b = fresh "file"
    if tonumber(world.stat(a, "%i")) > tonumber(world.stat(b, "%i")) then
      folder_a, a, folder_b, b = folder_b, b, folder_a, a
    end
    home, first, second = folder_a, a, b
    world.interrupt({ { a, 5, "new" }, { b, 5, "new" } }, { call = "pwrite64", path = a })
    redo = world.trace(folder_a, "redo"):match "[^/]*$"
    ref = world.trace(folder_b, "ref"):match "[^/]*$"
    contents = function()
      local undisturbed = world.traces(folder_a) == ".redo" and world.traces(folder_b) == ".ref"
        and support.read(a) == DATA and support.read(b) == DATA
      return undisturbed and "undisturbed"
        or world.must(("head -c 20 %s %s; ls -A %s %s"):format(a, b, folder_a, folder_b))
    end
  end)

  -- Which file is asked, the call that fails, where; what recover, opening to patch and opening to read answer.
  local cases <const> = {
    { "first", "newfstatat", "redo", "io", "io", "io" },
    { "first", "openat", "redo", "io", "io", "indeterminate" },
    { "first", "newfstatat", "ref", "io", "io", "indeterminate" },
    { "first", "openat", "ref", "indeterminate", "indeterminate", "indeterminate" },
    { "first", "newfstatat", "home", "io", "io", "io" },
    { "first", "fstatfs", "home", "io", "io", "io" },
    { "first", "openat", "second", "io", "io", "indeterminate" },
    { "second", "newfstatat", "ref", "io", "io", "io" },
    { "second", "openat", "ref", "indeterminate", "indeterminate", "indeterminate" },
    { "second", "read", "ref", "indeterminate", "indeterminate", "indeterminate" },
    { "second", "newfstatat", "redo", "io", "io", "indeterminate" },
    { "second", "openat", "redo", "indeterminate", "indeterminate", "indeterminate" },
    { "second", "pread64", "redo", "indeterminate", "indeterminate", "indeterminate" },
    { "second", "openat", "home", "indeterminate", "indeterminate", "indeterminate" },
    { "second", "openat", "first", "io", "io", "indeterminate" },
  }

  for _, case in ipairs(cases) do
    local asked, call, where = case[1], case[2], case[3]
    it(("leaves all as it is: asked by the %s, %s fails at the %s"):format(asked, call, where), function()
      local paths = { first = first, second = second, home = home }
      local target = paths[asked]
      local names = { redo = { redo, home .. "/" .. redo }, ref = { ref, second:match "^(.*)/" .. "/" .. ref } }
      local options = { under = failing(call, table.unpack(names[where] or { paths[where] })) }
      local answers = { (world.recover(target, "auto", nil, options)) }
      for index, mode in ipairs { "patch", "read" } do
        answers[index + 1] = (world.open(target, mode, options))
      end
      assert.same({ case[4], case[5], case[6] }, answers)
      assert.equal("undisturbed", contents())
      assert.equal("finished", (world.recover(target)))
      assert.equal("clean", (world.recover(first)))
      assert.equal("clean", (world.recover(second)))
      assert.equal(world.patched(DATA, 5, "new"), support.read(first))
      assert.equal(world.patched(DATA, 5, "new"), support.read(second))
    end)
  end
end)

describe("opening, where it cannot look", function()
  local HOT <const> = world.state() .. "/hot"

  for _, case in ipairs { { "openat", HOT }, { "fstatfs", HOT, "mkdir -p -m 700 " .. quote(HOT) },
    { "getxattr" }, { "newfstatat" } } do
    local call, path, before = table.unpack(case)
    it(("fails: %s, at %s"):format(call, path and path:match "[^/]*$" or "the file"), function()
      local _, file = fresh "file"
      world.must(before or "true")
      local options = { under = failing(call, path or file) }
      for _, mode in ipairs { "patch", "shared", "read", "copy" } do
        assert.same({ mode, "io" }, { mode, (world.open(file, mode, options)) })
      end
      assert.equal("io", (world.recover(file, "auto", nil, options)))
      assert.equal("opened", (world.open(file, "patch")))
    end)
  end

  it("needs no state folder, nor one that this user may enter", function()
    local folder, file = fresh "file"
    for _, state in ipairs { folder .. "/none", file, file .. "/none" } do
      assert.equal("opened", (world.open(file, "patch", { state = state })))
    end
    local options = { state = folder .. "/closed", under = failing("openat", folder .. "/closed/hot") }
    options.under = options.under:gsub("EIO", "EACCES")
    assert.equal("opened", (world.open(file, "patch", options)))
  end)
end)
