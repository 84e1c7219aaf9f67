-- What people and programs are shown: check in the bytes around each hunk, and JSON of the form that is documented.

local support = require "spec.support"

local function run(command, ...)
  local words = { support.suture, command }
  for _, word in ipairs { ... } do
    words[#words + 1] = support.quote(word)
  end
  return support.run(table.concat(words, " "))
end

local HEAD <const> = "local suture = require 'suture'\nlocal hex, pattern = suture.hex, suture.pattern\n"

local function recipe(name, body)
  return support.write(name, HEAD .. body)
end

local BRIGHTNESS <const> = [[{ find = pattern "b8 ?? 00 cd 10", skip = 1, old = pattern "1?", new = pattern "3?",
  note = "brightness" }]]
local LAMP <const> = ("\0"):rep(16) .. "\xb8\x12\x00\xcd\x10" .. ("."):rep(19) .. "warm"

local lamp, light

setup(function()
  light = recipe("light.lua", ([[return { name = "lamp/bright", version = "1.2.3",
    edits = { %s, { find = "warm", old = "warm", new = "Warm", optional = true, note = "warmth" } },
    apply = function(b) b:u8(31, 0x5a) end }]]):format(BRIGHTNESS))
end)

before_each(function()
  lamp = support.write("lamp.bin", LAMP)
end)

describe("suture check", function()
  it("shows each hunk with its note and offset, the bytes before and after in their context", function()
    assert.same({ 1, [[
applicable
  hunk 0x11: old (brightness)
  hunk 0x28: old (warmth)
 00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|
-00000010  b8 12*00 cd 10 2e 2e 2e  2e 2e 2e 2e 2e 2e 2e 2e* |................|
+00000010  b8 32*00 cd 10 2e 2e 2e  2e 2e 2e 2e 2e 2e 2e 5a* |.2.............Z|
-00000020  2e 2e 2e 2e 2e 2e 2e 2e  77*61 72 6d              |........warm|
+00000020  2e 2e 2e 2e 2e 2e 2e 2e  57*61 72 6d              |........Warm|
]], "" }, { run("check", light, lamp) })
    assert.equal(LAMP, support.read(lamp))
  end)

  it("says what is there already, and what is not and need not be", function()
    run("run", light, lamp)
    assert.same({ 0, "applied\n  hunk 0x11: new (brightness)\n  hunk 0x28: new (warmth)\n", "" },
      { run("check", light, lamp) })
    support.write("lamp.bin", support.read(lamp):gsub("Warm", "cold"))
    assert.same({ 0, "applied\n  hunk: absent (warmth)\n  hunk 0x11: new (brightness)\n", "" },
      { run("check", light, lamp) })
  end)

  it("shows where a hunk nearly is, and in what it differs", function()
    support.write("lamp.bin", (LAMP:gsub("\xcd\x10", "\xcd\x11")))
    local status, stdout, stderr = run("check", light, lamp)
    assert.same({ 3, [[
foreign
  hunk: neither (brightness): needed exactly 1 match of b8 ?? 00 cd 10, found 0
    nearly at 0x10: 0x14 is 11, not 10; b8 ?? 00 cd ?? is found once
      00000010  b8 12 00 cd 11*2e 2e 2e  2e 2e 2e 2e 2e 2e 2e 2e  |................|
  hunk 0x28: old (warmth)
]] }, { status, stdout })
    assert.matches("lamp.bin: needed exactly 1 match of b8 ?? 00 cd 10, found 0\n", stderr, 1, true)
  end)

  it("shows of many changes the first, and all of them with -v", function()
    local all = recipe("all.lua", "return { apply = function(b) for i = 0, #b - 1, 64 do b:u8(i, 1) end end }")
    local target = support.write("large.bin", ("\0"):rep(64 * 300))
    local _, stdout = run("check", all, target)
    assert.matches("\n  ... and 260 more changes (-v shows all)\n", stdout, 1, true)
    assert.is_true(select(2, stdout:gsub("\n", "\n")) < 300)
    _, stdout = run("check", "-v", all, target)
    assert.equal(300, (select(2, stdout:gsub("\n%+", "\n+"))))
    assert.equal(300, (select(2, stdout:gsub("\n  change 0x%x+: 00 %-> 01\n", "\n"))))
  end)

  it("shows of many hunks those whose bytes it shows, and all of them with -v", function()
    local many = recipe("hunks.lua", [[local list = {}
      for i = 0, 299 do list[#list + 1] = { at = i * 64, old = "a", new = "b" } end
      return { edits = list }]])
    local target = support.write("long.bin", ("a"):rep(300 * 64))
    local _, stdout = run("check", many, target)
    local _, hunks = stdout:gsub("\n  hunk [^\n]*", "")
    local shown = tonumber(stdout:match "\n  %.%.%. and (%d+) more changes %(%-v shows all%)\n$")
    assert.equal(300, hunks + shown)
    assert.is_true(hunks > 10 and hunks < 200, hunks .. " hunks")
    _, stdout = run("check", "-v", many, target)
    _, hunks = stdout:gsub("\n  hunk [^\n]*", "")
    assert.equal(300, hunks)
  end)

  it("shows the beginning of a change that is long, and how it goes on with -v", function()
    local long = recipe("long.lua", [[return {
      apply = function(b) for i = 0, #b - 1 do b[i] = (i | 0x80) & 0xff end end }]])
    local target = support.write("long.bin", ("\1"):rep(8192))
    local _, stdout = run("check", long, target)
    assert.matches("^applicable\n  change 0x0: 01 01 [^\n]+\n%-00000000  01%*01", stdout)
    assert.matches("|\n  ... (-v shows all)\n", stdout, 1, true)
    _, stdout = run("check", "-v", long, target)
    assert.matches("%+00001ff0 [^\n]+\n$", stdout)
  end)

  it("tells hunks apart where bytes move: what lies at their offset then is something else", function()
    local moving = recipe("moving.lua", [[return {
      edits = { { at = 0x100, old = "a", new = "b", note = "early" } },
      apply = function(b) b:insert(0, ("+"):rep(0x80)) b[0x101] = 0x63 end }]])
    local _, stdout = run("check", moving, support.write("moving.bin", ("a"):rep(0x400)))
    assert.matches("^applicable\n  hunk 0x100: old %(early%)\n  change 0x0: nothing %-> 2b 2b ", stdout)
    assert.matches("\n  change 0x101: 61 -> 63\n 000000f0 ", stdout, 1, true)
    assert.matches("\n  change 0x180: 61 -> 62\n 00000170 ", stdout, 1, true)
  end)

  it("shows of many hunks that are not there the first", function()
    local strange = recipe("strange.lua", [[local list = {}
      for i = 1, 300 do list[i] = { at = 4096 + i, old = "a", new = "b" } end
      return { edits = list }]])
    local status, stdout = run("check", strange, lamp)
    assert.equal(3, status)
    assert.matches("\n  ... and 100 more lines about hunks (-v shows all)\n", stdout, 1, true)
    local _, all = run("check", "-v", strange, lamp)
    assert.equal(301, select(2, all:gsub("\n", "")))
  end)

  it("is short about each of several targets", function()
    local other = support.write("other.bin", LAMP)
    local _, stdout = run("check", light, lamp, other)
    assert.equal(("applicable: %s\n%sapplicable: %s\n%s"):format(lamp, [[
  hunk 0x11: old (brightness)
  hunk 0x28: old (warmth)
  change 0x11: 12 -> 32
  change 0x1f: 2e -> 5a
  change 0x28: 77 -> 57
]], other, [[
  hunk 0x11: old (brightness)
  hunk 0x28: old (warmth)
  change 0x11: 12 -> 32
  change 0x1f: 2e -> 5a
  change 0x28: 77 -> 57
]]), stdout)
  end)

  it("shows of each of several recipes what it changes itself", function()
    local first = recipe("first.lua", [[return { name = "first",
      edits = { { at = 0, old = hex "00", new = hex "01" } } }]])
    local second = recipe("second.lua", "return { name = 'second', edits = { { at = 40, old = 'w', new = 'W' } } }")
    local _, stdout = run("check", "-r", first, "-r", second, lamp)
    local one, other = stdout:match "^(.-\n)(applicable: .-\n.*)$"
    assert.matches("applicable: " .. lamp .. " (first)\n", one, 1, true)
    assert.matches("applicable: " .. lamp .. " (second)\n", other, 1, true)
    assert.matches("hunk 0x0: old\n.00000000  00%*", one)
    assert.is_nil(one:find("hunk 0x28", 1, true))
    assert.matches("hunk 0x28: old\n", other)
    assert.is_nil(other:find("hunk 0x0:", 1, true))
  end)

  it("makes nothing of control characters in a note", function()
    local loud = recipe("loud.lua", [[return { edits = { { at = 40, old = "w", new = "W", note = "a\27[2Jb\n" } } }]])
    local _, stdout = run("check", loud, lamp)
    assert.matches("hunk 0x28: old (a\\x1b[2Jb\\x0a)", stdout, 1, true)
  end)
end)

describe("suture run -v", function()
  it("shows what check shows, then what was done", function()
    local status, stdout = run("run", "-v", light, lamp)
    assert.equal(0, status)
    assert.matches("^applicable: .-\n  hunk 0x11: old %(brightness%)\n", stdout)
    assert.matches("\n%+00000020 [^\n]+\n[^\n]+: changed %(3 bytes in 3 places, the first at 0x11%)\n$", stdout)
  end)
end)

describe("--json", function()
  local lines = {}

  local function add(...)
    local _, stdout = run(...)
    lines[#lines + 1] = stdout
  end

  it("prints lines of the documented form, whatever happens", function()
    add("check", "--json", light, lamp)
    add("run", "--json", light, lamp)
    add("run", "--json", light, lamp)
    add("check", "--json", light, support.write("short.bin", "\xb8"))
    add("check", "--json", light, support.write("near.bin", (LAMP:gsub("\xcd\x10", "\xcd\x11"))))
    add("check", "--json", light, support.path "missing.bin", support.write("name\xff\n.bin", LAMP))
    add("run", "--json", recipe("raises.lua", "return { apply = function() error 'no' end }"), lamp)
    add("run", "--json", recipe("none.lua", "return 5"), lamp)
    add("run", "--json", recipe("grows.lua", "return { apply = function(b) b:insert(3, 'abc') end }"), lamp)
    add("run", "--json", recipe("label.lua", [[return { targets = { { name = "t", versions = {
      { label = "v1", size = 47 } } } }, edits = { { label = "v1", at = 43, old = "w", new = "W" } } }]]), lamp)
    local path = support.write("lines.json", table.concat(lines))
    local status, stdout, stderr = support.run(([[python3 -c '
import json, sys, jsonschema
schema = json.load(open("docs/report.schema.json"))
jsonschema.Draft202012Validator.check_schema(schema)
lines = open(sys.argv[1], encoding="utf-8").read().splitlines()
for line in lines:
    jsonschema.validate(json.loads(line), schema)
print(len(lines), *sorted({json.loads(line)["status"] for line in lines}))' %s]]):format(path))
    assert.same({ 0, "11 changed failed refused unchanged would_change\n", "" }, { status, stdout, stderr })
  end)

  it("does not depend on a terminal or on -v", function()
    local _, plain = run("check", "--json", light, lamp)
    local _, wordy = run("check", "--json", "-v", light, lamp)
    assert.equal(plain, wordy)
  end)
end)
