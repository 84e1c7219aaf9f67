--- .goto OFF: what is shown of a target begins there from now on.

local bytes <const> = require "suture.repl.display.bytes"
local core <const> = require "suture.core"
local words <const> = require "suture.repl.words"

local move <const> = { usage = ".goto [TARGET] OFF", summary = "Show a target from an offset on." }

---@param session suture.repl.session
---@param text string
function move.run(session, text)
  local list <const> = words.split(text)
  local target <const> = words.target(session, list)
  words.check(list, 1, 1, move.usage)
  local off <const>, size <const> = words.offset(session, list[1]), #target.bytes
  if off > size then
    core.raise("range", ("past the end (size 0x%x)"):format(size), { path = target.path, offset = off })
  end
  target.position = off
  session.say((bytes.dump(target.bytes, off, nil, session.style)))
end

return move
