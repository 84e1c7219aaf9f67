--- .changes: what is pending, run by run.


local changes <const> = { usage = ".changes", summary = "List what is pending, old and new bytes." }

local SHOWN <const>, BYTES <const> = 100, 16

local function hex(text)
  local digits <const> = text:sub(1, BYTES):gsub("[\0-\255]", function(byte)
    return ("%02x "):format(byte:byte())
  end)
  return text == "" and "(nothing)" or digits:sub(1, -2) .. (#text > BYTES and (" ... (%d bytes)"):format(#text) or "")
end

---@param session suture.repl.session
function changes.run(session)
  local count = 0
  for _, target in ipairs(session.targets:open_ones()) do
    for off, old, new in target.bytes:changes() do
      count = count + 1
      if count > SHOWN then
        session.say "...\n"
        return
      end
      session.say(("%s 0x%x: %s -> %s\n"):format(target.name, off, hex(old), hex(new)))
    end
  end
  if count == 0 then
    session.say "nothing is pending\n"
  end
end

return changes
