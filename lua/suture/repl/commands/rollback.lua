--- .rollback: everything pending is dropped, and .undo brings it back.

local bytes <const> = require "suture.repl.display.bytes"

local rollback <const> = { usage = ".rollback", summary = "Drop everything that is pending (.undo brings it back)." }

---@param session suture.repl.session
function rollback.run(session)
  local count <const>, runs <const> = session.targets:pending()
  if count == 0 then
    session.say "nothing is pending\n"
    return
  end
  session.timeline:begin(session.timeline.ROLLBACK)
  for _, target in ipairs(session.targets:open_ones()) do
    if target.bytes:pending() then
      target.bytes:rollback()
    end
  end
  session.timeline:finish()
  session.say(("dropped: %s\n"):format(bytes.extent(count, runs)))
end

return rollback
