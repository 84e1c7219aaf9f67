--- Inputs that a recipe must not take for its own, made from one that it takes.

local damage = {}

-- The same bytes in each run, without pattern enough for any format.
local function noise(size)
  local bytes <const>, state = {}, 0x2545f4914f6cdd1d
  for index = 1, size do
    state = state ~ (state << 13)
    state = state ~ (state >> 7)
    state = state ~ (state << 17)
    bytes[index] = string.char((state >> 32) & 0xff)
  end
  return table.concat(bytes)
end

local random <const> = noise(4096)

local function span(offset, length)
  return { offset = offset, length = length }
end

--- What a recipe relies on in a target, as its report tells: the ranges of its hunks and guards, each one once, in
--- the order of the file.
---@param report suture.report
---@return { offset: integer, length: integer }[]
function damage.guarded(report)
  local list <const>, seen <const> = {}, {}
  local function add(offset, length)
    local key <const> = offset and ("%d:%d"):format(offset, length)
    if offset and length > 0 and not seen[key] then
      seen[key] = true
      list[#list + 1] = span(offset, length)
    end
  end
  for _, hunk in ipairs(report.hunks) do
    if hunk.state == "old" or hunk.state == "new" then
      add(hunk.offset, hunk.length)
    end
  end
  for _, guard in ipairs(report.guards or {}) do
    add(guard.offset, #guard.bytes)
  end
  table.sort(list, function(one, other)
    return one.offset < other.offset or one.offset == other.offset and one.length < other.length
  end)
  return list
end

-- The size at which the first thing that the recipe needs loses its last byte; half of it where that is not known.
local function cut_size(input, report)
  local size = #input // 2
  local ends <const> = {}
  for _, range in ipairs(damage.guarded(report)) do
    ends[#ends + 1] = range.offset + range.length
  end
  for _, change in ipairs(report.changes) do
    ends[#ends + 1] = #change.old > 0 and change.offset + #change.old or nil
  end
  if #ends > 0 then
    size = math.min(#input, math.min(table.unpack(ends))) - 1
  end
  return math.max(size, 0)
end

--- Foreign inputs: { what they are, bytes }.
---@param input string
---@param report suture.report  of the recipe on that input
---@return { [1]: string, [2]: string }[]
function damage.foreign(input, report)
  local list <const> = { { "random bytes", random } }
  if input ~= "" then
    table.insert(list, 1, { "an empty file", "" })
    list[#list + 1] = { "its input cut short", input:sub(1, cut_size(input, report)) }
  end
  return list
end

--- The bytes with all bits of one turned over.
---@param input string
---@param offset integer
---@return string
function damage.flip(input, offset)
  local byte <const> = input:byte(offset + 1)
  return input:sub(1, offset) .. string.char(byte ~ 0xff) .. input:sub(offset + 2)
end

return damage
