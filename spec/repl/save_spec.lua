-- What a session changed, saved as a recipe, and made again in a fresh copy.

local compose = require "suture.repl.compose"
local support = require "spec.support"
local suture = require "suture"

local quote = support.quote

local function session(path, lines)
  local status, stdout, stderr = support.run(("%s repl %s"):format(support.suture, quote(path)), lines)
  assert(status == 0 and stderr == "", ("status %d: %s"):format(status, stderr))
  return stdout
end

local function run(verb, recipe, path)
  return support.run(("%s %s %s %s"):format(support.suture, verb, quote(recipe), quote(path)))
end

-- Saves what the lines do to a file of that content; returns what the session said, and the recipe's path.
local function saved(content, lines)
  local path, recipe = support.write("changed.bin", content), support.path "saved.lua"
  os.remove(recipe)
  return session(path, ("%s\n.save %s\n.flush\n"):format(lines, recipe)), recipe, path
end

-- Demands that the recipe makes the same file of a fresh copy, knows that it is done, and refuses another file.
local function makes_the_same(content, recipe, path)
  local fresh = support.write("fresh.bin", content)
  local status, _, stderr = run("run", recipe, fresh)
  assert(status == 0, stderr .. support.read(recipe))
  assert.same(support.sha256(path), support.sha256(fresh))
  for _, done in ipairs { path, fresh } do
    local checked, stdout, complaint = run("check", recipe, done)
    assert.same({ 0, "applied" }, { checked, stdout:match "^%a+" or complaint })
  end
  assert.same(3, (run("check", recipe, support.write("other.bin", ("another file"):rep(50)))))
end

