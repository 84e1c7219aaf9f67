-- The session that the documents show, as a terminal shows it. Prints it:
--
--   LUA_PATH='./?.lua;;' lua5.4 spec/repl/capture.lua > docs/repl-session.txt

local conversation = require "spec.support.conversation"
local support = require "spec.support"

local capture = {}

local FIRMWARE <const> = "FIRM\x90\x90\xc7\x05\x10\x20\0\0\x3c\0\0\0\xc3 watchdog: barks after 60 s\0"

-- What is typed, with the prompt that follows.
local LINES <const> = {
  { "b", "b> " },
  { ".find c7 05 ?? ?? ?? ??", "b> " },
  { "local seconds = b:u32le(0xc)", "b> " },
  { "seconds", "b> " },
  { "b:u32le(0xc, seconds + 30)", "b [1 pending]> " },
  { "b:write(b:find('60'), '90')", "b [2 pending]> " },
  { ".diff", "b [2 pending]> " },
  { ".undo", "b [1 pending]> " },
  { ".redo", "b [2 pending]> " },
  { "b:fill(0, 4, 0xff) b:u32le(#b)", "b [2 pending]> " },
  { ".changes", "b [2 pending]> " },
  { ".save bark-later.lua", "b [2 pending]> " },
  { ".flush", "b> " },
}

local function absolute(path)
  local _, folder = support.run "pwd"
  return path:find "^'?/" and path or ("%s/%s"):format(folder:gsub("\n", ""), path:gsub("'", ""))
end

-- Blanks at the ends of lines are not told.
local function tidy(text)
  return (text:gsub("[ \t]+\n", "\n"))
end

--- The text of the session, and of a run of the recipe that it saved.
function capture.text()
  local folder, suture = support.path "capture", absolute(support.suture)
  support.run(("rm -rf %s; mkdir %s"):format(folder, folder))
  support.write(folder .. "/router.bin", FIRMWARE)
  support.write(folder .. "/other.bin", "another build: " .. FIRMWARE)
  local talk = conversation.start(suture .. " repl router.bin",
    { environment = ("cd %s; LINEEDIT=none"):format(folder) })
  talk:await "b> "
  for _, line in ipairs(LINES) do
    talk:line(line[1], line[2])
  end
  talk:type ".quit\n"
  local _, text = talk:ended()
  local _, stdout = support.run(("cd %s && %s run ./bark-later.lua other.bin"):format(folder, suture))
  return tidy("$ suture repl router.bin\n" .. text .. "$ suture run ./bark-later.lua other.bin\n" .. stdout)
end

if arg and arg[0] and arg[0]:find "capture%.lua$" then
  io.write(capture.text())
end

return capture
