--- JSON as the verbs print it: one line, UTF-8 whatever a file's name is, empty lists as lists.

local dkjson <const> = require "dkjson"

local json = { null = dkjson.null }

--- A text; what is not UTF-8 in it is replaced. null for nil.
---@param text string?
---@return string|table
function json.text(text)
  if text == nil then
    return json.null
  end
  return utf8.len(text) and text or (text:gsub("[\x80-\xff]", "\u{fffd}"))
end

--- A list of what `convert` makes of each item.
---@param list any[]
---@param convert fun(item: any): any
---@return any[]
function json.list(list, convert)
  local result <const> = setmetatable({}, { __jsontype = "array" })
  for index, item in ipairs(list) do
    result[index] = convert(item)
  end
  return result
end

--- The line for an object, its keys in that order.
---@param object table
---@param order string[]
---@return string
function json.line(object, order)
  return (dkjson.encode(object, { keyorder = order }))
end

return json
