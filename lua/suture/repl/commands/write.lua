--- .write FILE: a target as it reads now, in another file.

local core <const> = require "suture.core"
local printable <const> = require "suture.printable"
local words <const> = require "suture.repl.words"

local write <const> = {
  usage = ".write [TARGET] FILE", summary = "Write a target as it reads now to another file.", words = "file",
}

---@param session suture.repl.session
---@param text string
function write.run(session, text)
  local list <const> = words.split(text)
  local target <const> = words.target(session, #list > 1 and list or {})
  local path <const> = #list > 0 and table.concat(list, " ") or ""
  if path == "" then
    core.raise("argument", "usage: " .. write.usage)
  end
  target.bytes:save(path)
  session.say(printable(("%s: %d bytes"):format(path, #target.bytes)) .. "\n")
end

return write
