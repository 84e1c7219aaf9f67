-- suture diff: two files, as text, as JSON, as a status.

local dkjson = require "dkjson"
local hexlines = require "spec.support.hexlines"
local on_terminal = require "spec.support.pty"
local piped = require "spec.support.piped"
local support = require "spec.support"

local function command(...)
  local words = { support.suture, "diff" }
  for _, word in ipairs { ... } do
    words[#words + 1] = support.quote(word)
  end
  return table.concat(words, " ")
end

local function diff(...)
  return support.run(command(...))
end

local function files(old, new)
  return support.write("old.bin", old), support.write("new.bin", new)
end

local function model(old, new, options)
  local text = hexlines.diff(old, new, hexlines.compare(old, new), options or {})
  return text == "" and "" or ("--- %s\n+++ %s\n%s"):format(support.path "old.bin", support.path "new.bin", text)
end

local function noise(size, seed)
  local bytes, state = {}, seed
  for at = 1, size do
    state = state * 1103515245 + 12345 & 0x7fffffff
    bytes[at] = string.char(state >> 16 & 0xff)
  end
  return table.concat(bytes)
end

-- Demands this status, nothing on stdout and this line on stderr.
local function fails(wanted, line, ...)
  local status, stdout, stderr = diff(...)
  assert.same({ wanted, "", "suture: " .. line .. "\n" }, { status, stdout, stderr })
end

local pairs_of_files <const> = {
  ["both empty"] = { "", "" }, ["a byte added to nothing"] = { "", "a" }, ["a byte gone"] = { "a", "" },
  ["one byte"] = { "a", "b" }, ["equal"] = { "abc", "abc" }, ["the first byte"] = { "abcd", "Abcd" },
  ["the last byte"] = { ("x"):rep(32), ("x"):rep(31) .. "y" }, ["longer"] = { ("x"):rep(32), ("x"):rep(33) },
  ["shorter"] = { ("x"):rep(33), ("x"):rep(32) }, ["longer within a line"] = { ("x"):rep(20), ("x"):rep(50) },
  ["shorter within a line"] = { ("x"):rep(50), ("x"):rep(20) },
  ["different and longer"] = { ("x"):rep(20), ("y"):rep(100) }, ["different and shorter"] = { ("x"):rep(99), "yz" },
  ["gaps"] = { ("x"):rep(400), ("x"):rep(100) .. "y" .. ("x"):rep(150) .. "z" .. ("x"):rep(148) },
  ["many equal lines"] = { ("\0"):rep(200), ("\1"):rep(200) }, ["nothing in common"] = { noise(900, 1), noise(777, 2) },
}

describe("suture diff", function()
  for name, pair in pairs(pairs_of_files) do
    it("shows where files differ: " .. name, function()
      local old, new = files(pair[1], pair[2])
      local wanted = pair[1] == pair[2] and 0 or 1
      assert.same({ wanted, model(pair[1], pair[2]), "" }, { diff(old, new) })
      for _, context in ipairs { 0, 1, 3, 100 } do
        assert.same({ wanted, model(pair[1], pair[2], { context = context, width = 8 }), "" },
          { diff("--context", tostring(context), "-w", "8", old, new) })
      end
      assert.same({ wanted, "", "" }, { diff("-q", old, new) })
      assert.same({ wanted, "", "" }, { diff("--brief", old, new) })
    end)
  end

  it("looks as the manual says", function()
    local old, new = files("\x7fELF\2\1\1" .. ("\0"):rep(9) .. "\3\0>\0" .. ("\0"):rep(40),
      "\x7fELF\2\1\1" .. ("\0"):rep(9) .. "\2\0>\0" .. ("\0"):rep(44))
    local _, stdout = diff(old, new)
    assert.equal(("--- %s\n+++ %s\n"):format(old, new) .. [[
 00000000  7f 45 4c 46 02 01 01 00  00 00 00 00 00 00 00 00  |.ELF............|
-00000010  03*00 3e 00 00 00 00 00  00 00 00 00 00 00 00 00  |..>.............|
+00000010  02*00 3e 00 00 00 00 00  00 00 00 00 00 00 00 00  |..>.............|
 00000020  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|
-00000030  00 00 00 00 00 00 00 00  00 00 00 00              |............|
+00000030  00 00 00 00 00 00 00 00  00 00 00 00 00*00*00*00* |................|
]], stdout)
  end)

  it("shows nothing for a file and itself", function()
    local old = files(noise(5000, 3), "")
    assert.same({ 0, "", "" }, { diff(old, old) })
  end)

  local SEED <const> = 20240613
  it(("shows what a slow model builds of random files (seed %d)"):format(SEED), function()
    math.randomseed(SEED)
    local random <const> = math.random
    for round = 1, 12 do
      local old = noise(random(0, 3000), round)
      local parts, at = {}, 1
      while at <= #old do
        local keep, other = random(0, 200), random(0, 2) * random(0, 40)
        parts[#parts + 1] = old:sub(at, at + keep - 1)
        parts[#parts + 1] = ("\0"):rep(math.min(other, math.max(0, #old - at - keep + 1)))
        at = at + keep + other
      end
      local new = table.concat(parts) .. ("\0"):rep(random(0, 1) * random(0, 300))
      new = new:sub(1, #new - random(0, 1) * random(0, #new))
      local context, width = random(0, 4), random(1, 33)
      assert.equal(model(old, new, { context = context, width = width }),
        select(2, diff("-C", tostring(context), "-w", tostring(width), files(old, new))), "round " .. round)
    end
  end)

  it("compares files of many MiB, and passes their holes", function()
    local old, new = files("", "")
    support.run(("truncate -s 20G %s %s"):format(old, new))
    assert.same({ 0, "", "" }, { diff(old, new) })
    assert.same({ 0, "", "" }, { diff("-q", support.path "old.bin", old) })
    local function put(path, off, text)
      support.run(("printf %s | dd of=%s bs=1 seek=%d conv=notrunc status=none"):format(text, path, off))
    end
    put(old, 0x4000000 - 1, "ab")
    put(new, 0x4000000 - 1, "xy")
    put(old, 0x123456789, "same")
    put(new, 0x123456789, "same")
    put(new, 0x4ffffffff, "z")
    support.run(("truncate -s 21G %s"):format(old))
    local zeros <const> = ("00*"):rep(8) .. " " .. ("00*"):rep(8) .. " |................|\n"
    assert.same({ 1, ("--- %s\n+++ %s\n"):format(old, new) .. [[
-03fffff0  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 61* |...............a|
+03fffff0  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 78* |...............x|
-04000000  62*00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |b...............|
+04000000  79*00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |y...............|
-4fffffff0  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00* |................|
+4fffffff0  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 7a* |...............z|
]] .. "-500000000  " .. zeros .. "*\n-53ffffff0  " .. zeros, "" }, { diff("-C", "0", old, new) })
    assert.same({ 1, "", "" }, { diff("-q", old, new) })
  end)

  it("streams millions of differences", function()
    local old, new = files(("a"):rep(3 << 20), ("ab"):rep(3 << 19))
    local status, stdout = support.run(command("--json", old, new) .. " | wc -l")
    assert.same({ 0, ("%d\n"):format(3 << 19) }, { status, stdout })
    status, stdout = support.run(command("-C", "0", old, new))
    assert.same({ 1, 7 }, { status, select(2, stdout:gsub("\n", "")) })
    files(noise(500000, 5), noise(500000, 6))
    local _, first, stderr = support.run(command(old, new) .. " | head -n 4 | cut -c 1-9")
    assert.same({ ("--- %s"):format(old):sub(1, 9) .. "\n" .. ("+++ %s"):format(new):sub(1, 9)
      .. "\n-00000000\n+00000000\n", "" }, { first, stderr })
    _, first, stderr = support.run(command("--json", old, new) .. " | head -n 1")
    assert.matches('^{"schema":1,"offset":0,"old":"', first)
    assert.equal("", stderr)
  end)

  describe("--json", function()
    local function objects(old, new)
      local status, stdout, stderr = diff("--json", files(old, new))
      assert.equal("", stderr)
      local list = {}
      for line in stdout:gmatch "([^\n]*)\n" do
        list[#list + 1] = assert(dkjson.decode(line))
      end
      return list, status
    end

    it("tells each difference", function()
      assert.same({ {}, 0 }, { objects("abc", "abc") })
      assert.same({ {
        { schema = 1, offset = 0, old = "61", new = "41" }, { schema = 1, offset = 2, old = "6364", new = "4344" },
        { schema = 1, offset = 5, old = "", new = "666768" },
      }, 1 }, { objects("abcde", "AbCDefgh") })
      assert.same({ { { schema = 1, offset = 1, old = "6263", new = "" } }, 1 }, { objects("abc", "a") })
      local _, stdout = diff("--json", files("a", "b"))
      assert.equal('{"schema":1,"offset":0,"old":"61","new":"62"}\n', stdout)
    end)

    it("tells a long one in several objects, so that all of them together rebuild the new file", function()
      local old, new = noise(20000, 7), noise(30001, 8)
      local list = objects(old, new)
      local rebuilt, at = {}, 0
      for _, object in ipairs(list) do
        assert.is_true(#object.old <= 0x2000 and #object.new <= 0x2000)
        rebuilt[#rebuilt + 1] = old:sub(at + 1, object.offset)
        rebuilt[#rebuilt + 1] = object.new:gsub("%x%x", function(digits)
          return string.char(tonumber(digits, 16))
        end)
        at = object.offset + #object.new // 2
      end
      assert.equal(new, table.concat(rebuilt))
      assert.same({ 20000, 0x2000, 24096 }, { list[#list - 2].offset, #list[#list - 2].new, list[#list - 1].offset })
    end)
  end)

  it("is in colour on a terminal, and as wide as that, but not with NO_COLOR", function()
    local old, new = files(("abcdefgh"):rep(20), ("abcdefgh"):rep(10) .. "X" .. ("abcdefgh"):rep(10))
    local changes = hexlines.compare(("abcdefgh"):rep(20), support.read(new))
    local function wanted(options)
      return hexlines.diff(support.read(old), support.read(new), changes, options)
    end
    local status, shown = on_terminal(command(old, new), 112)
    assert.same({ 1, ("\27[1m--- %s\27[0m\n\27[1m+++ %s\27[0m\n"):format(old, new)
      .. wanted { colour = true, width = 24 } }, { status, shown })
    local _
    _, shown = on_terminal(command(old, new), 111)
    assert.equal(wanted { colour = true, width = 16 }, (shown:gsub("^[^\n]*\n[^\n]*\n", "")))
    for _, setting in ipairs { "NO_COLOR=1 ", "TERM=dumb " } do
      _, shown = on_terminal(setting .. command(old, new), 112)
      assert.equal(("--- %s\n+++ %s\n"):format(old, new) .. wanted { width = 24 }, shown)
    end
    _, shown = on_terminal("NO_COLOR= " .. command(old, new), 112)
    assert.matches("\27[32m+", shown, 1, true)
    _, shown = on_terminal(command(old, new) .. " | cat", 112)
    assert.equal(("--- %s\n+++ %s\n"):format(old, new) .. wanted { width = 16 }, shown)
  end)

  it("shows names safely", function()
    local old, new = support.write(support.path "a\27[31m\nb", "1"), support.write(support.path "\xff", "2")
    local _, stdout = diff(old, new)
    local folder <const> = support.tempdir()
    assert.equal(("--- %s/a\\x1b[31m\\x0ab\n+++ %s/\\xff\n"):format(folder, folder), stdout:match "^[^\n]*\n[^\n]*\n")
  end)

  it("ends with 4 for what cannot be read", function()
    local old = files("a", "b")
    fails(4, support.path "missing" .. ": No such file or directory", support.path "missing", old)
    fails(4, support.path "missing" .. ": No such file or directory", old, support.path "missing")
    fails(4, support.tempdir() .. ": Is a directory", old, support.tempdir())
    fails(4, "/dev/null: is a character device, not a regular file", old, "/dev/null")
    local status, _, stderr = support.run(command(files("a", "b")) .. " >/dev/full")
    assert.same({ 4, "suture: standard output: No space left on device\n" }, { status, stderr })
  end)

  it("ends with 2 for wrong use", function()
    local see <const> = " (see suture help diff)"
    local old, new = files("a", "b")
    fails(2, "diff: missing argument 'new'" .. see, old)
    fails(2, "diff: too many arguments" .. see, old, new, old)
    fails(2, "diff: option '--json' can not be used together with option '-q'" .. see, "-q", "--json", old, new)
    fails(2, "diff: --context needs a number from 0 to 1000000, not 'x'" .. see, "--context", "x", old, new)
    fails(2, "diff: --width needs a number from 1 to 256, not '0'" .. see, "--width", "0", old, new)
    fails(2, "diff: unknown option '--breif'; did you mean '--brief'?" .. see, "--breif", old, new)
  end)

  -- What follows a pipe in a shell: the status of the verb is in the file `status`.
  it("ends with 4 where a file shrinks meanwhile", function()
    for _, option in ipairs { "--context=1", "--json" } do
      for which = 1, 2 do
        local pair = { files(noise(200000, 9), noise(200000, 10)) }
        local status, _, stderr = piped.run(command(option, pair[1], pair[2]),
          ("head -c 100 >/dev/null; truncate -s 4096 %s; cat >/dev/null"):format(pair[which]))
        assert.same({ "4", ("suture: %s: was truncated from 0x30d40 to 0x1000 bytes by another process\n"):format(
          pair[which]) }, { status, stderr })
      end
    end
  end)

  it("ends with 130 on Ctrl-C", function()
    local old, new = files(noise(200000, 11), noise(200000, 12))
    for _, option in ipairs { "--context=1", "--json" } do
      local status, _, stderr = piped.interrupt(command(option, old, new))
      assert.same({ "130", "suture: interrupted\n" }, { status, stderr })
    end
  end)

  it("explains itself", function()
    local status, stdout = support.run(support.suture .. " help diff")
    assert.equal(0, status)
    assert.matches("Usage: suture diff ", stdout, 1, true)
    assert.matches("The status is 0 where there is no difference", stdout, 1, true)
  end)
end)
