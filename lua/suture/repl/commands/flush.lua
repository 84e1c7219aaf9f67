--- .flush: everything pending becomes durable, in all targets or in none.

local printable <const> = require "suture.printable"

local flush <const> = { usage = ".flush", summary = "Make everything pending durable, in all files or in none." }

local meaning <const> = { unchanged = "unchanged", place = "written", replaced = "replaced by a new file" }

---@param session suture.repl.session
function flush.run(session)
  for _, result in ipairs(session:flush()) do
    session.say(printable(("%s: %s"):format(result.target.path, meaning[result.outcome])) .. "\n")
  end
end

return flush