describe(".save", function()
  it("finds a change by what surrounds it", function()
    local content = ("nothing "):rep(20) .. "if timeout > 60 then" .. ("nothing "):rep(20)
    local said, recipe, path = saved(content, "b:replace('60', '90')")
    assert.matches("1 change, found by signatures\n", said)
    makes_the_same(content, recipe, path)
    local moved = support.write("moved.bin", "longer in front: " .. content)
    assert.same(0, (run("run", recipe, moved)))
    assert.same(("longer in front: " .. content):gsub("60", "90"), support.read(moved))
  end)

  it("grows a signature until it is the only one", function()
    local content = ("abcdefgh"):rep(8) .. "12345678" .. ("abcdefgh"):rep(8)
    local said, recipe, path = saved(content, "b[24] = 0x58")
    assert.matches("1 change, found by signatures\n", said)
    makes_the_same(content, recipe, path)
  end)

  it("grows a signature that would match twice behind the changes", function()
    local content = ("x"):rep(32) .. "abcd1efgh" .. ("y"):rep(32) .. "abcd?efgh" .. ("z"):rep(32)
    local said, recipe, path = saved(content, "b[36] = 0x32 b[77] = 0x32")
    assert.matches("2 changes, found by signatures\n", said)
    makes_the_same(content, recipe, path)
  end)

  it("grows what surrounds an insert that looks like it", function()
    local content = "in front 0123456789 and behind"
    local said, recipe, path = saved(content, "b:insert(14, '12345678')")
    assert.matches("1 change, found by signatures\n", said)
    makes_the_same(content, recipe, path)
  end)

  it("knows the file by its size and digest where nothing tells the place apart", function()
    local content = ("\0"):rep(4096)
    local said, recipe, path = saved(content, "b[1000] = 7 b[3000] = 7")
    assert.matches("2 changes, for this very file: its size and SHA%-256\n", said)
    makes_the_same(content, recipe, path)
  end)

  it("says inserts and deletes in an apply function", function()
    local content = "the quick brown fox jumps over the lazy dog, and then it sleeps"
    local said, recipe, path = saved(content, "b:insert(10, 'dark ') b:delete(25, 3) b[0] = 0x54")
    assert.matches("changes, found by signatures\n", said)
    assert.matches("splice%(b, ", support.read(recipe))
    makes_the_same(content, recipe, path)
  end)

  it("falls back to the whole file for an insert that nothing tells apart", function()
    local content = ("\0"):rep(600)
    local _, recipe, path = saved(content, "b:insert(300, '\\0\\0') b[5] = 1")
    makes_the_same(content, recipe, path)
  end)

  it("has what was flushed before, and not what was taken back", function()
    local content = "0123456789abcdefghijklmnopqrstuvwxyz"
    local lines = "b[3] = 0x58\n.flush\nb:insert(5, 'new')\nb:flush()\nb[4] = 0x59\nb[20] = 0x5a\n.undo\nb[6] = 0x57"
    local _, recipe, path = saved(content, lines)
    assert.matches("^012XYnWw56789abcdefghijk", support.read(path))
    makes_the_same(content, recipe, path)
  end)

  it("makes one recipe of several targets", function()
    local contents = { "first file, with some text", "the second one, with more of it", ("\0"):rep(300) }
    local paths, fresh, names = {}, {}, {}
    for index, content in ipairs(contents) do
      paths[index] = quote(support.write(("one%d.bin"):format(index), content))
      fresh[index] = support.write(("two%d.bin"):format(index), content)
      names[index] = ("%s=%s"):format(index == 1 and "b" or "b" .. index, quote(fresh[index]))
    end
    local recipe = support.path "several.lua"
    os.remove(recipe)
    local status, stdout, stderr = support.run(("%s repl %s"):format(support.suture, table.concat(paths, " ")),
      ("b[0] = 0x46 b2:insert(3, ' very') b2[0] = 0x54 b3[7] = 1\n.save %s\n.flush\n"):format(recipe))
    assert(status == 0, stderr)
    assert.matches("4 changes, for this very file", stdout)
    for _, verb in ipairs { "run", "check" } do
      status, stdout, stderr = support.run(("%s %s %s %s"):format(support.suture, verb, quote(recipe),
        table.concat(names, " ")))
      assert(status == 0, stdout .. stderr .. support.read(recipe))
      for index, path in ipairs(fresh) do
        assert.same(support.read((support.path(("one%d.bin"):format(index)))), support.read(path))
      end
    end
  end)

  it("replaces no file that somebody wrote", function()
    local path, recipe = support.write("changed.bin", "content"), support.write("mine.lua", "return {}\n")
    local status, _, stderr = support.run(("%s repl %s"):format(support.suture, quote(path)),
      ("b[0] = 1\n.save %s\n"):format(recipe))
    assert.same(1, status)
    assert.matches("mine.lua: is there already and was not saved by .save\n$", stderr)
    assert.same("return {}\n", support.read(recipe))
  end)

  it("refuses where nothing was changed, or only a part was flushed", function()
    local path = support.write("changed.bin", ("content "):rep(10))
    local cases = {
      { ".save x.lua", "nothing was changed" },
      { "b[0] = 1 b[40] = 2\nb:flush { offset = 0, length = 8 }\n.rollback\n.save x.lua",
        "only a part of it was flushed" },
    }
    for _, case in ipairs(cases) do
      local status, _, stderr = support.run(("%s repl %s"):format(support.suture, quote(path)), case[1] .. "\n")
      assert.same(1, status)
      assert(stderr:find(case[2], 1, true), stderr)
    end
  end)

  -- Contents of several kinds, from those with nothing twice to those with everything.
  local kinds = {
    noise = function() return math.random(0, 255) end,
    sparse = function() return math.random(40) == 1 and math.random(0, 255) or 0 end,
    text = function() return math.random(97, 104) end,
  }

  local edits = {
    function(size) return ("b[%d] = %d"):format(math.random(0, size - 1), math.random(0, 255)), 0 end,
    function(size) return ("b:u32le(%d, %d)"):format(math.random(0, size - 4), math.random(0, 0xffffffff)), 0 end,
    function(size)
      local len = math.random(1, 20)
      return ("b:fill(%d, %d, %d)"):format(math.random(0, size - len), len, math.random(0, 255)), 0
    end,
    function(size)
      local len = math.random(1, 12)
      return ("b:insert(%d, %q)"):format(math.random(0, size), ("+"):rep(len)), len
    end,
    function(size)
      local len = math.random(1, 12)
      return ("b:delete(%d, %d)"):format(math.random(0, size - len), len), -len
    end,
  }

  local function random_lines(size, most)
    local lines = {}
    for index = 1, math.random(1, 12) do
      local line, growth = edits[math.random(most)](size)
      lines[index], size = line, size + growth
      if math.random(8) == 1 then
        lines[index] = line .. "\n.flush"
      end
    end
    return table.concat(lines, "\n")
  end

  for seed, case in ipairs {
    { "noise", 64, 3 }, { "noise", 5000, 3 }, { "noise", 300000, 3 }, { "sparse", 700, 3 }, { "sparse", 60000, 3 },
    { "text", 200, 3 }, { "text", 20000, 3 }, { "noise", 100, 5 }, { "noise", 50000, 5 }, { "sparse", 900, 5 },
    { "sparse", 40000, 5 }, { "text", 300, 5 }, { "text", 30000, 5 }, { "text", 30001, 5 },
  } do
    it(("makes random edits again in %s of %d bytes, seed %d"):format(case[1], case[2], seed), function()
      math.randomseed(seed)
      local bytes = {}
      for index = 1, case[2] do
        bytes[index] = string.char(kinds[case[1]]())
      end
      local content = table.concat(bytes)
      local lines = "b[10] = b[10] ~ 0xff\n" .. random_lines(case[2], case[3])
      local _, recipe, path = saved(content, lines)
      makes_the_same(content, recipe, path)
    end)
  end
end)

describe("compose", function()
  local function list_of(b)
    local list = {}
    for off, old, new in b:changes() do
      list[#list + 1] = { offset = off, old = old, new = new }
    end
    return list
  end

  local function apply(text, list)
    for _, entry in ipairs(list) do
      assert.same(entry.old, text:sub(entry.offset + 1, entry.offset + #entry.old))
      text = text:sub(1, entry.offset) .. entry.new .. text:sub(entry.offset + #entry.old + 1)
    end
    return text
  end

  local function random_edits(b)
    for _ = 1, math.random(0, 4) do
      local choice = math.random(3)
      if choice == 1 and #b > 0 then
        b[math.random(0, #b - 1)] = math.random(65, 70)
      elseif choice == 2 then
        b:insert(math.random(0, #b), ("+"):rep(math.random(3)))
      elseif #b > 3 then
        b:delete(math.random(0, #b - 3), math.random(3))
      end
    end
  end

  it("makes one list of two, whatever they are", function()
    math.randomseed(4)
    for _ = 1, 500 do
      local first = ("abcdefghij"):sub(1, math.random(0, 10))
      local b = suture.buffer(first)
      random_edits(b)
      local one, second = list_of(b), b:read(0, #b)
      local other = suture.buffer(second)
      random_edits(other)
      local third = other:read(0, #other)
      assert.same(third, apply(first, compose(one, list_of(other))))
    end
  end)
end)
