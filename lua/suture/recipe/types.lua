--- The types of parameters. Each turns what is given, text or a Lua value, into a value; or it returns nil, what is
--- wanted, and a suggestion where there is one.

local core <const> = require "suture.core"

local booleans <const> = {
  ["true"] = true, yes = true, on = true, ["1"] = true,
  ["false"] = false, no = false, off = false, ["0"] = false,
}

local function tip(value, known)
  local near <const> = type(value) == "string" and core.suggest(value, known)
  return near and ("; did you mean '%s'?"):format(near) or ""
end

local types <const> = {}

--- Also the words yes, no, on, off, 1 and 0.
---@param value any
---@return boolean? value
---@return string? wanted
---@return string? suggestion
function types.boolean(value)
  local result = value
  if type(value) == "string" then
    result = booleans[value]
  end
  if type(result) ~= "boolean" then
    return nil, "a boolean (true or false)", tip(value, { "true", "false", "yes", "no", "on", "off" })
  end
  return result
end

--- Also in digits, decimal or hex; between `min` and `max`.
---@param value any
---@param declared table
---@return integer? value
---@return string? wanted
---@return string? suggestion
function types.integer(value, declared)
  local text <const> = type(value) == "string" and value:match("^[+-]?%d+$") or nil
  local hex <const> = type(value) == "string" and value:match("^[+-]?0[xX]%x+$") or nil
  local number <const> = type(value) == "number" and math.tointeger(value)
    or (text or hex) and math.tointeger(tonumber(text or hex))
  if not number then
    return nil, "an integer"
  elseif declared.min and number < declared.min then
    return nil, ("at least %d"):format(declared.min)
  elseif declared.max and number > declared.max then
    return nil, ("at most %d"):format(declared.max)
  end
  return number
end

--- A string in which the Lua pattern `pattern` is found.
---@param value any
---@param declared table
---@return string? value
---@return string? wanted
---@return string? suggestion
function types.string(value, declared)
  if type(value) ~= "string" then
    return nil, "a string"
  elseif declared.pattern and not value:find(declared.pattern) then
    return nil, ("a string that matches '%s'"):format(declared.pattern)
  end
  return value
end

--- One of `values`.
---@param value any
---@param declared table
---@return string? value
---@return string? wanted
---@return string? suggestion
function types.enum(value, declared)
  for _, allowed in ipairs(declared.values) do
    if value == allowed then
      return value
    end
  end
  return nil, "one of " .. table.concat(declared.values, ", "), tip(value, declared.values)
end

--- Raw bytes: hex is spelt out before.
---@param value any
---@return string? value
---@return string? wanted
---@return string? suggestion
function types.bytes(value)
  if type(value) ~= "string" then
    return nil, "bytes"
  end
  return value
end

--- Bytes, opened by whoever runs the recipe: a path is no file yet.
---@param value any
---@return suture.bytes? value
---@return string? wanted
function types.file(value)
  if type(value) ~= "userdata" then
    return nil, "a file"
  end
  return value
end

return types
