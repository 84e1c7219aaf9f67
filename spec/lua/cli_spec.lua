-- The verbs of the executable: exit statuses, what goes to stdout and stderr, JSON, and that nothing else changes.

local dkjson = require "dkjson"
local support = require "spec.support"

local START <const> = "\0\0\xc7\x01\x75\x0a\0\0"

local function write_recipe(text)
  local head <const> = "local suture <const> = require 'suture'\nlocal hex <const> = suture.hex\n"
  return support.write("recipe.lua", head .. text)
end

local function suture(...)
  local words = {}
  for index, word in ipairs { ... } do
    words[index] = support.quote(word)
  end
  return support.run(support.suture .. " " .. table.concat(words, " "))
end

-- A verb on a recipe given as text and a fresh target.
local function on(verb, text, ...)
  local target = support.write("target", START)
  local status, stdout, stderr = suture(verb, write_recipe(text), target, ...)
  return status, stdout, stderr, target
end

local function applying(code)
  return "return { apply = function(b, params, context)\n" .. code .. "\nend }"
end

local edits <const> = "return { name = 'x/y', version = '1.2', edits = {"
  .. " { at = 4, old = hex '75 0a', new = hex '90 90', note = 'skip the check' } } }"

local function identity(path)
  local _, stdout = support.run("stat -c '%i %y %z %s' " .. support.quote(path))
  return stdout
end

-- What is said about --trust comes first.
local function without_notice(stderr)
  return (stderr:gsub("^suture: [^\n]* runs with all your rights %(%-%-trust%)\n", ""))
end

-- Demands this status and a single line on stderr with these words, and the same bytes as before.
local function fails(verb, wanted, words, text, ...)
  local status, stdout, stderr, target = on(verb, text, ...)
  assert.equal(START, support.read(target))
  assert.matches(words, stderr, 1, true)
  assert.matches("^suture: [^\n]*\n$", without_notice(stderr))
  assert.equal(wanted, status)
  return stdout, stderr
end

