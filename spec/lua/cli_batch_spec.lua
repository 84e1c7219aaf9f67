-- suture run and check over many targets: one after another and by several processes, what is printed, what ends them.

local dkjson = require "dkjson"
local pty = require "spec.support.pty"
local support = require "spec.support"

local quote = support.quote

-- How many files the long ones take; 1000 when they are measured.
local FILES <const> = tonumber(os.getenv "BATCH_FILES")
local MANY <const> = FILES or 25

local PATCH <const> = "return { name = 'a/b', version = '1', edits = { { at = 2, old = '\\5', new = '\\9' } } }"
local FAIL <const> = "return { apply = function(b) if b[0] == 0x46 then error 'boom' end b:patch(2, '\\5', '\\9') end }"

local recipe, failing, named, folder

-- Runs a shell command in the folder of targets; $suture is the executable, $r the recipe, $f one that fails on files
-- that begin with F, $n one whose target has the name t.
local function shell(command, stdin)
  local script = ("cd %s; export suture=%s r=%s f=%s n=%s; %s"):format(folder, support.suture, recipe, failing, named,
    command)
  return support.run("bash -c " .. quote(script), stdin)
end

local function absolute(path)
  local _, stdout = support.run("realpath " .. path)
  return quote((stdout:gsub("\n$", "")))
end

-- A fresh folder of targets: `count` that the recipe changes, named 0001 and so on, and others with their contents.
local function targets(count, others)
  support.run(("rm -rf %s; mkdir -p %s"):format(folder, folder))
  local names = {}
  for index = 1, count do
    names[index] = ("%04d"):format(index)
    support.write(folder .. "/" .. names[index], "A.\5")
  end
  for name, content in pairs(others or {}) do
    support.write(folder .. "/" .. name, content)
  end
  return names
end

