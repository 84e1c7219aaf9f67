-- How often a flush waits for the disk: as often as the protocol needs, and no more (docs/durability.md).

local support = require "spec.support"

local run, quote = support.run, support.quote

-- What a script waits for, in order: "fsync" or "fdatasync" and the last part of the path.
local function waits(script, ...)
  local trace <const> = support.path "waits.trace"
  local words <const> = {}
  for index, word in ipairs { ... } do
    words[index] = quote(word)
  end
  local status, _, stderr = run(
    ("ASAN_OPTIONS=detect_leaks=0 strace -y -f -qq -o %s -e trace=fsync,fdatasync,sync_file_range,syncfs,sync %s %s %s")
      :format(quote(trace), support.suture, quote(support.write("waits.lua", script)), table.concat(words, " ")))
  assert.equal(0, status, stderr)
  local list <const> = {}
  for name, path in support.read(trace):gmatch "%d+ +([%w_]+)%(%d*<?([^>)]*)" do
    list[#list + 1] = name .. " " .. path:match "[^/]*$":gsub("%x+(%.%l+)$", "I%1")
  end
  return list
end

local SPOTS <const> = [[
  local suture = require "suture"
  local set = {}
  for index, path in ipairs(arg) do
    set[index] = assert(suture.open(path))
    for spot = 0, 9 do set[index][spot * 4096] = 1 end
  end
  suture.flush(set)]]

-- A new file in a folder of this name.
local function file(folder, name)
  run("mkdir -p " .. quote(support.path(folder)))
  return support.write(support.path(folder) .. "/" .. name, ("\0"):rep(64 * 4096))
end

-- The records' folder exists from the first flush on; making it durable is no part of a flush.
setup(function()
  waits(SPOTS, file("first", "file"))
end)

describe("a flush waits for the disk", function()
  it("never when nothing has changed", function()
    assert.same({}, waits([[local b = require("suture").open(arg[1]) b[0] = 0 b:flush()]], file("same", "file")))
  end)

  it("four times for one file, however many places", function()
    local wanted <const> = { "fsync .suture-I.tmp", "fsync one", "fdatasync file", "fsync one" }
    assert.same(wanted, waits(SPOTS, file("one", "file")))
  end)

  it("twice more for each other file in the same folder, and once for its names", function()
    local a, b, c = file("three", "file"), file("three", "file2"), file("three", "file3")
    local list = waits(SPOTS, a, b, c)
    table.sort(list)
    assert.same({
      "fdatasync file", "fdatasync file2", "fdatasync file3", "fsync .suture-I.ref", "fsync .suture-I.ref",
      "fsync .suture-I.tmp", "fsync three", "fsync three", "fsync three",
    }, list)
  end)

  it("twice for one replacement: its bytes and its name", function()
    local script <const> = [[
      local b = assert(require("suture").open(arg[1]))
      b:insert(0, "x")
      b:flush { record = false }]]
    local list = waits(script, file("moved", "file"))
    assert.equal(2, #list, table.concat(list, ", "))
    assert.equal("fsync moved", list[2])
  end)
end)

describe("records", function()
  it("are bounded in number", function()
    local state <const> = support.path "state"
    run(([[mkdir -p %s/records && cd %s/records &&
      for i in $(seq 1100); do printf x > $(printf %%016x-0123456789abcdef $i); done]]):format(
      quote(state), quote(state)))
    local function count()
      return tonumber((select(2, run(("ls %s/records | wc -l"):format(quote(state))))))
    end
    assert(count() > 1100)
    -- One flush in sixteen looks at the bounds: that none of these does happens once in ten thousand times.
    local script <const> = support.write("bounded.lua", [[
      local b = assert(require("suture").open(arg[1]))
      for round = 1, 150 do b[0] = round b:flush() end]])
    local status, _, stderr = run(("%s %s %s"):format(support.suture, quote(script), quote(file("bounded", "file"))))
    assert.equal(0, status, stderr)
    assert(count() >= 1000 and count() <= 1150, count())
  end)

  it("are kept whole by several processes at once, and what one that died has left goes away", function()
    local state <const> = support.path "state"
    run(("rm -rf %s/records; mkdir -p %s/records; printf x >%s/records/.record-4194305"):format(
      quote(state), quote(state), quote(state)))
    local script <const> = support.write("crowd.lua", [[
      local suture = require "suture"
      local b = assert(suture.open(arg[1]))
      for round = 1, 60 do b:write(0, (arg[2]):rep(round)) b:flush() end]])
    local commands <const> = {}
    for letter in ("abcd"):gmatch "." do
      commands[#commands + 1] = ("%s %s %s %s &"):format(support.suture, quote(script),
        quote(file("crowd", letter)), letter)
    end
    local status, _, stderr = run(table.concat(commands, "\n") .. "\nwait")
    assert.same({ 0, "" }, { status, stderr })
    local check <const> = support.write("whole.lua", [[
      local core = require "suture.core"
      local count = 0
      for _, id in ipairs(core.records()) do
        local target = core.record(id).targets[1]
        local letter = target.path:match ".$"
        for _, change in ipairs(target.changes) do assert(change.new:find("^" .. letter .. "+$")) end
        count = count + 1
      end
      print(count)]])
    local _, stdout, complaint = run(("%s %s; ls -A %s/records | grep -c '^\\.'"):format(support.suture, quote(check),
      quote(state)))
    assert.same({ "240\n0\n", "" }, { stdout, complaint })
  end)
end)
