-- Which bracket belongs to the one at the cursor.

local brackets = require "suture.repl.brackets"

-- The cursor is where the text has |. The pair comes as the text with both marked by *.
local function marked(with_cursor)
  local text = with_cursor:gsub("|", "")
  local first, second = brackets(text, with_cursor:find("|", 1, true) - 1)
  if not first then
    return nil
  end
  local low, high = math.min(first, second), math.max(first, second)
  return text:sub(1, low - 1) .. "*" .. text:sub(low + 1, high - 1) .. "*" .. text:sub(high + 1)
end

describe("brackets", function()
  local cases = {
    ["f(x)|"] = "f*x*",
    ["f|(x)"] = "f*x*",
    ["f(|x)"] = "f*x*",
    ["f(a[1]|)"] = "f(a*1*)",
    ["f(a[1])|"] = "f*a[1]*",
    ["{ (\n)| }"] = "{ *\n* }",
    ["f(')')|"] = "f*')'*",
    ["f( -- )\n)|"] = "f* -- )\n*",
  }
  for text, wanted in pairs(cases) do
    it(("finds the pair at | in %q"):format(text), function() assert.same(wanted, marked(text)) end)
  end

  for _, text in ipairs { "|", "a|b", "f(|", "f(x]|", ")|", "'()|'", "f(x) |", "[[ ( |) ]]" } do
    it(("finds none at | in %q"):format(text), function() assert.is_nil(marked(text)) end)
  end
end)
