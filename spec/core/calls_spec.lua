-- Every system call that concerns files fails once, in what the scenarios of spec/crash leave out: saving, forgetting,
-- and the records.

local support = require "spec.support"
local world = require "spec.support.world"

local DATA <const> = ("suture "):rep(2000)
local OTHER <const> = ("other "):rep(1000)

local quote <const> = support.quote

-- Those that change and those that look.
local CALLS <const> = "openat,newfstatat,fstatfs,flock,ftruncate,lseek,pread64,pwrite64,fsync,renameat,unlinkat,linkat,"
  .. "fchmod,mkdir,getdents64,fremovexattr,getxattr,fcntl,close"

-- The code says by a look at this path where it begins.
local MARK <const> = "/suture-begins-here"
local BEGIN <const> = ("io.open %q\n"):format(MARK)

-- Those of the names from there on, in a run of the code: list of { name, how many of that name since the start }.
local function calls_of(code, names)
  local log = support.path "calls.trace"
  local under = ("strace -f -qq -o %s -e trace=openat,%s"):format(quote(log), names)
  local status, _, stderr = world.lua(code, { under = under })
  assert(status == 0, stderr)
  local seen, wanted, calls, begun = {}, {}, {}, false
  for name in names:gmatch "%w+" do
    wanted[name] = true
  end
  for line in io.lines(log) do
    local name = line:match "^%d+ +(%w+)%("
    if name then
      seen[name] = (seen[name] or 0) + 1
      calls[#calls + 1] = begun and wanted[name] and { name, seen[name] } or nil
      begun = begun or line:find(MARK, 1, true) ~= nil
    end
  end
  assert(#calls > 0, "nothing was called")
  return calls
end

local folders = 0

local function folder()
  folders = folders + 1
  return world.folder("calls." .. folders)
end

-- Runs what make() gives, anew for each call that fails: code that prints "told <word>", and judge(word, call).
-- names: the calls, those of CALLS if not told.
local function sweep(make, names)
  for _, call in ipairs(calls_of((make()), names or CALLS)) do
    local code, judge = make()
    local under = ("strace -f -qq -o /dev/null -e trace=%s -e inject=%s:error=EIO:when=%d"):format(call[1], call[1],
      call[2])
    local status, stdout, stderr = world.lua(code, { under = under })
    local what = ("%s #%d"):format(call[1], call[2])
    assert(status == 0, ("%s: status %d: %s"):format(what, status, stderr))
    judge(assert(stdout:match "told (%w+)", what), what)
  end
end

local TELL <const> = [[
local function tell(ok, err)
  print("told " .. (ok and "done" or err.kind))
end
]]

describe("a system call that fails", function()
  for _, case in ipairs {
    { "keeps the old file or leaves the new one, while one is saved over it", OTHER },
    { "leaves none or the new one, while a file is saved", nil },
  } do
    local what, before = table.unpack(case, 1, 2)
    it(what, function()
      sweep(function()
        local place = folder()
        local from, to = support.write(place .. "/from", DATA), place .. "/to"
        if before then
          support.write(to, before)
        end
        local code = TELL .. ([[
          local b = assert(core.open(%q, "copy"))
          b:write(5, "new")
          %s
          tell(pcall(b.save, b, %q))]])
          :format(from, BEGIN, to)
        return code, function(told, call)
          local file = io.open(to, "rb")
          local now = file and file:read "a"
          if file then
            file:close()
          end
          local new = now == world.patched(DATA, 5, "new")
          assert(new or told ~= "done" and now == before, call)
          assert(world.traces(place) == "" or world.recover(to) == "clean", call)
          assert.equal(DATA, support.read(from))
        end
      end)
    end)
  end

  it("while a file is opened leaves it, and what is beside it", function()
    for _, mode in ipairs { "patch", "read" } do
      sweep(function()
        local place = folder()
        local path = support.write(place .. "/file", DATA)
        return TELL .. BEGIN .. ("tell(pcall(function() return assert(core.open(%q, %q)) end))"):format(path, mode),
          function(_, call)
            assert.equal(DATA, support.read(path))
            assert.equal("", world.traces(place), call)
          end
      end)
    end
  end)

  -- What a flush of two files leaves that is killed at a call, in two folders or by two names of the first: the paths,
  -- and the one beside which no journal lies.
  local function interrupted(call, links)
    local paths = {}
    for index = 1, 2 do
      paths[index] = support.write(folder() .. "/file", DATA)
      if links then
        world.must(("ln %s %s.second"):format(paths[index], paths[index]))
      end
    end
    world.interrupt({ { paths[1], 5, "new" }, { paths[2], 5, "new" } }, { call = call })
    paths.left = { support.read(paths[1]), support.read(paths[2]) }
    local first = world.traces(paths[1]:match "^(.*)/") ~= ".ref" and 1 or 2
    return paths, paths[3 - first], paths[first]
  end

  local function settled(paths, choice, call)
    for _, path in ipairs(paths) do
      world.recover(path, choice)
    end
    for index, path in ipairs(paths) do
      assert.equal("", world.traces(path:match "^(.*)/"), call)
      assert.equal(paths.left[index], support.read(path), call)
    end
  end

  it("while a transaction is forgotten leaves its files as they were", function()
    sweep(function()
      local paths, asked = interrupted "fdatasync"
      return TELL .. BEGIN .. ("tell(pcall(core.recover, %q, 'forget'))"):format(asked),
        function(_, call) settled(paths, "forget", call) end
    end, "fsync,unlinkat")
  end)

  it("while one is forgotten of which a target is gone leaves the other as it was", function()
    sweep(function()
      local paths, asked, gone = interrupted "fdatasync"
      world.must("rm " .. gone)
      paths[paths[1] == gone and 1 or 2] = nil
      return TELL .. BEGIN .. ("tell(pcall(core.recover, %q, 'forget', %q))"):format(asked,
        world.trace(gone:match "^(.*)/", "redo")), function(_, call)
          world.recover(asked, "forget")
          assert.equal("", world.traces(asked:match "^(.*)/"), call)
          local now = support.read(asked)
          assert(now == paths.left[1] or now == paths.left[2], call)
        end
    end, "fsync,unlinkat")
  end)

  it("while one is made old by choice leaves it to be made old", function()
    sweep(function()
      local place = folder()
      local one, two = support.write(place .. "/one", DATA), support.write(place .. "/two", DATA)
      world.interrupt({ { one, 5, "new" }, { two, 5, "new" } }, { call = "renameat2" }, "{ by = 'replace' }")
      return TELL .. BEGIN .. ("tell(pcall(core.recover, %q, 'old'))"):format(two), function(_, call)
        world.recover(one, "old")
        assert.equal(DATA .. DATA, support.read(one) .. support.read(two), call)
        world.recover(two)
        assert.equal("", world.traces(place), call)
      end
    end, "fsync,unlinkat,renameat")
  end)

  it("while a replacement without a name is removed leaves the file as it was", function()
    sweep(function()
      local place = folder()
      local path = support.write(place .. "/file", DATA)
      world.interrupt({ { path, 5, "new" } }, { call = "renameat" }, "{ by = 'replace' }")
      return TELL .. BEGIN .. ("tell(pcall(core.recover, %q))"):format(path), function(_, call)
        world.recover(path)
        assert.equal("", world.traces(place), call)
        assert.equal(DATA, support.read(path), call)
      end
    end, "fsync,unlinkat")
  end)

  it("while an undecided transaction is taken away leaves its files as they were", function()
    sweep(function()
      local paths, asked = interrupted "renameat"
      return TELL .. BEGIN .. ("tell(pcall(core.recover, %q))"):format(asked),
        function(_, call) settled(paths, "auto", call) end
    end, "fsync,unlinkat,openat")
  end)

  it("while what leads nowhere is removed leaves the file as it was", function()
    for _, links in ipairs { false, true } do
      sweep(function()
        local paths, asked, first = interrupted("renameat", links)
        world.must(("rm %s"):format(world.trace(first:match "^(.*)/", "tmp")))
        asked = links and first or asked
        return TELL .. BEGIN .. ("tell(pcall(core.recover, %q))"):format(asked),
          function(_, call) settled(paths, "auto", call) end
      end, "fsync,unlinkat,fremovexattr")
    end
  end)

  it("while records are kept, listed, read and forgotten leaves the file wholly old or wholly new", function()
    sweep(function()
      local place = folder()
      local path = support.write(place .. "/file", DATA)
      local code = TELL .. ([[
        local b = assert(core.open(%q))
        b:write(5, "new")
        %s
        tell(pcall(b.flush, b, { by = "replace" }))
        local listed, ids = pcall(core.records)
        if listed and ids[1] then
          pcall(core.record, ids[1])
          pcall(core.forget, ids[1])
        end]]):format(path, BEGIN)
      return code, function(told, call)
        local now = support.read(path)
        assert(now == world.patched(DATA, 5, "new") or told ~= "done" and now == DATA, call)
        if world.traces(place) ~= "" then
          world.recover(path)
        end
        assert.equal("", world.traces(place), call)
      end
    end, "openat,pwrite64,fsync,renameat,getdents64")
  end)
end)
