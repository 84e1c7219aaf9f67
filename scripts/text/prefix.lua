-- What may stand in a path: a prefix that follows one of these is the middle of another path.
local PATH <const> = "[%w_%-./+~$%%})]"
local NAME <const> = "[%w_%-.+~]" -- a prefix before one of these ends inside a name

-- Whether the prefix, between the characters before and after it, stands for itself: "/old"
-- does in "/old/x" and "a:/old", but not in "/old2" and "/very/old".
local function stands_alone(prefix, before, after)
  local whole <const> = prefix:sub(-1) == "/" or not after:find(NAME)
  return whole and not before:find(PATH)
end

-- The text with the prefix replaced wherever it stands alone, and how often that was.
local function replace(text, old, new)
  local parts <const> = {}
  local from, at = 1, 1
  while true do
    local first <const>, last <const> = text:find(old, at, true)
    if not first then
      break
    end
    if stands_alone(old, text:sub(first - 1, first - 1), text:sub(last + 1, last + 1)) then
      parts[#parts + 1] = text:sub(from, first - 1) .. new
      from, at = last + 1, last + 1
    else
      at = first + 1
    end
  end
  return table.concat(parts) .. text:sub(from), #parts
end

local function byte_or_none(b, off)
  return off >= 0 and off < #b and b:read(off, 1) or ""
end

-- Where the prefix stands alone: a list of offsets.
local function places(b, prefix)
  local found <const> = {}
  for off, len in b:matches(prefix) do
    if stands_alone(prefix, byte_or_none(b, off - 1), byte_or_none(b, off + len)) then
      found[#found + 1] = off
    end
  end
  return found
end

-- The rewritten text of a slot: from the prefix to the NUL, and zeros for what became shorter.
local function slot(b, off, params, context)
  local text <const> = b:cstring(off)
  if text:find "[\1-\8\14-\26\28-\31\127]" then
    context.refuse(("0x%x: the prefix is not in a text that ends with NUL"):format(off))
  end
  local changed <const>, count <const> = replace(text, params.old, params.new)
  if #changed > #text then
    context.refuse(("0x%x: %q does not fit: %d bytes for %d"):format(off, changed, #changed, #text))
  end
  return { at = off, old = text, new = changed .. ("\0"):rep(#text - #changed), count = count }
end

-- All slots, so that every refusal comes before the first write.
local function slots(b, params, context)
  local list <const> = {}
  local done = 0
  for _, off in ipairs(places(b, params.old)) do
    if off >= done then
      list[#list + 1] = slot(b, off, params, context)
      done = off + #list[#list].old
    end
  end
  return list
end

local function apply(b, params, context)
  if params.old == params.new then
    context.refuse "the old and the new prefix are the same"
  end
  local list <const> = slots(b, params, context)
  if #list == 0 then
    if #places(b, params.new) == 0 then
      context.refuse(("neither %q nor %q is in the file"):format(params.old, params.new))
    end
    return context.already(("%q is in the file, %q is not"):format(params.new, params.old))
  end
  for _, found in ipairs(list) do
    b:patch(found.at, found.old, found.new)
  end
end

return {
  name = "text/prefix",
  summary = "Replace a path that was compiled into a program",
  description = [[
Finds every NUL-terminated text in which the old prefix stands at the beginning
or after a character that is no part of a path (as in a list of folders), puts
the new prefix in its place, moves the rest of the text up and fills up with
NUL. A new prefix that is longer than the old one is refused, and nothing is
written then. Texts whose length is compiled into the program, or which share
their end with another text, are not recognised as such.]],
  version = "1.0.0",
  license = "MIT",
  categories = { "text" },
  params = {
    old = { type = "string", required = true, pattern = ".", help = "the prefix that is in the program" },
    new = { type = "string", required = true, pattern = ".", help = "the prefix to put in its place" },
  },
  targets = { { name = "program" } },
  apply = apply,
  examples = {
    {
      input = "/opt/app/bin:/opt/app2/bin\0", params = { old = "/opt/app", new = "/srv" },
      output = "/srv/bin:/opt/app2/bin\0\0\0\0\0",
    },
    { input = "/opt/app\0", params = { old = "/opt/app", new = "/srv/apps" }, verdict = "foreign" },
  },
}
