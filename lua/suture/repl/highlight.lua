--- Which parts of a text are keywords, strings, numbers, comments and commands.

local tokens <const> = require "suture.repl.tokens"

local COLOURED <const> = { comment = true, string = true, number = true, keyword = true }

--- The parts that are coloured, in order. A word with a dot in front that begins the text is a command.
---@param text string
---@return { first: integer, last: integer, style: string }[] spans  ranges of bytes, counted from 1
return function(text)
  local spans <const> = {}
  local first <const>, last <const> = text:find "^%s*%.%a[%w_-]*"
  if first then
    spans[1] = { first = text:find "%S", last = last, style = "command" }
  end
  for _, token in ipairs(tokens(text)) do
    if COLOURED[token.kind] and token.first > (last or 0) then
      spans[#spans + 1] = { first = token.first, last = token.last, style = token.kind }
    end
  end
  return spans
end
