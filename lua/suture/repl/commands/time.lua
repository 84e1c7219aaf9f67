--- .time EXPR: how long a chunk takes.

local core <const> = require "suture.core"
local display <const> = require "suture.repl.display"
local host <const> = require "suture.host"

local time <const> = { usage = ".time EXPR", summary = "Run a chunk and tell how long it took." }

local function text_of(seconds)
  if seconds < 1e-3 then
    return ("%.1f us"):format(seconds * 1e6)
  elseif seconds < 1 then
    return ("%.2f ms"):format(seconds * 1e3)
  end
  return ("%.3f s"):format(seconds)
end

---@param session suture.repl.session
---@param text string
function time.run(session, text)
  if text == "" then
    core.raise("argument", "usage: " .. time.usage)
  end
  session.timeline:begin(text)
  local before <const> = host.clock()
  local values <const> = session:evaluate(text)
  local seconds <const> = host.clock() - before
  for index = 1, values.n do
    session.say(display.value(values[index], session) .. "\n")
  end
  session.timeline:finish()
  session.say(text_of(seconds) .. "\n")
end

return time
