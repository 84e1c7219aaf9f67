-- Editing on a real terminal.

local support = require "spec.support"
local open_window = require "spec.support.tmux"

-- Shows each chunk quoted in one line; runs it when it begins with a call of `run`.
local DRIVE <const> = [[
require "suture"
local history <const> = require "suture.repl.history"
local reader <close> = require "suture.repl.input".open { history = history.path(), hint = hint }
function run(fn)
  fn()
end
while true do
  local ok, text = pcall(reader.read, reader, "> ", ">> ")
  if ok and not text then break end
  if ok and text:find "^run" then
    ok, text = pcall(load(text))
  end
  print(ok and "got " .. ("%q"):format(text):gsub("\\\n", "\\n") or "raised " .. tostring(text.kind or text))
end
print "the end"
]]

local HISTORY <const> = "home/state/suture/history"

local function script(before)
  return support.write("drive.lua", (before or "") .. DRIVE)
end

-- A window with the driver in it, at its first prompt. Options: columns, lines, environment (assignments in front of
-- the command), before (Lua code).
local function drive(options)
  options = options or {}
  local window = open_window(("env %s %s %s"):format(options.environment or "", support.suture, script(options.before)),
    options.columns, options.lines)
  window:await ">"
  return window
end

local function enter(window, text)
  window:type(text)
  window:press "Enter"
end

