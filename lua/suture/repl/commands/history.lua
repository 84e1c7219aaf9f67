--- .history: what was typed in this session.

local history <const> = { usage = ".history", summary = "List the lines of this session." }

---@param session suture.repl.session
function history.run(session)
  for _, entry in ipairs(session.history) do
    session.say(("%5d  %s\n"):format(entry.line, (entry.text:gsub("\n", "\n       "))))
  end
end

return history
