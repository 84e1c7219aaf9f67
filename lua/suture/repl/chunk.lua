--- A chunk as it is typed: an expression or statements, perhaps not finished yet.

local chunk <const> = {}

-- With a newline, so that a quoted string that nobody closed is wrong, not unfinished.
local function ends_early(text)
  local _, message <const> = load(text .. "\n", "=", "t")
  return message ~= nil and message:find "<eof>$" ~= nil
end

local function expression_of(text)
  local without <const> = text:match "^%s*=(.*)$"
  return "return " .. (without or text)
end

--- Whether the next line may complete the text: as an expression or as statements. `1 +` is unfinished, though
--- `lua` would refuse it.
---@param text string
---@return boolean
function chunk.is_unfinished(text)
  if load(text, "=", "t") or load(expression_of(text), "=", "t") then
    return false
  end
  return ends_early(text) or ends_early(expression_of(text))
end

--- Loads the text as an expression, whose values the function returns, else as statements. A `=` in front of an
--- expression is passed over.
---@param text string
---@param name string  the chunk's name, as load takes it
---@param env table?  the globals of the chunk; those of the program if absent
---@return function? loaded, string? message
function chunk.load(text, name, env)
  env = env or _G
  local loaded <const> = load(expression_of(text), name, "t", env)
  if loaded then
    return loaded
  end
  return load(text, name, "t", env)
end

return chunk
