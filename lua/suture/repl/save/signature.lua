--- Signatures: what surrounds a hunk, as far as it takes to find it, and nothing else, before and after the change.

local core <const> = require "suture.core"

local signature <const> = {}

-- Bytes on each side that are tried, one after the other.
local SIDES <const> = { 4, 8, 16, 32, 64, 128 }

---@class suture.repl.signature
---@field before string  the text of a pattern, "48 8b ??"; "" where there is nothing
---@field after string
---@field skip integer   bytes of `before`

---@class suture.repl.images
---@field original suture.bytes
---@field changed suture.bytes
---@field hunks suture.repl.hunk[]

-- How far the surroundings of a hunk go at most: to the ends, and to where splices move things.
local function bounds(images, index)
  local from, to = 0, #images.original
  for other, hunk in ipairs(images.hunks) do
    if hunk.is_splice and other < index then
      from = hunk.at + #hunk.old
    elseif hunk.is_splice and other > index then
      to = math.min(to, hunk.at)
    end
  end
  return from, to
end

-- The text of [from, to) of the old bytes, which other hunks may change: there anything matches.
local function text_of(images, from, to)
  local digits <const> = to > from and core.digits(images.original, from, to - from, true) or ""
  local pieces = digits
  for _, hunk in ipairs(images.hunks) do
    local first <const>, last <const> = math.max(hunk.at, from), math.min(hunk.at + #hunk.old, to)
    if first < last then
      local place <const> = 3 * (first - from)
      pieces = pieces:sub(1, place) .. ("?? "):rep(last - first):sub(1, -2) .. pieces:sub(3 * (last - from))
    end
  end
  return pieces
end

--- Bytes as the text of a pattern.
---@param bytes string
---@return string
function signature.hex(bytes)
  return (bytes:gsub("[\0-\255]", function(byte)
    return ("%02x "):format(byte:byte())
  end):sub(1, -2))
end

-- How many matches there are, up to two.
local function count(b, text)
  local found = 0
  for _ in b:matches(core.pattern(text)) do
    found = found + 1
    if found == 2 then
      break
    end
  end
  return found
end

local function joined(...)
  local list <const> = {}
  for _, part in ipairs { ... } do
    list[#list + 1] = part ~= "" and part or nil
  end
  return table.concat(list, " ")
end

--- The whole text with one side of the hunk between the surroundings.
---@param found suture.repl.signature
---@param bytes string  the side
---@return string
function signature.around(found, bytes)
  return joined(found.before, signature.hex(bytes), found.after)
end

local function is_pinned(text)
  return text:find "%x%x" ~= nil
end

-- Both forms together match once, wherever one looks.
local function finds_hunk(images, old, new)
  for _, b in ipairs { images.original, images.changed } do
    if count(b, old) + count(b, new) ~= 1 then
      return false
    end
  end
  return true
end

-- The old form is there once before, and not at all behind; the new one is there once behind.
local function finds_splice(images, old, new)
  return is_pinned(old) and is_pinned(new) and count(images.original, old) == 1
    and count(images.changed, old) == 0 and count(images.changed, new) == 1
end

local function surroundings(images, index, side)
  local hunk <const> = images.hunks[index]
  local first <const>, last <const> = bounds(images, index)
  local from <const> = math.max(first, hunk.at - side)
  local behind <const> = hunk.at + #hunk.old
  local to <const> = math.min(last, behind + side)
  return {
    before = text_of(images, from, hunk.at), after = text_of(images, behind, to), skip = hunk.at - from,
  }, from == first and to == last
end

--- The smallest surroundings by which a hunk is found.
---@param images suture.repl.images
---@param index integer  of the hunk
---@return suture.repl.signature?  nil where none is enough
function signature.find(images, index)
  local hunk <const> = images.hunks[index]
  for _, side in ipairs(SIDES) do
    local found <const>, is_all <const> = surroundings(images, index, side)
    local old <const>, new <const> = signature.around(found, hunk.old), signature.around(found, hunk.new)
    local finds <const> = hunk.is_splice and finds_splice or finds_hunk
    if old ~= "" and new ~= "" and finds(images, old, new) then
      return found
    elseif is_all then
      return nil
    end
  end
end

return signature
