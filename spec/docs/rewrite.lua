-- Writes into documents what their commands print. Look at the difference before you keep it.
--
--   lua5.4 spec/docs/rewrite.lua FILE...      from the project's root, with LUA_PATH='./?.lua;;'

local document = require "spec.docs.document"

local function filled(text, folder)
  local result, at = {}, 1
  for _, block in ipairs(document.blocks(text)) do
    local printed = {}
    folder:act(block, function(command, _, output)
      printed[#printed + 1] = ("$ %s\n%s"):format(command, output)
    end)
    if block.language == "console" then
      local first, last = text:find("```console\n" .. block.text, at, true)
      result[#result + 1] = text:sub(at, first - 1) .. "```console\n" .. table.concat(printed)
      at = last + 1
    end
  end
  return table.concat(result) .. text:sub(at)
end

for number, path in ipairs(arg) do
  local input <close> = assert(io.open(path))
  local text = filled(input:read "a", document.folder("document" .. number))
  local output <close> = assert(io.open(path, "w"))
  output:write(text)
end