describe("suture run", function()
  it("patches, says what, and does nothing the second time", function()
    local status, stdout, stderr, target = on("run", edits)
    assert.same({ 0, target .. ": changed (2 bytes at 0x4)\n", "" }, { status, stdout, stderr })
    assert.equal("\0\0\xc7\x01\x90\x90\0\0", support.read(target))
    local before = identity(target)
    status, stdout = suture("run", support.path "recipe.lua", target)
    assert.same({ 0, target .. ": unchanged (already applied)\n" }, { status, stdout })
    assert.equal(before, identity(target))
  end)

  it("keeps inode, mode and the other bytes", function()
    local target = support.write("target", START)
    support.run("chmod 751 " .. target)
    local _, before = support.run("stat -c '%i %a %h %u' " .. target)
    assert.equal(0, (suture("run", write_recipe(edits), target)))
    local _, after = support.run("stat -c '%i %a %h %u' " .. target)
    assert.equal(before, after)
  end)

  it("completes a partial patch and says so", function()
    local status, stdout, _, target = on("run", [[return { edits = {
      { at = 0, old = hex "01", new = hex "00" }, { at = 4, old = hex "75", new = hex "eb" } } }]])
    assert.equal(0, status)
    assert.matches("completing a partial patch", stdout, 1, true)
    assert.equal("\xeb", support.read(target):sub(5, 5))
  end)

  it("writes elsewhere with -o and leaves the target alone", function()
    local target, out = support.write("target", START), support.path "out"
    os.remove(out)
    support.run("chmod 640 " .. target)
    local before = identity(target)
    local status, stdout = suture("run", write_recipe(edits), target, "-o", out)
    assert.equal(0, status)
    assert.matches("written to " .. out, stdout, 1, true)
    assert.equal("\0\0\xc7\x01\x90\x90\0\0", support.read(out))
    assert.equal(before, identity(target))
    local _, mode = support.run("stat -c %a " .. out)
    assert.equal("640\n", mode)
    assert.equal(0, (suture("run", support.path "recipe.lua", out, "-o", support.path "out2")))
    assert.equal(support.read(out), support.read(support.path "out2"))
  end)

  it("refuses (2) an -o that leads to the target by another path, before anything is read or written", function()
    local target, recipe = support.write("target", START), support.write("never.lua", "error 'the recipe was run'")
    local folder, hard, soft = support.path "elsewhere", support.path "hard", support.path "soft"
    support.run(("mkdir -p %s && ln -f %s %s && ln -sf target %s && ln -sfn . %s"):format(folder, target, hard, soft,
      support.path "here"))
    local before = identity(target)
    local others = { hard, soft, folder .. "/../target", support.path "./target", support.path "here/here/target" }
    for _, out in ipairs(others) do
      for _, words in ipairs { { target, "-o", out }, { out, "-o", target } } do
        local status, stdout, stderr = suture("run", recipe, table.unpack(words))
        assert.same({ 2, "" }, { status, stdout })
        assert.equal(("suture: -o names the target itself: %s\n"):format(words[3]), stderr)
      end
    end
    assert.equal(before, identity(target))
    assert.equal(START, support.read(target))
    support.run(("rm -r %s %s %s %s"):format(hard, soft, folder, support.path "here"))
  end)

  it("writes with -o to a file of the same content, and over what a link leads to", function()
    local target, recipe = support.write("target", START), write_recipe(edits)
    local twin, link = support.write("twin", START), support.path "link"
    support.run(("ln -sf twin %s"):format(link))
    assert.equal(0, (suture("run", recipe, target, "-o", link)))
    assert.equal("\0\0\xc7\x01\x90\x90\0\0", support.read(twin))
    assert.equal(START, support.read(target))
  end)

  it("takes many targets and ends with the highest status", function()
    local recipe = write_recipe(edits)
    local first, second = support.write("first", START), support.write("second", START)
    local foreign = support.write("foreign", "12345678")
    local status, stdout, stderr = suture("run", recipe, first, foreign, support.path "missing", second)
    assert.equal(4, status)
    assert.equal(first .. ": changed (2 bytes at 0x4)\n" .. second .. ": changed (2 bytes at 0x4)\n", stdout)
    assert.matches("foreign: 0x4: expected 75 0a (or 90 90 when applied), found 35 36", stderr, 1, true)
    assert.matches("missing: No such file or directory", stderr, 1, true)
    assert.equal("12345678", support.read(foreign))
  end)

  it("hands over parameters", function()
    local text = [[return {
      params = { byte = { type = "integer", required = true, min = 0, max = 255 }, tail = { type = "bytes" } },
      edits = { { at = 4, old = hex "75", new = function(params) return string.char(params.byte) end } },
      apply = function(b, params) b:write(6, params.tail) end }]]
    local status, _, _, target = on("run", text, "-p", "byte=0x41", "-p", "tail=42 43")
    assert.equal(0, status)
    assert.equal("\0\0\xc7\x01A\x0aBC", support.read(target))
    fails("run", 2, "parameter 'byte' is required", text)
    fails("run", 2, "did you mean 'byte'?", text, "-p", "bite=1")
    fails("run", 2, "at most 255", text, "-p", "byte=256")
    fails("run", 2, "-p needs key=value", text, "-p", "byte")
    fails("run", 2, "given twice", text, "-p", "byte=1", "-p", "byte=2")
  end)

  it("gives functions of the recipe what the contract says", function()
    support.write("asset.txt", "from the folder")
    local status, stdout, stderr = on("run", [[return { targets = { { name = "image",
        versions = { { label = "one", size = 7 }, { label = "two", size = 8 } }, only = true } },
      edits = { { label = "one", at = 0, old = hex "ff", new = hex "fe" } },
      apply = function(b, params, context)
        assert(context.target == "image" and context.label == "two" and context.targets.image == b)
        assert(context.checking == false and context.params == params and b.mode == "copy")
        local asset <const> = context.asset "asset.txt"
        context.log("asset: " .. asset:read(0, #asset))
        context.log "\27[31mred\n"
        context.progress(1, 2)
        context.already "nothing to write"
      end }]])
    assert.equal(0, status)
    assert.matches("unchanged (already: nothing to write)", stdout, 1, true)
    assert.matches("asset: from the folder\n", stderr, 1, true)
    assert.matches("\\x1b[31mred\\x0a\n", stderr, 1, true)
  end)

  it("runs verify on the result, which it may only read", function()
    assert.equal(0, (on("run", "return { apply = function(b) b[0] = 5 end,"
      .. " verify = function(b) return b[0] == 5 and b.mode == 'read' end }")))
    local head = "return { apply = function(b) b[0] = 5 end, verify = function(b) "
    fails("run", 5, "verify failed", head .. "return false end }")
    fails("run", 5, "no good", head .. "error 'no good' end }")
    fails("run", 5, "for reading only", head .. "b[1] = 5 end }")
  end)

  it("does not see what a recipe writes in no way of its own", function()
    local status, stdout = on("run", applying "setmetatable({}, { __gc = function() b[1] = 9 end }) b[0] = 0")
    assert.equal(0, status)
    assert.matches("already applied", stdout, 1, true)
  end)

  local foreign <const> = {
    ["the recipe refuses"] = { "not mine", applying "b[0] = 9 context.refuse 'not mine'" },
    ["the recipe refuses and goes on"] = { "not mine", applying "pcall(context.refuse, 'not mine') b[0] = 9" },
    ["match says no"] = { "no match", "return { targets = { { match = function() end } }, apply = print }" },
    ["match raises"] = { "no match: ",
      "return { targets = { { match = function(b) return b:u32le(6) end } }, apply = print }" },
    ["no version has the size"] = { "none of the known versions has 8 bytes (one: 7)",
      "return { targets = { { only = true, versions = { { label = 'one', size = 7 } } } }, apply = print }" },
    ["nothing is written"] = { "found nothing to do", applying "" },
    ["neither side is there"] = { "0x0: expected 01 (or 02 when applied), found 00",
      "return { edits = { { at = 0, old = '\\1', new = '\\2' } } }" },
    ["an edit lies behind the end"] = { "0x8: read of 1 byte passes the end",
      "return { edits = { { at = 8, old = '\\1', new = '\\2' } } }" },
    ["a signature is not there"] = { "found 0", "return { edits = { { find = 'zz', old = 'zz', new = 'yy' } } }" },
    ["a signature is not unique"] = { "found 5", "return { edits = { { find = '\\0', old = '\\0', new = '\\1' } } }" },
    ["a later edit does not fit"] = { "0x0: expected 01",
      "return { edits = { { at = 4, old = hex '75', new = hex 'eb' }, { at = 0, old = '\\1', new = '\\2' } } }" },
    ["a guard does not hold"] = { "0x0: expected", applying "b[0] = 9 b:expect(1, 'a') b:expect(0, 'a')" },
    ["a read passes the end"] = { "passes the end", applying "b[0] = 9 b:u32le(5)" },
    ["there is no text"] = { "0x3", applying "b:write(0, ('a'):rep(8)) b:cstring(3)" },
  }
  for name, case in pairs(foreign) do
    it("refuses (3) where " .. name, function()
      if name == "a guard does not hold" then
        fails("run", 3, "expected", case[2])
      else
        fails("run", 3, case[1], case[2])
      end
      assert.matches("^foreign\n", (fails("check", 3, "", case[2])))
    end)
  end

  local failing <const> = {
    ["raises a string"] = { "recipe.lua:4: boom", "b[0] = 9 error 'boom'" },
    ["raises nil"] = { "nil", "b[0] = 9 error()" },
    ["raises a table"] = { "error object is a table value", "b[0] = 9 error {}" },
    ["raises in many lines"] = { "one\\x0atwo", "b[0] = 9 error 'one\\ntwo'" },
    ["calls what is not there"] = { "raed", "b[0] = 9 b:raed(0, 1)" },
    ["misspells a field of the context"] = { "did you mean 'refuse'?", "context.refues 'x'" },
    ["misspells a parameter"] = { "unknown parameter", "return params.x" },
    ["writes behind the end"] = { "0x7: write of 2 bytes passes the end", "b[0] = 9 b:u16le(7, 1)" },
    ["writes what is no byte"] = { "256", "b[0] = 256" },
    ["flushes"] = { "flush", "b[0] = 9 b:flush()" },
    ["closes its target"] = { "closed", "b:close()" },
    ["gives up on its target"] = { "closed", "return b:cancel 'x'" },
    ["ends its process"] = { "ended its process without a result", "b[0] = 9 os.exit(0)", "--trust" },
    ["ends its process and closes its state"] = { "without a result", "b[0] = 9 os.exit(true, true)", "--trust" },
    ["kills its process"] = { "signal 9", "b[0] = 9 os.execute 'kill -9 $PPID'", "--trust" },
    ["leaves its folder"] = { "not in the recipe's folder", "context.asset '../x'" },
    ["asks for an absolute path"] = { "not in the recipe's folder", "context.asset '/etc/passwd'" },
    ["logs what is no text"] = { "context.log needs a string", "context.log {}" },
    ["reports no progress"] = { "two numbers", "context.progress(1, 0)" },
    ["writes edits of unequal length"] = { "old has 1 byte", "b:hunk { at = 0, old = '\\0', new = 'ab' }" },
  }
  for name, case in pairs(failing) do
    it("fails (5) and leaves the target where the recipe " .. name, function()
      fails("run", 5, case[1], applying(case[2]), case[3])
    end)
  end

  describe("of a recipe with assets behind symbolic links", function()
    local folder = support.path "assets"
    local log <const> = "local a = context.asset %q context.log(a:read(0, #a)) b[0] = 9"

    setup(function()
      support.run(("mkdir -p %s/deep && ln -sfn assets %s.by.link"):format(folder, folder))
      support.write(folder .. "/deep/inside", "inside")
      support.write("assets.beside", "outside")
      support.run(("cd %s && ln -sf deep/inside inward && ln -sf ../assets.beside outward && ln -sfn .. up && "
        .. "ln -sfn /etc etc && ln -sf nowhere dangling"):format(folder))
    end)

    local function run(asset, where)
      local target = support.write("target", START)
      support.write(folder .. "/recipe.lua", applying(log:format(asset)))
      local status, _, stderr = suture("run", (where or folder) .. "/recipe.lua", target)
      return status, stderr, support.read(target)
    end

    it("reads those that stay in its folder", function()
      for _, asset in ipairs { "inward", "deep/inside", "./inward" } do
        for _, where in ipairs { folder, folder .. ".by.link" } do
          local status, stderr = run(asset, where)
          assert.equal(0, status, stderr)
          assert.matches(": inside\n", stderr, 1, true)
        end
      end
    end)

    it("refuses those that leave it (5), with the target as it was", function()
      for _, asset in ipairs { "outward", "up/assets.beside", "etc/passwd", "up" } do
        local status, stderr, data = run(asset)
        assert.same({ 5, START }, { status, data })
        assert.equal(("suture: %s: the asset '%s' is not in the recipe's folder (at %s/recipe.lua:2)\n"):format(
          support.path "target", asset, folder), stderr)
      end
    end)

    it("says of one that leads nowhere that it is not there", function()
      local _, stderr, data = run "dangling"
      assert.matches("dangling: No such file or directory", stderr, 1, true)
      assert.equal(START, data)
    end)
  end)

  it("fails (5) where match writes", function()
    fails("run", 5, "match wrote",
      "return { targets = { { match = function(b) b[0] = 1 return true end } }, apply = print }")
  end)

  it("fails (5) where a function of an edit gives too much", function()
    fails("run", 5, "old has 1 byte and new has 2",
      "return { edits = { { at = 0, old = '\\0', new = function() return 'ab' end } } }")
  end)

  it("ends a recipe at the time limit (5), wherever it loops", function()
    fails("run", 5, "time limit of 0.3 seconds (--timeout)", applying "b[0] = 9 while true do end", "--timeout", "0.3")
    fails("run", 5, "time limit of 0.3 seconds", "while true do end", "--timeout", "0.3")
    fails("run", 5, "time limit of 0.3 seconds",
      applying "b[0] = 9 ;(('a'):rep(400)):find(('.-'):rep(20) .. 'b')", "--timeout", "0.3")
  end)

  it("ends with 130 at Ctrl-C and leaves the target and no process", function()
    local target, log = support.write("target", START), support.path "log"
    local recipe = write_recipe(applying [[
      b[0] = 9
      context.log("worker " .. io.open("/proc/self/stat"):read "n" .. " is here")
      while true do end]])
    local status = support.run(([[
      %s run %s %s --trust 2>%s & pid=$!
      for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do grep -q here %s && break; sleep 0.1; done
      kill -INT $pid; wait $pid]]):format(support.suture, recipe, target, log, log))
    assert.equal(130, status)
    assert.equal(START, support.read(target))
    local said = support.read(log)
    assert.matches("suture: interrupted\n", said, 1, true)
    assert.equal(1, (support.run("kill -0 " .. said:match "worker (%d+)")))
  end)

  local unloadable <const> = {
    ["a syntax error"] = { "recipe.lua:3:", "return {" },
    ["a misspelt key"] = { "did you mean 'summary'?", "return { sumary = 'x' }" },
    ["no table"] = { "it is no recipe", "return 5" },
    ["sides of different length"] = { "old has 1 byte and new has 2",
      "return { edits = { { at = 0, old = 'a', new = 'bb' } } }" },
    ["an error of its own"] = { "boom", "error 'boom'" },
    ["two targets without names"] = { "there are several", "return { targets = { {}, {} }, apply = print }" },
  }
  for name, case in pairs(unloadable) do
    it("cannot load (2) a recipe with " .. name, function()
      fails("run", 2, case[1], case[2])
      fails("check", 2, case[1], case[2])
    end)
  end

  it("needs a path after -o", function()
    fails("run", 2, "suture: -o needs a path, not ''", edits, "-o", "")
  end)

  it("ends with 2 for wrong use", function()
    local target = support.write("target", START)
    local recipe = write_recipe(edits)
    local wrong = {
      { "missing argument", "run" }, { "missing argument 'targets'", "run", recipe },
      { "did you mean '--json'?", "run", recipe, target, "--jsn" },
      { "no recipe 'no/such'", "run", "no/such", target },
      { "No such file", "run", "./no-such.lua", target },
      { "is a directory", "run", support.tempdir(), target },
      { "is not the name of a recipe", "run", "a/../b", target },
      { "-o takes one target", "run", recipe, target, target, "-o", "x" },
      { "-o names the target itself", "run", recipe, target, "-o", target },
      { "--timeout needs seconds", "run", recipe, target, "--timeout", "0" },
      { "unknown option '-o'", "check", recipe, target, "-o", "x" },
      { "'-1' is negative", "dump", target, "-1" },
      { "'1x' is no offset", "dump", target, "1x" },
      { "offset 0x9 is past the end (size 0x8)", "dump", target, "9" },
      { "0x9 bytes pass the end", "dump", target, "0", "9" },
      { "unknown verb 'rnu'; did you mean 'run'?", "help", "rnu" },
    }
    for _, case in ipairs(wrong) do
      local status, stdout, stderr = suture(table.unpack(case, 2))
      assert.matches(case[1]:lower(), stderr:lower(), 1, true)
      assert.same({ 2, "" }, { status, stdout })
      assert.matches("^suture: [^\n]*\n$", stderr)
    end
    assert.equal(START, support.read(target))
  end)

  it("ends with 4 for targets that cannot be patched, at once", function()
    local recipe = write_recipe(edits)
    local fifo = support.path "fifo"
    support.run("mkfifo " .. fifo)
    for _, target in ipairs { support.path "missing", support.tempdir(), fifo, "/proc/self/status", "/dev/null" } do
      for _, verb in ipairs { "run", "check" } do
        local status, stdout, stderr = suture(verb, recipe, target)
        assert.same({ 4, "" }, { status, stdout })
        assert.matches("^suture: " .. target:gsub("%p", "%%%0") .. ": [^\n]*\n$", stderr)
      end
    end
  end)

  it("ends with 4 where another patcher holds the target", function()
    local target = support.write("target", START)
    write_recipe(edits)
    local status, _, stderr = support.run(("flock %s %s run %s %s"):format(target, support.suture,
      support.path "recipe.lua", target))
    assert.equal(4, status)
    assert.matches("target: ", stderr, 1, true)
    assert.equal(START, support.read(target))
  end)

  it("finds out (4) that a guarded byte changed while the recipe ran", function()
    local status, _, stderr, target = on("run", applying [[
      b[4] = 9
      b:expect(0, "\0")
      os.execute("printf '\\001' | dd of=" .. b.path .. " conv=notrunc status=none")]], "--trust")
    assert.equal(4, status)
    assert.matches("target: 0x0: the file changed while the recipe ran", stderr, 1, true)
    assert.equal("\1" .. START:sub(2), support.read(target))
  end)

  it("finds out (4) that the target became shorter while the recipe ran", function()
    local status, _, stderr, target = on("run", applying "b[0] = 9 os.execute('truncate -s 4 ' .. b.path)", "--trust")
    assert.equal(4, status)
    assert.matches("^suture: " .. target:gsub("%p", "%%%0") .. ": [^\n]*\n$", without_notice(stderr))
    assert.equal(START:sub(1, 4), support.read(target))
  end)

  it("needs no flush for an empty file", function()
    local target = support.write("target", "")
    local status, stdout = suture("run", write_recipe(applying "assert(#b == 0) context.already 'empty'"), target)
    assert.equal(0, status)
    assert.matches("unchanged (already: empty)", stdout, 1, true)
  end)

  it("finds recipes by name on SUTURE_PATH", function()
    support.run(("mkdir -p %s/lib/acme %s/other/recipes"):format(support.tempdir(), support.tempdir()))
    support.write(support.path "lib/acme/one.lua", applying "b[0] = 0")
    support.write(support.path "other/recipes/two.lua", applying "b[0] = 0")
    local target = support.write("target", START)
    local path = support.path "lib" .. ":" .. support.path "other"
    for _, name in ipairs { "acme/one", "two" } do
      local status = support.run(("SUTURE_PATH=%s %s run %s %s"):format(path, support.suture, name, target))
      assert.equal(0, status)
    end
  end)

  it("tells when its result cannot be written, and stays with what it did", function()
    local target = support.write("target", START)
    local recipe = write_recipe(edits)
    local status, _, stderr = support.run(("%s check %s %s >/dev/full"):format(support.suture, recipe, target))
    assert.equal(4, status)
    assert.matches("standard output: No space left", stderr, 1, true)
    status, _, stderr = support.run(("%s run %s %s >/dev/full"):format(support.suture, recipe, target))
    assert.equal(0, status)
    assert.matches("standard output: No space left", stderr, 1, true)
    assert.equal("\x90\x90", support.read(target):sub(5, 6))
  end)
end)

describe("suture check", function()
  it("prints the verdict first, then each hunk and each change, and changes nothing", function()
    local target = support.write("target", START)
    local before = identity(target)
    local status, stdout, stderr = suture("check", write_recipe(edits), target)
    assert.same({ 1, [[
applicable
  hunk 0x4: old (skip the check)
-00000000  00 00 c7 01 75*0a*00 00                           |....u...|
+00000000  00 00 c7 01 90*90*00 00                           |........|
]], "" }, { status, stdout, stderr })
    assert.equal(before, identity(target))
  end)

  it("names the targets where there are several", function()
    local first, second = support.write("first", START), support.write("second", "\0\0\0\0\x90\x90")
    local status, stdout = suture("check", write_recipe(edits), first, second)
    assert.equal(1, status)
    assert.matches("^applicable: " .. first:gsub("%p", "%%%0") .. "\n", stdout)
    assert.matches("\napplied: " .. second:gsub("%p", "%%%0") .. "\n", stdout)
  end)

  it("tells the recipe that it is checking", function()
    assert.equal(0, (on("check", applying "assert(context.checking) context.already 'x'")))
  end)

  -- The table of verdicts: what the recipe does, status of check, word, status of run, word in its line
  local NEW <const> = "b:hunk { at = 0, old = '\\9', new = '\\0' } "
  local OLD <const> = "b:patch(4, hex '75 0a', hex '90 90') "
  local matrix <const> = {
    { "all new", NEW, 0, "applied", 0, "unchanged" },
    { "all new, and unchanged bytes", NEW .. "b[1] = 0", 0, "applied", 0, "unchanged" },
    { "all old", OLD, 1, "applicable", 0, "changed" },
    { "all old, and unchanged bytes", OLD .. "b[1] = 0", 1, "applicable", 0, "changed" },
    { "all old, and other bytes", OLD .. "b[1] = 9", 1, "applicable", 0, "changed" },
    { "some of each", NEW .. OLD, 1, "partial", 0, "changed" },
    { "all new, and other bytes changed", NEW .. "b[1] = 9", 1, "partial", 0, "changed" },
    { "no hunk, bytes changed", "b[1] = 9", 1, "applicable", 0, "changed" },
    { "no hunk, written but unchanged", "b[1] = 0", 0, "applied", 0, "unchanged" },
    { "no hunk, changed and changed back", "b[1] = 1 b[1] = 0", 0, "applied", 0, "unchanged" },
    { "nothing written", "b:expect(0, '\\0')", 3, "foreign", 3, "" },
    { "nothing written, but already", "context.already 'x'", 0, "applied", 0, "unchanged" },
    { "a hunk met twice", OLD .. OLD, 1, "applicable", 0, "changed" },
    { "a hunk through a view", "b:view(4):patch(0, hex '75 0a', hex '90 90')", 1, "applicable", 0, "changed" },
    { "a hunk of a buffer", "suture.buffer '\\1':patch(0, '\\1', '\\2')", 3, "foreign", 3, "" },
    { "an optional hunk that is absent", "b:hunk { find = 'zz', old = 'zz', new = 'yy', optional = true }",
      3, "foreign", 3, "" },
  }
  for _, row in ipairs(matrix) do
    it(("finds %s: %s"):format(row[4], row[1]), function()
      local text = applying(row[2])
      local status, stdout, _, target = on("check", text)
      assert.same({ row[3], row[4] }, { status, stdout:match "^%l+" })
      assert.equal(START, support.read(target))
      status, stdout = on("run", text)
      assert.equal(row[5], status)
      assert.matches(row[6] == "" and "^$" or ": " .. row[6] .. " %(", stdout)
    end)
  end
end)

describe("--json", function()
  local function json(verb, text, ...)
    local status, stdout, stderr, target = on(verb, text, "--json", ...)
    assert.matches("^[^\n]*\n$", stdout)
    local object, _, complaint = dkjson.decode(stdout, 1, dkjson.null)
    assert(object, complaint)
    return object, status, target, stderr
  end

  local null <const> = dkjson.null

  it("describes a change", function()
    for verb, status in pairs { check = "would_change", run = "changed" } do
      local object, code, target = json(verb, edits)
      assert.equal(verb == "check" and 1 or 0, code)
      assert.same({
        schema = 1, target = target, recipe = { name = "x/y", version = "1.2" },
        verdict = "applicable", status = status, size = { 8, 8 },
        changes = { { offset = 4, old = "750a", new = "9090" } },
        hunks = { { note = "skip the check", offset = 4, state = "old" } }, error = null,
      }, object)
    end
  end)

  it("describes what is applied", function()
    local object = json("run", applying "context.already 'x'")
    assert.same({ "applied", "unchanged", {}, {} }, { object.verdict, object.status, object.changes, object.hunks })
    assert.equal("recipe", object.recipe.name)
    assert.equal(null, object.recipe.version)
  end)

  it("writes empty lists as lists", function()
    local _, stdout = on("run", applying "context.already 'x'", "--json")
    assert.matches('"changes":[],"hunks":[]', stdout, 1, true)
  end)

  it("describes a refusal", function()
    local object, status = json("run", "return { edits = { { at = 1, old = '\\1', new = '\\2' } } }")
    assert.equal(3, status)
    assert.same({ "foreign", "refused", "mismatch", 1 },
      { object.verdict, object.status, object.error.kind, object.error.offset })
    assert.equal("expected 01 (or 02 when applied), found 00", object.error.message)
  end)

  it("describes a failure", function()
    local object, status = json("run", applying "b[0] = 9 error 'boom'")
    assert.equal(5, status)
    assert.same({ null, "failed", "recipe" }, { object.verdict, object.status, object.error.kind })
    assert.same({}, object.changes)
    object = json("run", applying "while true do end", "--timeout", "0.2")
    assert.same({ "failed", "limit" }, { object.status, object.error.kind })
  end)

  it("describes a target that cannot be opened, and one that can", function()
    local target = support.write("target", START)
    local status, stdout = suture("run", write_recipe(edits), support.path "missing", target, "--json")
    assert.equal(4, status)
    local first, second = stdout:match("^([^\n]*)\n([^\n]*)\n$")
    local object = dkjson.decode(first, 1, null)
    assert.same({ null, "failed", null, "io" }, { object.verdict, object.status, object.size, object.error.kind })
    assert.equal("changed", dkjson.decode(second, 1, null).status)
  end)

  it("is UTF-8 even where a name is not", function()
    local target = support.write(support.path "stray\xff", START)
    local _, stdout = suture("check", write_recipe(edits), target, "--json")
    assert.is_truthy(utf8.len(stdout))
    assert.is_table(dkjson.decode(stdout))
  end)
end)

describe("suture dump", function()
  it("prints what hexdump -C prints", function()
    local target = support.write("target", START)
    local _, wanted = support.run("hexdump -C " .. target .. " 2>/dev/null")
    local status, stdout = suture("dump", target)
    assert.equal(0, status)
    if wanted ~= "" then
      assert.equal(wanted, stdout)
    end
    assert.matches("^00000000  00 00 c7 01 75 0a 00 00 .*|%.%.%.%.u%.%.%.|\n00000008\n$", stdout)
  end)

  it("takes a range in decimal or hex", function()
    local target = support.write("target", START)
    local _, stdout = suture("dump", target, "0x4", "2")
    assert.matches("^00000004  75 0a  .*\n00000006\n$", stdout)
    _, stdout = suture("dump", target, "8")
    assert.equal("", stdout)
  end)

  it("goes on where one piece ends", function()
    local target = support.write("target", ("0123456789abcdef"):rep(0x10000) .. "xyz")
    local _, stdout = suture("dump", target)
    assert.matches("\n00100000  78 79 7a  .*\n00100003\n$", stdout)
    local _, offsets = stdout:gsub("\n%x+\n", "")
    assert.equal(1, offsets)
  end)

  it("ends with 4 for what cannot be read", function()
    local status, stdout, stderr = suture("dump", support.path "missing")
    assert.same({ 4, "" }, { status, stdout })
    assert.matches("missing: No such file or directory\n$", stderr)
  end)
end)

describe("suture help", function()
  it("lists every verb", function()
    local status, stdout = suture "help"
    assert.equal(0, status)
    for _, verb in ipairs { "check", "dump", "help", "run" } do
      assert.matches("\n  " .. verb .. " +%u", stdout)
    end
  end)

  it("fits into 80 columns", function()
    local _, overview = suture "help"
    local texts = { overview }
    for verb in overview:match "Verbs:\n(.*)":gmatch "  (%l+) [^\n]*" do
      texts[#texts + 1] = select(2, suture("help", verb))
    end
    assert.is_true(#texts > 15)
    for _, text in ipairs(texts) do
      for line in text:gmatch "[^\n]+" do
        assert(#line <= 80, line)
      end
    end
  end)

  it("calls arguments as the usage does", function()
    local lines = { run = "\n   RECIPE  +Path", find = "\n   PATTERN FILE%.%.%. +A pattern", list = "\n   WORD  +" }
    for verb, shown in pairs(lines) do
      assert.matches(shown, (select(2, suture("help", verb))))
    end
  end)

  it("explains one, as does -h", function()
    local status, stdout, stderr = suture("help", "run")
    assert.same({ 0, "" }, { status, stderr })
    assert.matches("Usage: suture run", stdout, 1, true)
    local _, same = suture("run", "-h")
    assert.equal(stdout, same)
  end)
end)
