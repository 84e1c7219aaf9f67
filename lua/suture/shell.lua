--- Words for the shell.

local shell = {}

--- One word as the shell reads it, whatever is in it.
---@param text string
---@return string
function shell.quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

return shell
