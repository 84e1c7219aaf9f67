-- One pass for many patterns: the same as a naive matcher finds, also across parts, and no more than is wanted.

local naive = require "spec.support.naive"
local pass = require "suture.hunk.pass"
local stressed = require "spec.support.stressed"
local suture = require "suture"

local function noise(length, alphabet)
  local bytes = {}
  for index = 1, length do
    local at = math.random(#alphabet)
    bytes[index] = alphabet:sub(at, at)
  end
  return table.concat(bytes)
end

-- A random pattern that suits, and its text.
local function suitable(alphabet)
  while true do
    local text = naive.pattern(math.random(4, 9), alphabet)
    local made = suture.pattern(text)
    if pass.suits(made) then
      return made, text
    end
  end
end

describe("pass", function()
  describe(".suits", function()
    local cases <const> = {
      ["48 8b 05 e8"] = true, ["48 8b 48 8b"] = false, ["48 8b ?? ?? e8"] = false, ["e8 ?? ?? ?? ??"] = false,
      ["00 00 00 00 00 00"] = false, ["48 8b 05"] = false, ["48 8b 05 ?? ?? ?? ?? 85 c0 74 10"] = true,
      ["4? 5? 6? 7?"] = true, ["4? ?1 4? ?1"] = false, ["00 00 00 01 00 00"] = true, ["00 00 00 00 01"] = true,
    }
    for text, wanted in pairs(cases) do
      it(("says %s of %s"):format(wanted, text), function()
        assert.equal(wanted, pass.suits(suture.pattern(text)))
      end)
    end

    it("is false for a very long pattern", function()
      assert.is_false(pass.suits(suture.pattern("01 02 03 04 " .. ("?? "):rep(70000))))
    end)

    it("holds: matches of what suits lie 4 bytes apart", function()
      math.randomseed(11)
      for _ = 1, stressed.rounds(200) do
        local _, text = suitable "\1\2"
        local data, last = noise(300, "\1\2"), -4
        for _, offset in ipairs(naive.matches(data, text, 0, #data)) do
          assert(offset - last >= 4, text)
          last = offset
        end
      end
    end)
  end)

  describe(".run", function()
    it("finds what a naive matcher finds, whatever the parts are", function()
      math.randomseed(12)
      local some = 0
      for _ = 1, stressed.rounds(60) do
        local data, patterns, texts, most = noise(math.random(0, 400), "\1\2\3"), {}, {}, {}
        for index = 1, math.random(12) do
          patterns[index], texts[index] = suitable "\1\2\3"
          most[index] = math.random(30)
        end
        local lists = pass.run(suture.buffer(data), patterns, most, math.random(40))
        for index, text in ipairs(texts) do
          local wanted = naive.matches(data, text, 0, #data)
          local is_cut = #wanted > most[index]
          local got = table.move(lists[index], 1, #lists[index], 1, {})
          assert.same(table.move(wanted, 1, math.min(#wanted, most[index]), 1, {}), got)
          assert.equal(is_cut, lists[index].is_cut)
          some = some + #got
        end
      end
      assert(stressed.is_so or some > 200, "the data hold too little")
    end)

    it("finds what begins at the last byte of a part", function()
      for start = 1, 20 do
        local b = suture.buffer((" "):rep(start - 1) .. "abcdef" .. (" "):rep(9))
        local lists = pass.run(b, { suture.pattern "61 62 63 64 65 66" }, { 9 }, start)
        assert.same({ { start - 1, is_cut = false } }, lists)
      end
    end)

    it("finds nothing in no bytes, and for no patterns", function()
      assert.same({}, pass.run(suture.buffer(0), {}, {}))
      assert.same({ { is_cut = false } }, pass.run(suture.buffer(0), { suture.pattern "01 02 03 04" }, { 1 }))
      assert.same({}, pass.run(suture.buffer(9), {}, {}))
    end)
  end)
end)
