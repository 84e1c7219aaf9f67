--- A list of changes as hunks of the old bytes: those that keep the length, near ones as one, and splices.

---@class suture.repl.hunk
---@field at integer       in the old bytes
---@field old string
---@field new string
---@field is_splice boolean  the lengths differ

-- In-place changes so near to each other are one hunk.
local GAP <const> = 4

local function common_prefix(old, new)
  local most <const> = math.min(#old, #new)
  local count = 0
  while count < most and old:byte(count + 1) == new:byte(count + 1) do
    count = count + 1
  end
  return count
end

local function common_suffix(old, new, most)
  local count = 0
  while count < most and old:byte(#old - count) == new:byte(#new - count) do
    count = count + 1
  end
  return count
end

-- Without the bytes at both ends that stay.
local function trimmed(at, old, new)
  local before <const> = common_prefix(old, new)
  local after <const> = common_suffix(old, new, math.min(#old, #new) - before)
  local from <const>, to <const> = before + 1, -1 - after
  return { at = at + before, old = old:sub(from, to), new = new:sub(from, to), is_splice = #old ~= #new }
end

local function is_near(left, right)
  return not left.is_splice and not right.is_splice and right.at - (left.at + #left.old) <= GAP
end

local function join(list, hunk, original)
  local last <const> = list[#list]
  local behind <const> = last.at + #last.old
  local between <const> = hunk.at > behind and original:read(behind, hunk.at - behind) or ""
  last.old, last.new = last.old .. between .. hunk.old, last.new .. between .. hunk.new
end

--- The hunks of a list of changes, in the order of their offsets.
---@param changes suture.change[]
---@param original suture.bytes  the old bytes
---@return suture.repl.hunk[]
return function(changes, original)
  local list <const>, growth = {}, 0
  for _, entry in ipairs(changes) do
    local hunk <const> = trimmed(entry.offset - growth, entry.old, entry.new)
    growth = growth + #entry.new - #entry.old
    if hunk.old == hunk.new then
      goto continue
    elseif #list > 0 and is_near(list[#list], hunk) then
      join(list, hunk, original)
    else
      list[#list + 1] = hunk
    end
    ::continue::
  end
  return list
end
