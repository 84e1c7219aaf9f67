--- The loop of a session: read, run, tell; and the end, which never writes by itself.

local complaint <const> = require "suture.repl.complaint"
local core <const> = require "suture.core"
local failure <const> = require "suture.recipe.failure"
local leaving <const> = require "suture.repl.leaving"
local output <const> = require "suture.output"
local printable <const> = require "suture.printable"
local prompt <const> = require "suture.repl.prompt"

local loop <const> = {}

local DONE <const>, FAILED <const>, INDETERMINATE <const> = 0, 1, 6

local function is_kind(err, kind)
  return core.is_error(err) and err.kind == kind
end

local function warn(text)
  io.stderr:write(text, "\n")
end

-- A person ------------------------------------------------------------------

-- At the end of the input the cursor stands behind the question.
local function typed(question)
  io.stdout:write(question)
  io.stdout:flush()
  local answer <const> = io.read "l"
  if not answer then
    io.stdout:write "\n"
  end
  return answer
end

local function flush(session)
  local ok <const>, err <const> = pcall(leaving.flush, session)
  if not ok then
    io.stderr:write(session:complaint(err))
  end
  return ok
end

-- Whether the session may end: what is pending is flushed or given up by the person who is asked.
local function may_leave(session)
  if #leaving.pending(session) == 0 then
    return true
  end
  local choice <const> = leaving.ask(session, typed)
  if choice == "flush" then
    return flush(session)
  end
  return choice == "drop"
end

-- One line; false when the session has ended.
local function turn(session, reader)
  local text <const> = reader:read(prompt.text(session), prompt.CONTINUATION)
  if not text or session.leaving then
    return not may_leave(session)
  end
  local ok <const>, err <const> = session:step(text)
  if not ok then
    io.stdout:flush()
    io.stderr:write(session:complaint(err))
  end
  if session.leaving and may_leave(session) then
    return false
  end
  session.leaving = false
  return true
end

--- Talks with a person until the end of the input or `.quit`.
---@param session suture.repl.session
---@param reader table
---@return integer status
function loop.talk(session, reader)
  local goes_on = true
  while goes_on do
    local ok <const>, result <const> = pcall(turn, session, reader)
    if ok then
      goes_on = result
    elseif not is_kind(result, "interrupted") then
      error(result, 0)
    end
  end
  return DONE
end

-- A pipe --------------------------------------------------------------------

-- A message of Lua's has its place in front already.
local function place(err, line)
  local text <const> = complaint.line(err)
  if core.is_error(err) and err.where or text:find "^stdin:%d+: " then
    return text
  end
  return ("stdin:%d: %s"):format(line, text)
end

-- What could not be written to standard output is told by the caller; it is no success.
local function refuse_to_leave(session)
  local lines <const> = leaving.pending(session)
  if #lines == 0 then
    return output.failure() and failure.IO or DONE
  end
  warn(("suture: %s; nothing is written without .flush, or dropped without .rollback"):format(
    table.concat(lines, ", ")))
  return FAILED
end

--- Runs what comes from a pipe or a file, up to its end, `.quit` or the first error.
---@param session suture.repl.session
---@param reader table
---@return integer status
function loop.run(session, reader)
  while not session.leaving do
    local text <const> = reader:read("", "")
    if not text then
      break
    end
    local line <const> = session.line
    local ok <const>, err <const> = session:step(text)
    if not ok then
      io.stdout:flush()
      if is_kind(err, "interrupted") then
        error(err, 0)
      end
      warn(printable("suture: " .. place(err, line)))
      return is_kind(err, "indeterminate") and INDETERMINATE or FAILED
    end
  end
  io.stdout:flush()
  return refuse_to_leave(session)
end

return loop
