-- docs/api.md taken apart: its entries, what each one names, and its examples.

local support = require "spec.support"

local reference = {}

--- An entry is a heading of the third level with what follows:
---   heading, line    its text, and where it stands
---   section          the heading of the second level above it
---   spans            what stands in backticks in the heading, such as "b:read(off, len [, stride])"
---   body             its text
---   examples         { language, text, line } of each block
local function new_entry(heading, line, section)
  local spans = {}
  for span in heading:gmatch "`([^`]+)`" do
    spans[#spans + 1] = span
  end
  return { heading = heading, line = line, section = section, spans = spans, body = "", examples = {} }
end

--- The entries of a text, and what comes before the first of them, in the same form.
function reference.parse(text)
  local preamble = new_entry("", 1, "")
  local entries, entry, section, block, number = {}, preamble, "", nil, 0
  for line in text:gmatch "([^\n]*)\n" do
    number = number + 1
    if block and line == "```" then
      block = nil
    elseif block then
      block.text = block.text .. line .. "\n"
    elseif line:find "^```" then
      block = { language = line:sub(4), text = "", line = number }
      table.insert(entry.examples, block)
    elseif line:find "^### " then
      entry = new_entry(line:sub(5), number, section)
      entries[#entries + 1] = entry
    elseif line:find "^## " then
      section = line:sub(4)
      entry = new_entry("", number, section)
    else
      entry.body = entry.body .. line .. "\n"
    end
  end
  return entries, preamble
end

reference.text = support.read "./docs/api.md"
reference.entries, reference.preamble = reference.parse(reference.text)

--- The entry that names an object's method or a module's field: "b:read", "suture.open".
function reference.find(name)
  for _, entry in ipairs(reference.entries) do
    for _, span in ipairs(entry.spans) do
      if span == name or span:sub(1, #name) == name and span:find("^[ ({%[]", #name + 1) then
        return entry, span
      end
    end
  end
end

--- The parameters of a span, { name, optional }. What is no plain name, such as "byte | string", has no name.
function reference.parameters(span)
  local text = span:match "%((.*)%)$"
  local list, depth = {}, 0
  for open, word, close in (text or ""):gmatch "(%[?),? *([^%[%],]*)(%]*)" do
    depth = depth + #open
    word = word:match "^%s*(.-)%s*$"
    if word ~= "" then
      list[#list + 1] = { name = word:match "^([%a_][%w_]*)$" or word == "..." and word or nil, optional = depth > 0 }
    end
    depth = depth - #close
  end
  return list
end

return reference
