-- The signature of the function that is being typed.

local hint = require "suture.repl.hint"
local suture = require "suture"

local REFERENCE <const> = {
  ["b:read"] = "b:read(off, len [, stride])", ["suture.open"] = "suture.open(path [, options])",
  ["suture.hex"] = "suture.hex(text)", ["c:read"] = "c:read(what)", ["string.rep"] = "string.rep(s, n [, sep])",
}

local env = {
  globals = {
    suture = suture, image = suture.buffer(4), cursor = suture.buffer(4):cursor(), string = string,
    text = "abc",
    own = function(first, second, ...) return first, second, ... end,
    object = { method = function(self, value) return self, value end, any = function(...) return ... end },
    print = print,
  },
  signature = function(name) return REFERENCE[name] end,
}

local function hinted(with_cursor)
  local pos = (with_cursor:find("|", 1, true) or #with_cursor + 1) - 1
  return hint((with_cursor:gsub("|", "")), pos, env)
end

describe("hint", function()
  local cases = {
    ["image:read"] = "b:read(off, len [, stride])",
    ["image:read("] = "b:read(off, len [, stride])",
    ["image:read(0, "] = "b:read(off, len [, stride])",
    ["image:read({ 1, (2) }, "] = "b:read(off, len [, stride])",
    ["image.read(image, "] = "b:read(off, len [, stride])",
    ["cursor:read("] = "c:read(what)",
    ["x = suture.open('a"] = "suture.open(path [, options])",
    ["suture.open(suture.hex("] = "suture.hex(text)",
    ["suture.open(suture.hex('a'), "] = "suture.open(path [, options])",
    ["suture.open(print("] = "suture.open(path [, options])",
    ["suture.open(unknown"] = "suture.open(path [, options])",
    ["suture.open(\n"] = "suture.open(path [, options])",
    ["string.rep("] = "string.rep(s, n [, sep])",
    ["text:rep("] = "string.rep(s, n [, sep])",
    ["own("] = "own(first, second, ...)",
    ["object:method("] = "method(value)",
    ["object.method("] = "method(self, value)",
    ["image:read|("] = "b:read(off, len [, stride])",
  }
  for text, wanted in pairs(cases) do
    it(("of %q"):format(text), function() assert.same(wanted, hinted(text)) end)
  end

  for _, text in ipairs { "", "(", "1 + (", "image:rea", "image:read()", "image:read(0)", "none(", "none.at.all(",
    "print(", "-- image:read(", "'image:read(", "image.path(", "object.any(", "({ image:read(1) " } do
    it(("there is none of %q"):format(text), function() assert.is_nil(hinted(text)) end)
  end

  it("of a command is how it is used", function()
    local inside = { globals = env.globals, signature = env.signature,
      usage = function(name) return name == "dump" and ".dump [OFF]" or nil end }
    assert.same(".dump [OFF]", hint(".dump", 5, inside))
    assert.same(".dump [OFF]", hint(" .dump image:read(", 18, inside))
    assert.is_nil(hint(".dum", 4, inside))
    assert.is_nil(hint(".dump", 5, env))
  end)

  it("does without a reference", function()
    assert.same("own(first, second, ...)", hint("own(", 4, { globals = env.globals }))
    assert.is_nil(hint("suture.open(", 12, { globals = env.globals }))
  end)
end)
