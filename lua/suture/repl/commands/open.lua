--- .open PATH: one more target, in the same transaction.

local bytes <const> = require "suture.repl.display.bytes"
local core <const> = require "suture.core"

local open <const> = { usage = ".open PATH", summary = "Open a file as the next target.", words = "file" }

---@param session suture.repl.session
---@param text string
function open.run(session, text)
  if text == "" then
    core.raise("argument", "usage: " .. open.usage)
  end
  local target <const>, err <const> = session:open(text)
  if not target then
    error(err, 0)
  end
  session.say(("%s = %s\n"):format(target.name, bytes.heading(target.bytes, session.style)))
  if err then
    session.say(("%s: '%s' is a private copy, .write saves it elsewhere\n"):format(tostring(err), target.name))
  end
end

return open
