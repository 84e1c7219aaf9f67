-- Lines that are taken back and done again, on buffers.

local core = require "suture.core"
local suture = require "suture"
local timeline = require "suture.repl.timeline"

local function new(...)
  local objects = { ... }
  return timeline.new(function()
    return objects
  end)
end

-- A line that ends well.
local function line(lines, label, act)
  lines:begin(label)
  act()
  return lines:finish()
end

local function write(b, off, text)
  return function()
    b:write(off, text)
  end
end

local function text(b)
  return b:read(0, #b)
end

describe("timeline", function()
  local b, lines

  before_each(function()
    b = suture.buffer "0123456789"
    lines = new(b)
  end)

  it("takes lines back, the last first, and does them again", function()
    line(lines, "one", write(b, 0, "A"))
    line(lines, "two", write(b, 1, "B"))
    line(lines, "three", function() b:insert(2, "CC") end)
    assert.same("ABCC23456789", text(b))
    assert.same({ "three", "two", "one", nil }, { lines:undo(), lines:undo(), lines:undo(), lines:undo() })
    assert.same("0123456789", text(b))
    assert.same({ "one", "two", "three", nil }, { lines:redo(), lines:redo(), lines:redo(), lines:redo() })
    assert.same("ABCC23456789", text(b))
    assert.same("three", lines:undo())
    assert.same("AB23456789", text(b))
  end)

  it("passes over lines that write nothing, and keeps what can be done again", function()
    line(lines, "one", write(b, 0, "A"))
    lines:undo()
    assert.is_false(line(lines, "look", function() text(b) end))
    assert.same("one", lines:redo())
    assert.same("A123456789", text(b))
  end)

  it("forgets what was taken back when something else is written", function()
    line(lines, "one", write(b, 0, "A"))
    lines:undo()
    line(lines, "two", write(b, 1, "B"))
    assert.is_nil(lines:redo())
    assert.same("0B23456789", text(b))
  end)

  it("takes back what a broken line wrote, and nothing else", function()
    line(lines, "one", write(b, 0, "A"))
    lines:begin "broken"
    b:write(5, "X")
    b:delete(0, 3)
    assert.is_true(lines:abort())
    assert.same("A123456789", text(b))
    assert.same("one", lines:undo())
    assert.same("0123456789", text(b))
  end)

  it("brings no broken line back", function()
    line(lines, "one", write(b, 0, "A"))
    lines:undo()
    lines:begin "broken"
    b:write(5, "X")
    lines:abort()
    assert.is_nil(lines:redo())
    assert.same("0123456789", text(b))
  end)

  it("gives a broken line's target its byte order back", function()
    lines:begin "broken"
    b.order = "be"
    lines:abort()
    assert.same("le", b.order)
  end)

  -- As the methods do it while a session watches them.
  local function roll_back(...)
    lines:before_rollback(b, ...)
    b:rollback(...)
    lines:after_rollback()
  end

  it("takes a broken line back that has rolled everything back", function()
    line(lines, "one", write(b, 0, "A"))
    lines:begin "broken"
    b:write(1, "B")
    roll_back()
    b:write(7, "Z")
    lines:abort()
    assert.same("A123456789", text(b))
    assert.same("one", lines:undo())
    assert.same("0123456789", text(b))
  end)

  it("leaves it to a line to take its own rollback back", function()
    line(lines, "one", write(b, 0, "A"))
    line(lines, "two", write(b, 1, "B"))
    line(lines, "both", function()
      b:write(2, "C")
      roll_back()
      assert.is_true(b:redo())
      assert.same("ABC3456789", text(b))
    end)
    assert.same({ "both", "two", "one" }, { lines:undo(), lines:undo(), lines:undo() })
    assert.same("0123456789", text(b))
  end)

  it("takes a rollback back, and the lines before it", function()
    line(lines, "one", write(b, 0, "A"))
    line(lines, "two", function() b:insert(1, "--") end)
    line(lines, "drop", roll_back)
    assert.same("0123456789", text(b))
    line(lines, "three", write(b, 9, "!"))
    assert.same({ "three", "drop" }, { lines:undo(), lines:undo() })
    assert.same("A--123456789", text(b))
    assert.same("two", lines:undo())
    assert.same("A123456789", text(b))
    assert.same("one", lines:undo())
    assert.same("0123456789", text(b))
    assert.same({ "one", "two", "drop" }, { lines:redo(), lines:redo(), lines:redo() })
    assert.same("0123456789", text(b))
  end)

  it("takes a line back that went back to a savepoint of an earlier one", function()
    local point
    line(lines, "one", write(b, 0, "A"))
    line(lines, "mark", function()
      point = b:savepoint()
      lines:made(point)
    end)
    line(lines, "two", write(b, 1, "B"))
    line(lines, "back", function() roll_back(point) end)
    assert.same("A123456789", text(b))
    assert.same("back", lines:undo())
    assert.same("AB23456789", text(b))
    assert.same("two", lines:undo())
    assert.same("A123456789", text(b))
  end)

  it("takes a large rollback back, as long as nothing is written, and refuses one within a line", function()
    lines = timeline.new(function() return { b } end, { lines = 4, whole = 4 })
    line(lines, "one", write(b, 0, "ABCDEF"))
    lines:begin "mixed"
    assert.matches("%.rollback drops it", tostring(select(2, pcall(roll_back))))
    lines:abort()
    assert.same("ABCDEF6789", text(b))
    line(lines, ".rollback", roll_back)
    assert.same({ ".rollback", nil }, { lines:undo(), lines:undo() })
    assert.same("ABCDEF6789", text(b))
    assert.same(".rollback", lines:redo())
    assert.same("0123456789", text(b))
    line(lines, "two", write(b, 9, "!"))
    lines:undo()
    assert.is_false(pcall(lines.undo, lines))
    assert.same("0123456789", text(b))
  end)

  it("keeps no earlier lines apart where that would be much", function()
    lines = timeline.new(function() return { b } end, { lines = 4, whole = 100 })
    line(lines, "one", write(b, 0, "AB"))
    line(lines, "two", write(b, 4, "CD"))
    line(lines, "drop", roll_back)
    assert.same({ "drop", nil }, { lines:undo(), lines:undo() })
    assert.same("AB23CD6789", text(b))
  end)

  it("does for several targets what it does for one", function()
    local other = suture.buffer "abcdef"
    lines = new(b, other)
    line(lines, "both", function() b:write(0, "A") other:write(0, "Z") end)
    line(lines, "second", function() other:write(1, "Y") end)
    assert.same({ "second", "both" }, { lines:undo(), lines:undo() })
    assert.same({ "0123456789", "abcdef" }, { text(b), text(other) })
    assert.same({ "both", "second" }, { lines:redo(), lines:redo() })
    assert.same({ "A123456789", "ZYcdef" }, { text(b), text(other) })
  end)

  it("leaves no savepoint behind for lines that write nothing", function()
    line(lines, "one", write(b, 0, "A"))
    for _ = 1, 100 do
      line(lines, "look", function() end)
    end
    assert.same("one", lines:undo())
    assert.same(0, (core.state(b)))
  end)

  -- Random lines against a list of all states that there were.
  it("agrees with a list of states", function()
    math.randomseed(9)
    local states, at = { text(b) }, 1
    for _ = 1, 400 do
      local choice = math.random(6)
      if choice == 1 then
        assert.same(at > 1, lines:undo() ~= nil)
        at = math.max(1, at - 1)
      elseif choice == 2 then
        assert.same(at < #states, lines:redo() ~= nil)
        at = math.min(#states, at + 1)
      elseif choice == 3 then
        lines:begin "broken"
        b:write(math.random(0, #b - 1), "?")
        local moved = lines:abort()
        states = moved and table.move(states, 1, at, 1, {}) or states
      else
        local changed = line(lines, "line", function()
          if choice == 4 and b:pending() then
            roll_back()
          elseif choice == 5 and #b < 40 then
            b:insert(math.random(0, #b), string.char(math.random(65, 90)))
          else
            b:write(math.random(0, #b - 1), string.char(math.random(97, 122)))
          end
        end)
        if changed then
          states = table.move(states, 1, at, 1, {})
          at = at + 1
          states[at] = text(b)
        end
      end
      assert.same(states[at], text(b))
    end
  end)
end)
