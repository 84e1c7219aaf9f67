--- What verbs take as arguments: converters for argparse, which return the value, or nil and what is wrong.

local argument = {}

-- Lua drops the upper digits of a hex number that is too long.
local function value_of(text)
  local digits <const> = text:match("^0[xX]0*(%x+)$")
  if text:find("^%d+$") or digits and #digits <= 16 then
    return math.tointeger(tonumber(text))
  end
end

--- An offset or a length, in decimal or in hex.
---@param text string
---@return integer? value, string? complaint
function argument.offset(text)
  local value <const> = value_of(text)
  if not value or value < 0 then
    return nil, ("'%s' is no offset or length (decimal, or hex with 0x)"):format(text)
  end
  return value
end

--- A converter for whole numbers.
---@param name string  of the option
---@param low integer
---@param high integer?  no bound if absent
---@return fun(text: string): integer?, string?
function argument.number(name, low, high)
  local bounds <const> = high and ("from %d to %d"):format(low, high) or ("of at least %d"):format(low)
  return function(text)
    local value <const> = value_of(text)
    if not value or value < low or high and value > high then
      return nil, ("%s needs a number %s, not '%s'"):format(name, bounds, text)
    end
    return value
  end
end

return argument
