-- The two texts a script spells bytes in: hex for bytes, patterns for bytes with wildcards.

local suture = require "suture"
local raised = require "spec.support.raised"

describe("suture.hex", function()
  it("gives the bytes", function()
    assert.equal("\x90\x90", suture.hex "90 90")
    assert.equal("\x00\xff\xab\xcd", suture.hex "00 FF aB Cd")
  end)

  it("wants no spaces and takes any", function()
    assert.equal("\x12\x34\x56", suture.hex "123456")
    assert.equal("\x12\x34\x56", suture.hex "  12\t34\n56 ")
  end)

  it("gives nothing for nothing", function()
    assert.equal("", suture.hex "")
    assert.equal("", suture.hex "  ")
  end)

  it("spells every byte", function()
    for byte = 0, 255 do
      assert.equal(string.char(byte), suture.hex(("%02x"):format(byte)))
      assert.equal(string.char(byte), suture.hex(("%02X"):format(byte)))
    end
  end)

  for name, text in pairs {
    ["a lone nibble"] = "9",
    ["a lone nibble after bytes"] = "90 9",
    ["a lone nibble between bytes"] = "90 9 90",
    ["an odd number of digits"] = "909",
    ["a wildcard"] = "90 ??",
    ["a nibble wildcard"] = "9?",
    ["a letter that is no digit"] = "90 zz",
    ["a sign"] = "-1",
    ["a NUL"] = "90\0",
    ["a byte beyond ASCII"] = "\xff",
  } do
    it("raises for " .. name, function()
      raised("argument", suture.hex, text)
    end)
  end

  it("names the bad character and its place", function()
    local err = raised("argument", suture.hex, "90 9g")
    assert.matches("g", tostring(err), 1, true)
    assert.matches("0x4: ", tostring(err), 1, true)
  end)

  it("raises for anything but a string", function()
    raised("argument", suture.hex)
    raised("argument", suture.hex, nil)
    raised("argument", suture.hex, 90)
    raised("argument", suture.hex, {})
  end)
end)

describe("suture.pattern", function()
  for text, canonical in pairs {
    ["48 8b ?? 4? e8"] = "48 8b ?? 4? e8",
    ["48 8B ?? ?F"] = "48 8b ?? ?f",
    ["488b??4?"] = "48 8b ?? 4?",
    ["  e8\t??\n90  "] = "e8 ?? 90",
    ["e8 ? 90"] = "e8 ?? 90",
    ["? 90 ?"] = "?? 90 ??",
    ["?"] = "??",
    ["?? ??"] = "?? ??",
    ["? ?"] = "?? ??",
    ["????"] = "?? ??",
    ["00"] = "00",
  } do
    it(("reads %q as %s"):format(text, canonical), function()
      local p = suture.pattern(text)
      assert.equal(canonical, tostring(p))
      assert.equal((#canonical + 1) // 3, #p)
    end)
  end

  for name, text in pairs {
    ["a lone nibble"] = "4",
    ["a lone nibble after bytes"] = "48 8",
    ["a lone nibble between bytes"] = "48 8 90",
    ["an odd number of digits"] = "488",
    ["three wildcards"] = "48 ???",
    ["a letter that is no digit"] = "48 xz",
    ["a dot"] = "48 ..",
    ["a star"] = "48 *",
    ["a comma"] = "48,90",
    ["a NUL"] = "48\0 90",
    ["a byte beyond ASCII"] = "48 \xff",
  } do
    it("raises for " .. name, function()
      raised("argument", suture.pattern, text)
    end)
  end

  it("names the bad character and its place", function()
    local err = raised("argument", suture.pattern, "48 8b zz")
    assert.matches("z", tostring(err), 1, true)
    assert.matches("0x6: ", tostring(err), 1, true)
  end)

  it("raises for anything but a string", function()
    raised("argument", suture.pattern)
    raised("argument", suture.pattern, nil)
    raised("argument", suture.pattern, 90)
    raised("argument", suture.pattern, {})
  end)

  it("cannot be empty where something is looked for", function()
    assert.is_false(pcall(function()
      return suture.buffer("abc"):find(suture.pattern "")
    end))
    assert.is_false(pcall(function()
      return suture.buffer("abc"):find(suture.pattern "  ")
    end))
  end)

  it("may be used again and again, on any object", function()
    local p = suture.pattern "61 ?2"
    assert.equal(0, (suture.buffer("ab"):find(p)))
    assert.equal(1, (suture.buffer("xab"):find(p)))
    assert.is_nil((suture.buffer("xa"):find(p)))
    assert.equal(1, (suture.buffer("xa\xf2"):find(p)))
  end)

  it("of wildcards alone matches everywhere", function()
    local b = suture.buffer("abcd")
    assert.equal(3, b:count(suture.pattern "?? ??"))
    assert.equal(0, (b:find(suture.pattern "?")))
    assert.equal(3, (b:rfind(suture.pattern "?")))
  end)

  it("raises for a field it does not have, with a suggestion", function()
    local p = suture.pattern "90"
    local err = raised("argument", function() return p.mathces end)
    assert.matches("'matches'", tostring(err), 1, true)
    assert.is_false(pcall(function() p.fixed = 1 end))
    assert.equal(1, p.fixed)
  end)

  it("tells how many of its bytes are wholly fixed", function()
    assert.equal(3, suture.pattern("48 8b ?? 4? e8").fixed)
    assert.equal(0, suture.pattern("?? 4? ?f").fixed)
  end)

  describe(":matches", function()
    it("compares fixed bits and nothing else", function()
      local p = suture.pattern "48 ?? 4? ?f"
      assert.is_true(p:matches "\x48\x00\x4a\xff")
      assert.is_true(p:matches "\x48\xff\x40\x0f")
      assert.is_false(p:matches "\x49\x00\x4a\xff")
      assert.is_false(p:matches "\x48\x00\x5a\xff")
      assert.is_false(p:matches "\x48\x00\x4a\xf0")
    end)
  end)

  describe(":apply", function()
    it("lays the fixed bits over a string and keeps the others", function()
      assert.equal("\x48\x12\x42\x1f", suture.pattern("48 ?? 4? ?f"):apply("\x11\x12\x12\x12"))
    end)
  end)

  describe(":overlay", function()
    it("lays bytes and patterns over a copy", function()
      local p = suture.pattern "48 8b ?? 4?"
      assert.equal("48 90 90 4?", tostring(p:overlay(1, "\x90\x90")))
      assert.equal("48 8b e8 4?", tostring(p:overlay(2, suture.pattern "e8")))
      assert.equal("48 8b ?? 4?", tostring(p))
    end)

    it("grows where it must and leaves gaps open", function()
      assert.equal("48 90 90", tostring(suture.pattern("48 8b"):overlay(1, "\x90\x90")))
      assert.equal("48 ?? ?? 90", tostring(suture.pattern("48"):overlay(3, "\x90")))
    end)

    it("raises for offsets below 0 and beyond reason", function()
      local p = suture.pattern "48"
      assert.is_false(pcall(p.overlay, p, -1, "\x90"))
      assert.is_false(pcall(p.overlay, p, math.maxinteger, "\x90"))
      assert.is_false(pcall(p.overlay, p, 1.5, "\x90"))
    end)
  end)
end)
