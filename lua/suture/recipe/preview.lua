--- A target's hunks and changes as lines for people, each in the bytes around it, while the target is open and reads
--- as it will.

local core <const> = require "suture.core"
local hexdump <const> = require "suture.hexdump"
local wording <const> = require "suture.recipe.wording"

local preview = {}

-- So many lines of bytes are shown of one target, unless all are asked for.
local MOST <const> = 200

-- Lines before and after what changes.
local CONTEXT <const> = 1

---@class suture.preview.style
---@field width integer   bytes a line
---@field colour boolean
---@field all boolean?    however many lines it takes

--- Lines of bytes that stand together.
---@class suture.preview.block
---@field from integer    offset of the first byte
---@field to integer      behind the last one
---@field lines string[]
---@field changes table[] what changes in it
---@field hunks table[]   and the hunks in it

local function block_of(lines, width)
  local from <const> = tonumber(lines[1]:match "%x%x%x%x%x%x%x%x+", 16)
  local last <const> = tonumber(lines[#lines]:match "%x%x%x%x%x%x%x%x+", 16)
  return { from = from, to = last + width, lines = lines, changes = {}, hunks = {} }
end

-- The lines of what is pending, an empty one between blocks; and whether these are all.
local function pending_lines(b, style)
  local lines <const> = {}
  for piece in core.pending_diff(b, style.width, CONTEXT, style.colour) do
    for line in piece:gmatch "([^\n]*)\n" do
      if #lines >= MOST and not style.all then
        return lines, false
      end
      lines[#lines + 1] = line
    end
  end
  return lines, true
end

-- The blocks of what is pending, and whether these are all; the last one may be cut short then.
local function blocks_of(b, style)
  local list <const>, block = {}, {}
  local lines <const>, whole <const> = pending_lines(b, style)
  for index = 1, #lines + 1 do
    local line <const> = lines[index] or ""
    if line ~= "" then
      block[#block + 1] = line
    elseif #block > 0 then
      list[#list + 1], block = block_of(block, style.width), {}
    end
  end
  return list, whole
end

-- Both are ascending: each thing goes into the block that it lies in; those that lie in none are returned.
local function distribute(things, blocks, key)
  local at, rest = 1, {}
  for _, thing in ipairs(things) do
    while blocks[at] and blocks[at].to <= thing.offset do
      at = at + 1
    end
    if blocks[at] and thing.offset >= blocks[at].from then
      table.insert(blocks[at][key], thing)
    else
      rest[#rest + 1] = thing
    end
  end
  return rest
end

local function placed(hunks)
  local list <const> = {}
  for _, hunk in ipairs(hunks) do
    list[#list + 1] = hunk.offset and hunk or nil
  end
  table.sort(list, function(left, right)
    return left.offset < right.offset
  end)
  return list
end

local function add_all(lines, more)
  table.move(more, 1, #more, #lines + 1, lines)
end

-- What an earlier recipe of the run changes is shown there.
local function add_block(lines, block)
  for _, hunk in ipairs(block.hunks) do
    lines[#lines + 1] = wording.hunk(hunk)
  end
  if #block.hunks == 0 then
    lines[#lines + 1] = wording.changes(block.changes)
  end
  add_all(lines, block.lines)
end

-- The hunks that are told apart from the bytes. Where bytes move, all of them: a hunk's offset is that at which it was
-- found, and something else may lie there in the end.
local function set_apart(report, blocks)
  for _, change in ipairs(report.changes) do
    if #change.old ~= #change.new then
      return placed(report.hunks), math.huge
    end
  end
  return distribute(placed(report.hunks), blocks, "hunks")
end

local function is_own(block)
  return #block.changes > 0 or #block.hunks > 0
end

-- Where a hunk nearly is: the bytes there, from the first that differs to the last marked.
local function add_candidate(lines, b, candidate, style)
  lines[#lines + 1] = wording.candidate(candidate)
  local first <const>, last <const> = candidate.differences[1], candidate.differences[#candidate.differences]
  if not first or last.offset >= #b then
    return
  end
  local width <const> = style.width
  local from <const> = first.offset - first.offset % width
  local to <const> = math.min(#b, last.offset - last.offset % width + width, from + 4 * width)
  local text <const> = hexdump.join(core.hexdump(b, from, to - from, width, false, style.colour and "colour" or "stars",
    first.offset, math.min(last.offset + 1, to) - first.offset))
  for line in text:gmatch "(%x+  [^\n]*)\n" do
    lines[#lines + 1] = "      " .. line
  end
end

local function add_unplaced(lines, b, hunks, style)
  for _, hunk in ipairs(hunks) do
    if not hunk.offset or hunk.state == "neither" then
      lines[#lines + 1] = wording.hunk(hunk)
      for _, candidate in ipairs(hunk.nearest or {}) do
        add_candidate(lines, b, candidate, style)
      end
    end
  end
end

-- A hunk that changes nothing lies in no block. One that is old behind the last block is left out with what it changes.
local function add_still(lines, hunks, shown_to)
  for _, hunk in ipairs(hunks) do
    if hunk.state ~= "neither" and not (hunk.state == "old" and hunk.offset >= shown_to) then
      lines[#lines + 1] = wording.hunk(hunk)
    end
  end
end

-- Lines about hunks that lie in no block are cut short where they are too many.
local function shorten(lines, style)
  local more <const> = #lines - MOST
  if more > 0 and not style.all then
    lines[MOST + 1] = ("  ... and %d more line%s about hunks (-v shows all)"):format(more, more == 1 and "" or "s")
    for index = #lines, MOST + 2, -1 do
      lines[index] = nil
    end
  end
end

-- A change that is cut short is the last one that is shown.
local function left_out(report, blocks)
  local rest = #report.changes
  for _, block in ipairs(blocks) do
    rest = rest - #block.changes
  end
  return rest > 0 and ("  ... and %d more change%s (-v shows all)"):format(rest, rest == 1 and "" or "s")
    or "  ... (-v shows all)"
end

--- The lines for a target: its hunks with their notes and offsets, each with the bytes before and after in their
--- context; what changes besides; and for a hunk that is not there, where it nearly is.
---@param b suture.bytes
---@param report suture.report
---@param style suture.preview.style
---@return string[]
function preview.lines(b, report, style)
  local lines <const> = {}
  local blocks <const>, whole <const> = blocks_of(b, style)
  distribute(report.changes, blocks, "changes")
  local apart <const>, all <const> = set_apart(report, blocks)
  add_unplaced(lines, b, report.hunks, style)
  add_still(lines, apart, all or whole and math.huge or blocks[#blocks].to)
  shorten(lines, style)
  for _, block in ipairs(blocks) do
    if is_own(block) then
      add_block(lines, block)
    end
  end
  if not whole then
    lines[#lines + 1] = left_out(report, blocks)
  end
  return lines
end

return preview
