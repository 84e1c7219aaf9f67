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

-- How an edit begins: with the target where there are several.
local function head_of(plan)
  return plan.target and ('    { target = "%s", '):format(plan.target) or "    { "
end

local function find_line(plan, hunk, found)
  local text <const> = signature.around(found, hunk.old)
  return ("%sfind = %s,\n      skip = %d, old = %s,\n      new = %s },"):format(head_of(plan),
    call("pattern", text, "     "), found.skip, hex(hunk.old, "      "), hex(hunk.new, "      "))
end

local function place_line(plan, hunk)
  return ('%slabel = "original", at = 0x%x, old = %s,\n      new = %s },'):format(head_of(plan),
    hunk.at, hex(hunk.old, "      "), hex(hunk.new, "      "))
end

local function edit_lines(plan, lines)
  for index, hunk in ipairs(plan.way ~= "whole" and plan.hunks or {}) do
    if not hunk.is_splice then
      local found <const> = plan.signatures[index]
      lines[#lines + 1] = ("    -- 0x%x"):format(hunk.at)
      lines[#lines + 1] = found and find_line(plan, hunk, found) or place_line(plan, hunk)
    end
  end
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

-- The object that a plan is about, in the apply function.
local function object_of(plan)
  return plan.target and "b." .. plan.target or "b"
end

local function splice_lines(plan, lines)
  for index, hunk in ipairs(plan.hunks) do
    if hunk.is_splice then
      local found <const> = plan.signatures[index]
      lines[#lines + 1] = ("    -- 0x%x\n    changed = splice(%s, %s, %d,\n      %s, %s,\n      %s) or changed"):format(
        hunk.at, object_of(plan), argument(found.before), found.skip, argument(signature.hex(hunk.old)),
        argument(signature.hex(hunk.new)), argument(found.after))
    end
  end
end

local WHOLE <const> = [[
-- Whether the file is that one.
local function is(b, size, sha256)
  return #b == size and b:digest(0, #b, "sha256") == hex(sha256)
end

]]

local WHOLE_BEGIN <const> = [[
    if not is(%s, %d, "%s") then
      if not is(%s, %d, "%s") then
        context.refuse "the file is another one"
      end]]

-- Offsets count where the changes in front are made.
local function whole_lines(plan, lines)
  local object <const>, growth = object_of(plan), 0
  lines[#lines + 1] = WHOLE_BEGIN:format(object, plan.changed.size, plan.changed.sha256, object, plan.original.size,
    plan.original.sha256)
  for _, hunk in ipairs(plan.hunks) do
    lines[#lines + 1] = ("      %s:delete(0x%x, %d)\n      %s:insert(0x%x, %s)"):format(object, hunk.at + growth,
      #hunk.old, object, hunk.at + growth, hex(hunk.new, "        "))
    growth = growth + #hunk.new - #hunk.old
  end
  lines[#lines + 1] = "      changed = true\n    end"
end

local appliers <const> = { splices = splice_lines, whole = whole_lines }

local function apply_text(plans)
  local lines <const> = {}
  for _, plan in ipairs(plans) do
    if appliers[plan.way] then
      appliers[plan.way](plan, lines)
    end
  end
  if #lines == 0 then
    return ""
  end
  return ('  apply = function(b, _, context)\n    local changed = false\n%s\n    if not changed then\n'
    .. '      context.already "all of it is there"\n    end\n  end,\n'):format(table.concat(lines, "\n"))
end

local function edits_text(plans)
  local lines <const> = {}
  for _, plan in ipairs(plans) do
    edit_lines(plan, lines)
  end
  return #lines > 0 and "  edits = {\n" .. table.concat(lines, "\n") .. "\n  },\n" or ""
end

local function target_text(plan)
  local versions <const> = plan.way == "edits" and plan.original
    and (',\n    versions = { { label = "original", size = %d,\n      sha256 = "%s" } }'):format(
      plan.original.size, plan.original.sha256) or ""
  return ('    { name = "%s"%s },'):format(plan.target or "image", versions)
end

-- Targets are declared where there are several, or where one is known by its digest.
local function targets_text(plans)
  local lines, needed <const> = {}, #plans > 1 or plans[1].way == "edits" and plans[1].original ~= nil
  for index, plan in ipairs(plans) do
    lines[index] = target_text(plan)
  end
  return needed and "  targets = {\n" .. table.concat(lines, "\n") .. "\n  },\n" or ""
end

local HEAD <const> = [[
%s: what was changed in %s.

local suture <const> = require "suture"
local hex <const>, pattern <const> = suture.hex, suture.pattern

%sreturn {
  name = %s,
  version = "1.0.0",
  summary = %s,
]]

local function helpers_text(plans)
  local ways <const> = {}
  for _, plan in ipairs(plans) do
    ways[plan.way] = true
  end
  return (ways.splices and SPLICE or "") .. (ways.whole and WHOLE or "")
end

---@class suture.repl.plan  what becomes of one target
---@field target string?    its name, where there are several
---@field file string       that was changed
---@field way "edits"|"splices"|"whole"
---@field hunks suture.repl.hunk[]
---@field signatures suture.repl.signature[]  by the index of their hunk; absent where none was found
---@field original { size: integer, sha256: string }?  where a signature is missing
---@field changed { size: integer, sha256: string }?

--- The text.
---@param plans suture.repl.plan[]
---@param name string  of the recipe
---@return string
function source.text(plans, name)
  local files <const> = {}
  for index, plan in ipairs(plans) do
    files[index] = plan.file
  end
  local told <const> = table.concat(files, ", ")
  local head <const> = HEAD:format(source.MARK, quote(told):sub(2, -2), helpers_text(plans), quote(name),
    quote("What a session changed in " .. told))
  return head .. targets_text(plans) .. edits_text(plans) .. apply_text(plans) .. "}\n"
end

return source
