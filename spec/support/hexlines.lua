-- The layouts of b:hexdump and b:diff, built the slow way: what the specs compare with.

local hexlines = {}

-- "xx" or two blanks for each place, runs of marked ones in colour.
local function cells(bytes, width, marks, colour)
  local parts = {}
  for i = 1, width do
    local byte = bytes:byte(i)
    local text = byte and ("%02x"):format(byte) or "  "
    local marked = byte and marks[i]
    if marked and colour and not marks[i - 1] then
      text = colour .. text
    end
    if marked and colour and not (marks[i + 1] and i < #bytes) then
      text = text .. "\27[0m"
    end
    local behind = marked and not colour and "*" or " "
    parts[i] = text .. behind .. (i % 8 == 0 and i < width and " " or "")
  end
  return table.concat(parts)
end

local function characters(bytes, marks, colour)
  local parts = {}
  for i = 1, #bytes do
    local text = bytes:sub(i, i):gsub("[^\32-\126]", ".")
    if colour and marks[i] then
      text = (marks[i - 1] and "" or colour) .. text .. (marks[i + 1] and i < #bytes and "" or "\27[0m")
    end
    parts[i] = text
  end
  return table.concat(parts)
end

--- One line, with its newline; marks[i] tells of the i-th byte.
function hexlines.line(address, bytes, width, marks, colour)
  return ("%08x  %s |%s|\n"):format(address, cells(bytes, width, marks, colour), characters(bytes, marks, colour))
end

-- marks of a line from a set of offsets counted from 0
local function marks_of(set, off, len)
  local marks, any = {}, false
  for i = 1, len do
    marks[i] = set[off + i - 1]
    any = any or marks[i]
  end
  return marks, any
end

--- The dump of data whose first byte has that address. Options: width, fold, colour, marks (a set of offsets).
function hexlines.dump(data, address, options)
  local width, set = options.width or 16, options.marks or {}
  local lines, before, starred = {}, nil, false
  for off = 0, #data - 1, width do
    local bytes = data:sub(off + 1, off + width)
    local marks, any = marks_of(set, off, #bytes)
    if options.fold ~= false and not any and bytes == before then
      lines[#lines + 1] = not starred and "*\n" or nil
      starred = true
    else
      lines[#lines + 1] = hexlines.line(address + off, bytes, width, marks, options.colour and "\27[1;31m")
      starred = false
    end
    before = not any and #bytes == width and bytes or nil
  end
  if #data > 0 then
    lines[#lines + 1] = ("%08x\n"):format(address + #data)
  end
  return table.concat(lines)
end

--- The changes of two strings compared at equal offsets, in the form that hexlines.diff takes.
function hexlines.compare(old, new)
  local changes, at, common = {}, 1, math.min(#old, #new)
  while at <= common do
    local first = at
    while at <= common and old:byte(at) ~= new:byte(at) do
      at = at + 1
    end
    if at > first then
      changes[#changes + 1] = { off = first - 1, len = at - first, old_off = first - 1, old_len = at - first }
    end
    at = at + 1
  end
  if #old ~= #new then
    changes[#changes + 1] = { off = common, len = #new - common, old_off = common, old_len = #old - common }
  end
  return changes
end

-- Where the old side stands when the new one stands at off, before what is deleted there.
local function counterpart(changes, off)
  local here = off
  for _, change in ipairs(changes) do
    if change.off >= off then
      break
    elseif change.off + change.len > off then
      here = change.old_off + math.min(off - change.off, change.old_len)
    else
      here = change.old_off + change.old_len + (off - change.off - change.len)
    end
  end
  return here
end

-- The lines of the new side: { off, len, old_off, old_len, changed }.
local function rows_of(changes, old, new, width)
  local rows, off = {}, 0
  local last = changes[#changes]
  local deleted_at_end = last and last.len == 0 and last.off == #new
  while off < #new or off == #new and deleted_at_end do
    local stop = math.min(off + width, #new)
    local row = { off = off, len = stop - off, old_off = counterpart(changes, off) }
    local final = off + width > #new or stop == #new and not deleted_at_end
    row.old_len = (final and #old or counterpart(changes, stop)) - row.old_off
    for _, change in ipairs(changes) do
      if change.off < off + width and (change.off + change.len > off or change.len == 0 and change.off >= off) then
        row.changed = true
      end
    end
    rows[#rows + 1] = row
    off = off + width
  end
  return rows
end

local function set_of(changes, off, len)
  local set = {}
  for _, change in ipairs(changes) do
    for at = change[off], change[off] + change[len] - 1 do
      set[at] = true
    end
  end
  return set
end

-- A changed row as units, each a line of the old side, one of the new, or both.
local function add_units(units, row, width)
  local off, left = row.old_off, row.old_len
  while left > width do
    units[#units + 1] = { old_off = off, old_len = width, off = row.off, len = 0 }
    off, left = off + width, left - width
  end
  units[#units + 1] = { old_off = off, old_len = left, off = row.off, len = row.len }
end

local function signed(sign, colour)
  return colour and colour .. sign .. "\27[0m" or sign
end

--- The text for two sides and their changes, ascending: { { off =, len =, old_off =, old_len = }, ... }.
-- Options: width, context, colour, and the addresses of the sides' first bytes, new_base and old_base.
function hexlines.diff(old, new, changes, options)
  local width, context = options.width or 16, options.context or 1
  local old_set, new_set = set_of(changes, "old_off", "old_len"), set_of(changes, "off", "len")
  local red, green = options.colour and "\27[31m", options.colour and "\27[32m"
  local function side(sign, colour, data, base, set, off, len)
    return len == 0 and "" or signed(sign, colour)
      .. hexlines.line(base + off, data:sub(off + 1, off + len), width, (marks_of(set, off, len)), colour)
  end
  local function unit_text(unit, offsets)
    local old_base = offsets and (options.old_base or 0) or -unit.old_off
    local new_base = offsets and (options.new_base or 0) or -unit.off
    return side("-", red, old, old_base, old_set, unit.old_off, unit.old_len)
      .. side("+", green, new, new_base, new_set, unit.off, unit.len)
  end
  local rows = rows_of(changes, old, new, width)
  local lines, units, shown_before = {}, {}, true
  local function end_units()
    local at = 1
    while at <= #units do
      local last = at
      local function whole(unit)
        return (unit.len == width or unit.len == 0) and (unit.old_len == width or unit.old_len == 0)
      end
      local function text(unit)
        unit.text = unit.text or unit_text(unit)
        return unit.text
      end
      while units[last + 1] and whole(units[at]) and whole(units[last + 1])
        and text(units[at]) == text(units[last + 1]) do
        last = last + 1
      end
      lines[#lines + 1] = unit_text(units[at], true)
      if last - at > 1 then
        lines[#lines + 1] = "*\n"
      end
      if last > at then
        lines[#lines + 1] = unit_text(units[last], true)
      end
      at = last + 1
    end
    units = {}
  end
  for i, row in ipairs(rows) do
    local near = false
    for j = math.max(1, i - context), math.min(#rows, i + context) do
      near = near or rows[j].changed
    end
    if row.changed then
      if not shown_before and #lines > 0 and context > 0 then
        lines[#lines + 1] = "\n"
      end
      add_units(units, row, width)
    else
      end_units()
      if near and not shown_before and #lines > 0 then
        lines[#lines + 1] = "\n"
      end
      if near then
        lines[#lines + 1] = " " .. hexlines.line((options.new_base or 0) + row.off,
          new:sub(row.off + 1, row.off + row.len), width, {})
      end
    end
    shown_before = row.changed or near
  end
  end_units()
  return table.concat(lines)
end

return hexlines
