-- A program on a real terminal: a window of tmux with a server of its own.

local support = require "spec.support"

local Window = {}
Window.__index = Window

local SECONDS <const> = 20 -- for what is waited for; under sanitizers on a busy machine programs are slow

local servers = 0

local function output(command)
  local pipe <close> = assert(io.popen(command .. " 2>&1"))
  return pipe:read "a"
end

--- Runs a command of tmux for this window; returns what it wrote.
function Window:tmux(command)
  return output(("tmux -u -S %s %s"):format(support.quote(self.socket), command))
end

--- Types text as it is.
function Window:type(text)
  self:tmux("send-keys -l -- " .. support.quote(text))
end

--- Presses keys by tmux's names: "Enter", "C-c", "Up" ...
function Window:press(...)
  self:tmux("send-keys " .. table.concat({ ... }, " "))
end

--- Pastes text, bracketed where the program has asked for it.
function Window:paste(text)
  local path = support.write(self.socket .. ".paste", text)
  self:tmux(("load-buffer %s \\; paste-buffer -p -r"):format(support.quote(path)))
end

--- What the window shows, rows without blanks at their ends, without empty rows at its end.
function Window:shown()
  return (self:tmux("capture-pane -p"):gsub(" +\n", "\n"):gsub("\n+$", ""))
end

--- The same with the sequences of its colours.
function Window:coloured()
  return self:tmux "capture-pane -p -e"
end

--- Column and row of the cursor, from 0.
function Window:cursor()
  local x, y = self:tmux("display-message -p '#{cursor_x} #{cursor_y}'"):match "(%d+) (%d+)"
  return math.tointeger(x), math.tointeger(y)
end

local function poll(self, reached, problem)
  local deadline = os.time() + SECONDS
  while not reached() do
    if os.time() > deadline then
      error(("%s; the window shows:\n%s"):format(problem(), self:shown()), 0)
    end
    os.execute "sleep 0.02"
  end
end

--- Waits until the window shows a text, which is not a pattern, and returns all it shows.
function Window:await(text)
  local shown
  poll(self, function()
    shown = self:shown()
    return shown:find(text, 1, true) ~= nil
  end, function() return ("%q did not come"):format(text) end)
  return shown
end

--- Waits until the last rows of the window are these.
function Window:await_end(...)
  local wanted = table.concat({ ... }, "\n")
  poll(self, function()
    return ("\n" .. self:shown()):sub(-#wanted - 1) == "\n" .. wanted
  end, function() return ("the end is not\n%s\n"):format(wanted) end)
end

--- Waits until the cursor is at that column of the window, from 0.
function Window:await_column(column)
  poll(self, function() return self:cursor() == column end, function()
    return ("the cursor is in column %d, not in %d"):format(self:cursor(), column)
  end)
end

--- Waits until a function returns true.
function Window:await_that(reached, what)
  poll(self, reached, function() return what end)
end

--- The window gets another size.
function Window:resize(columns, lines)
  self:tmux(("resize-window -x %d -y %d"):format(columns, lines))
end

--- Ends the server and what runs in it.
function Window:close()
  self:tmux "kill-server"
end

Window.__close = Window.close

--- Opens a window of so many columns and rows in which a shell command runs; it stays open behind the command's end.
-- Characters are UTF-8, no inputrc is read, and the state and the home lie in the folder of this process.
return function(command, columns, lines)
  servers = servers + 1
  local self = setmetatable({ socket = support.path("tmux." .. servers) }, Window)
  local home = support.path "home"
  local inner = ("%s; status=$?; echo; echo over $status; exec sleep 1000"):format(command)
  local environment = ("env -u NO_COLOR -u TMUX -u LINEEDIT LC_ALL=C.UTF-8 INPUTRC=/dev/null HOME=%s XDG_STATE_HOME=%s")
    :format(support.quote(home), support.quote(home .. "/state"))
  os.execute("mkdir -p " .. support.quote(home))
  local said = output(("%s tmux -u -S %s -f /dev/null new-session -d -x %d -y %d %s"):format(environment,
    support.quote(self.socket), columns or 60, lines or 15, support.quote(inner)))
  assert(said == "", said)
  return self
end
