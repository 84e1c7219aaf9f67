-- `suture repl` as a person sees it, in a window of a real terminal.

local open_window = require "spec.support.tmux"
local support = require "spec.support"

local files = 0

-- A window with a session on a file of 256 bytes, at its prompt. Options: columns, lines, environment (assignments in
-- front of the command), path (another file).
local function talk(options)
  options = options or {}
  files = files + 1
  local path = options.path or support.write(("talk%d.bin"):format(files), ("0123456789abcdef"):rep(16))
  local window = open_window(("env SUTURE_STATE=%s %s %s repl %s"):format(support.path "state",
    options.environment or "", support.suture, support.quote(path)), options.columns, options.lines)
  window:await "b>"
  return window, path
end

local function enter(window, text)
  window:type(text)
  window:press "Enter"
end

describe("suture repl in a window", function()
  it("completes the methods and fields of targets", function()
    local window <close> = talk()
    window:type "b:cstr"
    window:press "Tab"
    window:await_end("b> b:cstring", "b:cstring(off [, max]) -> string")
    window:press "C-u"
    window:type "b.pa"
    window:press("Tab", "Tab")
    window:await_end("pack   patch  path", "b> b.pa")
  end)

  it("completes locals of earlier lines", function()
    local window <close> = talk()
    enter(window, "local header_size = { first = 1 }")
    window:type "header"
    window:press "Tab"
    window:type ".fi"
    window:press "Tab"
    window:press "Enter"
    window:await_end("b> header_size.first", "1", "b>")
  end)

  it("shows the signature of what is typed, from the reference", function()
    local window <close> = talk()
    window:type "b:read("
    window:await_end("b> b:read(", "b:read(off, len [, stride]) -> string")
    window:type "0, 4)"
    window:await_end "b> b:read(0, 4)"
    window:press "C-u"
    window:type "suture.hex("
    window:await "suture.hex(text)"
  end)

  it("completes commands, shows how they are used, and completes their files", function()
    support.write("patched.img", "")
    local window <close> = talk()
    window:type ".roll"
    window:press "Tab"
    window:await_end("b> .rollback", ".rollback")
    window:press "C-u"
    window:type(".open " .. support.tempdir() .. "/patched")
    window:press "Tab"
    window:await "/patched.img"
    window:await_end ".open PATH"
  end)

  it("completes the names of recipes", function()
    local folder = support.path "library"
    support.run(("mkdir -p %s/recipes/acme"):format(folder))
    support.write(folder .. "/recipes/acme/timer.lua", "return { name = 'acme/timer' }")
    local window <close> = talk { environment = "SUTURE_PATH=" .. folder }
    window:type ".recipe acme/t"
    window:press "Tab"
    window:await "b> .recipe acme/timer"
  end)

  it("tells in the prompt what is pending, in colour", function()
    local window <close> = talk()
    enter(window, "b[0] = 1")
    window:await_end "b [1 pending]>"
    assert.matches("\27%[33m[^b]*%[1 pending%]", window:coloured())
    enter(window, ".undo")
    window:await_end "b>"
  end)

  it("goes on with an unfinished chunk", function()
    local window <close> = talk()
    enter(window, "for i = 0, 1 do")
    enter(window, "print(b[i])")
    enter(window, "end")
    window:await_end("b> for i = 0, 1 do", ">> print(b[i])", ">> end", "48", "49", "b>")
  end)

  it("shows errors in red", function()
    local window <close> = talk { columns = 100 }
    enter(window, "error('wr' .. 'ong')")
    window:await "wrong"
    assert.matches("\27%[[%d;]*31m[^\n]*wrong", window:coloured())
  end)

  it("stops an endless loop by Ctrl-C, and a search, and then another", function()
    local huge = support.path "huge.img"
    support.run("truncate -s 64G " .. huge)
    local window <close> = talk { path = huge }
    for index, chunk in ipairs { "while true do end", "b:find 'needle'", "while true do end" } do
      enter(window, ("print('runs %d') %s"):format(index, chunk))
      window:await(("\nruns %d"):format(index))
      window:press "C-c"
      window:await_end "b>"
      assert.matches(("runs %d\n[^\n]*interrupted"):format(index), window:shown())
    end
    enter(window, "1 + 1")
    window:await_end("2", "b>")
  end)

  it("drops a line by Ctrl-C", function()
    local window <close>, path = talk()
    window:type "b[0] = 1"
    window:await_end "b> b[0] = 1"
    window:press "C-c"
    window:await_end("b> b[0] = 1^C", "b>")
    assert.same("0", support.read(path):sub(1, 1))
  end)

  it("asks by Ctrl-D with something pending, and stays, and goes", function()
    local window <close>, path = talk()
    enter(window, "b[0] = 0x41")
    window:await_end "b [1 pending]>"
    window:press "C-d"
    window:await "tay?"
    enter(window, "s")
    window:await_end "b [1 pending]>"
    window:press "C-d"
    window:await_that(function() return select(2, window:shown():gsub("tay%?", "")) == 2 end, "it does not ask again")
    enter(window, "d")
    window:await "over 0"
    assert.same("0", support.read(path):sub(1, 1))
  end)

  it("prompts below output that is longer than the window", function()
    local window <close> = talk { lines = 10, columns = 80 }
    enter(window, "for i = 1, 100 do print('row ' .. i) end")
    window:await_end("row 99", "row 100", "b>")
    enter(window, "b:view(0)")
    window:await "000000f0"
    enter(window, "'after'")
    window:await_end("b> 'after'", '"after"', "b>")
  end)

  it("works in 20 columns", function()
    local window <close> = talk { columns = 20 }
    window:type "b:read(0, 4) .. 'and more'"
    window:await "b> b:read(0, 4) .. '\nand more'"
    window:press "Enter"
    window:await '"0123and more"'
  end)

  it("remembers chunks in the next session", function()
    do
      local window <close> = talk()
      enter(window, "local answer = 42")
      window:await_end("b> local answer = 42", "b>")
      window:press "C-d"
      window:await "over 0"
    end
    local window <close> = talk()
    window:press "Up"
    window:await_end "b> local answer = 42"
  end)

  it("is at its prompt at once with a file of 10 GiB", function()
    local huge = support.path "ten.img"
    support.run("truncate -s 10G " .. huge)
    local window <close> = talk { path = huge }
    enter(window, "#b == 10 << 30")
    window:await_end("true", "b>")
  end)
end)
