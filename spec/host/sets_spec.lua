-- Recipes with several targets: all of a set is written, or nothing.

local reports = require "spec.support.reports"
local support = require "spec.support"

local START <const> = { "K0123456", "I0123456", "D0123456" }
local names <const> = { "kernel", "initrd", "dtb" }

local paths

-- Three fresh files.
local function set()
  paths = {}
  support.run("rm -rf " .. support.path "set")
  support.run("mkdir " .. support.path "set")
  for index, name in ipairs(names) do
    paths[index] = support.write(support.path("set/" .. name), START[index])
    support.run("touch -d 2001-02-03T04:05:06.789 " .. paths[index])
  end
  return paths
end

-- Digest, inode and time of each file.
local function identities()
  local list = {}
  for index, path in ipairs(paths) do
    local _, status = support.run("stat -c '%i %y %s' " .. path)
    list[index] = support.sha256(path) .. " " .. status
  end
  return list
end

local function contents()
  return { support.read(paths[1]), support.read(paths[2]), support.read(paths[3]) }
end

local function listing()
  local _, names_there = support.run("ls -A " .. support.path "set")
  return names_there
end

local function nobody_holds()
  for _, path in ipairs(paths) do
    assert.equal(0, (support.run("flock -n " .. path .. " true")))
  end
end

