--- Names of recipes and targets: words joined by '/', none of which leaves its folder.

local naming = {}

--- Whether a text is such a name.
---@param text any
---@return boolean
function naming.is_name(text)
  if type(text) ~= "string" or text:find("%.%./") then
    return false
  end
  return (text:find("^[%w_][%w_.+-]*$") or text:find("^[%w_][%w_.+/-]*[%w_.+-]$")) ~= nil
end

return naming
