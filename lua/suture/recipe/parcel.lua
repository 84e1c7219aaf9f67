--- Plain values as bytes: nil, booleans, numbers, strings, and tables of them with keys that are strings or integers.
--- What comes from a worker is read as hostile: it takes no more memory than a bounded number of times its length.

local parcel = {}

local most_depth <const> = 8

local pack

local function pack_table(value, depth)
  local parts <const>, count = { "" }, 0
  for key, inner in next, value do
    if type(key) ~= "string" and math.type(key) ~= "integer" then
      error(("a key cannot be a %s"):format(math.type(key) or type(key)), 0)
    end
    count = count + 1
    parts[#parts + 1] = pack(key, depth + 1)
    parts[#parts + 1] = pack(inner, depth + 1)
  end
  parts[1] = string.pack("<I4", count)
  return "t" .. table.concat(parts)
end

function pack(value, depth)
  local kind <const> = math.type(value) or type(value)
  if kind == "integer" then
    return "i" .. string.pack("<i8", value)
  elseif kind == "float" then
    return "f" .. string.pack("<d", value)
  elseif kind == "boolean" then
    return value and "y" or "n"
  elseif kind == "string" then
    return "s" .. string.pack("<s4", value)
  elseif kind == "table" and depth < most_depth then
    return pack_table(value, depth)
  end
  error(kind == "table" and "tables are nested too deep" or ("a value cannot be a %s"):format(kind), 0)
end

--- The bytes for a value. Raises a text for what is not plain, or nested too deep.
---@param value any
---@return string
function parcel.pack(value)
  return pack(value, 0)
end

local unpack

-- An item takes a byte at least, so that a count that is too high ends at the end of the text.
local function unpack_table(text, at, depth)
  local count <const>, start <const> = string.unpack("<I4", text, at)
  local result <const>, position = {}, start
  for _ = 1, count do
    local key, inner
    key, position = unpack(text, position, depth + 1)
    inner, position = unpack(text, position, depth + 1)
    assert(type(key) == "string" or math.type(key) == "integer")
    result[key] = inner
  end
  return result, position
end

local formats <const> = { i = "<i8", f = "<d", s = "<s4" }

function unpack(text, at, depth)
  local tag <const> = text:sub(at, at)
  if formats[tag] then
    return string.unpack(formats[tag], text, at + 1)
  elseif tag == "y" or tag == "n" then
    return tag == "y", at + 1
  end
  assert(tag == "t" and depth < most_depth)
  return unpack_table(text, at + 1, depth)
end

--- The value of such bytes. Raises for others.
---@param text string
---@return any
function parcel.unpack(text)
  local value <const>, past <const> = unpack(text, 1, 0)
  assert(past == #text + 1)
  return value
end

return parcel
