--- .undo: Take the last line back that changed something.

local printable <const> = require "suture.printable"

local undo <const> = { usage = ".undo", summary = "Take the last line back that changed something." }

---@param session suture.repl.session
function undo.run(session)
  local label <const> = session.timeline:undo()
  session.say(label and printable("undone: " .. label) .. "\n" or "nothing to undo\n")
end

return undo