describe("terminal", function()
  before_each(function()
    os.remove(support.path(HISTORY))
  end)

  it("gives a line", function()
    local window <close> = drive()
    enter(window, "x = 1")
    window:await_end('> x = 1', 'got "x = 1"', ">")
  end)

  it("colours Lua", function()
    local window <close> = drive()
    window:type "local x = 'one'"
    window:await "'one'"
    assert.matches("\27%[35m[^l]*local", window:coloured())
    assert.matches("\27%[32m[^']*'one'", window:coloured())
  end)

  it("marks the bracket that belongs to the one at the cursor", function()
    local window <close> = drive()
    window:type "f(a)"
    window:await "f(a)"
    window:await_that(function() return window:coloured():find "f\27%[[^(]*4m%(" ~= nil end, "no bracket is marked")
  end)

  it("goes on with an unfinished chunk, and edits its lines", function()
    local window <close> = drive()
    enter(window, "for i = 1, 2 do")
    enter(window, "f(i)")
    window:type "end"
    window:await_end("> for i = 1, 2 do", ">> f(i)", ">> end")
    window:press("Up", "Up", "C-e", "BSpace", "BSpace")
    window:type "do "
    window:press("Down", "C-a")
    window:type "  "
    window:await_end("> for i = 1, 2 do", ">>   f(i)", ">> end")
    window:press("Down", "C-e", "Enter")
    window:await_end('got "for i = 1, 2 do \\n  f(i)\\nend"', ">")
  end)

  it("gives what is wrong at once", function()
    local window <close> = drive()
    enter(window, "x x (")
    window:await_end('got "x x ("', ">")
  end)

  describe("Tab", function()
    it("completes a single candidate", function()
      local window <close> = drive()
      window:type "string.repl"
      window:press "BSpace"
      window:press "Tab"
      enter(window, "('a', 2)")
      window:await_end("got \"string.rep('a', 2)\"", ">")
    end)

    it("completes what all candidates begin with, and lists them", function()
      local window <close> = drive()
      window:type "string.g"
      window:press("Tab", "Tab")
      window:await_end("> string.g", "gmatch  gsub", "> string.g")
      window:type "m"
      window:press "Tab"
      window:await_end "> string.gmatch"
    end)

    it("rings and goes on where there is none", function()
      local window <close> = drive()
      window:type "string.zz"
      window:press("Tab", "Tab")
      enter(window, "z")
      window:await_end('got "string.zzz"', ">")
    end)

    it("completes in a second line", function()
      local window <close> = drive()
      enter(window, "f(")
      window:type "coroutine.wr"
      window:press "Tab"
      enter(window, ")")
      window:await_end('got "f(\\ncoroutine.wrap)"', ">")
    end)

    it("completes files in quotes", function()
      support.write("some file.bin", "")
      local window <close> = drive()
      window:type("f('" .. support.tempdir() .. "/some")
      window:press "Tab"
      enter(window, "')")
      window:await "some file.bin')\""
    end)
  end)

  describe("hint", function()
    local BEFORE <const> = [[
      local hint_of <const> = require "suture.repl.hint"
      local env <const> = { globals = _G, signature = function(name) return name .. "(s, n [, sep])" end }
      local hint <const> = function(text, pos) return hint_of(text, pos, env) end
    ]]

    it("shows the signature below what is typed, and leaves with it", function()
      local window <close> = drive { before = BEFORE }
      window:type "string.rep('a',"
      window:await_end("> string.rep('a',", "string.rep(s, n [, sep])")
      assert.matches("\27%[90mstring.rep", window:coloured())
      enter(window, " 2)")
      window:await_end("> string.rep('a', 2)", "got \"string.rep('a', 2)\"", ">")
    end)

    it("is cut in a narrow window", function()
      local window <close> = drive { before = BEFORE, columns = 20 }
      window:type "string.rep("
      window:await_end("> string.rep(", "string.rep(s, n [, s")
    end)

    it("that raises neither ends the chunk nor the painting for good", function()
      local window <close> = drive { before = [[
        local count = 0
        local hint <const> = function() count = count + 1 if count == 2 then error "no hint" end end
      ]] }
      enter(window, "first")
      window:await_end('got "first"', ">")
      window:await "no hint"
      enter(window, "f(")
      enter(window, ")")
      window:await_end('got "f(\\n)"', ">")
    end)
  end)

  describe("paste", function()
    it("of several lines is one chunk", function()
      local window <close> = drive()
      window:paste "if a then\n\tb()\nend\n"
      window:await ">> end"
      window:press "Enter"
      window:await_end('got "if a then\\n\\9b()\\nend"', ">")
    end)

    it("of several whole lines is one chunk, too", function()
      local window <close> = drive()
      window:paste "a = 1\nb = 2"
      window:await_end("> a = 1", ">> b = 2")
      window:press "Enter"
      window:await_end('got "a = 1\\nb = 2"', ">")
    end)

    it("without brackets around it comes line by line", function()
      local window <close> = drive()
      window:type(("x = {\n1,\n2 }\n"):rep(40))
      window:await_end("> x = {", ">> 1,", ">> 2 }", 'got "x = {\\n1,\\n2 }"', ">")
      local _, count = support.read(support.path(HISTORY)):gsub("\n", "")
      assert.same(1, count)
    end)

    it("that is higher than the window is whole", function()
      local window <close> = drive { lines = 8 }
      local lines = {}
      for index = 1, 30 do
        lines[index] = ("x = %d"):format(index)
      end
      window:paste(table.concat(lines, "\n"))
      window:await ">> x = 30"
      window:press "Enter"
      window:await(('got "%s"'):format(table.concat(lines, "\\n")):sub(-30))
    end)
  end)

  describe("width", function()
    it("of wide characters is two columns", function()
      local window <close> = drive()
      window:type "'日本語'"
      window:await "'日本語'"
      window:await_column(2 + 8)
      window:press("Left", "Left")
      window:await_column(2 + 5)
      window:press "BSpace"
      window:await_end "> '日語'"
      window:press "Enter"
      window:await "'日語'\""
    end)

    it("is known without a locale, too", function()
      for _, locale in ipairs { "C", "POSIX", "" } do
        local window <close> = drive { environment = "LC_ALL=" .. locale }
        window:type "'é日'"
        window:await "'é日'"
        window:press("Left", "Left")
        window:await_column(2 + 2)
        window:press("BSpace", "Enter")
        window:await_end("got \"'日'\"", ">")
      end
    end)

    it("of the window may be filled exactly", function()
      local window <close> = drive { columns = 30 }
      window:type(("a"):rep(28))
      window:await_column(0)
      window:press "Enter"
      window:await_end("> " .. ("a"):rep(28), 'got "' .. ("a"):rep(25), "aaa\"", ">")
    end)

    it("of the window may be passed, and the cursor moves through the rows", function()
      local window <close> = drive { columns = 30 }
      window:type(("a"):rep(28) .. ("b"):rep(30) .. "c")
      window:await_end("> " .. ("a"):rep(28), ("b"):rep(30), "c")
      window:press("C-a", "Right")
      window:await_column(3)
      window:type "x"
      window:press "C-e"
      window:type "d"
      window:await_end("> ax" .. ("a"):rep(26), "a" .. ("b"):rep(29), "bcd")
    end)

    it("of wide characters at the margin keeps them whole", function()
      local window <close> = drive { columns = 20 }
      window:type("'" .. ("日"):rep(10) .. "'")
      window:await_end("> '" .. ("日"):rep(8), "日日'")
    end)

    it("may be small", function()
      local window <close> = drive { columns = 20, lines = 5 }
      window:type "string.format('%d and %d', 1, 2)"
      window:await_end("> string.format('%d", "and %d', 1, 2)")
      window:press "Enter"
      window:await "1, 2)\""
    end)

    it("may change while a line is edited", function()
      local window <close> = drive { columns = 60 }
      local text = ("abcdefghij"):rep(5)
      enter(window, "f(")
      window:type(text)
      window:await(">> " .. text)
      window:resize(30, 15)
      window:await_end("> f(", ">> abcdefghijabcdefghijabcdefg", "hijabcdefghijabcdefghij")
      window:resize(45, 15)
      window:await_end("> f(", ">> abcdefghijabcdefghijabcdefghijabcdefghijab", "cdefghij")
      window:resize(70, 15)
      window:await_end("> f(", ">> " .. text)
      enter(window, ")")
      window:await_end("> f(", ">> " .. text .. ")", 'got "f(\\n' .. text .. ')"', ">")
    end)
  end)

  describe("history", function()
    it("is there in the next session, chunks of several lines too", function()
      do
        local window <close> = drive()
        enter(window, "f(")
        enter(window, "'\\\\n')")
        window:await "')\"\n>"
        enter(window, "second")
        window:await_end('got "second"', ">")
        window:press "C-d"
        window:await "the end"
      end
      local window <close> = drive()
      window:press("Up", "Up")
      window:await_end("> f(", ">> '\\\\n')")
      window:press "Enter"
      window:await 'got "f(\\n'
    end)

    it("is for the owner alone", function()
      local window <close> = drive()
      enter(window, "secret")
      window:await "\n>"
      local _, modes = support.run(("stat -c %%a %s %s"):format(support.path "home/state/suture",
        support.path(HISTORY)))
      assert.same("700\n600\n", modes)
    end)

    it("of two sessions at once has the lines of both", function()
      local first <close> = drive()
      local second <close> = drive()
      for index = 1, 3 do
        enter(first, "first" .. index)
        first:await_end(('got "first%d"'):format(index), ">")
        enter(second, "second" .. index)
        second:await_end(('got "second%d"'):format(index), ">")
      end
      assert.same("first1\nsecond1\nfirst2\nsecond2\nfirst3\nsecond3\n", support.read(support.path(HISTORY)))
    end)

    it("has a chunk once where it is given again, and no blank ones", function()
      local window <close> = drive()
      for _, text in ipairs { "one", "one", " ", "two" } do
        enter(window, text)
        window:await_end(('got "%s"'):format(text), ">")
      end
      assert.same("one\ntwo\n", support.read(support.path(HISTORY)))
    end)

    it("is searched backwards", function()
      local window <close> = drive()
      enter(window, "needle = 1")
      window:await "\n>"
      enter(window, "other")
      window:await_end('got "other"', ">")
      window:press "C-r"
      window:type "eed"
      window:await "(reverse-i-search)`eed': needle = 1"
      window:press "Enter"
      window:await_end("> needle = 1", 'got "needle = 1"', ">")
    end)

    it("that cannot be kept is said once, and the session goes on", function()
      support.write("home.file", "")
      local window <close> = drive { environment = "XDG_STATE_HOME=" .. support.path "home.file" }
      enter(window, "one")
      window:await_end('got "one"', ">")
      assert.matches("suture: /.*history: .*directory", window:shown())
      enter(window, "two")
      window:await_end("> two", 'got "two"', ">")
    end)
  end)

  describe("Ctrl-C", function()
    it("drops the line, however often", function()
      local window <close> = drive()
      for _ = 1, 3 do
        window:type "dropped"
        window:await_end "> dropped"
        window:press "C-c"
        window:await_end("> dropped^C", "raised interrupted", ">")
        window:tmux "send-keys -R \\; clear-history"
        enter(window, "kept")
        window:await_end('got "kept"', ">")
      end
    end)

    it("drops a chunk of several lines", function()
      local window <close> = drive()
      enter(window, "f(")
      window:type "1,"
      window:await_end("> f(", ">> 1,")
      window:press "C-c"
      window:await_end("> f(", ">> 1,^C", "raised interrupted", ">")
    end)

    it("ends a search", function()
      local window <close> = drive()
      enter(window, "needle")
      window:await "\n>"
      window:press "C-r"
      window:type "nee"
      window:await "(reverse-i-search)`nee'"
      window:press "C-c"
      window:await "raised interrupted"
      enter(window, "after")
      window:await_end('got "after"', ">")
    end)

    it("interrupts what runs, one chunk after the other", function()
      local window <close> = drive()
      for index = 1, 2 do
        enter(window, ("run(function() print('runs %d') while true do end end)"):format(index))
        window:await(("\nruns %d"):format(index))
        window:press "C-c"
        window:await_end("^Craised interrupted", ">")
        window:press "C-c"
        window:await_end("> ^C", "raised interrupted", ">")
      end
    end)
  end)

  it("ends with Ctrl-D on an empty line", function()
    local window <close> = drive()
    window:type "ab"
    window:press("C-a", "C-d")
    window:await_end "> b"
    window:press("C-d", "C-d")
    window:await_end(">", "the end", "", "over 0")
  end)

  it("begins below output that did not end its line", function()
    local window <close> = drive()
    enter(window, "run(function() io.write 'abc' end)")
    window:await_end("abcgot nil", ">")
    enter(window, "run(function() function print(text) io.write(text) end end)")
    window:await_end("got nil%", ">")
  end)

  it("clears the screen with Ctrl-L and keeps the line", function()
    local window <close> = drive()
    enter(window, "one")
    window:await "\n>"
    window:type "two"
    window:await_end "> two"
    window:press "C-l"
    window:await_that(function() return window:shown() == "> two" end, "the screen is not clear")
  end)

  it("knows vi's keys by inputrc", function()
    local inputrc = support.write("inputrc", "set editing-mode vi\n")
    local window <close> = drive { environment = "INPUTRC=" .. inputrc }
    window:type "xabc"
    window:press "Escape"
    window:type "0x$r2"
    window:await_end "> ab2"
    window:press "Enter"
    window:await_end('got "ab2"', ">")
    window:type "f("
    window:press("Escape", "Enter")
    window:type ")"
    window:press("Escape", "k")
    window:type "la1"
    window:press("Escape", "Enter")
    window:await_end('got "f(1\\n)"', ">")
  end)

  it("has one reader at a time, and none behind its close", function()
    local script_path = support.write("closed.lua", [[
      local input <const> = require "suture.repl.input"
      local reader, inner
      reader = input.open { hint = function()
        if not inner then
          inner = select(2, pcall(reader.read, reader, "inner ", ""))
        end
      end }
      reader:read("> ", ">> ")
      print(inner.kind)
      reader:close()
      print(select(2, pcall(reader.read, reader, "> ", ">> ")).kind)
    ]])
    local window <close> = open_window(("%s %s"):format(support.suture, script_path))
    window:await ">"
    enter(window, "a")
    window:await_end("> a", "locked", "closed", "", "over 0")
  end)

  it("goes on where completion raises", function()
    local window <close> = drive { before = [[
      local input <const> = require "suture.repl.input"
      local open <const> = input.open
      function input.open(options)
        options.complete = function() error "no completion" end
        return open(options)
      end
    ]] }
    window:type "ab"
    window:press "Tab"
    enter(window, "c")
    window:await_end('got "abc"', ">")
    assert.matches("no completion", window:shown())
  end)

  it("leaves the user's own keys alone", function()
    local inputrc = support.write("inputrc", '$if suture\n"\\C-p": "typed"\n$endif\n')
    local window <close> = drive { environment = "INPUTRC=" .. inputrc }
    window:press "C-p"
    window:await_end "> typed"
  end)

  -- A shell with job control; the mark tells its prompt from others. `sh` leaves the terminal as it finds it.
  local function shell(program)
    local window = open_window(("env PS1='shell: ' ENV= %s"):format(program or "sh -i"))
    window:await "shell:"
    enter(window, ("%s %s"):format(support.suture, script "print('process', (io.open '/proc/self/stat':read 'n'))"))
    return window, window:await "\n>":match "process%s+(%d+)"
  end

  -- What stty tells of echo and of lines.
  local function modes(window)
    window:await_end "shell:"
    enter(window, "stty -a | grep -o -e '-\\?\\bicanon' -e '-\\?\\becho\\b' | tr '\\n' ' '; echo told")
    return window:await "told\nshell:":match "([^\n]*) told\nshell:"
  end

  it("is as before while it is stopped, and goes on behind it", function()
    local window <close> = shell()
    window:type "half"
    window:await_end "> half"
    window:press "C-z"
    window:await "Stopped"
    assert.same("icanon echo", modes(window))
    enter(window, "fg")
    window:await_end "> half"
    enter(window, " done")
    window:await_end('got "half done"', ">")
    window:press "C-d"
    window:await "the end"
    assert.same("icanon echo", modes(window))
  end)

  it("goes on behind a stop that nobody can hold off", function()
    local window <close>, process = shell "bash --norc --noediting"
    window:type "half"
    window:await_end "> half"
    os.execute("kill -STOP " .. process)
    window:await "Stopped"
    window:await_end "shell:"
    enter(window, "fg")
    window:await_end "> half"
    enter(window, " done")
    window:await_end('got "half done"', ">")
    window:press "C-d"
    window:await "the end"
    assert.same("icanon echo", modes(window))
  end)

  for name, said in pairs { TERM = "Terminated", HUP = "Hangup", QUIT = "Quit" } do
    it("is as before when the process is ended by SIG" .. name, function()
      local window <close>, process = shell()
      window:type "half"
      window:await_end "> half"
      os.execute(("kill -%s %s"):format(name, process))
      window:await(said)
      assert.same("icanon echo", modes(window))
    end)
  end

  it("is as before when the code that runs ends the process", function()
    local window <close> = shell()
    enter(window, "run(function() os.exit(7) end)")
    window:await_end "shell:"
    assert.same("icanon echo", modes(window))
  end)

  describe("without colours", function()
    for name, environment in pairs { ["NO_COLOR"] = "NO_COLOR=1", ["a dumb terminal"] = "TERM=dumb" } do
      it("by " .. name .. " is readline's own", function()
        local window <close> = drive { environment = environment }
        enter(window, "f(")
        window:await_end("> f(", ">>")
        window:type "string.repl"
        window:press("BSpace", "Tab")
        enter(window, ")")
        window:await_end('got "f(\\nstring.rep)"', ">")
        window:type "dropped"
        window:press "C-c"
        window:await_end("raised interrupted", ">")
        window:press "Up"
        window:await "> f("
        window:press("C-u", "C-d")
        window:await "the end"
        assert.not_matches("\27%[3", window:coloured())
      end)
    end
  end)

  it("is not opened where nothing is edited", function()
    local status, _, stderr = support.run(("echo 1 | LD_DEBUG=files %s -i"):format(support.suture))
    assert.same(0, status)
    assert.matches("libc.so", stderr)
    assert.not_matches("readline", stderr)
  end)

  describe("without an editor", function()
    local function broken()
      support.run("mkdir -p " .. support.path "broken")
      support.write(support.path "broken/libreadline.so.8", "no library")
      return "LD_LIBRARY_PATH=" .. support.path "broken"
    end

    local function is_plain(window)
      enter(window, "f(")
      window:await_end("> f(", ">>")
      enter(window, ")")
      window:await_end('got "f(\\n)"', ">")
      window:type "dropped"
      window:press "C-c"
      window:await_end("raised interrupted", ">")
      window:press "C-d"
      window:await "the end"
    end

    it("by LINEEDIT=none reads plain lines", function()
      local window <close> = drive { environment = "LINEEDIT=none" }
      is_plain(window)
      assert.not_matches("\27", window:coloured())
    end)

    it("for want of the library reads plain lines, quietly", function()
      local window <close> = drive { environment = broken() }
      assert.same(">", window:shown())
      is_plain(window)
    end)

    it("for want of the library says so where it was asked for", function()
      local window <close> = open_window(("env %s LINEEDIT=readline %s %s"):format(broken(), support.suture,
        script()), 100)
      window:await "over 1"
      assert.matches("LINEEDIT is readline: .-libreadline8%)", window:shown())
    end)
  end)

  it("refuses another LINEEDIT", function()
    local window <close> = open_window(("env LINEEDIT=emacs %s %s"):format(support.suture, script()), 100)
    window:await "over 1"
    assert.matches("LINEEDIT is 'emacs': it can be none or readline", window:shown())
  end)

  it("is edited in the loop of -i", function()
    local window <close> = open_window(support.suture .. " -i")
    window:await ">"
    enter(window, "for i = 1, 2 do")
    enter(window, "print('row ' .. i) end")
    window:await_end("row 1", "row 2", ">")
    window:press "C-c"
    window:await_end("> ^C", ">")
    window:press "C-d"
    window:await "over 0"
  end)
end)
