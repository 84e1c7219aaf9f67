--- Chunks edited on a terminal: readline keeps the text, the painter shows it, and both ask here for what they need.

local brackets <const> = require "suture.repl.brackets"
local history <const> = require "suture.repl.history"
local host <const> = require "suture.host"
local movement <const> = require "suture.repl.movement"
local painter <const> = require "suture.repl.painter"

---@class suture.repl.editor
---@field options table
---@field entries string[]  what was typed
---@field candidates string[]  of the last word that Tab was pressed at
local Editor <const> = {}
Editor.__index = Editor

local function spans_of(self, text, point)
  local spans <const> = self.options.highlight(text, point)
  for _, index in ipairs { brackets(text, point) } do
    spans[#spans + 1] = { first = index, last = index, style = "bracket" }
  end
  return spans
end

-- While the history is searched the prompt is readline's own, and nothing is typed that needs a hint.
local function screen_of(self, text, point, prompt, columns, lines)
  local is_ours <const> = prompt == self.prompt
  return {
    text = text, point = point, prompt = prompt, columns = columns, lines = lines,
    continuation = self.continuation,
    spans = spans_of(self, text, point),
    hint = is_ours and self.options.hint(text, point) or nil,
  }
end

local function common(words)
  local shared = words[1]
  for _, word in ipairs(words) do
    while word:sub(1, #shared) ~= shared do
      shared = shared:sub(1, -2)
    end
  end
  return shared
end

local function find_candidates(self, text, point)
  self.candidates = self.options.complete(text, point)
  return self.candidates.start
end

-- As readline wants them: one, or what all begin with and then all.
local function matches_of(self)
  local candidates <const> = self.candidates
  if #candidates < 2 then
    return { candidates[1] }
  end
  return { common(candidates), table.unpack(candidates) }
end

local function painting(self)
  local paint <const> = painter(host.char_columns)
  local function shown_by(method)
    return function(...)
      return paint[method](paint, screen_of(self, ...))
    end
  end
  return {
    begin = function(_, _, _, columns) return paint:begin(columns) end,
    paint = shown_by "paint",
    finish = shown_by "finish",
    interrupt = shown_by "interrupt",
    clear = function() return paint:clear() end,
    list = function(...) return paint:list(screen_of(self, ...), self.candidates) end,
  }
end

local function callbacks_of(self, is_painted)
  local callbacks <const> = is_painted and painting(self) or {}
  callbacks.is_complete = self.options.is_complete
  callbacks.complete = function(text, point) return find_candidates(self, text, point) end
  callbacks.candidates = function() return matches_of(self) end
  for name, move in pairs(movement) do
    callbacks[name] = move
  end
  return callbacks
end

local function warn_once(self, message)
  if not self.has_warned then
    self.has_warned = true
    io.stderr:write("suture: ", tostring(message), "\n")
  end
end

local function keep(self, text)
  if text:find "%S" and text ~= self.entries[#self.entries] then
    self.entries[#self.entries + 1] = text
    host.readline.remember(text)
    if self.options.history then
      local kept <const>, err <const> = pcall(history.add, self.options.history, text)
      if not kept then
        warn_once(self, err)
      end
    end
  end
end

-- One line, or a whole chunk where the painter shows it.
local function read_part(self, prompt)
  self.prompt = prompt
  local text <const>, complaint <const> = host.readline.read(prompt)
  if complaint then
    warn_once(self, complaint)
  end
  if not text and not self.is_painted then
    io.write "\n"
  end
  return text
end

local function without_last_newlines(text)
  return (text:gsub("\n+$", ""))
end

--- The next chunk, without blank lines at its end; it is in the history from now on. Raises `interrupted` after Ctrl-C,
--- which drops what was typed. The next Ctrl-C counts as the first.
---@param prompt string
---@param continuation string  the prompt of further lines
---@return string? text  nil at the end of the input
function Editor:read(prompt, continuation)
  self.continuation = continuation
  local text = read_part(self, prompt)
  while text and not self.options.is_complete(text) do
    local more <const> = read_part(self, continuation)
    if not more then
      break
    end
    text = text .. "\n" .. more
  end
  text = text and without_last_newlines(text)
  if text then
    keep(self, text)
  end
  return text
end

--- What was typed, the last chunk last, that of earlier sessions included.
---@return string[]
function Editor:history()
  return table.move(self.entries, 1, #self.entries, 1, {})
end

--- The editor is free for another reader.
function Editor.close()
  host.readline.close()
end

Editor.__close = Editor.close

--- A reader that edits. It paints where the terminal shows colours, else readline shows the text as it does.
---@param options table    as input.open takes them, all of them present but history
---@param is_painted boolean
---@return suture.repl.editor? reader
---@return string? message  why there is none
return function(options, is_painted)
  local self <const> = setmetatable({ options = options, is_painted = is_painted, candidates = {} }, Editor)
  local opened <const>, message <const> = host.readline.open(callbacks_of(self, is_painted))
  if not opened then
    return nil, message
  end
  self.entries = options.history and history.load(options.history) or {}
  for _, text in ipairs(self.entries) do
    host.readline.remember(text)
  end
  return self
end
