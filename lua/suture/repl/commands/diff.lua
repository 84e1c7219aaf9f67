--- .diff: what is pending, as lines of a hexdump before and after.


local diff <const> = { usage = ".diff", summary = "Show what is pending as lines of a hexdump, before and after." }

---@param session suture.repl.session
function diff.run(session)
  local any = false
  for _, target in ipairs(session.targets:open_ones()) do
    if target.bytes:pending() then
      any = true
      session.say(("%s\n%s"):format(target.name, target.bytes:diff { colour = session.style.colour }))
    end
  end
  if not any then
    session.say "nothing is pending\n"
  end
end

return diff
