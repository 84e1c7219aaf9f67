--- What the shell is asked for: words as it reads them, and folders away.

local shell = {}

--- One word as the shell reads it, whatever is in it.
---@param text string
---@return string
function shell.quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local SIGINT <const> = 2

--- Removes a folder with all that is in it. A Ctrl-C goes to every process of the terminal: it does not keep this from
--- being done.
---@param path string
function shell.remove(path)
  local command <const> = "trap '' INT; rm -rf -- " .. shell.quote(path)
  repeat
    local _, how <const>, code <const> = os.execute(command)
  until how ~= "signal" or code ~= SIGINT
end

return shell
