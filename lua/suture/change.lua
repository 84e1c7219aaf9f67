--- One change of bytes, as `b:changes()` tells it: at an offset stand new bytes instead of old ones, of the same
--- length or not.

local change = {}

local function common(old, new)
  return math.min(#old, #new)
end

--- Puts `new` where `old` is; a guard demands that it is, at a flush too. Where the lengths differ, what follows
--- moves. Raises `mismatch` and `range`.
---@param b suture.bytes
---@param off integer
---@param old string
---@param new string
function change.apply(b, off, old, new)
  if old ~= "" then
    b:expect(off, old)
  end
  local same <const> = common(old, new)
  if same > 0 then
    b:write(off, new:sub(1, same))
  end
  if #new > same then
    b:insert(off + same, new:sub(same + 1))
  elseif #old > same then
    b:delete(off + same, #old - same)
  end
end

--- Whether the bytes are there.
---@param b suture.bytes
---@param off integer
---@param bytes string
---@return boolean
function change.holds(b, off, bytes)
  return off <= #b and #bytes <= #b - off and b:read(off, #bytes) == bytes
end

--- By how much the changes make a file longer.
---@param list { old: string, new: string }[]
---@return integer
function change.growth(list)
  local total = 0
  for _, entry in ipairs(list) do
    total = total + #entry.new - #entry.old
  end
  return total
end

--- How many bytes the changes touch: of each the longer side.
---@param list { old: string, new: string }[]
---@return integer
function change.bytes(list)
  local total = 0
  for _, entry in ipairs(list) do
    total = total + math.max(#entry.old, #entry.new)
  end
  return total
end

local function plural(count, word)
  return ("%d %s%s"):format(count, word, count == 1 and "" or "s")
end

--- What the changes come to, for people: "3 bytes in 2 places, the first at 0x4".
---@param list { offset: integer, old: string, new: string }[]
---@return string
function change.extent(list)
  local total <const> = plural(change.bytes(list), "byte")
  if #list == 1 then
    return ("%s at 0x%x"):format(total, list[1].offset)
  end
  return ("%s in %s, the first at 0x%x"):format(total, plural(#list, "place"), list[1] and list[1].offset or 0)
end

return change
