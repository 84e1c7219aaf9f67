-- What the painter sends, on a terminal in memory.

local layout = require "suture.repl.layout"
local painter = require "suture.repl.painter"
local screen = require "spec.support.screen"

local columns_of <const> = screen.columns_of

-- A text of which | is the cursor, at its end if nowhere.
local function edited(with_cursor, columns, more)
  local all = {
    text = with_cursor:gsub("|", ""), point = (with_cursor:find("|", 1, true) or #with_cursor + 1) - 1,
    prompt = "> ", continuation = ">> ", columns = columns or 20, lines = 24,
  }
  for name, value in pairs(more or {}) do
    all[name] = value
  end
  return all
end

-- What a terminal shows that got one paint, and where its cursor is.
local function painted(what)
  local terminal = screen.new(what.columns, what.lines)
  terminal:feed(painter(columns_of):paint(what))
  return terminal:shown(), { terminal.y, terminal.x }
end

local function row_texts(what)
  local rows, cursor = layout.rows(what, columns_of)
  local texts = {}
  for index, row in ipairs(rows) do
    texts[index] = row.text:gsub("\27%[[%d;]*m", "")
  end
  return texts, { cursor.row, cursor.column }
end

describe("layout", function()
  local cases = {
    ["a line"] = { "abc", { "> abc" }, { 1, 5 } },
    ["nothing"] = { "", { "> " }, { 1, 2 } },
    ["the cursor inside"] = { "a|bc", { "> abc" }, { 1, 3 } },
    ["a line that is longer than the window"] = { "abcdefghij", { "> abcdef", "ghij" }, { 2, 4 } },
    ["a line that ends at the margin"] = { "abcdef", { "> abcdef", "" }, { 2, 0 } },
    ["the cursor on the last column"] = { "abcde|f", { "> abcdef" }, { 1, 7 } },
    ["several lines"] = { "ab\ncd", { "> ab", ">> cd" }, { 2, 5 } },
    ["an empty line at the end"] = { "ab\n", { "> ab", ">> " }, { 2, 3 } },
    ["the cursor before a newline"] = { "ab|\ncd", { "> ab", ">> cd" }, { 1, 4 } },
    ["the cursor before a newline at the margin"] = { "abcdef|\ncd", { "> abcdef", ">> cd" }, { 1, 7 } },
    ["wide characters"] = { "日本", { "> 日本" }, { 1, 6 } },
    ["a wide character that does not fit"] = { "abcde日", { "> abcde", "日" }, { 2, 2 } },
    ["the cursor before a wide character that does not fit"] = { "abcde|日", { "> abcde", "日" }, { 2, 0 } },
    ["a combining character"] = { "e\u{301}x", { "> e\u{301}x" }, { 1, 4 } },
    ["control characters"] = { "a\27|\1b", { "> a^[^Ab" }, { 1, 5 } },
    ["a tab"] = { "a\tb", { "> a     ", "b" }, { 2, 1 } },
    ["a tab behind a full row"] = { "abcdef\tb", { "> abcdef", "        ", "b" }, { 3, 1 } },
    ["bytes that are no character"] = { "a\xff\xe6b", { "> a\u{fffd}\u{fffd}b" }, { 1, 6 } },
    ["the cursor inside a character"] = { "\xe6|\x97\xa5", { "> 日" }, { 1, 2 } },
  }
  for name, case in pairs(cases) do
    it("of " .. name, function()
      local texts, cursor = row_texts(edited(case[1], 8))
      assert.same({ case[2], case[3] }, { texts, cursor })
    end)
  end

  it("colours spans, the later over the earlier, and each row by itself", function()
    local spans = { { first = 1, last = 8, style = "string" }, { first = 2, last = 2, style = "keyword" } }
    local rows = layout.rows(edited("abcdefgh", 8, { spans = spans, prompt = "" }), columns_of)
    assert.same("\27[32ma\27[0m\27[35mb\27[0m\27[32mcdefgh\27[0m", rows[1].text)
    rows = layout.rows(edited("abcdefgh", 4, { spans = spans, prompt = "" }), columns_of)
    assert.same("\27[32mefgh\27[0m", rows[2].text)
  end)

  it("keeps the colours of a prompt, in each of its rows", function()
    local prompt = "a\27[1mbcd\27[0m\27[33me\27[0m> "
    local rows, cursor = layout.rows(edited("x", 3, { prompt = prompt }), columns_of)
    assert.same("a\27[1mbc\27[0m", rows[1].text)
    assert.same("\27[1md\27[0m\27[33me\27[0m>", rows[2].text)
    assert.same(" x", rows[3].text)
    assert.same({ row = 3, column = 2 }, cursor)
  end)

  it("cuts what must fit one row", function()
    assert.same(5, layout.row("日本語", "hint", 5, columns_of).width + 1)
  end)
end)

describe("painter", function()
  it("shows the hint below and the cursor in the text", function()
    local shown, cursor = painted(edited("f(|)", 20, { hint = "f(off, len)" }))
    assert.same({ { "> f()", "f(off, len)" }, { 1, 5 } }, { shown, cursor })
  end)

  it("cuts a hint that is wider than the window", function()
    assert.same({ "> f(", "f(off, le" }, painted(edited("f(", 9, { hint = "f(off, len)" })))
  end)

  it("shows no hint where the window has no row for it", function()
    assert.same({ "> f(" }, painted(edited("f(", 20, { hint = "f(off, len)", lines = 1 })))
  end)

  it("takes the hint away with the chunk, and goes below it", function()
    local terminal, paint = screen.new(20, 5), painter(columns_of)
    terminal:feed(paint:paint(edited("f(|)", 20, { hint = "f(off)" })))
    terminal:feed(paint:finish(edited("f(|)", 20, { hint = "f(off)" })) .. "below")
    assert.same({ "> f()", "below" }, terminal:shown())
  end)

  it("leaves no empty row behind a chunk that ends at the margin", function()
    local terminal, paint = screen.new(8, 5), painter(columns_of)
    terminal:feed(paint:finish(edited("abcdef", 8)) .. "below")
    assert.same({ "> abcdef", "below" }, terminal:shown())
  end)

  it("marks a chunk that is dropped", function()
    local terminal, paint = screen.new(20, 5), painter(columns_of)
    terminal:feed(paint:interrupt(edited("a|b")) .. "below")
    assert.same({ "> ab^C", "below" }, terminal:shown())
  end)

  it("begins below output that did not end its line", function()
    local terminal = screen.new(20, 5)
    terminal:feed "out"
    terminal:feed(painter(columns_of):begin(20) .. "> ")
    assert.same({ "out%", ">" }, terminal:shown())
  end)

  it("begins in the same row where the line was ended", function()
    local terminal = screen.new(20, 5)
    terminal:feed "out\r\n"
    terminal:feed(painter(columns_of):begin(20) .. "> ")
    assert.same({ "out", ">" }, terminal:shown())
  end)

  it("lists candidates below the text and goes on below them", function()
    local terminal, paint = screen.new(20, 9), painter(columns_of)
    local what = edited("re|)", 20, { hint = "hint" })
    terminal:feed(paint:paint(what) .. paint:list(what, { "rep", "reverse", "replace" }) .. paint:paint(what))
    assert.same({ "> re)", "rep      replace", "reverse", "> re)", "hint" }, terminal:shown())
    assert.same({ 4, 5 }, { terminal.y, terminal.x })
  end)

  it("lists as many candidates as the window takes", function()
    local names = {}
    for index = 1, 50 do
      names[index] = ("name%02d"):format(index)
    end
    local terminal, paint = screen.new(20, 6), painter(columns_of)
    terminal:feed(paint:list(edited("n", 20, { lines = 6 }), names))
    assert.same({ "> n", "name01  name03", "name02  name04", "(and 46 more)" }, terminal:shown())
  end)

  it("clears the screen", function()
    local terminal, paint = screen.new(20, 6), painter(columns_of)
    terminal:feed("before\r\n" .. paint:paint(edited "a") .. paint:clear() .. paint:paint(edited "ab"))
    assert.same({ "> ab" }, terminal:shown())
  end)

  it("shows the rows around the cursor of a text that is higher than the window", function()
    local text = "1\n2\n3\n4\n5\n6"
    local terminal, paint = screen.new(20, 3), painter(columns_of)
    terminal:feed(paint:paint(edited(text, 20, { lines = 3 })))
    assert.same({ ">> 4", ">> 5", ">> 6" }, terminal:shown(terminal.top))
    terminal:feed(paint:paint(edited(text, 20, { lines = 3, point = 0 })))
    assert.same({ "> 1", ">> 2", ">> 3" }, terminal:shown(terminal.top))
    terminal:feed(paint:paint(edited(text, 20, { lines = 3, point = 2 })))
    assert.same({ "> 1", ">> 2", ">> 3" }, terminal:shown(terminal.top))
    assert.same(terminal.top + 1, terminal.y)
  end)

  -- A random edit of a text.
  local ALPHABET <const> = { "a", "(", "\n", "日", "\t", "é", "e\u{301}", "\1", "word word ", "\xff" }
  local function changed(text)
    local at = math.random(0, #text)
    if math.random() < 0.3 then
      return text:sub(1, at) .. text:sub(at + math.random(0, 6))
    end
    return text:sub(1, at) .. ALPHABET[math.random(#ALPHABET)]:rep(math.random(1, 3)) .. text:sub(at + 1)
  end

  -- One that is painted step by step is what is painted at once.
  it("shows after any edits, moves and changes of width what it would show at first", function()
    math.randomseed(11)
    for _ = 1, 150 do
      local columns, text = math.random(5, 30), ""
      local terminal, paint = screen.new(columns, 200), painter(columns_of)
      terminal:feed "before\r\n"
      for _ = 1, 15 do
        text = changed(text)
        if math.random() < 0.2 then
          columns = math.random(5, 30)
          terminal:resize(columns)
        end
        local what = edited("", columns, { text = text, point = math.random(0, #text), lines = 200,
          hint = math.random() < 0.5 and "a hint" or nil })
        terminal:feed(paint:paint(what))
        local shown, cursor = painted(what)
        local start = 1 + (6 + columns - 1) // columns
        assert.same({ shown, cursor }, { terminal:shown(start), { terminal.y - start + 1, terminal.x } })
      end
    end
  end)

  it("sends little for a character at the end of many lines", function()
    local paint, text = painter(columns_of), ("a line of text\n"):rep(20)
    paint:paint(edited(text, 40))
    assert.is_true(#paint:paint(edited(text .. "x", 40)) < 120)
  end)
end)