local function lines_of(text)
  local list = {}
  for line in text:gmatch "([^\n]*)\n" do
    list[#list + 1] = line
  end
  assert(text == "" or text:find "\n$", "the last line is torn")
  return list
end

local function content(name)
  return support.read(folder .. "/" .. name)
end

setup(function()
  support.suture = absolute(os.getenv "SUTURE_BIN" or "build/suture")
  folder = support.path "targets"
  recipe, failing = support.write("patch.lua", PATCH), support.write("fail.lua", FAIL)
  named = support.write("named.lua", "return { targets = { { name = 't' } }, apply = function(b) b[0] = 1 end }")
end)

describe("suture run of many targets", function()
  for _, jobs in ipairs { 1, 2, 5 } do
    it(("prints a whole line for each, in order, with --jobs %d"):format(jobs), function()
      local names = targets(MANY)
      local status, stdout, stderr = shell(("$suture run $r * --jobs %d"):format(jobs))
      assert.same({ 0, "" }, { status, stderr })
      local wanted = {}
      for index, name in ipairs(names) do
        wanted[index] = name .. ": changed (1 byte at 0x2)"
        assert.equal("A.\9", content(name))
      end
      assert.same(wanted, lines_of(stdout))
      status, stdout = shell(("$suture run $r * --jobs %d | sort -u -k2 | cut -d' ' -f2-"):format(jobs))
      assert.same({ 0, "unchanged (already applied)\n" }, { status, stdout })
    end)

    it(("goes on where one refuses or is missing, and ends with the highest status, with --jobs %d"):format(jobs),
      function()
        targets(6, { ["0003"] = "A.\6" })
        local status, stdout, stderr = shell(("$suture run $r 0001 0002 0003 missing 0004 0005 0006 --json --jobs %d")
          :format(jobs))
        assert.equal(4, status)
        local objects = {}
        for index, line in ipairs(lines_of(stdout)) do
          objects[index] = dkjson.decode(line)
        end
        assert.equal(7, #objects)
        assert.same({ "0003", "refused", "foreign" }, { objects[3].target, objects[3].status, objects[3].verdict })
        assert.same({ "missing", "failed" }, { objects[4].target, objects[4].status })
        assert.same({ "0006", "changed" }, { objects[7].target, objects[7].status })
        assert.same({ "suture: 0003: 0x2: expected 05 (or 09 when applied), found 06",
          "suture: missing: No such file or directory" }, lines_of(stderr))
      end)

    it(("begins no more where the recipe fails, unless --keep-going, with --jobs %d"):format(jobs), function()
      targets(30, { ["0001"] = "F.\5" })
      local status, stdout, stderr = shell(("$suture run $f * --jobs %d"):format(jobs))
      assert.equal(5, status)
      assert.matches("^suture: 0001: [^\n]*boom\n$", stderr)
      local count = #lines_of(stdout)
      assert.is_true(count < 15, count .. " were begun")
      status, stdout, stderr = shell(("$suture run $f * --jobs %d --keep-going"):format(jobs))
      assert.equal(5, status)
      assert.equal(29, #lines_of(stdout))
      assert.equal(1, #lines_of(stderr))
    end)

    it(("ends with a wrong parameter or recipe (2), said once, with --jobs %d"):format(jobs), function()
      targets(9)
      for _, words in ipairs { "$r * -p x=1", "$r * -p x=1 --keep-going", "/dev/null *", "./0001 *" } do
        local status, stdout, stderr = shell(("$suture run %s --jobs %d"):format(words, jobs))
        assert.same({ 2, "" }, { status, stdout })
        assert.matches("^suture: [^\n]+\n$", stderr)
      end
      assert.equal("A.\5", content "0005")
    end)
  end

  it("prints whole lines whatever is printed on the way", function()
    targets(20)
    local status, stdout, stderr = shell("$suture run $r * --jobs 4 --json --verify '"
      .. "for i in 1 2 3 4 5 6 7 8 9; do printf %s {}; printf \" $i\"; echo; done'")
    assert.equal(0, status)
    local seen = {}
    for _, line in ipairs(lines_of(stdout)) do
      seen[#seen + 1] = dkjson.decode(line).target
    end
    assert.equal(20, #seen)
    local at = 0
    for index, line in ipairs(lines_of(stderr)) do
      at = index
      assert.matches(("/%04d %d$"):format((index - 1) // 9 + 1, (index - 1) % 9 + 1), line)
    end
    assert.equal(180, at)
  end)

  it("patches a file once that is named twice, or by a link", function()
    targets(1)
    local status, stdout = shell("ln -s 0001 link; ln 0001 hard; $suture run $r 0001 link hard 0001 ./0001 --jobs 5")
    assert.equal(0, status)
    assert.same({ "0001: changed (1 byte at 0x2)", "link: unchanged (already applied)" },
      table.move(lines_of(stdout), 1, 2, 1, {}))
    assert.equal(5, #lines_of(stdout))
  end)

  it("takes names from a list", function()
    targets(0, { ["two\nlines"] = "A.\5", ["a b"] = "A.\5", ["-x"] = "A.\5", ["k=v"] = "A.\5" })
    local status, stdout = shell("printf '%s\\0' 'two\nlines' 'a b' -x k=v | $suture run $r --files0-from - --jobs 2")
    assert.equal(0, status)
    assert.same({ "two\\x0alines: changed (1 byte at 0x2)", "a b: changed (1 byte at 0x2)",
      "-x: changed (1 byte at 0x2)", "k=v: changed (1 byte at 0x2)" }, lines_of(stdout))
    status, stdout = shell("printf 'a b\\0-x' >../list; $suture check -r $r --files0-from=../list")
    assert.equal(0, status)
    assert.same({ "applied: a b", "applied: -x" }, { stdout:match "(applied: a b)\n", stdout:match "(applied: %-x)\n" })
    assert.same({ 0, "", "" }, { shell("$suture run $r --files0-from /dev/null") })
  end)

  it("tells of a target whose process died, and does the others", function()
    targets(9)
    local killer = support.write("killer.lua", [[return { apply = function(b)
      if b.path:find "0004" then
        os.execute("kill -9 " .. io.open("/proc/self/stat"):read "a":match "^%d+ %b() %a (%d+)")
      end
      b:patch(2, "\5", "\9")
    end }]])
    local status, stdout, stderr = shell("$suture run " .. killer .. " * --trust -q --jobs 2 --keep-going --json")
    assert.equal(5, status)
    assert.equal("suture: 0004: the process that was at it died (signal 9); it is untouched\n", stderr)
    local object = dkjson.decode(lines_of(stdout)[4])
    assert.same({ "0004", "failed", "recipe" }, { object.target, object.status, object.error.kind })
    for index, line in ipairs(lines_of(stdout)) do
      assert.equal(index == 4 and "failed" or "changed", dkjson.decode(line).status)
    end
    assert.equal("A.\5", content "0004")
  end)

  it("says that a target is to be recovered whose process died while it wrote", function()
    targets(3)
    local status, stdout, stderr = shell("ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -P $PWD/0002 "
      .. "-e inject=pwrite64:signal=KILL:when=1 $suture run $r * --jobs 2 --keep-going")
    assert.equal(6, status)
    assert.equal("suture: 0002: the process that wrote it died (signal 9): run suture recover\n", stderr)
    assert.equal(2, #lines_of(stdout))
    status = shell("$suture recover 0002")
    assert.equal(0, status)
    assert.equal("A.\9", content "0002")
  end)
end)

describe("Ctrl-C over many targets", function()
  -- Sends SIGINT when some are done. Each file must be old or new, and as the lines say; nothing may be left.
  local function interrupted(words, whom, count)
    targets(count)
    local status, stdout, stderr = shell(([[
      : >../out; setsid $suture run $r * %s >../out 2>../err & pid=$!
      until [ $(wc -l <../out) -gt 4 ]; do sleep 0.01; done
      kill -INT %s$pid; wait $pid; status=$?; cat ../out; cat ../err >&2; exit $status]]):format(words, whom))
    assert.equal(130, status)
    local told = {}
    for _, line in ipairs(lines_of(stdout)) do
      told[line:match "^(%d+): changed %("] = true
    end
    local done = 0
    for index = 1, count do
      local name = ("%04d"):format(index)
      assert.equal(told[name] and "A.\9" or "A.\5", content(name))
      done = done + (told[name] and 1 or 0)
    end
    assert.equal(("suture: interrupted: %d of %d done, the others are untouched\n"):format(done, count), stderr)
    local _, left = shell "ls -A | grep -v '^[0-9]*$'; for file in *; do flock -n $file true || echo locked $file; done"
    assert.equal("", left)
    return done
  end

  local count <const> = FILES or 60
  for _, case in ipairs { { "--jobs 1", "" }, { "--jobs 2", "" }, { "--jobs 3", "-" } } do
    it(("leaves each file old or new, and tells which: %s%s"):format(case[1],
      case[2] == "-" and ", to the group" or ""), function()
      local done = interrupted(case[1], case[2], count)
      assert.is_true(done >= 5 and done < count, done .. " done")
    end)
  end
end)

describe("the command line", function()
  it("takes --params, whose values are typed, and -p before them", function()
    targets(2)
    local path = support.write("params.lua", [[return {
      params = { n = { type = "integer", min = 0, max = 255, default = 1 }, on = { type = "boolean", default = false },
        word = { type = "string", default = "" }, raw = { type = "bytes", default = "" },
        kind = { type = "enum", values = { "a", "b" }, default = "a" } },
      apply = function(b, params, context)
        context.log(("%d %s %s %s %s"):format(params.n, params.on, params.word, params.raw, params.kind))
        context.already "x"
      end }]])
    local function with(json, more)
      support.write("params.json", json)
      local status, _, stderr = shell(("$suture run %s 0001 --params ../params.json %s"):format(path, more or ""))
      return status, stderr
    end
    assert.same({ 0, "0001: 7 true caf\xc3\xa9 AB b\n" },
      { with('{ "n": 7, "on": true, "word": "caf\\u00e9", "raw": "41 42", "kind": "b" }') })
    assert.same({ 0, "0001: 9 false  C a\n" }, { with('{"n": 7, "raw": "41"}', "-p n=0x9 -p raw=43") })
    assert.same({ 0, "0001: 1 false   a\n" }, { with "{}" })
    local at = "suture: --params: ../params.json"
    for json, message in pairs {
      ['{"n": 7,\n "m": 8}'] = ":2: unknown parameter 'm'",
      ['{"n": 7,\n "wrod": "n"}'] = ":2: unknown parameter 'wrod'; did you mean 'word'?",
      ['{\n\n"n": "7"}'] = ":3: parameter 'n' must be an integer, not the string '7'",
      ['{"word": "n", "n": 256}'] = ":1: parameter 'n' must be at most 255, not 256",
      ['{"n": 1.5}'] = ":1: parameter 'n' must be an integer, not 1.5",
      ['{"n": null}'] = ":1: parameter 'n' must be an integer, not null",
      ['{"on": 1}'] = ":1: parameter 'on' must be true or false, not 1",
      ['{"word": ["x"]}'] = ":1: parameter 'word' must be a string, not an array",
      ['{"kind": "c"}'] = ":1: parameter 'kind' must be ",
      ['{"raw": "4"}'] = ":1: parameter 'raw' must be ",
      ['{"n": 7'] = ": ", ["[1]"] = ": a JSON object is needed", ["7"] = ": a JSON object is needed",
      [""] = ": ", ["null"] = ": a JSON object is needed", ['{"n":7} x'] = ": more than one JSON value",
    } do
      local status, stderr = with(json)
      assert.equal(at .. message, stderr:sub(1, #at + #message))
      assert.matches("^[^\n]*\n$", stderr)
      assert.equal(2, status)
    end
    for name, words in pairs { ["/nowhere"] = "No such file", ["."] = "Is a directory" } do
      local status, _, stderr = shell(("$suture run %s 0001 --params %s"):format(path, name))
      assert.equal(2, status)
      assert.matches("^suture: %-%-params: [^\n]*" .. words .. "[^\n]*\n$", stderr)
    end
  end)

  it("keeps what was there with --backup, which takes no word for its suffix", function()
    targets(3)
    local status, stdout = shell("$suture run $r --backup 0001 0002; $suture run $r 0003 --backup=.bak")
    assert.equal(0, status)
    assert.equal(3, #lines_of(stdout))
    assert.same({ "A.\5", "A.\5", "A.\5" }, { content "0001.orig", content "0002.orig", content "0003.bak" })
    assert.same({ "A.\9", "A.\9", "A.\9" }, { content "0001", content "0002", content "0003" })
    targets(1, { ["--backup"] = "A.\5" })
    assert.equal(0, (shell "$suture run --backup -- $r --backup"))
    assert.equal("A.\5", content "--backup.orig")
  end)

  it("prints errors only with -q", function()
    targets(2, { foreign = "A.\6" })
    local status, stdout, stderr = shell "$suture run $r 0001 foreign 0002 -q"
    assert.same({ 3, "", "suture: foreign: 0x2: expected 05 (or 09 when applied), found 06\n" },
      { status, stdout, stderr })
    local log = support.write("log.lua", "return { apply = function(_, _, c) c.log 'said' c.already 'x' end }")
    assert.same({ 0, "", "" }, { shell("$suture run " .. log .. " 0001 -q --trust") })
    assert.same({ 0, "", "" }, { shell("$suture check $r 0001 -q") })
    status, stdout, stderr = shell("$suture run " .. log .. " 0001 -q --json")
    assert.same({ 0, "unchanged", "" }, { status, dkjson.decode(stdout).status, stderr })
  end)

  it("prints with -v what check prints too", function()
    targets(1)
    local status, stdout = shell "$suture run $r 0001 -v"
    assert.equal(0, status)
    assert.equal([[
applicable: 0001
  hunk 0x2: old
-00000000  41 2e 05*                                         |A..|
+00000000  41 2e 09*                                         |A..|
0001: changed (1 byte at 0x2)
]], stdout)
  end)

  it("says in one line what does not go together (2), and opens nothing", function()
    targets(2)
    local cases = {
      { "missing argument 'targets'", "run -r $r" }, { "missing argument 'targets'", "check $r" },
      { "missing argument 'recipe'", "run" }, { "missing argument 'recipe'", "run --files0-from /dev/null" },
      { "'0001' is one too many", "run $r 0001 --files0-from /dev/null" },
      { "'0001' is one too many", "run -r $r 0001 --files0-from /dev/null" },
      { "--files0-from: nowhere: No such file", "run $r --files0-from nowhere" },
      { "--files0-from: /: Is a directory", "run $r --files0-from /" },
      { "name 2 is empty", "run $r --files0-from <(printf 'a\\0\\0b')" },
      { "name 1 is '-'", "run $r --files0-from <(printf '%s' -)" },
      { "takes no name and no other target", "run $n t=- 0001" }, { "given twice", "run -r $r -r $r 0001 0002" },
      { "takes no other target", "run $r - 0001" }, { "takes no other target", "check $r 0001 -" },
      { "nothing for --backup to keep", "run $r - --backup" },
      { "nothing for --backup to keep", "run $r 0001 -o x --backup=.x" },
      { "-o takes one target", "run $r 0001 0002 -o x" },
      { "-o takes one target", "run $r -o x --files0-from <(printf '0001\\0''0002')" },
      { "-o names the target itself: 0001", "run $n t=0001 -o 0001" },
      { "-q and -v ask for opposites", "run $r 0001 -q -v" },
      { "--jobs needs a number from 1 to 1024, not '0'", "run $r 0001 --jobs 0" },
      { "--jobs needs a number", "run $r 0001 --jobs x" }, { "--jobs needs a number", "run $r 0001 --jobs 1.5" },
      { "--jobs needs a number", "check $r 0001 --jobs 9999999999999999999999" },
      { "--backup needs a suffix", "run $r 0001 --backup=" }, { "--backup needs a suffix", "run $r 0001 --backup=/x" },
      { "unknown option '--backup'", "check $r 0001 --backup" },
      { "a target is an empty word", "run $r 0001 ''" },
      { "-p needs key=value", "run $r 0001 -p x" },
    }
    for _, case in ipairs(cases) do
      local status, stdout, stderr = shell("$suture " .. case[2])
      assert.matches(case[1], stderr, 1, true)
      assert.matches("^suture: [^\n]*\n$", stderr)
      assert.same({ 2, "" }, { status, stdout })
    end
    assert.same({ "A.\5", "A.\5" }, { content "0001", content "0002" })
    local _, left = shell "ls"
    assert.equal("0001\n0002\n", left)
  end)

  it("is explained in lines of 80 columns", function()
    for _, verb in ipairs { "run", "check" } do
      local status, stdout, stderr = shell("$suture help " .. verb)
      assert.same({ 0, "" }, { status, stderr })
      for _, line in ipairs(lines_of(stdout)) do
        assert.is_true(#line <= 80, line)
      end
    end
  end)
end)

describe("the progress of many targets", function()
  local CLEAR <const> = "\r\27%[K"

  -- What a terminal of so many columns got; targets with long names.
  local function screen(words, columns, variables)
    targets(3, { [("long"):rep(30)] = "A.\5" })
    local status, text = pty(("cd %s; %s %s run %s * %s"):format(folder, variables or "", support.suture, recipe,
      words), columns)
    assert.equal(0, status)
    return text
  end

  for _, words in ipairs { "--jobs 1", "--jobs 2" } do
    it("is a bar, a count and a name, gone before each line: " .. words, function()
      local text = screen(words, 60)
      assert.matches("%[[^%]]*%] 0/4 ", text)
      assert.matches("3/4 ", text)
      for piece in text:gmatch "\27%[K([^\r\n]*)" do
        local plain = piece:gsub("\27%[[%d;]*%a", "")
        assert.is_true(plain:find ": changed" ~= nil or utf8.len(plain) < 60, plain)
      end
      for line in text:gmatch "[^\n]+" do
        local shown = line:gsub("^.*" .. CLEAR, "")
        assert.matches("^[%a%d]+: changed %(1 byte at 0x2%)$", shown)
      end
    end)
  end

  it("leaves colours to what several processes show", function()
    for _, words in ipairs { "-v --jobs 1", "-v --jobs 2" } do
      local text = screen(words, 100)
      assert.matches("\27%[[%d;]+m05\27%[", text, nil, nil, words)
    end
  end)

  it("has no colour with NO_COLOR", function()
    assert.matches("\27%[32m", screen("", 60))
    assert.not_matches("\27%[%d*m", screen("", 60, "NO_COLOR=1"))
  end)

  it("fits into few columns", function()
    for _, columns in ipairs { 30, 10, 1 } do
      assert.matches("0/4", screen("", columns))
    end
  end)

  it("is nowhere where stderr is no terminal", function()
    assert.not_matches("\27", screen("2>/dev/null", 60))
  end)
end)
