--- One shell that stays: a command costs its own processes and no more.
---
--- Its answers come back through a FIFO, closed by a line that holds the status.

local shell <const> = {}
shell.__index = shell

local CLOSING <const> = "\1status "

--- Quotes one word.
---@param word string
---@return string
function shell.quote(word)
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

--- Starts a shell whose FIFO lies in a folder. New files are private to their owner, as suture's own are.
---@param folder string
---@return table
function shell.open(folder)
  local fifo <const> = folder .. "/answers"
  assert(os.execute("mkfifo " .. shell.quote(fifo)))
  local commands <const> = assert(io.popen("exec sh >" .. shell.quote(fifo), "w"))
  local self <const> = setmetatable({ commands = commands, answers = assert(io.open(fifo, "rb")) }, shell)
  self:must "umask 077"
  return self
end

--- Runs a command. Returns its status (128 + N when signal N ended it) and what it wrote to stdout.
---@param command string
---@return integer status
---@return string stdout
function shell:run(command)
  self.commands:write("{ ", command, "\n} </dev/null; printf '\\n\\1status %s\\n' $?\n")
  self.commands:flush()
  local lines <const> = {}
  for line in self.answers:lines() do
    if line:sub(1, #CLOSING) == CLOSING then
      return math.tointeger(tonumber(line:sub(#CLOSING + 1))), table.concat(lines, "\n")
    end
    lines[#lines + 1] = line
  end
  error("the shell died in: " .. command)
end

--- Runs a command that must succeed; returns its stdout.
---@param command string
---@return string
function shell:must(command)
  local status <const>, stdout <const> = self:run(command)
  assert(status == 0, ("status %d of: %s\n%s"):format(status, command, stdout))
  return stdout
end

function shell:close()
  self.commands:close()
  self.answers:close()
end

return shell
