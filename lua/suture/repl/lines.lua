--- The chunks of `suture -i`: read and loaded as `lua` does, with its prompts.

local chunk <const> = require "suture.repl.chunk"
local input <const> = require "suture.repl.input"

local reader

local function prompt(name, fallback)
  local own <const> = _G[name]
  return own == nil and fallback or tostring(own)
end

--- Reads the next chunk. Raises `interrupted` when it is dropped by Ctrl-C, and what a global _PROMPT or _PROMPT2
--- raises that is made into text.
---@return function|string|nil loaded  a string says what is wrong with the chunk; nil at the end of the input
return function()
  reader = reader or input.open {}
  local text <const> = reader:read(prompt("_PROMPT", "> "), prompt("_PROMPT2", ">> "))
  if not text then
    return nil
  end
  local loaded <const>, message <const> = chunk.load(text, "=stdin")
  return loaded or message
end
