--- The end of a session: nothing that is pending is written, or lost, without a word.

local bytes <const> = require "suture.repl.display.bytes"
local printable <const> = require "suture.printable"
local strays <const> = require "suture.repl.strays"

local leaving <const> = {}

local function add_strays(session, lines)
  for _, stray in ipairs(strays.list(session)) do
    lines[#lines + 1] = printable(("%s (%s): %s"):format(stray.name, stray.bytes.path,
      bytes.extent(stray.bytes:pending())))
  end
  return lines
end

--- What is pending, one line for each target, and for each other object that a variable holds; empty where nothing is.
---@param session suture.repl.session
---@return string[]
function leaving.pending(session)
  local lines <const> = {}
  for _, target in ipairs(session.targets:open_ones()) do
    local count <const>, runs <const> = session.targets.pending_in(target)
    if not count then
      lines[#lines + 1] = printable(tostring(runs))
    elseif count > 0 then
      lines[#lines + 1] = printable(("%s: %s"):format(target.path, bytes.extent(count, runs)))
    end
  end
  return add_strays(session, lines)
end

--- Writes what is pending: the targets as one, then what other variables hold. Raises as `b:flush`.
---@param session suture.repl.session
function leaving.flush(session)
  session:flush()
  for _, stray in ipairs(strays.list(session)) do
    stray.bytes:flush()
  end
end

local answers <const> = { f = "flush", d = "drop", s = "stay", flush = "flush", drop = "drop", stay = "stay" }

--- What to do about what is pending: asked on a terminal, until there is an answer.
---@param session suture.repl.session
---@param ask fun(question: string): string?  nil at the end of the input
---@return "flush"|"drop"|"stay"
function leaving.ask(session, ask)
  local question <const> = table.concat(leaving.pending(session), "\n") .. "\n[f]lush, [d]rop or [s]tay? "
  while true do
    local answer <const> = ask(question)
    if not answer then
      return "drop"
    end
    local choice <const> = answers[answer:match "^%s*(%a*)":lower()]
    if choice then
      return choice
    end
  end
end

return leaving
