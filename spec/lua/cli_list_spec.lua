-- suture list: what is listed and how, verdicts on a file, and that no recipe harms who lists it.

local dkjson = require "dkjson"
local pty = require "spec.support.pty"
local shelf = require "spec.support.shelf"
local support = require "spec.support"

local function lines_of(text)
  local lines = {}
  for line in text:gmatch "[^\n]+" do
    lines[#lines + 1] = line
  end
  return lines
end

local function list(path, ...)
  return shelf.run(path, "list", ...)
end

describe("suture list", function()
  local library

  setup(function()
    library = shelf.folder {
      ["recipes/acme/timeout.lua"] = shelf.recipe("summary = 'Raise the watchdog timeout', version = '1.0', "
        .. "categories = { 'firmware', 'safety' }"),
      ["recipes/acme/unlock.lua"] = shelf.recipe "summary = 'Unlock the\\n console', categories = { 'firmware' }",
      ["recipes/plain.lua"] = shelf.recipe(),
      ["recipes/text/fold.lua"] = shelf.recipe "summary = 'Fold lines', categories = { 'Text' }",
    }
  end)

  it("prints names and summaries by category, those without one last", function()
    local status, stdout, stderr = list(library)
    assert.same({ 0, "" }, { status, stderr })
    assert.equal([[
Text
  text/fold     Fold lines
firmware
  acme/timeout  Raise the watchdog timeout
  acme/unlock   Unlock the console
other
  plain
]], stdout)
  end)

  it("takes a word of name, summary or category, whatever its case", function()
    for word, name in pairs { ACME = "acme/timeout", lock = "acme/unlock", SAFETY = "acme/timeout", Fold = "text/fold",
      plai = "plain" } do
      local status, stdout = list(library, word)
      assert.equal(0, status)
      assert.matches(name, stdout, 1, true)
    end
    local _, stdout = list(library, "watchdog")
    assert.equal("firmware\n  acme/timeout  Raise the watchdog timeout\n", stdout)
    assert.same({ 1, "", "" }, { list(library, "nowhere-to-be-found") })
    assert.same({ 1, "", "" }, { list(library, "lib.*") })
  end)

  it("prints one JSON object a line", function()
    local status, stdout = list(library, "--json")
    assert.equal(0, status)
    local lines = lines_of(stdout)
    assert.equal(4, #lines)
    assert.same({ schema = 1, name = "acme/timeout", version = "1.0", summary = "Raise the watchdog timeout",
      categories = { "firmware", "safety" }, path = library .. "/recipes/acme/timeout.lua", library = library },
      dkjson.decode(lines[1]))
    assert.matches('"summary":null,"categories":[]', lines[3], 1, true)
  end)

  it("names hidden recipes with -v", function()
    local other = shelf.folder { ["acme/unlock.lua"] = shelf.recipe "summary = 'Another'" }
    local path = other .. ":" .. library
    local status, stdout, stderr = list(path, "unlock")
    assert.same({ 0, "other\n  acme/unlock  Another\n", "" }, { status, stdout, stderr })
    status, stdout, stderr = list(path, "-v", "unlock")
    assert.equal(0, status)
    assert.equal(("suture: %s/recipes/acme/unlock.lua: hidden by %s/acme/unlock.lua\n"):format(library, other), stderr)
    assert.equal("other\n  acme/unlock  Another\n", stdout)
  end)

  it("tells of recipes that cannot be loaded in a line each, and lists the rest", function()
    local folder = shelf.folder {
      ["good.lua"] = shelf.recipe(), ["broken.lua"] = "return {", ["none.lua"] = "",
      ["wrong.lua"] = "return { nam = 1 }",
      ["binary.lua"] = "\27Lua\x54\0\x19\x93\r\n\x1a\n", ["raises.lua"] = "error(('x'):rep(5000) .. '\\n' .. 'y')",
      ["module.lua"] = "require 'no.such.module'", ["escape.lua"] = "error '\\27]0;title\\7'",
    }
    local status, stdout, stderr = list(folder)
    assert.same({ 0, "other\n  good\n" }, { status, stdout })
    local lines = lines_of(stderr)
    assert.equal(7, #lines)
    for _, line in ipairs(lines) do
      assert.matches("^suture: " .. folder:gsub("%p", "%%%0") .. "/%l+%.lua: %C+$", line)
      assert.is_true(#line < 500)
    end
    assert.matches("unknown key 'nam'; did you mean 'name'?", stderr, 1, true)
  end)

  it("lists what ships, with the executable beside it", function()
    local status, stdout, stderr = support.run(("SUTURE_PATH= XDG_DATA_HOME=/nowhere %s list"):format(support.suture))
    assert.same({ 0, "" }, { status, stderr })
    assert.matches("\n  elf/exec%-stack%-off +Make the stack of an ELF program non%-executable\n", stdout)
  end)

  it("is wrong (2) for other words and numbers", function()
    for _, words in ipairs { { "a", "b" }, { "--timeout", "0" }, { "--timeout", "x" }, { "--jsn" } } do
      local status, stdout, stderr = list(library, table.unpack(words))
      assert.same({ 2, "" }, { status, stdout })
      assert.matches("^suture: list: [^\n]*\n$", stderr)
    end
  end)

  it("lists many recipes in their order", function()
    local folder = shelf.folder()
    support.run(("cd %s && for i in $(seq 100); do echo %s >x$i.lua; done"):format(folder,
      support.quote(shelf.recipe "summary = 'One of many'")))
    local status, stdout = list(folder, "--json")
    local names = {}
    for name in stdout:gmatch '"name":"(%w+)","version":null,"summary":"One of many"' do
      names[#names + 1] = name
    end
    local sorted = table.move(names, 1, #names, 1, {})
    table.sort(sorted)
    assert.same({ 0, 100, sorted }, { status, #names, names })
  end)
end)

describe("suture list of a hostile library", function()
  local secret

  setup(function()
    secret = support.write("secret", "the-secret-words")
  end)

  -- The hostile recipe is told on stderr, and the good one beside it is listed.
  local function survives(text, words, options)
    local folder = shelf.folder { ["a.lua"] = text, ["good.lua"] = shelf.recipe "summary = 'Fine'" }
    local status, stdout, stderr = list(folder, table.unpack(options or {}))
    assert.matches("\n  good  Fine\n", stdout, 1, true)
    assert.equal(0, status)
    assert.matches(words, stderr)
    assert(not (stdout .. stderr):find "the%-secret%-words")
    assert(#stdout + #stderr < 2000)
    return stdout, stderr
  end

  local bad <const> = {
    ["an endless loop"] = { "while true do end", "time limit", { "--timeout", "1" } },
    ["an endless loop in a metamethod"] = {
      "return setmetatable({ apply = print }, { __pairs = function() while true do end end })", "time limit",
      { "--timeout", "1" } },
    ["a memory bomb"] = { "local s = 'x' while true do s = s .. s end", "memory limit" },
    ["an output flood"] = { "while true do print(('x'):rep(1000)) end", "limit of" },
    ["a table that never ends"] = { "local t = {} t.authors = t for i = 1, 1e7 do t[i] = '' end return t", "a%.lua: " },
    ["a giant summary"] = { "return { apply = print, summary = ('x'):rep(1 << 21) }", "too much about itself" },
    ["a giant list"] = { "local t = {} for i = 1, 1e5 do t[i] = '' end return { apply = print, authors = t }",
      "too much about itself" },
    ["a read of another file"] = { ("local f = io.open(%q) error(f:read 'a')"), "io" },
    ["a read by way of suture"] = { ("error(require 'suture'.open(%q):read(0, 16))"), "not for recipes" },
    ["a read by dofile"] = { ("dofile(%q)"), "dofile" },
    ["a read by require"] = { "require '../../secret'", "no module" },
    ["a death"] = { "os.exit(0)", "os" },
  }
  for name, case in pairs(bad) do
    it("is not harmed by " .. name, function()
      survives(case[1]:find "%%q" and case[1]:format(secret) or case[1], case[2], case[3])
    end)
  end

  it("keeps a long summary to one line, and control characters from the terminal", function()
    local folder = shelf.folder { ["a.lua"] = shelf.recipe("summary = ('\\27[31mred\\n'):rep(1000), "
      .. "categories = { '\\27]0;title\\7' }") }
    local status, stdout, stderr = list(folder)
    assert.same({ 0, "" }, { status, stderr })
    assert(not stdout:find "[\27\7]")
    assert.equal(2, #lines_of(stdout))
    assert(#stdout < 2000)
    status, stdout = pty(("SUTURE_PATH=%s XDG_DATA_HOME=/nowhere %s list"):format(folder, shelf.suture()), 80)
    assert.equal(0, status)
    assert(not stdout:find "[\27\7]")
  end)

  it("gives a folder up of which three recipes pass the time limit", function()
    local files = { ["good.lua"] = shelf.recipe() }
    for number = 1, 40 do
      files[("bad/x%d.lua"):format(number)] = "while true do end"
    end
    local start = os.time()
    local status, _, stderr = list(shelf.folder(files), "--timeout", "1")
    assert.equal(0, status)
    assert.is_true(os.time() - start < 15)
    local _, late = stderr:gsub("passed the time limit of 1", "")
    assert.is_true(late >= 3 and late <= 6, late) -- several are read at once
    local _, rest = stderr:gsub("it is not read: too many recipes of its folder passed the time limit", "")
    assert.equal(41, late + rest)
  end)

  it("asks no pipe and no device, and tells of folders that cannot be read", function()
    local folder = shelf.folder { ["good.lua"] = shelf.recipe(), ["closed/x.lua"] = shelf.recipe(),
      ["unread.lua"] = shelf.recipe() }
    support.run(("mkfifo %s/pipe.lua; ln -s /dev/zero %s/zero.lua; chmod 0 %s/closed %s/unread.lua"):format(folder,
      folder, folder, folder))
    local status, stdout, stderr = list(folder)
    assert.equal(0, status)
    assert.matches("  good\n", stdout, 1, true)
    local _, id = support.run "id -u"
    if id ~= "0\n" then
      assert.matches(folder .. "/closed: Permission denied", stderr, 1, true)
      assert.matches(folder .. "/unread.lua: Permission denied", stderr, 1, true)
    end
  end)
end)

describe("suture list --for", function()
  local folder, target

  setup(function()
    folder = shelf.folder {
      ["fits.lua"] = shelf.recipe "summary = 'Fits'",
      ["done.lua"] = "return { edits = { { at = 0, old = 'z', new = 'a' } } }",
      ["half.lua"] = "return { edits = { { at = 0, old = 'z', new = 'a' }, { at = 1, old = 'b', new = 'c' } } }",
      ["said.lua"] = "return { apply = function(b, p, c) c.already 'it was made so' end }",
      ["other.lua"] = "return { edits = { { at = 0, old = 'x', new = 'y' } } }",
      ["refuses.lua"] = "return { apply = function(b, p, c) c.refuse 'not mine' end }",
      ["asks.lua"] = shelf.recipe("params = { n = { type = 'integer', required = true }, a = { type = 'string', "
        .. "required = true }, b = { type = 'string' } }"),
      ["set.lua"] = "return { targets = { { name = 'kernel' }, { name = 'config' } }, apply = print }",
      ["fails.lua"] = "return { apply = function() error 'no idea' end }",
    }
    target = support.write("for.bin", "abcd")
  end)

  it("puts the verdicts first, counts the foreign and guesses nothing", function()
    local status, stdout, stderr = list(folder, "--for", target)
    assert.same({ 0, "" }, { status, stderr })
    assert.matches([[
^applicable
  fits     Fits
applied
  done
  said     it was made so
partial
  half
needs parameters
  asks     a, n
needs several targets
  set      kernel, config
failed
  fails    %C*no idea
foreign: 2 recipes
$]], stdout)
    assert.equal("abcd", support.read(target))
  end)

  it("tells why the others are foreign with -v", function()
    local _, stdout = list(folder, "--for", target, "-v")
    assert.matches("\nforeign\n  other    expected 78", stdout, 1, true)
    assert.matches("\n  refuses  not mine\n", stdout, 1, true)
  end)

  it("takes a word, and prints JSON", function()
    local status, stdout = list(folder, "--for", target, "--json", "fits")
    assert.equal(0, status)
    assert.equal(('{"schema":1,"target":"%s","name":"fits","version":null,"summary":"Fits","categories":[],"path":'
      .. '"%s/fits.lua","library":null,"verdict":"applicable","status":"would_change","needs":null,"reason":null}\n')
      :format(target, folder), stdout)
    status, stdout = list(folder, "--for", target, "--json", "asks")
    assert.equal(0, status)
    assert.matches('"verdict":null,"status":null,"needs":{"parameters":["a","n"]},"reason":null', stdout, 1, true)
    status, stdout = list(folder, "--for", target, "--json", "refuses")
    assert.equal(0, status)
    assert.matches('"verdict":"foreign","status":"refused","needs":null,"reason":"not mine"', stdout, 1, true)
  end)

  it("gives each recipe so much time", function()
    local loops = shelf.folder { ["loops.lua"] = "return { apply = function() while true do end end }" }
    local status, stdout = list(loops, "--for", target, "--timeout", "1")
    assert.equal(0, status)
    assert.equal("failed\n  loops  the recipe passed the time limit of 1 seconds (--timeout)\n", stdout)
  end)

  it("ends with 4 where the file cannot be read", function()
    for _, path in ipairs { "/nowhere", folder, "/dev/zero" } do
      local status, stdout, stderr = list(folder, "--for", path)
      assert.same({ 4, "" }, { status, stdout })
      assert.matches("^suture: [^\n]*\n$", stderr)
      assert.matches(path .. ": ", stderr, 1, true)
    end
  end)
end)
