-- scripts/text/swap, judged by the patched program itself, by strings and by Python's codecs.

local driver = require "spec.scripts.driver"
local elf = require "spec.scripts.elf"
local recipe = require "spec.support.recipe"
local support = require "spec.support"

local NAME <const> = "text/swap"

local function wide(text, codec)
  local code = ("import sys; sys.stdout.buffer.write(%q.encode(%q))"):format(text, codec)
  local status, stdout, stderr = support.run("python3 -c " .. support.quote(code))
  assert(status == 0, stderr)
  return stdout
end

local function encoding_case(codec, old, new)
  return {
    input = function() return "\xff" .. wide(old .. "!", codec) end,
    output = function() return "\xff" .. wide(new .. "!", codec) end,
    params = { old = old, new = new, encoding = codec },
  }
end

driver.proves(NAME, {
  params = { old = "alive", new = "awake" },
  cases = {
    ["a compiled program, which says the other word"] = {
      input = function() return elf.compiled "" end,
      after = function(path)
        local status, stdout = support.run(path)
        assert.same({ 0, "awake\n" }, { status, stdout })
        local _, texts = support.run("strings -a " .. path)
        assert.not_matches("alive", texts)
        elf.lint(path)
      end,
    },
    ["the first and the last byte"] = { input = "alive", output = "awake" },
    ["as many as are told"] = {
      input = "alive\0alive", output = "awake\0awake", params = { old = "alive", new = "awake", count = 2 },
    },
    ["the last of three"] = {
      input = "alive alive alive", output = "alive alive awake", params = { old = "alive", new = "awake", nth = 3 },
    },
    ["UTF-16, little endian"] = encoding_case("utf-16le", "größer \u{1f600}", "kleine \u{1f601}"),
    ["UTF-16, big endian"] = encoding_case("utf-16be", "alive", "awake"),
  },
  partial = {
    ["one of two"] = {
      input = "awake alive", output = "awake awake", params = { old = "alive", new = "awake", count = 2 },
    },
  },
  refused = {
    ["another text"] = "asleep",
    ["a text that is cut"] = "aliv",
    ["a text in capitals"] = "ALIVE",
    ["a text with gaps"] = "a\0l\0i\0v\0e\0",
    ["two where one is told"] = { input = "alive alive", message = "2" },
    ["the old and the new one where one is told"] = "alive awake",
    ["one where two are told"] = { input = "alive", params = { old = "alive", new = "awake", count = 2 } },
    ["three where two are told"] = {
      input = "alive alive alive", params = { old = "alive", new = "awake", count = 2 },
    },
    ["no second one"] = { input = "alive", params = { old = "alive", new = "awake", nth = 2 } },
    ["a longer text"] = {
      input = "alive", params = { old = "alive", new = "asleep" },
      message = "the new text has 6 bytes and the old one 5: both must be of one length",
    },
    ["a shorter text"] = { input = "alive", params = { old = "alive", new = "dead" }, message = "of one length" },
    ["the same text"] = { input = "alive", params = { old = "alive", new = "alive" }, message = "the same" },
    ["what is no text in UTF-16"] = {
      input = "\xff\0", params = { old = "\xff", new = "x", encoding = "utf-16le" }, message = "is no UTF-8",
    },
  },
})

describe("text/swap", function()
  it("demands both texts, and that they say something", function()
    local path = support.write("a.bin", "alive")
    assert.equal(2, (recipe.run("run", NAME, path, "-p old=alive")))
    assert.equal(2, (recipe.run("run", NAME, path, "-p old=alive -p new=")))
    assert.equal(2, (recipe.run("run", NAME, path, "-p old=alive -p new=awake -p count=0")))
    assert.equal("alive", support.read(path))
  end)
end)
