--- Numbers as people who look at bytes want them: integers in decimal and in hex.

--- The text of a number. Up to 9 both are the same.
---@param value number
---@return string
return function(value)
  if math.type(value) == "integer" and (value > 9 or value < 0) then
    return ("%d (0x%x)"):format(value, value)
  end
  return tostring(value)
end
