--- Names of recipes and targets: words joined by '/', of letters, digits and `_ + - .`. No word begins with one of the
--- last three, so that none leaves its folder, is hidden, or is taken for an option.

local naming = {}

local longest <const> = 255

--- Whether a text is such a name.
---@param text any
---@return boolean
function naming.is_name(text)
  if type(text) ~= "string" or #text > longest then
    return false
  end
  for word in (text .. "/"):gmatch("([^/]*)/") do
    if not word:find("^[%w_][%w_.+-]*$") then
      return false
    end
  end
  return true
end

return naming
