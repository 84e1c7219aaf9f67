-- suture log, revert and forget: exit statuses, messages, and the bytes that come back.

local dkjson = require "dkjson"
local support = require "spec.support"

local recipe, folder

local function suture(...)
  local words = {}
  for index, word in ipairs { ... } do
    words[index] = support.quote(word)
  end
  return support.run(support.suture .. " " .. table.concat(words, " "))
end

local runs = 0

-- A file of its own for each spec.
local function file(content)
  runs = runs + 1
  return support.write(folder .. "/file" .. runs, content)
end

-- One flush that puts a text at an offset.
local function put(path, off, text)
  local status, _, stderr = suture("run", recipe, path, "-p", "off=" .. off, "-p", "text=" .. text)
  assert.same({ 0, "" }, { status, stderr })
end

-- One flush by a script, of several files.
local function flush(code, ...)
  local script = support.write("flush.lua", "local suture <const> = require 'suture'\n" .. code)
  local status, _, stderr = suture(script, ...)
  assert.same({ 0, "" }, { status, stderr })
end

local two_files <const> = [[
  local set <close> = assert(suture.transaction { a = arg[1], b = arg[2] })
  set.a:write(0, "AA")
  set.b:write(4, "BBB")]]

local function ids(path)
  local list = {}
  local status, stdout = suture("log", path)
  assert.equal(0, status)
  for id in stdout:gmatch "(%S+)[^\n]*\n" do
    list[#list + 1] = id
  end
  return list
end

local function identity(path)
  local _, stdout = support.run("stat -c '%i %y %z %s' " .. support.quote(path))
  return stdout
end

-- Demands this status and a single line on stderr with these words.
local function refused(wanted, words, ...)
  local status, stdout, stderr = suture(...)
  assert.matches(words, stderr, 1, true)
  assert.matches("^suture: [^\n]*\n$", stderr)
  assert.same({ wanted, "" }, { status, stdout })
end

setup(function()
  folder = support.path "records"
  support.run("mkdir -p " .. folder)
  recipe = support.write("put.lua", [[return {
    params = { off = { type = "integer" }, text = { type = "string" } },
    apply = function(b, params) b:write(params.off, params.text) end }]])
end)

describe("suture log", function()
  it("is empty for a file that was never flushed", function()
    assert.same({ 0, "", "" }, { suture("log", file "01234567") })
  end)

  it("lists the flushes of a file, newest first", function()
    local path = file "01234567"
    put(path, 0, "ab")
    put(path, 6, "z")
    local status, stdout, stderr = suture("log", path)
    assert.same({ 0, "" }, { status, stderr })
    local newest, oldest = stdout:match "^([^\n]*)\n([^\n]*)\n$"
    local form <const> = "^[%x-]+  %d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d[+-]%d%d:%d%d  "
    assert.matches(form .. "1 byte at 0x6$", newest)
    assert.matches(form .. "2 bytes at 0x0$", oldest)
  end)

  it("tells the local time", function()
    local path = file "01234567"
    put(path, 0, "ab")
    local _, stdout = support.run(("TZ=XYZ-3:30 %s log %s"):format(support.suture, path))
    assert.matches("%+03:30  ", stdout)
  end)

  it("names the other files of a transaction", function()
    local a, b = file "01234567", file "01234567"
    flush(two_files, a, b)
    local _, stdout = suture("log", b)
    assert.matches("  3 bytes at 0x4, together with " .. a .. "\n", stdout, 1, true)
    assert.same(ids(a), ids(b))
  end)

  it("counts places", function()
    local path = file "01234567"
    flush("local b <close> = assert(suture.open(arg[1])) b:write(0, 'xx') b[4] = 0x78", path)
    local _, stdout = suture("log", path)
    assert.matches("3 bytes in 2 places, the first at 0x0\n", stdout, 1, true)
  end)

  it("prints objects with --json", function()
    local a, b = file "01234567", file "01234567"
    flush(two_files, a, b)
    local _, stdout = suture("log", b, "--json")
    local object = assert(dkjson.decode(stdout))
    assert.matches("^%d+%-%d+%-%d+T%d+:%d+:%d+[+-]%d%d:%d%d$", object.time)
    object.time = nil
    assert.same({ schema = 1, target = b, id = ids(b)[1], size = { 8, 8 }, changes = 1, bytes = 3, others = { a } },
      object)
    put(a, 7, "z")
    _, stdout = suture("log", a, "--json")
    assert.matches('"others":[]', stdout, 1, true)
  end)

  it("knows a file by other names of it", function()
    local path = file "01234567"
    put(path, 0, "ab")
    support.run(("ln -s %s %s/link && ln %s %s/hard"):format(path, folder, path, folder))
    assert.same(ids(path), ids(folder .. "/link"))
    assert.same(ids(path), ids(folder .. "/hard"))
    support.run(("mv %s %s.moved"):format(path, path))
    assert.equal(1, #ids(path .. ".moved"))
  end)

  it("does not take another file for one whose inode it has", function()
    local path = file "01234567"
    put(path, 0, "ab")
    os.remove(path)
    assert.equal(1, #ids(path))
    for number = 1, 8 do
      assert.same({}, ids(support.write(folder .. "/young" .. number, "01234567")))
    end
  end)

  it("ends with 4 for a file that neither is nor was there", function()
    refused(4, "missing: No such file or directory", "log", support.path "missing")
    refused(4, "No such file or directory", "log", support.path "missing/file")
    refused(2, "missing argument 'target'", "log")
  end)

  it("passes a record over that cannot be read, and says so", function()
    local path = file "01234567"
    put(path, 0, "ab")
    put(path, 0, "cd")
    local newest, oldest = table.unpack(ids(path))
    support.write(support.path("state/records/" .. newest), "no record")
    local status, stdout, stderr = suture("log", path)
    assert.equal(0, status)
    assert.equal(oldest, stdout:match "^(%S+)  [^\n]*\n$")
    assert.equal("suture: warning: record " .. newest .. " cannot be read: is not a journal\n", stderr)
    os.remove(support.path("state/records/" .. newest))
  end)
end)

describe("suture revert", function()
  it("brings the old bytes back, flush by flush", function()
    local path = file "01234567"
    put(path, 0, "ab")
    put(path, 1, "cd")
    assert.equal("acd34567", support.read(path))
    assert.same({ 0, path .. ": reverted (2 bytes at 0x1)\n", "" }, { suture("revert", path) })
    assert.equal("ab234567", support.read(path))
    assert.same({ 0, path .. ": reverted (2 bytes at 0x0)\n", "" }, { suture("revert", path) })
    assert.equal("01234567", support.read(path))
    refused(3, path .. ": there is no record of a flush of it", "revert", path)
    assert.same({}, ids(path))
  end)

  it("keeps inode and mode", function()
    local path = file "01234567"
    support.run("chmod 751 " .. path)
    local _, before = support.run("stat -c '%i %a %h %u' " .. path)
    put(path, 0, "ab")
    assert.equal(0, (suture("revert", path)))
    local _, after = support.run("stat -c '%i %a %h %u' " .. path)
    assert.equal(before, after)
  end)

  it("takes a transaction back in all its files", function()
    local a, b = file "01234567", file "01234567"
    flush(two_files, a, b)
    local status, stdout = suture("revert", b)
    assert.same({ 0, a .. ": reverted (2 bytes at 0x0)\n" .. b .. ": reverted (3 bytes at 0x4)\n" }, { status, stdout })
    assert.equal("0123456701234567", support.read(a) .. support.read(b))
    assert.same({}, ids(a))
  end)

  it("takes the flush of an id back", function()
    local path = file "01234567"
    put(path, 0, "ab")
    put(path, 4, "cd")
    local oldest = ids(path)[2]
    assert.equal(0, (suture("revert", path, "--id", oldest)))
    assert.equal("0123cd67", support.read(path))
    assert.equal(1, #ids(path))
  end)

  it("refuses (3) an id that is not of the file", function()
    local path, other = file "01234567", file "01234567"
    put(path, 0, "ab")
    put(other, 0, "ab")
    for _, id in ipairs { ids(other)[1], "0123-4567", "../hot", "" } do
      refused(3, path .. ": has no record '" .. id .. "'", "revert", path, "--id", id)
    end
    assert.equal("ab234567", support.read(path))
  end)

  it("refuses (3) where the bytes have moved on, and touches nothing", function()
    local a, b = file "01234567", file "01234567"
    flush(two_files, a, b)
    local file_b <close> = assert(io.open(b, "r+b"))
    file_b:seek("set", 5)
    file_b:write "!"
    file_b:flush()
    local before = identity(a) .. identity(b)
    refused(3, b .. ": 0x4: the bytes are no longer those that were written", "revert", a)
    assert.equal(before, identity(a) .. identity(b))
    assert.equal(1, #ids(a))
  end)

  it("refuses (3) a file that has become too short", function()
    local path = file "01234567"
    put(path, 6, "ab")
    support.run("truncate -s 7 " .. path)
    refused(3, path .. ": 0x6: the bytes are no longer", "revert", path)
    assert.equal("012345a", support.read(path))
  end)

  it("takes back what was written into a file that has grown since", function()
    local path = file "01234567"
    put(path, 6, "ab")
    support.run("printf 89 >> " .. path)
    assert.equal(0, (suture("revert", path)))
    assert.equal("0123456789", support.read(path))
  end)

  local resized <const> = {
    { "an insertion", "b:insert(2, 'xyz')", "01xyz234567" },
    { "a deletion", "b:delete(2, 3)", "01567" },
    { "growth at the end", "b:insert(8, 'xyz')", "01234567xyz" },
    { "a shorter end", "b:resize(5)", "01234" },
    { "many changes", "b:insert(6, 'x') b:delete(3, 2) b[0] = 0x7a b:insert(1, 'yy')", "zyy125x67" },
    { "everything", "b:delete(0, 8)", "" },
    { "changes that keep the size", "b:delete(0, 2) b:insert(4, 'xy')", "2345xy67" },
  }
  for _, case in ipairs(resized) do
    it("takes back " .. case[1], function()
      local path = file "01234567"
      flush("local b <close> = assert(suture.open(arg[1])) " .. case[2], path)
      assert.equal(case[3], support.read(path))
      local status, stdout, stderr = suture("revert", path)
      assert.same({ 0, "" }, { status, stderr })
      assert.equal("01234567", support.read(path))
      assert.equal(#case[3] ~= 8, stdout:find(("size 0x%x -> 0x8"):format(#case[3]), 1, true) ~= nil)
      assert.same({}, ids(path))
    end)

    it("finds taken back: " .. case[1], function()
      local path = file "01234567"
      flush("local b <close> = assert(suture.open(arg[1])) " .. case[2], path)
      support.write(path, "01234567")
      local status, stdout = suture("revert", path)
      assert.equal(0, status)
      assert.matches("are there already", stdout, 1, true)
      assert.equal("01234567", support.read(path))
    end)
  end

  it("refuses (3) a file of another size where lengths had changed", function()
    local path = file "01234567"
    flush("local b <close> = assert(suture.open(arg[1])) b:delete(2, 3)", path)
    support.write(path, "0156789")
    refused(3, path .. ": the size is 0x7, and it was written as 0x5", "revert", path)
    assert.equal("0156789", support.read(path))
  end)

  it("says that the old bytes are there already, and forgets the record", function()
    local path = file "01234567"
    put(path, 0, "ab")
    local id = ids(path)[1]
    support.write(path, "01234567")
    local before = identity(path)
    assert.same({ 0, ("%s: unchanged (the bytes from before record %s are there already)\n"):format(path, id), "" },
      { suture("revert", path) })
    assert.equal(before, identity(path))
    assert.same({}, ids(path))
  end)

  it("finds a file under another name, and its companions where they were", function()
    local a, b = file "01234567", file "01234567"
    flush(two_files, a, b)
    support.run(("mv %s %s.moved"):format(a, a))
    local status, stdout = suture("revert", a .. ".moved")
    assert.equal(0, status)
    assert.matches("^" .. a:gsub("%p", "%%%0") .. "%.moved: reverted", stdout)
    assert.equal("0123456701234567", support.read(a .. ".moved") .. support.read(b))
  end)

  it("ends with 4 where a companion is gone, or a file is locked", function()
    local a, b = file "01234567", file "01234567"
    flush(two_files, a, b)
    local status, _, stderr = support.run(("flock %s %s revert %s"):format(b, support.suture, a))
    assert.equal(4, status)
    assert.matches(b .. ": ", stderr, 1, true)
    os.remove(b)
    refused(4, b .. ": No such file or directory", "revert", a)
    assert.equal("AA234567", support.read(a))
  end)

  it("keeps no record of itself, and none of what it has taken back", function()
    local path = file "01234567"
    put(path, 0, "ab")
    put(path, 0, "cd")
    suture("revert", path)
    assert.equal(1, #ids(path))
    put(path, 0, "ef")
    suture("revert", path)
    assert.equal("ab234567", support.read(path))
  end)

  it("stays done where its line cannot be printed", function()
    local path = file "01234567"
    put(path, 0, "ab")
    local status, _, stderr = support.run(("%s revert %s >/dev/full"):format(support.suture, path))
    assert.equal(0, status)
    assert.matches("standard output: No space left", stderr, 1, true)
    assert.equal("01234567", support.read(path))
  end)
end)

describe("suture forget", function()
  it("removes all records of a file, and no others", function()
    local path, other = file "01234567", file "01234567"
    put(other, 0, "ab")
    put(path, 0, "ab")
    put(path, 0, "cd")
    assert.same({ 0, path .. ": 2 records forgotten\n", "" }, { suture("forget", path) })
    assert.same({}, ids(path))
    assert.equal(1, #ids(other))
    assert.same({ 0, path .. ": 0 records forgotten\n", "" }, { suture("forget", path) })
    refused(3, "there is no record", "revert", path)
    assert.equal("cd234567", support.read(path))
  end)

  it("removes one record by its id", function()
    local path = file "01234567"
    put(path, 0, "ab")
    put(path, 4, "cd")
    local newest, oldest = table.unpack(ids(path))
    assert.same({ 0, path .. ": 1 record forgotten\n", "" }, { suture("forget", path, "--id", newest) })
    assert.same({ oldest }, ids(path))
    refused(3, "has no record '" .. newest .. "'", "forget", path, "--id", newest)
  end)

  it("works for a file that is gone", function()
    local path = file "01234567"
    put(path, 0, "ab")
    os.remove(path)
    assert.equal(1, #ids(path))
    assert.same({ 0, path .. ": 1 record forgotten\n", "" }, { suture("forget", path) })
    refused(4, "No such file", "log", path)
  end)
end)

describe("the state folder", function()
  it("keeps nothing with --no-record", function()
    local path = file "01234567"
    local status = suture("run", recipe, path, "-p", "off=0", "-p", "text=ab", "--no-record")
    assert.same({ 0, {} }, { status, ids(path) })
    assert.equal("ab234567", support.read(path))
  end)

  it("that cannot be used costs a warning, not the flush", function()
    local path = file "01234567"
    local blocked = support.write("blocked", "a file where the folder should be")
    for _, place in ipairs { blocked, blocked .. "/below", "/proc/none" } do
      support.write(path, "01234567")
      local status, stdout, stderr = support.run(("SUTURE_STATE=%s %s run %s %s -p off=0 -p text=ab"):format(
        place, support.suture, recipe, path))
      assert.same({ 0, path .. ": changed (2 bytes at 0x0)\n" }, { status, stdout })
      assert.matches("^suture: warning: " .. path:gsub("%p", "%%%0") .. ": [^\n]*\n$", stderr)
      assert.equal("ab234567", support.read(path))
      status, _, stderr = support.run(("SUTURE_STATE=%s %s revert %s"):format(place, support.suture, path))
      assert.equal(3, status)
      assert.matches("there is no record", stderr, 1, true)
    end
  end)

  it("is for its owner alone", function()
    put(file "01234567", 0, "ab")
    local _, modes = support.run(("stat -c %%a %s/records; stat -c %%a %s/records/* | sort -u"):format(
      support.path "state", support.path "state"))
    assert.equal("700\n600\n", modes)
  end)
end)

describe("records that the system cannot read", function()
  local state <const> = support.path "state"
  local path, newest, oldest

  -- Runs suture while calls that name one of the paths fail.
  local function failing(call, places, ...)
    local words = { ("ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e inject=%s:error=EIO"):format(call) }
    for _, place in ipairs(places) do
      words[#words + 1] = "-P " .. support.quote(place)
    end
    words[#words + 1] = support.suture
    for _, word in ipairs { ... } do
      words[#words + 1] = support.quote(word)
    end
    return support.run(table.concat(words, " "))
  end

  -- Demands that no verb takes them for missing ones, nor an older flush for the newest.
  local function refuses(call, ...)
    local places = { ... }
    for _, verb in ipairs { "revert", "log", "forget" } do
      local status, stdout, stderr = failing(call, places, verb, path)
      assert.same({ verb, 4 }, { verb, status }, stderr)
      assert.matches("Input/output error\n$", stderr)
      assert.matches("^suture: [^\n]*\n$", stderr)
      assert.equal("", verb == "log" and "" or stdout)
    end
    assert.equal("ab2cd567", support.read(path))
    assert.same({ newest, oldest }, ids(path))
  end

  before_each(function()
    path = file "01234567"
    put(path, 0, "ab")
    put(path, 3, "cd")
    newest, oldest = table.unpack(ids(path))
  end)

  it("end revert, log and forget with 4: the folder cannot be opened", function()
    refuses("openat", state .. "/records")
    refuses("fstatfs", state .. "/records")
  end)

  it("end revert, log and forget with 4: the folder cannot be listed", function()
    refuses("getdents64", state .. "/records")
    refuses("newfstatat", newest)
  end)

  it("end revert, log and forget with 4: the newest cannot be opened or mapped", function()
    refuses("openat", newest)
    refuses("mmap", state .. "/records/" .. newest)
  end)

  it("end revert, log and forget with 4: the file cannot be looked at", function()
    refuses("openat,readlink", path)
    refuses("statx", path)
  end)

  it("do not hinder the revert of one that is named", function()
    local status, stdout, stderr = failing("openat", { newest }, "revert", path, "--id", oldest)
    assert.same({ 0, path .. ": reverted (2 bytes at 0x0)\n", "" }, { status, stdout, stderr })
    assert.equal("012cd567", support.read(path))
  end)
end)
