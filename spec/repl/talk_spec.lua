-- Sessions with a person: a prompt that tells what is pending, Ctrl-C, Ctrl-D, leaving.

local conversation = require "spec.support.conversation"
local support = require "spec.support"

local quote = support.quote

describe("suture repl, on a terminal,", function()
  local path, talk

  local function start(file, options)
    options = options or {}
    options.environment = "LINEEDIT=none"
    talk = conversation.start(("%s repl %s"):format(support.suture, quote(file)), options)
    talk:await "b> "
  end

  before_each(function()
    path = support.write("talk.bin", ("0123456789abcdef"):rep(64))
  end)

  after_each(function()
    talk:stop()
  end)

  it("tells what is open, and in the prompt what is pending", function()
    start(path)
    assert.matches("b = [^\n]*talk.bin: 1024 bytes %(0x400, 1 KiB%), patch\nLua, or .help\nb> $", talk:text())
    talk:line("b[0] = 1 b[1] = 2", "b [2 pending]> ")
    talk:line(".undo", "b> ")
    talk:line(".redo", "b [2 pending]> ")
    assert.same(path .. ": written\n", talk:line(".flush", "b> "))
    talk:type "\4"
    assert.same(0, (talk:ended()))
    assert.same("\1\2", support.read(path):sub(1, 2))
  end)

  it("goes on in a further line", function()
    start(path)
    talk:line("1 +", ">> ")
    assert.same("3\n", talk:line("2", "b> "))
  end)

  it("tells an error with the bytes around, and goes on", function()
    start(path)
    local told = talk:line("b:u32(0x3fe)", "b> ")
    assert.same("stdin:1: " .. path .. [[: 0x3fe: read of 4 bytes passes the end (size 0x400)
000003e0  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|
000003f0  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65*66  |0123456789abcdef|
]], told)
    assert.matches("stdin:1: in the line", talk:line(".trace", "b> "))
    talk:line("b:write(4, 'x') error 'no'", "b> ")
    assert.same('"0123456789"\n', talk:line("b:read(0, 10)", "b> "))
  end)

  it("undoes all that a line did that fails, whatever it did", function()
    start(path)
    talk:line("b:write(4, 'pending') b:insert(9, '++') before = b:read(0, #b)", "b [9 pending]> ")
    for _, line in ipairs {
      "b[0] = 1 error 'x'", "b:insert(3, 'abc') b[9] = 0 b:delete(0, 2) nope()", "b:rollback() error 'x'",
      "b:rollback() b[3] = 9 error 'x'", "b:rollback() b:redo() b:rollback() b:insert(0, 'y') error 'x'",
      "b:fill(0, #b, 1) b:u32(#b)", "local p = b:savepoint() b[0] = 1 b:rollback(p) b[1] = 2 error 'x'",
      "b:resize(0) error(setmetatable({}, { __tostring = error }))", "b:attempt(function() b[0] = 1 end) error 'x'",
      "b[0] = 1 return setmetatable({}, { __tostring = function() b[1] = 2 end }), b:u8(1 << 40)",
    } do
      talk:line(line, "b [9 pending]> ")
      assert.same("true\n", talk:line("b:read(0, #b) == before", "b [9 pending]> "))
    end
    talk:line(".undo", "b> ")
    assert.same('"0123456789"\n', talk:line("b:read(0, 10)", "b> "))
  end)

  it("stops an endless loop by Ctrl-C, and what the line did is undone", function()
    start(path)
    talk:line("b[0] = 1", "b [1 pending]> ")
    talk:type "b:fill(0, #b, 9) print 'running' while true do end\n"
    talk:await "\nrunning\n"
    talk:type "\3"
    assert.matches("interrupted\n", talk:await "b [1 pending]> ")
    assert.same("1\n", talk:line("b[0]", "b [1 pending]> "))
    assert.same("49 (0x31)\n", talk:line("b[1]", "b [1 pending]> "))
  end)

  it("stops a coroutine, and a loop that catches errors, by Ctrl-C", function()
    start(path)
    for _, loop in ipairs { "coroutine.wrap(function() print 'go' while true do end end)()",
      "pcall(function() print 'go' while true do end end) error 'caught'" } do
      talk:type(loop .. "\n")
      talk:await "\ngo\n"
      talk:type "\3"
      talk:await "b> "
    end
    assert.same("2\n", talk:line("2", "b> "))
  end)

  it("stops a search through a huge file by Ctrl-C", function()
    local big = support.path "big.img"
    assert(os.execute("truncate -s 1T " .. quote(big)))
    start(big)
    local searches = {
      "b:find(('x'):rep(9))", "b:count '\\0x'", "b:rfind 'xx'", "b:scan { a = 'xx', b = 'yyy' }",
      "for _ in b:matches 'xx' do end", "b:replace('\\0x', 'xx')",
    }
    for _, search in ipairs(searches) do
      talk:type(("print 'go' b[0] = 7 %s\n"):format(search:find "^for" and search or "_ = " .. search))
      talk:await "\ngo\n"
      talk:type "\3"
      assert.matches("interrupted\n", talk:await "b> ")
    end
    assert.same("0\n", talk:line("b[0]", "b> "))
    os.remove(big)
  end)

  it("drops the line that is typed by Ctrl-C", function()
    start(path)
    talk:type "b[0] = "
    talk:await "b[0] = "
    talk:type "\3"
    talk:await "b> "
    assert.same("48 (0x30)\n", talk:line("b[0]", "b> "))
  end)

  it("asks before it ends with something pending", function()
    start(path)
    talk:line("b[0] = 0x41", "b [1 pending]> ")
    talk:type "\4"
    assert.matches("talk.bin: 1 byte pending in 1 place\n%[f%]lush, %[d%]rop or %[s%]tay%? $", talk:await "tay? ")
    talk:type "what\n"
    talk:await "tay? "
    talk:type "s\n"
    talk:await "b [1 pending]> "
    talk:type ".quit\n"
    talk:await "tay? "
    talk:type "d\n"
    assert.same(0, (talk:ended()))
    assert.same("0", support.read(path):sub(1, 1))
  end)

  it("writes when it is told to at the end", function()
    start(path)
    talk:line("b[0] = 0x41", "b [1 pending]> ")
    talk:type ".quit\n"
    talk:await "tay? "
    talk:type "f\n"
    assert.same(0, (talk:ended()))
    assert.same("A", support.read(path):sub(1, 1))
  end)

  it("goes on when the file was truncated under it", function()
    support.write(path, ("\0"):rep(8192))
    start(path)
    talk:line("b[8000] = 1", "b [1 pending]> ")
    assert(os.execute("truncate -s 100 " .. quote(path)))
    assert.matches("truncated from 0x2000 to 0x64", talk:line("b", "b [truncated]> "))
    assert.matches("truncated", talk:line(".flush", "b [truncated]> "))
    assert.same("2\n", talk:line("1 + 1", "b [truncated]> "))
    talk:type "\4"
    talk:await "tay? "
    talk:type "d\n"
    assert.same(0, (talk:ended()))
    assert.same(("\0"):rep(100), support.read(path))
  end)

  it("writes nothing when the terminal goes away", function()
    start(path)
    talk:line("b[0] = 0x41", "b [1 pending]> ")
    talk:type "\4"
    talk:await "tay? "
    talk:type "\4"
    talk:ended()
    assert.same("0", support.read(path):sub(1, 1))
  end)

  it("prints more than a screen", function()
    start(path, { rows = 5 })
    local told = talk:line("for i = 1, 500 do print('line', i) end", "b> ")
    local lines = {}
    for index = 1, 500 do
      lines[index] = "line\t" .. index .. "\n"
    end
    assert.same(table.concat(lines), (told:gsub(" +", "\t")))
  end)

  it("shows colours, in lines as wide as the terminal, but none with NO_COLOR", function()
    talk = conversation.start(("%s repl %s"):format(support.suture, quote(path)),
      { colour = true, columns = 140, environment = "LINEEDIT=none" })
    talk:await "\27[1mb\27[0m> "
    talk:type "b[33] = 0\n"
    talk:await "pending]\27[0m> "
    talk:type "b\n"
    talk:await "00000018  38 39 61 62 63 64 65 66  30 \27[1;31m00\27[0m 32 33"
    talk:stop()
    start(path, { columns = 60 })
    assert.matches("patch\n00000000  30 31 32 33 34 35 36 37  |01234567|\n", talk:line("b", "b> "), 1, true)
    assert.is_nil(talk:text():find("\27", 1, true))
  end)

  it("runs a program under patch from elsewhere, before and after a flush", function()
    local program = support.path "program"
    assert(os.execute(("cp /bin/true %s"):format(quote(program))))
    start(program)
    assert.is_true(os.execute(program))
    talk:line("b[#b - 1] = b[#b - 1] ~ 1", "b [1 pending]> ")
    assert.is_true(os.execute(program))
    talk:line(".flush", "b> ")
    assert.is_true(os.execute(program))
    talk:line("b[#b - 1] = b[#b - 1] ~ 1", "b [1 pending]> ")
    assert.is_true(os.execute(program))
  end)
end)
