--- .trace: where the last error was raised.

local trace <const> = { usage = ".trace", summary = "Show the traceback of the last error." }

---@param session suture.repl.session
function trace.run(session)
  session.say((session.trace or "there is no traceback") .. "\n")
end

return trace
