-- Sessions whose lines come from a pipe.

local support = require "spec.support"
local world = require "spec.support.world"

local quote = support.quote
local FIRMWARE <const> = "FIRM\x90\x90\xc7\x05\x10\x20\0\0\x3c\0\0\0\xc3 watchdog"

-- Runs lines on files; returns status, stdout and stderr.
local function session(lines, ...)
  local words = {}
  for index, path in ipairs { ... } do
    words[index] = quote(path)
  end
  return support.run(("%s repl %s"):format(support.suture, table.concat(words, " ")), lines)
end

-- What lines print, which must end well.
local function printed(lines, ...)
  local status, stdout, stderr = session(lines, ...)
  assert.same({ 0, "" }, { status, stderr })
  return stdout
end

describe("suture repl, without a terminal,", function()
  local path

  before_each(function()
    path = support.write("fw.bin", FIRMWARE)
  end)

  it("prints what expressions give, and nothing else", function()
    assert.same('3\n100 (0x64)\n-1 (0xffffffffffffffff)\n1.5\n"a\\x00\\"é"\nnil\n2\ntrue\n',
      printed '1 + 2\n100\n-1\n1.5\n"a\\0\\"é"\nx = 5\nnil, 2\n= true\n')
  end)

  it("prints what print prints", function()
    assert.same("a\t1\n", printed "print('a', 1)\n")
  end)

  it("goes on with an unfinished expression", function()
    assert.same("3\n{ 1, 2 }\n", printed "1 +\n2\n{ 1,\n2 }\n")
  end)

  it("opens the files as b, b2 ...", function()
    local other = support.write("other.bin", "other")
    assert.same('"FIRM"\n"other"\n', printed("b:read(0, 4)\nb2:read(0, 5)\n", path, other))
  end)

  it("shows a bytes object with its size and path", function()
    assert.same(([[
%s: 26 bytes (0x1a), patch
00000000  46 49 52 4d 90 90 c7 05  10 20 00 00 3c 00 00 00  |FIRM..... ..<...|
00000010  c3 20 77 61 74 63 68 64  6f 67                    |. watchdog|
]]):format(path), printed("b\n", path))
  end)

  it("writes nothing before it is told to", function()
    local status, stdout, stderr = session("b[0] = 0x41\n", path)
    assert.same({ 1, "" }, { status, stdout })
    assert.same(("suture: %s: 1 byte pending in 1 place; nothing is written without .flush, or dropped without "
      .. ".rollback\n"):format(path), stderr)
    assert.same(FIRMWARE, support.read(path))
  end)

  it("flushes by a command, a method or a function", function()
    for _, flush in ipairs { ".flush", "b:flush()", "suture.flush { b }", "b:flush { record = false }" } do
      support.write(path, FIRMWARE)
      local status = session("b[0] = 0x41\n" .. flush .. "\n", path)
      assert.same({ 0, "A" .. FIRMWARE:sub(2) }, { status, support.read(path) })
    end
  end)

  it("leaves what a line has flushed, and undoes the rest of it", function()
    local status, _, stderr = session("b[0] = 0x41 b:flush() b[1] = 0x42 error 'x'\n", path)
    assert.same({ 1, "suture: stdin:1: x\n" }, { status, stderr })
    assert.same("A" .. FIRMWARE:sub(2), support.read(path))
  end)

  it("flushes with the options of a flush, and a part", function()
    assert.same('"replaced"\n"place"\n1\t1\n', printed('b[0] = 0x41\nb:flush { by = "replace" }\n'
      .. "b[1] = 0x42 b[20] = 0x43\nb:flush { offset = 0, length = 8 }\nprint(b:pending())\n.rollback\n", path)
      :gsub("dropped[^\n]*\n", ""))
    assert.same("AB" .. FIRMWARE:sub(3), support.read(path))
  end)

  it("writes several files together or not at all", function()
    local other = support.write("other.bin", "other")
    assert.matches("other.bin: written\n$", printed("b[0] = 0x41 b2[0] = 0x42\n.flush\n", path, other))
    assert.same({ "A" .. FIRMWARE:sub(2), "Bther" }, { support.read(path), support.read(other) })
    local status, _, stderr = session("b[1] = 0x41 b2[1] = 0x42\nb2:flush()\n", path, other)
    assert.same(1, status)
    assert.matches("'b2' is flushed together with b: .flush writes all of them", stderr, 1, true)
    assert.same({ "A" .. FIRMWARE:sub(2), "Bther" }, { support.read(path), support.read(other) })
  end)

  it("does not flush where one file has changed", function()
    local other = support.write("other.bin", "other")
    local status, _, stderr = session(([[
b[0] = 0x41 b2[0] = 0x42
local f = assert(io.open(%q, "r+b")) f:write "X" f:close()
.flush
]]):format(other), path, other)
    assert.same(1, status)
    assert.matches("^suture: stdin:3: .*other.bin: .*changed", stderr)
    assert.same({ FIRMWARE, "Xther" }, { support.read(path), support.read(other) })
  end)

  it("ends with 1 at the first error, and tells its line", function()
    local status, stdout, stderr = session("1\nx = {\n}\nb:u32(0x100)\nprint 'never'\n", path)
    assert.same({ 1, "1\n" }, { status, stdout })
    assert.same(("suture: stdin:4: %s: 0x100: read of 4 bytes passes the end (size 0x1a)\n"):format(path), stderr)
  end)

  local wrong = {
    ["a syntax error"] = { "x = )", "stdin:2: unexpected symbol near ')'" },
    ["an unfinished chunk"] = { "f(", "stdin:2: unexpected symbol near <eof>" },
    ["an unfinished expression"] = { "1 +", "stdin:2: unexpected symbol near <eof>" },
    ["an error of Lua"] = { "nope()", "stdin:2: attempt to call a nil value (global 'nope')" },
    ["an error without a place"] = { "error('x', 0)", "stdin:2: x" },
    ["an error that is a table"] = { "error {}", "stdin:2: (error object) table: 0x" },
    ["an error object that cannot be shown"] = {
      "error(setmetatable({}, { __tostring = function() error 'again' end }))",
      "stdin:2: (error object) <table: its __tostring raises>",
    },
    ["a misspelt command"] = { ".flsh", "stdin:2: unknown command '.flsh'; did you mean '.flush'?" },
    ["a misspelt method"] = { "b:fnd 'x'", "did you mean 'find'?" },
  }
  for name, case in pairs(wrong) do
    it("tells " .. name, function()
      local status, stdout, stderr = session("\n" .. case[1] .. "\n", path)
      assert.same({ 1, "" }, { status, stdout })
      assert(stderr:find(case[2], 1, true), stderr)
      assert.same(1, select(2, stderr:gsub("\n", "")))
    end)
  end

  it("leaves what load tells of a text as it is", function()
    assert.same('nil\n"C stack overflow"\n', printed 'load("return " .. ("("):rep(300))\n')
  end)

  it("ends with 4 where standard input cannot be read", function()
    local status, stdout, stderr = support.run(("%s repl < /"):format(support.suture))
    assert.same({ 4, "", "suture: standard input: Is a directory\n" }, { status, stdout, stderr })
  end)

  it("ends with 4 where a file cannot be opened", function()
    local status, _, stderr = session("", support.path "absent")
    assert.same(4, status)
    assert.matches("absent: No such file", stderr)
  end)

  it("holds a file against other patchers", function()
    local again = ("%s repl %s </dev/null"):format(support.suture, quote(path))
    local status, _, stderr = session(("os.execute(%q)\n"):format(again), path)
    assert.same(0, status)
    assert.matches("fw.bin: is being patched by process %d+", stderr)
  end)

  it("takes lines back and does them again", function()
    assert.same([[
undone: b[1] = 2
b 0x0: 46 -> 01
done again: b[1] = 2
b 0x0: 46 49 -> 01 02
dropped: 2 bytes pending in 1 place
undone: .rollback
undone: b[1] = 2
undone: b[0] = 1
nothing to undo
nothing is pending
]], printed("b[0] = 1\nb[1] = 2\n.undo\n.changes\n.redo\n.changes\n.rollback\n" .. (".undo\n"):rep(4) .. ".changes\n",
      path))
  end)

  it("calls a chunk by its first line", function()
    assert.same("undone: do ...\n", printed("do\nb[0] = 1\nend\n.undo\n", path))
  end)

  it("opens one more file as part of the transaction", function()
    local other = support.write("other.bin", "other")
    assert.same(("b2 = %s: 5 bytes (0x5), patch\n%s: written\n%s: written\n"):format(other, path, other),
      printed(("b[0] = 0x41\n.open %s\nb2[0] = 0x42\n.flush\n"):format(other), path))
    assert.same("Bther", support.read(other))
  end)

  it("looks at a file that cannot be written, on a private copy", function()
    if not world.is_root() then
      return
    end
    world.must(("chmod 644 %s && chmod 711 %s"):format(quote(path), support.tempdir()))
    local program = support.path "suture"
    world.must(("cp %s %s && chmod 755 %s"):format(support.suture, quote(program), quote(program)))
    local status, stdout, stderr = support.run(("setpriv --reuid=%d --clear-groups %s repl %s"):format(
      world.STRANGER, quote(program), quote(path)), "b.mode\nb[0] = 1\n.flush\n")
    assert.same({ 1, '"copy"\n' }, { status, stdout })
    assert.matches("'b' is a private copy\n", stderr)
    assert.matches("stdin:3: .*%.write saves it elsewhere", stderr)
  end)

  it("keeps a program runnable, before and after a flush", function()
    local program = support.path "program"
    world.must("cp /bin/true " .. quote(program))
    local run = ("print(os.execute %q)\n"):format(quote(program))
    assert.same("true\texit\t0\ntrue\texit\t0\n/: written\ntrue\texit\t0\n",
      (printed(run .. "b[#b - 1] = b[#b - 1] ~ 1\n" .. run .. ".flush\n" .. run, program):gsub("/.-:", "/:")))
  end)

  it("loses nothing unasked that a line has opened itself", function()
    for _, line in ipairs { "c = suture.open(%q)", "local c <close> = suture.open(%q)", "local c = suture.open(%q)" } do
      local status, _, stderr = session(line:format(path) .. "\nc[0] = 1\n")
      assert.same(1, status)
      assert.same(("suture: c (%s): 1 byte pending in 1 place; nothing is written without .flush, or dropped without "
        .. ".rollback"):format(path), stderr:match "^[^\n]+")
      assert.same(FIRMWARE, support.read(path))
      assert.same(0, (session(line:format(path) .. "\nc[0] = 1\nc:rollback()\n")))
    end
  end)

  it("is not left by os.exit while something is pending", function()
    local status, _, stderr = session("b[0] = 1\nos.exit(0)\n", path)
    assert.same({ 1, ("suture: stdin:2: %s: 1 byte pending in 1 place; .flush or .rollback first\n"):format(path) },
      { status, stderr })
    assert.same(7, (session("os.exit(7)\n", path)))
  end)

  it("tells where what it prints cannot be written", function()
    local status, _, stderr = support.run(support.suture .. " repl >/dev/full", "1\n2\n")
    assert.same({ 4, "suture: standard output: No space left on device\n" }, { status, stderr })
  end)

  it("tells of Ctrl-C by its status, and undoes the line", function()
    local lines = "b[0] = 1\nos.execute('(sleep 0.1; kill -INT $PPID) &') while true do end\n"
    local status, _, stderr = session(lines, path)
    assert.same({ 130, "suture: stdin:2: interrupted\n" }, { status, stderr })
    assert.same(FIRMWARE, support.read(path))
  end)

  it("opens a file of 10 GiB, and ends, in less than 50 ms", function()
    local big = support.path "big.img"
    world.must("truncate -s 10G " .. quote(big))
    local code = ("a=$(date +%%s%%N); %s repl %s </dev/null; b=$(date +%%s%%N); echo $(((b - a) / 1000))"):format(
      support.suture, quote(big))
    local best = math.huge
    for _ = 1, 20 do
      best = math.min(best, tonumber(world.must(code)) or best)
    end
    os.remove(big)
    -- The sanitizers take their time at the start of a process.
    assert.is_true(best < (support.suture:find "asan" and 1000000 or 50000), best .. " us")
  end)

  it("prints a file of 10 GiB at once", function()
    local big = support.path "big.img"
    world.must("truncate -s 10G " .. quote(big))
    local heading = big .. ": 10737418240 bytes (0x280000000, 10 GiB), patch\n"
    assert.same(heading, printed("b\n", big):sub(1, #heading))
    os.remove(big)
  end)
end)
