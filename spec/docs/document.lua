-- A document whose blocks are run: a block that begins with the name of a file is that file, a block of `console` is
-- commands ("$ ...") with what they print. Blocks act in their order, in one folder.

local console = require "spec.docs.console"
local support = require "spec.support"

local document = {}

--- The blocks of a text, in order: the language, what is in it, and the line it begins in.
function document.blocks(text)
  local list, number, block = {}, 0, nil
  for line in (text .. "\n"):gmatch "([^\n]*)\n" do
    number = number + 1
    if block and line == "```" then
      list[#list + 1], block = block, nil
    elseif block then
      block.text = block.text .. line .. "\n"
    else
      local language = line:match "^```(%l+)$"
      block = language and { language = language, text = "", line = number } or nil
    end
  end
  return list
end

--- A text without its blocks.
function document.prose(text)
  return (text:gsub("\n```%l*\n.-\n```", ""))
end

local function absolute(path)
  return path:find "^'/" and path or '"$PWD"/' .. path
end

local ENTER <const> = [[
unset SUTURE_PATH
export XDG_DATA_HOME=/nonexistent PATH=%s/bin:"$PATH" root=%s
export LUA_PATH="$root/lua/?.lua;$root/lua/?/init.lua;;" LUA_CPATH="$root/build/lib/lua/5.4/?.so;;"
cd %s && { %s
} 2>&1]]

local Folder = {}
Folder.__index = Folder

--- A folder in which blocks act, with suture as a command and the module for stock Lua. Of recipes it sees those that
--- ship.
function document.folder(name)
  local path = support.path(name)
  local status, stdout, stderr = support.run(("mkdir -p %s/bin && ln -s %s %s/bin/suture && pwd"):format(
    path, absolute(support.suture), path))
  assert(status == 0, stderr)
  return setmetatable({ path = path, root = stdout:match "[^\n]+" }, Folder)
end

--- The shell command that runs a command there, with both streams in one.
function Folder:command(command)
  return ENTER:format(self.path, self.root, self.path, command)
end

--- Runs a command there. Returns what it prints, on both streams.
function Folder:run(command)
  local _, stdout = support.run(self:command(command))
  return stdout
end

--- Acts as a block says. Calls check(command, shown, printed) for each command.
function Folder:act(block, check)
  local name = block.text:match "^%-%- (%S+%.lua)\n" or block.text:match "^# (%S+)\n"
  if block.language == "console" then
    for _, entry in ipairs(console.commands(block.text)) do
      check(entry[1], entry[2], self:run(entry[1]))
    end
  elseif name then
    support.write(self.path .. "/" .. name, block.text)
  end
end

return document
