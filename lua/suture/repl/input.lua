--- What a person types, chunk by chunk: by an editor on a terminal, as plain lines elsewhere.

local chunk <const> = require "suture.repl.chunk"
local plain <const> = require "suture.repl.plain"

local input <const> = {}

local function is_complete(text)
  return not chunk.is_unfinished(text)
end

--- Opens standard input for a conversation. There is one reader at a time.
---
--- reader:read(prompt, continuation) returns the next chunk, which may hold newlines, or nil at the end of the
--- input; it raises `interrupted` when Ctrl-C drops what was typed. reader:history() lists the chunks that were typed, the
--- last one last, those of earlier sessions included. reader:close() keeps nothing open; a reader is closed by
--- `local reader <close>` too.
---@param options { history: string?, is_complete: (fun(text: string): boolean)? }
---@return table reader
function input.open(options)
  return plain(options.is_complete or is_complete)
end

return input
