-- Writes into documents what their commands print, and what the captured session shows (not into docs/api.md, whose
-- examples do not stand on each other). Look at the difference before you keep it.
--
--   lua5.4 spec/docs/rewrite.lua FILE...      from the project's root, with LUA_PATH='./?.lua;;'

local document = require "spec.docs.document"
local support = require "spec.support"

-- The captured session from the first line of a block to its last one.
local function session_part(text)
  local session = support.read "docs/repl-session.txt"
  local from = assert(session:find(text:match "^[^\n]*\n", 1, true), "the session has no such first line")
  local _, to = session:find(text:match "[^\n]*\n$", from, true)
  return session:sub(from, assert(to, "the session has no such last line"))
end

-- What a block should hold; a file's block is written, and stays as it is.
local function contents(block, folder)
  if block.language == "text" then
    return session_part(block.text)
  end
  local printed = {}
  folder:act(block, function(command, _, output)
    printed[#printed + 1] = ("$ %s\n%s"):format(command, output)
  end)
  return block.language == "console" and table.concat(printed) or block.text
end

local function filled(text, folder)
  local result, at = {}, 1
  for _, block in ipairs(document.blocks(text)) do
    local head = ("```%s\n"):format(block.language)
    local first, last = text:find(head .. block.text, at, true)
    result[#result + 1] = text:sub(at, first - 1) .. head .. contents(block, folder)
    at = last + 1
  end
  return table.concat(result) .. text:sub(at)
end

for number, path in ipairs(arg) do
  local input <close> = assert(io.open(path))
  local text = filled(input:read "a", document.folder("document" .. number))
  local output <close> = assert(io.open(path, "w"))
  output:write(text)
end
