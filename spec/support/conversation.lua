-- A command on a terminal of its own, that is typed to and waited for.

local support = require "spec.support"

local conversation = {}
conversation.__index = conversation

local count = 0

--- Starts a shell command on a terminal of so many columns (80) and rows (24). NO_COLOR is set unless `colour` is true.
-- `environment` is put in front of the command.
function conversation.start(command, options)
  options = options or {}
  count = count + 1
  local base = support.path("conversation." .. count)
  local place = ("echo $$ >%s.pid; stty cols %d rows %d"):format(base, options.columns or 80, options.rows or 24)
  local inner = ("%s; export TERM=xterm NO_COLOR=%s SUTURE_STATE=%s; %s exec %s"):format(place,
    options.colour and "" or "1", support.quote(support.path "state"), options.environment or "", command)
  assert(os.execute(("mkfifo %s.in && : > %s.out"):format(base, base)))
  os.execute(("{ timeout 120 script -qefc %s /dev/null <%s.in >%s.out; echo $? >%s.status; } >/dev/null 2>&1 &"):format(
    support.quote(inner), base, base, base))
  local self = setmetatable({ base = base, keys = assert(io.open(base .. ".in", "w")), seen = 0 }, conversation)
  self.keys:setvbuf "no"
  return self
end

--- All that the terminal got so far, line ends made plain.
function conversation:text()
  return (support.read(self.base .. ".out"):gsub("\r\n", "\n"))
end

--- Presses keys: text, "\3" for Ctrl-C, "\4" for Ctrl-D.
function conversation:type(keys)
  self.keys:write(keys)
end

local function poll(find, what)
  for _ = 1, 500 do
    local found = find()
    if found then
      return found
    end
    os.execute "sleep 0.02"
  end
  error("waited in vain for " .. what(), 0)
end

--- Waits for a text behind what was waited for before; returns what came up to its end.
function conversation:await(wanted)
  return poll(function()
    local text = self:text()
    local _, last = text:find(wanted, self.seen + 1, true)
    if last then
      local between = text:sub(self.seen + 1, last)
      self.seen = last
      return between
    end
  end, function()
    return ("%q, there is %q"):format(wanted, self:text():sub(self.seen + 1))
  end)
end

--- Types a line and waits for the prompt that follows; returns what stands between.
function conversation:line(text, prompt)
  self:type(text .. "\n")
  self:await(text .. "\n")
  return (self:await(prompt):sub(1, -#prompt - 1))
end

-- Its status, when it has ended.
function conversation:await_end()
  return poll(function()
    local file = io.open(self.base .. ".status")
    local text = file and file:read "n"
    if file then
      file:close()
    end
    return text
  end, function()
    return ("the end, there is %q"):format(self:text():sub(self.seen + 1))
  end)
end

--- Waits for the command's end; returns its status and all that the terminal got.
function conversation:ended()
  local status = self:await_end()
  self.keys:close()
  self.is_over = true
  return status, self:text()
end

--- Ends the command, if it has not ended.
function conversation:stop()
  if not self.is_over then
    self.keys:close()
    os.execute(("kill $(cat %s.pid) 2>/dev/null"):format(self.base))
    self:await_end()
    self.is_over = true
  end
end

return conversation
