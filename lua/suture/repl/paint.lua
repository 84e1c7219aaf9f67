--- Colours of what the session prints.

local codes <const> = {
  string = "32", number = "36", error = "1;31", name = "1", faint = "2", pending = "33",
}

--- The text in the colour of a kind, where the style has colours.
---@param kind string
---@param text string
---@param style suture.repl.style
---@return string
return function(kind, text, style)
  if not style.colour then
    return text
  end
  return ("\27[%sm%s\27[0m"):format(codes[kind], text)
end
