--- What a person types, chunk by chunk: by an editor on a terminal, as plain lines elsewhere.

local chunk <const> = require "suture.repl.chunk"
local completion <const> = require "suture.repl.completion"
local core <const> = require "suture.core"
local editor <const> = require "suture.repl.editor"
local highlight <const> = require "suture.repl.highlight"
local hint <const> = require "suture.repl.hint"
local host <const> = require "suture.host"
local plain <const> = require "suture.repl.plain"
local terminal <const> = require "suture.terminal"

local input <const> = {}

-- The names in a folder, as completion wants them.
local function files(folder)
  local names <const> = {}
  for index, entry in ipairs(host.entries(folder) or {}) do
    names[index] = entry.name .. (entry.kind == "folder" and "/" or "")
  end
  return names
end

local function complete_options(options)
  local env <const> = {
    globals = options.environment or _G, files = files, commands = options.commands, recipes = options.recipes,
    signature = options.signature, usage = options.usage,
  }
  local all <const> = {
    is_complete = function(text) return not chunk.is_unfinished(text) end,
    complete = function(text, pos) return completion(text, pos, env) end,
    hint = function(text, pos) return hint(text, pos, env) end,
    highlight = highlight,
  }
  for name, value in pairs(options) do
    all[name] = value
  end
  return all
end

-- What LINEEDIT asks for: "none", "readline", or nil.
local function wanted()
  local word <const> = os.getenv "LINEEDIT" or ""
  if word ~= "" and word ~= "none" and word ~= "readline" then
    core.raise("argument", ("LINEEDIT is '%s': it can be none or readline"):format(word))
  end
  return word ~= "" and word or nil
end

--- Opens standard input for a conversation. There is one reader at a time.
---
--- reader:read(prompt, continuation) returns the next chunk, which may hold newlines, or nil at the end of the
--- input; it raises `interrupted` when Ctrl-C drops what was typed. reader:history() lists the chunks that were
--- typed, the last one last, those of earlier sessions included. reader:close() keeps nothing open; a reader is closed
--- by `local reader <close>` too.
---
--- Where standard input and output are a terminal, chunks are edited by readline. Where it cannot be opened, or
--- LINEEDIT is none, lines are plain. Options, all of which may be absent:
---
---   history      path of a file that keeps what is typed; absent: it is forgotten
---   is_complete  fun(text): boolean, whether Enter ends the chunk
---   environment  what names are looked up in, the globals if absent
---   commands, recipes, signature, usage
---                what more is completed and explained: see suture.repl.completion and suture.repl.hint
---   complete     fun(text, pos): suture.repl.candidates
---   hint         fun(text, pos): string?
---   highlight    fun(text, pos): spans
---
--- `pos` is how many bytes are before the cursor. The last three stand for what is done if they are absent.
--- Raises `unsupported` where LINEEDIT asks for readline and it is not there, `argument` for another LINEEDIT.
---@param options table
---@return table reader
function input.open(options)
  local all <const>, asked <const> = complete_options(options), wanted()
  if asked == "none" or not host.isatty(0) or not host.isatty(1) then
    return plain(all.is_complete)
  end
  local reader <const>, message <const> = editor(all, terminal.is_coloured())
  if not reader and asked then
    core.raise("unsupported", "LINEEDIT is readline: " .. message)
  end
  return reader or plain(all.is_complete)
end

return input
