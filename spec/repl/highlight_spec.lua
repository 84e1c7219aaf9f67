-- Tokens of unfinished Lua, and what is coloured of them.

local chunk = require "suture.repl.chunk"
local highlight = require "suture.repl.highlight"
local tokens = require "suture.repl.tokens"

-- The tokens as words "kind:text"; one that is open ends with "...".
local function described(text)
  local words = {}
  for _, token in ipairs(tokens(text)) do
    words[#words + 1] = token.kind .. ":" .. token.text .. (token.is_open and "..." or "")
  end
  return words
end

-- The spans as words "style:text".
local function coloured(text)
  local words = {}
  for _, span in ipairs(highlight(text)) do
    words[#words + 1] = span.style .. ":" .. text:sub(span.first, span.last)
  end
  return words
end

describe("tokens", function()
  local cases = {
    [""] = {},
    [" \n "] = {},
    ["a=b1_"] = { "name:a", "operator:=", "name:b1_" },
    ["if x then"] = { "keyword:if", "name:x", "keyword:then" },
    ["a..b...c"] = { "name:a", "operator:..", "name:b", "operator:...", "name:c" },
    ["x//2>>1"] = { "name:x", "operator://", "number:2", "operator:>>", "number:1" },
    ["0xA.8p+1-1"] = { "number:0xA.8p+1", "operator:-", "number:1" },
    ["1e-3 3. .5 0xe+1"] = { "number:1e-3", "number:3.", "number:.5", "number:0xe", "operator:+", "number:1" },
    ["'a\\'b' \"c"] = { "string:'a\\'b'", "string:\"c..." },
    ["'a\nb"] = { "string:'a", "name:b" },
    ["'a\\\nb'"] = { "string:'a\\\nb'" },
    ["'a\\z \n b'"] = { "string:'a\\z \n b'" },
    ["'a\\"] = { "string:'a\\..." },
    ["[[a]b]] c"] = { "string:[[a]b]]", "name:c" },
    ["[==[a]]"] = { "string:[==[a]]..." },
    ["t[1]"] = { "name:t", "operator:[", "number:1", "operator:]" },
    ["-- a\nb"] = { "comment:-- a", "name:b" },
    ["--[[ a\nb]] c"] = { "comment:--[[ a\nb]]", "name:c" },
    ["--[=[ a ]]"] = { "comment:--[=[ a ]]..." },
    ["a -- b"] = { "name:a", "comment:-- b..." },
    ["\u{e9}x"] = { "operator:\xc3", "operator:\xa9", "name:x" },
  }
  for text, wanted in pairs(cases) do
    it(("of %q"):format(text), function() assert.same(wanted, described(text)) end)
  end

  it("cover every byte that is no blank, in order, whatever the bytes", function()
    local alphabet = { "a", "1", "-", "[", "]", "=", "'", "\"", "\\", "\n", " ", ".", "\xff", "e", "+", "z", "0x" }
    math.randomseed(7)
    for _ = 1, 2000 do
      local parts = {}
      for index = 1, math.random(0, 12) do
        parts[index] = alphabet[math.random(#alphabet)]
      end
      local text, last = table.concat(parts), 0
      for _, token in ipairs(tokens(text)) do
        assert(token.first > last and token.last >= token.first, text)
        assert.same("", (text:sub(last + 1, token.first - 1):gsub("%s", "")))
        last = token.last
        assert.same(text:sub(token.first, token.last), token.text)
      end
      assert.same("", (text:sub(last + 1):gsub("%s", "")))
    end
  end)

  it("are open where the chunk is unfinished for it", function()
    for _, text in ipairs { "x = [[a", "--[[a", "x = 'a\\" } do
      local list = tokens(text)
      assert.is_true(list[#list].is_open)
      assert.is_true(chunk.is_unfinished(text))
    end
  end)
end)

describe("highlight", function()
  local cases = {
    ["local x = 1 -- one"] = { "keyword:local", "number:1", "comment:-- one" },
    ["f('a', [[b"] = { "string:'a'", "string:[[b" },
    ["x = nil"] = { "keyword:nil" },
    [".dump 0x10"] = { "command:.dump", "number:0x10" },
    ["  .open 'a'"] = { "command:.open", "string:'a'" },
    [".5 + 1"] = { "number:.5", "number:1" },
    ["a\n.b"] = {},
  }
  for text, wanted in pairs(cases) do
    it(("of %q"):format(text), function() assert.same(wanted, coloured(text)) end)
  end
end)
