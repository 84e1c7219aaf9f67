--- Chunks read from standard input line by line, without editing: for pipes, files, and terminals that have no more.

local core <const> = require "suture.core"
local host <const> = require "suture.host"

---@class suture.repl.plain
---@field is_complete fun(text: string): boolean
local Plain <const> = {}
Plain.__index = Plain

-- After ^C and at the end of the input the cursor stands behind the prompt.
local function typed_line(prompt)
  io.write(prompt)
  io.flush()
  local read <const>, line <const> = pcall(function()
    local typed <const> = io.read "l"
    return typed
  end)
  if not read or not line then
    io.write "\n"
  end
  if not read then
    error(line, 0)
  end
  return line
end

local function next_line(prompt)
  if host.isatty(0) then
    return typed_line(prompt)
  end
  local line <const>, message <const> = io.read "l"
  if message then
    core.raise("io", "standard input: " .. message)
  end
  return line
end

--- The next chunk: lines until it is complete, or until the input ends. The prompts show on a terminal alone.
--- Raises `interrupted` after Ctrl-C, and what had been typed of the chunk is dropped. The next Ctrl-C counts as the
--- first. Raises `io` where input that is no terminal cannot be read.
---@param prompt string
---@param continuation string  the prompt of further lines
---@return string? text  nil at the end of the input
function Plain:read(prompt, continuation)
  host.rearm()
  local text = next_line(prompt)
  while text and not self.is_complete(text) do
    local more <const> = next_line(continuation)
    if not more then
      break
    end
    text = text .. "\n" .. more
  end
  return text
end

--- Nothing is kept.
---@return string[]
function Plain.history()
  return {}
end

--- Nothing is open.
function Plain.close()
end

Plain.__close = Plain.close

--- A reader of plain lines.
---@param is_complete fun(text: string): boolean
---@return suture.repl.plain
return function(is_complete)
  return setmetatable({ is_complete = is_complete }, Plain)
end
