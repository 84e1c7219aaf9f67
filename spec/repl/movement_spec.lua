-- The cursor in a text of several lines.

local movement = require "suture.repl.movement"

-- Moves the cursor, which is where the text has |.
local function moved(name, with_cursor)
  local text = with_cursor:gsub("|", "")
  local point = movement[name](text, with_cursor:find("|", 1, true) - 1)
  return point and text:sub(1, point) .. "|" .. text:sub(point + 1)
end

describe("movement", function()
  local cases = {
    up = { ["ab\nc|d"] = "a|b\ncd", ["a\nbcd|"] = "a|\nbcd", ["ab\n|cd"] = "|ab\ncd", ["日本x\nab|c"] = "日本|x\nabc",
      ["a\n\nb|"] = "a\n|\nb", ["\xffab\nxy|"] = "\xffa|b\nxy", ["a\n|"] = "|a\n" },
    down = { ["a|b\ncd"] = "ab\nc|d", ["abc|\nd"] = "abc\nd|", ["|ab\ncd"] = "ab\n|cd", ["ab|\n日本x"] = "ab\n日本|x",
      ["a|\n"] = "a\n|", ["日|\n\xffab"] = "日\n\xff|ab" },
    line_start = { ["ab\nc|d"] = "ab\n|cd", ["a|b"] = "|ab", ["|"] = "|" },
    line_end = { ["a|b\ncd"] = "ab|\ncd", ["a\n|b"] = "a\nb|", ["|"] = "|" },
  }
  for name, texts in pairs(cases) do
    for before, after in pairs(texts) do
      it(("%s goes from %q to %q"):format(name, before, after), function()
        assert.same(after, moved(name, before))
      end)
    end
  end

  it("goes nowhere from the first line up and the last line down", function()
    assert.is_nil(moved("up", "a|b\nc"))
    assert.is_nil(moved("down", "ab\nc|"))
    assert.is_nil(moved("up", "|"))
    assert.is_nil(moved("down", "|"))
  end)
end)
