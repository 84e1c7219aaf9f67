--- Hunks, changes and near misses in words, one line each.

local change <const> = require "suture.change"
local printable <const> = require "suture.printable"

local wording = {}

local SHOWN <const> = 16

--- Bytes in hex without blanks.
---@param text string
---@return string
function wording.hex(text)
  return (text:gsub(".", function(byte)
    return ("%02x"):format(byte:byte())
  end))
end

local function spaced(text)
  if text == "" then
    return "nothing"
  end
  local part <const> = wording.hex(text:sub(1, SHOWN)):gsub("%x%x", "%0 ", SHOWN - 1):gsub(" $", "")
  return #text > SHOWN and ("%s ... (%d bytes)"):format(part, #text) or part
end

--- "  hunk 0x10: old (the note)", with the reason where it is neither.
---@param hunk suture.report.hunk
---@return string
function wording.hunk(hunk)
  local place <const> = hunk.offset and (" 0x%x"):format(hunk.offset) or ""
  local note <const> = hunk.note and (" (%s)"):format(hunk.note) or ""
  local problem <const> = hunk.problem and ": " .. hunk.problem or ""
  return printable(("  hunk%s: %s%s%s"):format(place, hunk.state, note, problem))
end

--- "  change 0x10: 3c -> 5a"
---@param entry { offset: integer, old: string, new: string }
---@return string
function wording.change(entry)
  return ("  change 0x%x: %s -> %s"):format(entry.offset, spaced(entry.old), spaced(entry.new))
end

--- "  change 0x10: 1 byte", of changes that stand together.
---@param list { offset: integer, old: string, new: string }[]
---@return string
function wording.changes(list)
  if #list == 1 then
    return wording.change(list[1])
  end
  local bytes <const> = change.bytes(list)
  return ("  change 0x%x: %d byte%s in %d places"):format(list[1].offset, bytes, bytes == 1 and "" or "s", #list)
end

local times <const> = { [0] = "is not found", "is found once", "is found twice" }

local function differing(candidate)
  local list <const>, shown <const> = candidate.differences, {}
  for index = 1, math.min(#list, 4) do
    shown[index] = ("0x%x is %s, not %s"):format(list[index].offset, list[index].found, list[index].wanted)
  end
  return table.concat(shown, "; ") .. (#list > 4 and ("; and %d more"):format(#list - 4) or "")
end

--- "    nearly at 0x9: 0xf is 78, not 3c; c7 05 ?? 00 is found once"
---@param candidate suture.candidate
---@return string
function wording.candidate(candidate)
  local found <const> = times[candidate.matches] or ("is found %d times"):format(candidate.matches)
  if #candidate.differences == 0 then
    return ("    it is at 0x%x: %s %s"):format(candidate.offset, candidate.pattern, found)
  end
  return ("    nearly at 0x%x: %s; %s %s"):format(candidate.offset, differing(candidate), candidate.pattern, found)
end

return wording
