-- suture find: matches in files, their counts, names, as JSON, on terminals.

local dkjson = require "dkjson"
local on_terminal = require "spec.support.pty"
local piped = require "spec.support.piped"
local support = require "spec.support"

local PIECE <const> = 0x4000000 -- searched at a time

local function command(...)
  local words = { support.suture, "find" }
  for _, word in ipairs { ... } do
    words[#words + 1] = support.quote(word)
  end
  return table.concat(words, " ")
end

local function find(...)
  return support.run(command(...))
end

-- Demands this status, these lines on stdout and these on stderr.
local function gives(status, stdout, stderr, ...)
  assert.same({ status, stdout, stderr }, { find(...) })
end

local function target(data, name)
  return support.write(name or "target", data)
end

-- All matches of a plain text, overlapping ones included, counted from 0.
local function matches(data, text, from, to)
  local list, at = {}, (from or 0) + 1
  while true do
    at = data:find(text, at, true)
    if not at or at - 1 + #text > (to or #data) then
      return list
    end
    list[#list + 1] = at - 1
    at = at + 1
  end
end

describe("suture find", function()
  it("prints each match of a pattern, overlapping ones too", function()
    local path = target "\x48\x8b\x05\x4a\xe8\x48\x8b\xff\x40\xe8abcabcabca"
    gives(0, ("%s: 0x0: 48 8b 05 4a e8\n%s: 0x5: 48 8b ff 40 e8\n"):format(path, path), "", "48 8b ?? 4? e8", path)
    gives(0, ("%s: 0xa: 61 62 63 61\n%s: 0xd: 61 62 63 61\n%s: 0x10: 61 62 63 61\n"):format(path, path, path), "",
      "--text", "abca", path)
    gives(0, ("%s: 0x13: 61\n"):format(path), "", "--from", "0x13", "61", path)
    gives(1, "", "", "48 8b 06", path)
    gives(1, "", "", "--text", "xyz", path)
  end)

  it("cuts the bytes of a long match", function()
    local path = target(("x"):rep(20))
    local sixteen <const> = ("78 "):rep(15) .. "78"
    gives(0, ("%s: 0x0: %s\n"):format(path, sixteen), "", "-n", "1", "-t", ("x"):rep(16), path)
    gives(0, ("%s: 0x0: %s ...\n"):format(path, sixteen), "", "-n", "1", "-t", ("x"):rep(17), path)
  end)

  it("finds nothing in nothing, and what ends where the file ends", function()
    gives(1, "", "", "??", target "")
    gives(1, "", "", "61 62", target "a")
    gives(0, support.path "target" .. ": 0x0: 61 62\n", "", "61 62", target "ab")
  end)

  it("looks between bounds only, which a match may fill", function()
    local data <const> = "aaaabaaaa"
    local path = target(data)
    for _, bounds in ipairs { { 0, 9 }, { 0, 2 }, { 0, 1 }, { 1, 3 }, { 2, 2 }, { 3, 8 }, { 9, 9 }, { 0, 100 },
      { 100, 200 } } do
      local lines = {}
      for i, off in ipairs(matches(data, "aa", bounds[1], bounds[2])) do
        lines[i] = ("%s: 0x%x: 61 61\n"):format(path, off)
      end
      gives(#lines > 0 and 0 or 1, table.concat(lines), "", "61 61", "--from", tostring(bounds[1]),
        "--to", ("0x%x"):format(bounds[2]), path)
    end
  end)

  it("counts, and takes names, and stops after so many", function()
    local one, two, none = target("aaaa", "one"), target("baab", "two"), target("bbb", "none")
    gives(0, ("%s: 3\n%s: 1\n%s: 0\n"):format(one, two, none), "", "-c", "61 61", one, two, none)
    gives(1, ("%s: 0\n"):format(none), "", "--count", "61 61", none)
    gives(0, ("%s: 2\n%s: 1\n"):format(one, two), "", "-c", "-n", "2", "61 61", one, two)
    gives(0, ("%s\n%s\n"):format(one, two), "", "-l", "61 61", one, two, none)
    gives(1, "", "", "--files", "61 61", none)
    gives(0, ("%s: 0x0: 61 61\n%s: 0x1: 61 61\n"):format(one, two), "", "--max", "1", "61 61", one, two, none)
  end)

  it("finds what lies across its pieces, each match once", function()
    local path = target ""
    support.run(("truncate -s %d %s"):format(2 * PIECE + 3, path))
    local places <const> = { [PIECE - 5] = "aaaaaaaaa", [2 * PIECE - 1] = "abab" }
    for off, text in pairs(places) do
      support.run(("printf %s | dd of=%s bs=1 seek=%d conv=notrunc status=none"):format(text, path, off))
    end
    local data = support.read(path)
    for _, text in ipairs { "aaa", "bab" } do
      local lines, list = {}, matches(data, text)
      for i, off in ipairs(list) do
        local bytes = text:gsub(".", function(byte)
          return (" %02x"):format(byte:byte())
        end)
        lines[i] = ("%s: 0x%x:%s\n"):format(path, off, bytes)
      end
      assert.is_true(#list > 0)
      gives(0, table.concat(lines), "", "--text", text, path)
      gives(0, ("%s: %d\n"):format(path, #list), "", "-c", "--text", text, path)
      gives(0, path .. "\n", "", "-l", "--text", text, path)
    end
  end)

  local SEED <const> = 20240614
  it(("finds what string.find finds (seed %d)"):format(SEED), function()
    math.randomseed(SEED)
    for round = 1, 12 do
      local bytes = {}
      for i = 1, math.random(0, 300) do
        bytes[i] = string.char(96 + math.random(1, 2))
      end
      local data = table.concat(bytes)
      local path = target(data)
      local text = data:sub(-math.random(1, 5))
      text = text == "" and "a" or text
      local from = math.random(0, 300)
      local to = from + math.random(0, 300)
      local most = math.random(1, 60)
      local lines, count = {}, 0
      for i, off in ipairs(matches(data, text, from, to)) do
        lines[i] = i <= most and ("%s: 0x%x: %s"):format(path, off, text:gsub(".", { a = "61 ", b = "62 " })):gsub(" $",
          "\n") or nil
        count = math.min(i, most)
      end
      local options = { "--from", tostring(from), "--to", tostring(to), "-n", tostring(most), "-t", text, path }
      local status = count > 0 and 0 or 1
      assert.same({ status, table.concat(lines), "" }, { find(table.unpack(options)) }, "round " .. round)
      gives(status, ("%s: %d\n"):format(path, count), "", "-c", table.unpack(options))
    end
  end)

  it("goes on over what cannot be read, and ends with 4", function()
    local path = target "abc"
    local missing, folder = support.path "missing", support.tempdir()
    gives(4, path .. ": 0x0: 61\n", ("suture: %s: No such file or directory\nsuture: %s: Is a directory\n"
      .. "suture: /dev/null: is a character device, not a regular file\n"):format(missing, folder),
      "61", missing, folder, "/dev/null", path)
    gives(4, "", ("suture: %s: Is a directory\n"):format(folder), "-l", "ff", folder, path)
    gives(4, path .. ": 1\n", ("suture: %s: Is a directory\n"):format(folder), "-c", "61", folder, path)
  end)

  it("ends with 2 for wrong use, before any file is read", function()
    local path, see = target "abc", " (see suture help find)\n"
    local wrong <const> = {
      ["no PATTERN is given"] = {}, ["no FILE is given"] = { "61" }, ["the text is empty"] = { "-t", "", path },
      ["the pattern is empty"] = { " ", path }, ["'zz': bad character 'z' in pattern (want hex digits or ?)"] =
        { "zz", path },
      ["'4': lone digit '4' in pattern (a byte has two)"] = { "4", path },
      ["--from 0x5 is behind --to 0x4"] = { "--from", "5", "--to", "4", "61", path },
      ["--max needs a number of at least 1, not '0'"] = { "-n", "0", "61", path },
      ["--max needs a number of at least 1, not 'x'"] = { "-n", "x", "61", path },
      ["'x' is no offset or length (decimal, or hex with 0x)"] = { "--to", "x", "61", path },
      ["'-1' is negative: numbers count from 0"] = { "--from", "-1", "61", path },
      ["unknown option '--form'; did you mean '--from'?"] = { "--form", "1", "61", path },
      ["option '-l' can not be used together with option '-c'"] = { "-c", "-l", "61", path },
    }
    for message, words in pairs(wrong) do
      gives(2, "", "suture: find: " .. message .. see, table.unpack(words))
    end
    gives(2, "", "suture: find: no FILE is given" .. see, "-t", "61")
  end)

  describe("--json", function()
    local function objects(...)
      local status, stdout, stderr = find("--json", ...)
      assert.equal("", stderr)
      local list = {}
      for line in stdout:gmatch "([^\n]*)\n" do
        list[#list + 1] = assert(dkjson.decode(line))
      end
      return list, status
    end

    it("tells each match, its bytes whole", function()
      local path = target("abab" .. ("x"):rep(40), "a \"strange\" name")
      assert.same({ {
        { schema = 1, target = path, offset = 0, bytes = "6162" },
        { schema = 1, target = path, offset = 2, bytes = "6162" },
      }, 0 }, { objects("-t", "ab", path) })
      assert.same({ { { schema = 1, target = path, offset = 4, bytes = ("78"):rep(40) } }, 0 },
        { objects("-t", ("x"):rep(40), path) })
      assert.same({ {}, 1 }, { objects("ff", path) })
    end)

    it("tells each file with -c and -l", function()
      local one, two = target("aaaa", "one"), target("b", "two")
      assert.same({ { { schema = 1, target = one, count = 4 }, { schema = 1, target = two, count = 0 } }, 0 },
        { objects("-c", "61", one, two) })
      assert.same({ { { schema = 1, target = one } }, 0 }, { objects("-l", "61", one, two) })
    end)

    it("is UTF-8 even where a name is not", function()
      local _, stdout = find("--json", "61", target("a", support.path "stray\xff"))
      assert.is_truthy(utf8.len(stdout))
      assert.is_table(dkjson.decode(stdout))
    end)
  end)

  it("shows names safely", function()
    local path = target("a", support.path "x\27[31m\n")
    local wanted = support.tempdir() .. "/x\\x1b[31m\\x0a"
    gives(0, wanted .. ": 0x0: 61\n", "", "61", path)
    gives(0, wanted .. ": 1\n", "", "-c", "61", path)
    gives(0, wanted .. "\n", "", "-l", "61", path)
    assert.match("suture: .*\\x0a.missing: No such file or directory\n", select(3, find("61", path .. ".missing")))
  end)

  it("marks matches in a line of a dump on a terminal, but not with NO_COLOR", function()
    support.write("t", ("abcdefgh"):rep(5))
    local _, executable = support.run("readlink -f " .. support.suture)
    local function shown(words, columns)
      local line = words:gsub("SUTURE", { SUTURE = support.quote(executable:match "[^\n]+") })
      return select(2, on_terminal(("cd %s; %s"):format(support.tempdir(), line), columns))
    end
    assert.equal("\27[35mt\27[0m: \27[32m0x4\27[0m: \27[1;31m65 66\27[0m 67 68 61 62 63 64  65 66 67 68 61 62 63 64  "
      .. "|\27[1;31mef\27[0mghabcdefghabcd|\n", shown("SUTURE find -n 1 '65 66' t", 80))
    assert.equal("\27[35mt\27[0m: \27[32m0x24\27[0m: \27[1;31m65 66 67 68\27[0m" .. (" "):rep(14)
      .. "|\27[1;31mefgh\27[0m|\n", shown("SUTURE find --from 36 '65 66 67 68' t", 40))
    assert.equal("\27[35mt\27[0m: \27[32m0x0\27[0m: \27[1;31m61 62 63 64 65 66 67 68\27[0m  "
      .. "|\27[1;31mabcdefgh\27[0m| ...\n", shown("SUTURE find -n 1 -t abcdefghabcdefgha t", 40))
    for _, setting in ipairs { "NO_COLOR=1 ", "TERM=dumb " } do
      assert.equal("t: 0x4: 65 66\n", shown(setting .. "SUTURE find -n 1 '65 66' t", 80))
    end
    assert.equal("t: 0x4: 65 66\n", shown("SUTURE find -n 1 '65 66' t | cat", 80))
    assert.equal("t: 5\n", shown("SUTURE find -c 65 t", 80))
  end)

  it("shows progress of a large file on a terminal's stderr, and takes it away", function()
    local path = target ""
    support.run(("truncate -s %d %s; printf x | dd of=%s bs=1 seek=%d conv=notrunc status=none"):format(
      4 * PIECE, path, path, 2 * PIECE + 7))
    local _, shown = on_terminal(command("78", path) .. " >" .. support.quote(support.path "found"), 80)
    assert.matches(path .. ": 25 %", shown, 1, true)
    assert.equal("\r\27[K", shown:sub(-4))
    assert.equal(("%s: 0x%x: 78\n"):format(path, 2 * PIECE + 7), support.read "found")
    _, shown = on_terminal(command("-c", "78", target "xyz") .. " >/dev/null", 80)
    assert.equal("", shown)
    -- Results are not mixed with it.
    support.run(("truncate -s %d %s; printf x | dd of=%s bs=1 seek=%d conv=notrunc status=none"):format(
      4 * PIECE, path, path, 2 * PIECE + 7))
    _, shown = on_terminal("NO_COLOR=1 " .. command("78", path), 80)
    assert.matches(("\r\27[K%s: 0x%x: 78\n"):format(path, 2 * PIECE + 7), shown, 1, true)
  end)

  -- What follows a pipe in a shell: the status of the verb is in the file `status`.
  it("ends with 4 where a file shrinks meanwhile, and goes on with the next", function()
    local path, other = target(("a"):rep(300000)), target("a", "other")
    local status, stdout, stderr = piped.run(command("61", path, other),
      ("head -c 100 >/dev/null; truncate -s 4096 %s; tail -n 1"):format(path))
    assert.same({ "4", other .. ": 0x0: 61\n",
      ("suture: %s: was truncated from 0x493e0 to 0x1000 bytes by another process\n"):format(path) },
      { status, stdout, stderr })
  end)

  it("says nothing where nobody reads on, and ends with 4 where the output cannot be written", function()
    local path = target(("a"):rep(300000))
    local _, stdout, stderr = piped.run(command("61", path), "head -n 1")
    assert.same({ path .. ": 0x0: 61\n", "" }, { stdout, stderr })
    local status
    status, _, stderr = support.run(command("61", path, path) .. " >/dev/full")
    assert.same({ 4, "suture: standard output: No space left on device\n" }, { status, stderr })
  end)

  it("ends with 130 on Ctrl-C", function()
    local path = target(("a"):rep(300000))
    local status, _, stderr = piped.interrupt(command("61", path))
    assert.same({ "130", "suture: interrupted\n" }, { status, stderr })
  end)

  it("explains itself", function()
    local status, stdout = support.run(support.suture .. " help find")
    assert.equal(0, status)
    assert.matches("Usage: suture find [OPTION...] PATTERN FILE...\n", stdout, 1, true)
    assert.matches("0xOFFSET: bytes", stdout, 1, true)
  end)
end)
