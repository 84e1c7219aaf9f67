--- .quit: the end of the session, as the end of the input.

local quit <const> = { usage = ".quit", summary = "End the session; asks, or refuses, while something is pending." }

---@param session suture.repl.session
function quit.run(session)
  session.leaving = true
end

return quit
