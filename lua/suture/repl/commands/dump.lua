--- .dump: bytes in hex, from where the last dump ended.

local bytes <const> = require "suture.repl.display.bytes"
local core <const> = require "suture.core"
local words <const> = require "suture.repl.words"

local dump <const> = {
  usage = ".dump [TARGET] [OFF [LEN]]",
  summary = "Show bytes in hex, going on from where the last dump ended.",
}

---@param session suture.repl.session
---@param text string
function dump.run(session, text)
  local list <const> = words.split(text)
  local target <const> = words.target(session, list)
  words.check(list, 0, 2, dump.usage)
  local off <const> = list[1] and words.offset(session, list[1]) or target.position
  local len <const> = list[2] and words.offset(session, list[2])
  local size <const> = #target.bytes
  if off > size then
    core.raise("range", ("past the end (size 0x%x)"):format(size), { path = target.path, offset = off })
  end
  local shown <const>, next <const> = bytes.dump(target.bytes, off, len, session.style)
  session.say(shown)
  target.position = next < size and next or 0
end

return dump