local function recipe(body)
  return reports.recipe("three", [[return { name = "acme/three", version = "1.0",
    targets = { { name = "kernel", match = function(b) return b[0] == 0x4b end }, { name = "initrd" },
      { name = "dtb" } },
    ]] .. body .. " }")
end

local EDITS <const> = [[edits = {
  { target = "kernel", at = 1, old = "0", new = "x", note = "first" },
  { target = "initrd", find = "123", old = "123", new = "abc" } },
  apply = function(t) t.dtb[7] = 0x7a end]]

local function column(list, field)
  local values = {}
  for index, report in ipairs(list) do
    values[index] = report[field]
  end
  return values
end

describe("a recipe with several targets", function()
  it("patches all of them in one transaction", function()
    local path = recipe(EDITS)
    local list, code = reports.of("check", path, set())
    assert.equal(1, code)
    assert.same({ "would_change", "would_change", "would_change" }, column(list, "status"))
    assert.same(START, contents())
    list, code = reports.of("run", path, paths)
    assert.equal(0, code)
    assert.same({ "changed", "changed", "changed" }, column(list, "status"))
    assert.same(names, column(list, "name"))
    assert.same(paths, column(list, "target"))
    assert.same({ "applicable", "applicable", "applicable" }, column(list, "verdict"))
    assert.same({ "Kx123456", "I0abc456", "D012345z" }, contents())
    assert.same({ 1, 1, 0 }, { #list[1].hunks, #list[2].hunks, #list[3].hunks })
    assert.equal("first", list[1].hunks[1].note)
    assert.same({ offset = 2, old = "123", new = "abc" }, list[2].changes[1])
    local _, log = support.run(("%s log %s"):format(support.suture, paths[3]))
    assert.matches("%S", log)
  end)

  it("does nothing the second time", function()
    local path = recipe(EDITS)
    reports.of("run", path, set())
    local before = identities()
    local list, code = reports.of("run", path, paths)
    assert.same({ 0, "unchanged", "unchanged", "unchanged" }, { code, table.unpack(column(list, "status")) })
    assert.same({ "applied", "applied", "applied" }, column(list, "verdict"))
    assert.same(before, identities())
    nobody_holds()
  end)

  it("completes what is there in part, over all of them", function()
    set()
    support.write(paths[2], "I0abc456")
    local path = recipe(EDITS)
    local list, code = reports.of("check", path, paths)
    assert.same({ 1, "partial", "partial" }, { code, list[1].verdict, list[3].verdict })
    assert.same({ "would_change", "unchanged", "would_change" }, column(list, "status"))
    assert.equal(0, select(2, reports.of("run", path, paths)))
    assert.equal("I0abc456", support.read(paths[2]))
    assert.equal("Kx123456", support.read(paths[1]))
  end)

  it("is handed them by name, whatever their order on the command line", function()
    local path = recipe [[apply = function(t, params, context)
      assert(context.targets.kernel[0] == 0x4b and t.initrd[0] == 0x49 and t.dtb[0] == 0x44)
      assert(context.target == nil and context.label == nil)
      assert(not pcall(function() return t.kernal end) and select(2, pcall(function() return t.kernal end))
        .message:find "did you mean 'kernel'")
      t.dtb[1] = 9 end,
      verify = function(t) assert(t.dtb[1] == 9 and not pcall(t.kernel.write, t.kernel, 0, "x")) end]]
    set()
    local list, code = reports.of("run", path, { { name = "dtb", path = paths[3] }, paths[1], paths[2] })
    assert.same({ 0, "dtb", "kernel", "initrd" }, { code, table.unpack(column(list, "name")) })
    assert.equal("D\t123456", support.read(paths[3]))
  end)

  local after_two <const> = "t.kernel[1] = 9 t.initrd:insert(0, 'xy') "
  local function failing(code)
    return "apply = function(t, params, context) " .. after_two .. code .. " end"
  end

  local endings <const> = {
    ["raises"] = { 5, "boom", failing "error 'boom'" },
    ["refuses"] = { 3, "not today", failing "context.refuse 'not today'" },
    ["misses a guard of the third"] = { 3, "dtb: 0x0: expected", failing "t.dtb:expect(0, 'Q')" },
    ["passes the time limit"] = { 5, "time limit of 0.4 seconds", failing "while true do end" },
    ["passes the memory limit"] = { 5, "memory limit of 32 MiB",
      failing "local s = 'x' while true do s = s .. s end" },
    ["does not accept its own result"] = { 5, "does not accept its own result",
      "apply = function(t) " .. after_two .. " end, verify = function() return false end" },
    ["writes past the end of the third"] = { 5, "dtb", failing "t.dtb:write(7, 'ab')" },
  }
  for name, case in pairs(endings) do
    it("leaves all untouched when it " .. name .. " after it wrote to two", function()
      local path = recipe(case[3])
      set()
      local before = identities()
      local options <const> = { memory = 32, timeout = name:find "time" and 0.4 or 20 }
      local list, code = reports.of("run", path, paths, options)
      assert.equal(case[1], code)
      local status <const> = code == 3 and "refused" or "failed"
      assert.same({ status, status, status }, column(list, "status"))
      assert.matches(case[2], list[1].error.text, 1, true)
      assert.same(list[1].error, list[3].error)
      assert.same({ 0, 0, 0 }, { #list[1].changes, #list[2].changes, #list[3].changes })
      assert.same(before, identities())
      assert.equal("dtb\ninitrd\nkernel\n", listing())
      nobody_holds()
    end)
  end

  it("leaves all untouched when one is cut short meanwhile", function()
    local path = recipe(failing "context.log 'now' local n = 0 while n < 3e7 do n = n + 1 end return t.dtb:read(4, 4)")
    set()
    local list, code = reports.of("run", path, paths, { timeout = 20 },
      ("options.log = function() os.execute 'truncate -s 2 %s' end"):format(paths[3]))
    assert.equal(4, code)
    assert.matches("dtb", list[1].error.text, 1, true)
    assert.equal(paths[3], list[1].error.path)
    assert.same({ START[1], START[2], "D0" }, contents())
    assert.equal("dtb\ninitrd\nkernel\n", listing())
    nobody_holds()
  end)

  it("leaves all untouched when what it relied on changes, also where it changes nothing", function()
    local path = recipe(failing [[t.dtb:expect(0, "D") context.log "now"]])
    set()
    local list, code = reports.of("run", path, paths, {}, ("options.log = function() %s end"):format(
      ([[local f = io.open(%q, "r+b") f:write "E" f:close()]]):format(paths[3])))
    assert.equal(4, code)
    assert.matches("changed while the recipe ran", list[1].error.text, 1, true)
    assert.same({ START[1], START[2], "E0123456" }, contents())
    nobody_holds()
  end)

  it("leaves all untouched when there is no room for the last one, or it cannot be written", function()
    local path = recipe "apply = function(t) t.kernel[1] = 9 t.initrd[1] = 9 t.dtb[1] = 9 end"
    for _, failing_call in ipairs { "fallocate:error=ENOSPC:when=3", "pwrite64:error=EIO:when=3" } do
      set()
      local list, code = reports.of("run", path, paths, {}, "",
        "env ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -P " .. paths[1] .. " -P " .. paths[2] .. " -P "
          .. paths[3] .. " -e inject=" .. failing_call)
      assert.equal(4, code)
      assert.same({ "failed", "failed", "failed" }, column(list, "status"))
      assert.same(START, contents())
      assert.equal("dtb\ninitrd\nkernel\n", listing())
      nobody_holds()
    end
  end)

  it("leaves all untouched when one cannot be opened, or is held by another", function()
    local path = recipe(EDITS)
    set()
    os.remove(paths[2])
    local list, code = reports.of("run", path, paths)
    assert.same({ 4, paths[2] }, { code, list[1].error.path })
    assert.equal(START[1], support.read(paths[1]))
    set()
    list, code = reports.of("run", path, paths, {}, "", ("flock %s"):format(paths[3]))
    assert.same({ 4, "locked" }, { code, list[2].error.kind })
    nobody_holds()
  end)

  it("is refused for one file under two names", function()
    local path = recipe(EDITS)
    set()
    support.run(("ln -f %s %s && ln -sf kernel %s"):format(paths[1], paths[2], paths[3]))
    local list, code = reports.of("run", path, paths)
    assert.equal(2, code)
    assert.matches("are one file", list[1].error.text, 1, true)
  end)

  it("needs all of them, each under a name of its own", function()
    local path = recipe(EDITS)
    set()
    local wrong <const> = {
      ["target 'dtb' is missing: the targets are kernel, initrd, dtb"] = { paths[1], paths[2] },
      ["unknown target 'kernal'; did you mean 'kernel'?"] = { { name = "kernal", path = paths[1] },
        paths[2], paths[3] },
    }
    for words, targets in pairs(wrong) do
      local list, code = reports.of("run", path, targets)
      assert.equal(2, code)
      assert.matches(words, list[1].error.text, 1, true)
    end
    local status, _, stderr = reports.of("run", path, paths, { output = support.path "out" })
    assert.equal(1, status)
    assert.matches("output takes one target, not 3", stderr, 1, true)
  end)

  it("flushes only what the user's command accepts, target by target", function()
    local path = recipe(EDITS)
    set()
    local list, code = reports.of("run", path, paths, { verify = "! grep -q abc {}" })
    assert.equal(5, code)
    assert.equal(paths[2], list[1].error.path)
    assert.equal(START[1], support.read(paths[1]))
    assert.equal(0, select(2, reports.of("run", path, paths, { verify = "grep -q 4 {}" })))
  end)

  it("shows each target as it will be, before anything is written", function()
    local path = recipe(EDITS)
    set()
    local look <const> = [[
      options.preview = function(b, report)
        local file <close> = io.open(report.target, "rb")
        io.stderr:write(report.name, " ", report.verdict, " ", file:read "a", " -> ", b:read(0, #b), "\n")
      end]]
    for verb, expected in pairs { check = 1, run = 0 } do
      local _, code, stderr = reports.of(verb, path, set(), {}, look)
      assert.equal(expected, code)
      assert.equal("kernel applicable K0123456 -> Kx123456\ninitrd applicable I0123456 -> I0abc456\n"
        .. "dtb applicable D0123456 -> D012345z\n", stderr)
    end
  end)
end)
