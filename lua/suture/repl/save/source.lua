--- The text of a recipe that makes the changes of a session.

local quote <const> = require "suture.repl.quote"
local signature <const> = require "suture.repl.save.signature"

local source <const> = {}

--- How a file begins that may be written over.
source.MARK = "-- Saved by suture repl"

-- Bytes in hex on a line.
local WIDTH <const> = 32

-- A text of pairs of digits as the argument of a function, in several lines where it is long.
local function call(name, text, indent)
  if #text <= 3 * WIDTH then
    return ('%s "%s"'):format(name, text)
  end
  local lines <const> = {}
  for at = 1, #text, 3 * WIDTH do
    lines[#lines + 1] = ('"%s"'):format(text:sub(at, at + 3 * WIDTH - 1))
  end
  return ("%s(%s)"):format(name, table.concat(lines, "\n" .. indent .. "  .. "))
end

local function hex(bytes, indent)
  return call("hex", signature.hex(bytes), indent)
end

local function find_line(hunk, found)
  local text <const> = signature.around(found, hunk.old)
  return ("    { find = %s,\n      skip = %d, old = %s,\n      new = %s },"):format(
    call("pattern", text, "     "), found.skip, hex(hunk.old, "      "), hex(hunk.new, "      "))
end

local function place_line(hunk)
  return ('    { label = "original", at = 0x%x, old = %s,\n      new = %s },'):format(
    hunk.at, hex(hunk.old, "      "), hex(hunk.new, "      "))
end

local function edit_lines(plan)
  local lines <const> = {}
  for index, hunk in ipairs(plan.hunks) do
    if not hunk.is_splice then
      lines[#lines + 1] = ("    -- 0x%x"):format(hunk.at)
      lines[#lines + 1] = plan.signatures[index] and find_line(hunk, plan.signatures[index]) or place_line(hunk)
    end
  end
  return lines
end

local SPLICE <const> = [[
-- Puts `new` in place of `old`, between what surrounds it (all in hex, `??` for any byte); false where it is there.
local function splice(b, before, skip, old, new, after)
  local from <const> = pattern(before .. " " .. old .. " " .. after)
  if b:count(from) == 0 and b:count(pattern(before .. " " .. new .. " " .. after)) == 1 then
    return false
  end
  local at <const> = b:unique(from) + skip
  b:delete(at, #hex(old))
  b:insert(at, hex(new))
  return true
end

]]

-- A text of pairs of digits as one argument of several.
local function argument(text)
  return (call("", text, "      "):gsub("^ ", ""))
end

local function splice_call(hunk, found)
  return ("    changed = splice(b, %s, %d,\n      %s, %s,\n      %s) or changed"):format(argument(found.before),
    found.skip, argument(signature.hex(hunk.old)), argument(signature.hex(hunk.new)), argument(found.after))
end

local function splice_lines(plan)
  local lines <const> = { "  apply = function(b, _, context)", "    local changed = false" }
  for index, hunk in ipairs(plan.hunks) do
    if hunk.is_splice then
      lines[#lines + 1] = ("    -- 0x%x"):format(hunk.at)
      lines[#lines + 1] = splice_call(hunk, plan.signatures[index])
    end
  end
  lines[#lines + 1] = '    if not changed then\n      context.already "all of it is there"\n    end\n  end,'
  return lines
end

local WHOLE <const> = [[
-- Whether the file is that one.
local function is(b, size, sha256)
  return #b == size and b:digest(0, #b, "sha256") == hex(sha256)
end

]]

-- Offsets count where the changes in front are made.
local function whole_lines(plan)
  local lines <const> = {
    "  apply = function(b, _, context)",
    ('    if is(b, %d, "%s") then\n      return context.already "all of it is there"'):format(
      plan.changed.size, plan.changed.sha256),
    ('    elseif not is(b, %d, "%s") then\n      context.refuse "the file is another one"\n    end'):format(
      plan.original.size, plan.original.sha256),
  }
  local growth = 0
  for _, hunk in ipairs(plan.hunks) do
    lines[#lines + 1] = ("    b:delete(0x%x, %d)\n    b:insert(0x%x, %s)"):format(hunk.at + growth, #hunk.old,
      hunk.at + growth, hex(hunk.new, "      "))
    growth = growth + #hunk.new - #hunk.old
  end
  lines[#lines + 1] = "  end,"
  return lines
end

local function versions_line(plan)
  local form <const> = '  targets = { { name = "image",\n'
    .. '    versions = { { label = "original", size = %d,\n      sha256 = "%s" } } } },'
  return form:format(plan.original.size, plan.original.sha256)
end

local HEAD <const> = [[
%s: what was changed in %s.

local suture <const> = require "suture"
%s
%sreturn {
  name = %s,
  version = "1.0.0",
  summary = %s,
]]

local function imports(plan)
  if plan.way == "whole" then
    return "local hex <const> = suture.hex\n"
  end
  return "local hex <const>, pattern <const> = suture.hex, suture.pattern\n"
end

---@class suture.repl.plan
---@field way "edits"|"splices"|"whole"
---@field hunks suture.repl.hunk[]
---@field signatures suture.repl.signature[]  by the index of their hunk; absent where none was found
---@field original { size: integer, sha256: string? }?
---@field changed { size: integer, sha256: string? }?
---@field name string   of the recipe
---@field file string   that was changed

local function body(plan)
  if plan.way == "whole" then
    return whole_lines(plan)
  end
  local lines <const> = {}
  if plan.original then
    lines[#lines + 1] = versions_line(plan)
  end
  local edits <const> = edit_lines(plan)
  if #edits > 0 then
    lines[#lines + 1] = "  edits = {\n" .. table.concat(edits, "\n") .. "\n  },"
  end
  if plan.way == "splices" then
    local splices <const> = splice_lines(plan)
    table.move(splices, 1, #splices, #lines + 1, lines)
  end
  return lines
end

--- The text.
---@param plan suture.repl.plan
---@return string
function source.text(plan)
  local helpers <const> = { splices = SPLICE, whole = WHOLE }
  local head <const> = HEAD:format(source.MARK, quote(plan.file):sub(2, -2), imports(plan), helpers[plan.way] or "",
    quote(plan.name), quote("What a session changed in " .. plan.file))
  return head .. table.concat(body(plan), "\n") .. "\n}\n"
end

return source
