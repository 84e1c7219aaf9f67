--- .redo: Do the line again that was taken back last.

local printable <const> = require "suture.printable"

local redo <const> = { usage = ".redo", summary = "Do the line again that was taken back last." }

---@param session suture.repl.session
function redo.run(session)
  local label <const> = session.timeline:redo()
  session.say(label and printable("done again: " .. label) .. "\n" or "nothing to redo\n")
end

return redo
