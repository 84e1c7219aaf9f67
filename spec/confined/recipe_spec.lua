-- Recipes from strangers, in Lua: whatever they try ends in time, with status 3 or 5, and leaves nothing behind.

local support = require "spec.support"

local START <const> = "\0\0\xc7\x01\x75\x0a\0\0"
local quote <const> = support.quote

local target, home

setup(function()
  home = support.path "home"
  support.run(("mkdir -p %s %s/lib/recipes %s/lib/lua/helpers"):format(home, home, home))
end)

local function recipe(text, name)
  return support.write(home .. "/" .. (name or "recipe.lua"), text)
end

local function applying(code)
  return "local suture <const> = require 'suture'\nreturn { apply = function(b, params, context)\n"
    .. "b[0] = 9\n" .. code .. "\nend }"
end

-- Whether nobody holds the target, and no process has it open or is named as ours.
local function is_let_go(path)
  return (support.run(("flock -n %s true"):format(quote(path)))) == 0
    and (support.run(("! ls -l /proc/[0-9]*/fd 2>/dev/null | grep -qF %s"):format(quote(path)))) == 0
end

local function suture(verb, path, options)
  return support.run(("timeout 60 %s %s %s %s %s"):format(support.suture, verb, quote(path), quote(target),
    options or ""))
end

local function attack(text, options)
  target = support.write("target", START)
  local status, stdout, stderr = suture("run", recipe(text), options or "--timeout 20 --memory 48")
  assert.equal(START, support.read(target))
  assert(is_let_go(target), "the target is still held")
  return status, stdout, stderr
end

local function fails(words, text, options)
  local status, stdout, stderr = attack(text, options)
  assert.matches(words, stderr, 1, true)
  assert.same({ 5, "" }, { status, stdout })
  return stderr
end

describe("a recipe that takes all the time", function()
  local loops <const> = {
    ["by a loop"] = "while true do end",
    ["by repeat in pcall"] = "while true do pcall(error) end",
    ["by new coroutines"] = "while true do coroutine.wrap(function() end)() end",
    ["by a coroutine that never ends"] = "coroutine.wrap(function() while true do end end)()",
    ["by a finalizer"] =
      "setmetatable({}, { __gc = function() while true do end end }) collectgarbage() collectgarbage()",
    ["by a finalizer that brings itself back"] =
      "local function again() setmetatable({}, { __gc = again }) end again() while true do collectgarbage() end",
    ["by a handler of xpcall"] = "xpcall(error, function() while true do end end)",
    ["by __close"] = "local x <close> = setmetatable({}, { __close = function() while true do end end }) error 'x'",
    ["by a pattern"] = "('a'):rep(400):find(('.-'):rep(20) .. 'b')",
    ["by gsub"] = "('a'):rep(100000):gsub(('a*'):rep(20) .. 'b', '')",
    ["by table.concat"] = "table.concat(setmetatable({}, { __index = function() return '' end }), '', 1, 1 << 60)",
    ["by sort"] = "table.sort(table.pack(('x'):rep(50):byte(1, -1)), function() while true do end end)",
    ["by load"] = "load(function() return ' ' end)",
    ["by __index of itself"] = "local t = setmetatable({}, { __index = function() while true do end end }) return t.x",
    ["by tostring"] = "error(setmetatable({}, { __tostring = function() while true do end end }))",
    ["by a search in a loop"] = "while true do b:find('zz') end",
    ["by a numeric loop"] = "for i = 1, math.maxinteger do end",
    ["by goto"] = "::again:: goto again",
  }
  for name, code in pairs(loops) do
    it("is ended at the limit: " .. name, function()
      fails("the recipe passed the time limit of 0.4 seconds (--timeout)", applying(code), "--timeout 0.4")
    end)
  end

  it("is ended while it is loaded", function()
    fails("time limit of 0.4 seconds", "while true do end", "--timeout 0.4")
  end)

  it("is ended in match, in a new side and in verify", function()
    local loop <const> = "function() while true do end end"
    fails("time limit", ("return { targets = { { match = %s } }, apply = print }"):format(loop), "--timeout 0.4")
    fails("time limit", ("return { edits = { { at = 0, old = '\\0', new = %s } } }"):format(loop), "--timeout 0.4")
    fails("time limit", ("return { apply = function(b) b[0] = 1 end, verify = %s }"):format(loop), "--timeout 0.4")
  end)

  it("is ended in what its table says", function()
    fails("time limit", "return setmetatable({ apply = print }, { __index = function() while true do end end })",
      "--timeout 0.4")
  end)
end)

describe("a recipe that takes all the memory", function()
  local bombs <const> = {
    ["by a string"] = "local s = 'x' while true do s = s .. s end",
    ["by string.rep"] = "return ('x'):rep(1 << 30)",
    ["by a table"] = "local t = {} while true do t[#t + 1] = {} end",
    ["by an array"] = "local t = {} for i = 1, 1 << 30 do t[i] = i end",
    ["by coroutines"] = "local t = {} while true do t[#t + 1] = coroutine.create(print) end",
    ["by closures"] = "local t = {} while true do t[#t + 1] = function() return t end end",
    ["by gsub"] = "return (('x'):rep(1 << 20):gsub('x', ('y'):rep(1 << 10)))",
    ["by string.format"] = "local s = ('x'):rep(1 << 24) return ('%s%s%s%s'):format(s, s, s, s)",
    ["by table.concat"] = "local s, t = ('x'):rep(1 << 22), {} for i = 1, 64 do t[i] = s end return table.concat(t)",
    ["by buffers"] = "local t = {} while true do t[#t + 1] = suture.buffer(1 << 20) t[#t]:fill(0, 1 << 20, 1) end",
    ["by one buffer"] = "suture.buffer(1 << 40)",
    ["by growth of the target"] = "b:resize(1 << 40)",
    ["by finalizers"] =
      "local t = {} while true do t[#t + 1] = setmetatable({}, { __gc = function() t[#t + 1] = {} end }) end",
    ["by patterns"] = "local t = {} while true do t[#t + 1] = suture.pattern(('90 '):rep(1000)) end",
  }
  -- The sanitizer's build has no limit of the address space.
  if (os.getenv "SUTURE_BIN" or ""):find("asan", 1, true) then
    bombs["by buffers"], bombs["by one buffer"], bombs["by growth of the target"] = nil, nil, nil
  end
  for name, code in pairs(bombs) do
    it("is ended at the limit: " .. name, function()
      fails("the recipe passed the memory limit of 48 MiB (--memory)", applying(code))
    end)
  end

  it("is ended while it is loaded", function()
    fails("memory limit of 48 MiB", "local t = {} while true do t[#t + 1] = {} end")
  end)

  it("may go on when it gives the memory back", function()
    target = support.write("target", START)
    local status, stdout = suture("run", recipe(applying "pcall(string.rep, 'x', 1 << 30)"), "--memory 48")
    assert.equal(0, status)
    assert.matches("changed", stdout)
  end)

  it("is ended with less memory than it takes to begin", function()
    fails("memory limit of 0.1 MiB", applying "", "--memory 0.1")
  end)

  it("has 512 MiB when nothing is said", function()
    target = support.write("target", START)
    local status = suture("run", recipe(applying "local s = ('x'):rep(200 << 20)"))
    assert.equal(0, status)
    fails("memory limit of 512 MiB", applying "local s = ('x'):rep(600 << 20)", "")
  end)
end)

describe("a recipe that reaches out", function()
  local attempts <const> = {
    ["io"] = { "global 'io'", "io.open('/etc/passwd')" },
    ["os"] = { "global 'os'", "os.execute 'true'" },
    ["os through _G"] = { "field 'os'", "_G.os.remove(b.path)" },
    ["debug"] = { "global 'debug'", "debug.getregistry()" },
    ["package"] = { "global 'package'", "package.loadlib('x', '*')" },
    ["dofile"] = { "global 'dofile'", "dofile '/etc/passwd'" },
    ["loadfile"] = { "global 'loadfile'", "loadfile '/etc/passwd'" },
    ["require io"] = { "no module 'io'", "require 'io'" },
    ["require debug"] = { "no module 'debug'", "require 'debug'" },
    ["require of the host"] = { "no module 'suture.host'", "require 'suture.host'" },
    ["require of the verbs"] = { "no module 'suture.cli'", "require 'suture.cli'" },
    ["require of recipes"] = { "no module 'suture.recipe.inside'", "require 'suture.recipe.inside'" },
    ["suture.recipe"] = { "not for recipes", "suture.recipe.run(b.path, b.path)" },
    ["a C module"] = { "no module 'lfs'", "require 'lfs'" },
    ["a module by its path"] = { "no module '../x'", "require '../x'" },
    ["bytecode"] = { "binary chunk", "assert(load('\\27Lua'))" },
    ["bytecode by its mode"] = { "binary chunk", "assert(load('\\27Lua', 'x', 'b'))" },
    ["bytecode by a function"] = { "binary chunk",
      "local n = 0 assert(load(function() n = n + 1 return n == 1 and '\\27Lua' or nil end, 'x', 'bt'))" },
    ["string.dump"] = { "field 'dump'", "string.dump(print)" },
    ["the metatable of strings"] = { "attempt to index a boolean value", "getmetatable('').__index.format = nil" },
    ["the metatable of bytes"] = { "attempt to index a boolean value", "getmetatable(b).__index = nil" },
    ["the metatable of patterns"] = { "attempt to index a boolean value",
      "getmetatable(suture.pattern '00').__len = nil" },
    ["the metatable of errors"] = { "attempt to index a boolean value",
      "getmetatable(select(2, pcall(b.read, b, -1, 1))).__index = nil" },
    ["the metatable by setmetatable"] = { "table expected", "setmetatable(b, {})" },
    ["suture.open"] = { "open is not for recipes", "suture.open(b.path)" },
    ["suture.core"] = { "open is not for recipes", "require('suture.core').open(b.path)" },
    ["shared mode"] = { "open is not for recipes", "suture.open(b.path, 'shared')" },
    ["suture.flush"] = { "not for recipes", "suture.flush { b }" },
    ["suture.recover"] = { "not for recipes", "suture.recover(b.path)" },
    ["suture.transaction"] = { "not for recipes", "assert(suture.transaction { x = b.path })" },
    ["b:flush"] = { "flush is not for recipes", "b:flush()" },
    ["b:save"] = { "save is not for recipes", "b:save '/tmp/x'" },
    ["an asset outside"] = { "not in the recipe's folder", "context.asset '../target'" },
    ["an asset by a link"] = { "not in the recipe's folder", "context.asset 'way-out'" },
    ["an asset that is a device"] = { "not in the recipe's folder", "context.asset 'device'" },
  }
  for name, case in pairs(attempts) do
    it("fails: " .. name, function()
      support.run(("ln -sf /etc/passwd %s/way-out; ln -sf /dev/zero %s/device"):format(home, home))
      fails(case[1], applying(case[2]))
    end)
  end

  it("finds nothing under the names of what is not there", function()
    local status, _, stderr = attack(applying [[
      for _, name in ipairs { "io", "os", "debug", "package", "dofile", "loadfile" } do
        assert(_G[name] == nil and load("return " .. name)() == nil, name)
      end
      for name, value in pairs(require "suture.core") do
        if type(value) == "function" then pcall(value, b.path) pcall(value) end
      end
      error "searched" ]])
    assert.equal(5, status)
    assert.matches("searched", stderr, 1, true)
  end)

  it("changes nothing for suture's own modules", function()
    target = support.write("target", START)
    local status = suture("run", recipe(applying [[
      string.pack, string.format, table.unpack, pcall, error, ipairs = nil
      _G.type, _G.tostring = nil
      setmetatable(_G, { __index = error, __newindex = error })]]))
    assert.equal(0, status)
  end)

  it("leaves its state behind: the next target meets a new one", function()
    local first, second = support.write("first", START), support.write("second", START)
    local path = recipe [[
      local string = require("suture.core").methods
      return { apply = function(b) assert(not string.seen) string.seen = print b[0] = 9 end }]]
    local status, _, stderr = support.run(("%s run %s %s %s"):format(support.suture, path, first, second))
    assert.same({ 0, "" }, { status, stderr })
  end)
end)

describe("a recipe that floods", function()
  it("the log by lines is ended", function()
    local stderr = fails("the recipe passed the limit of 10000 lines of log", applying "while true do print '' end")
    assert(#stderr < 2000000)
  end)

  it("the log by length is ended", function()
    local stderr = fails("bytes of log", applying "while true do context.log(('x'):rep(100000)) end")
    assert(#stderr < 4000000)
  end)

  it("progress is ended", function()
    fails("reports of progress", applying "local i = 0 while true do i = i + 1 context.progress(i % 2, 2) end")
  end)

  it("what it prints is spelled out", function()
    target = support.write("target", START)
    local _, stdout, stderr = suture("run", recipe(applying [[print("\27]0;x\7", "y\nz") warn "w"]]))
    assert.matches("^[^\27\7]*\\x1b%]0;x\\x07\\x09y\\x0az\n[^\n]*w\n$", stderr)
    assert.matches("changed", stdout)
  end)

  it("the terminal through a note, a reason or a message is spelled out", function()
    local status, _, stderr = attack(applying [[error("\27[2J\r\nsuture: all is well", 0)]])
    assert.equal(5, status)
    assert.matches("^suture: [^\27\n\r]*\\x1b%[2J\\x0d\\x0asuture: all is well\n$", stderr)
    status, _, stderr = attack(applying [[context.refuse "\27[2J"]])
    assert.equal(3, status)
    assert.matches("^[^\27]*\\x1b%[2J %(at [^\27]*\n$", stderr)
  end)
end)

describe("what a recipe needs", function()
  it("crosses: assets, parameters, log, modules of its library", function()
    support.write(home .. "/lib/recipes/asset.bin", "\xaa\xbb")
    support.write(home .. "/lib/lua/helpers/init.lua", "local m = {} function m.byte(a) return a:u8(1) end return m")
    support.write(home .. "/lib/lua/plain.lua", "return { name = ..., again = require 'helpers' }")
    target = support.write("target", START)
    local path = recipe([[
      local helpers, plain = require "helpers", require "plain"
      assert(plain.name == "plain" and plain.again == helpers and require "helpers" == helpers)
      return { params = { n = { type = "integer" } }, apply = function(b, params, context)
        b[0] = helpers.byte(context.asset "asset.bin") + params.n
        context.log "said"
      end }]], "lib/recipes/acme.lua")
    local status, stdout, stderr = suture("run", path, "-p n=1")
    assert.same({ 0, target .. ": said\n" }, { status, stderr })
    assert.matches("changed", stdout)
    assert.equal("\xbc", support.read(target):sub(1, 1))
  end)

  it("is Lua that computes", function()
    target = support.write("target", START)
    local status, _, stderr = suture("check", recipe(applying [[
      assert(load "return 1 + 1"() == 2 and load("x = 1", "c", "t", {}))
      assert(("%d"):format(3) == "3" and utf8.char(228) == "\xc3\xa4" and math.max(1, 2) == 2)
      assert(select(2, coroutine.resume(coroutine.create(function() return 7 end))) == 7)
      assert(table.concat { "a", "b" } == "ab" and string.pack("<I2", 1) == "\1\0")
      local buffer = suture.buffer "abc"
      buffer:write(0, "x") assert(buffer:read(0, 3) == "xbc")
      b:savepoint() b[1] = 1 b:rollback() b[0] = 9
      assert(b:cursor(4):u8() == 0x75 and b:hexdump(0, 8) and b:unpack(0, "<I1") == 9)
      assert(#suture.pattern "48 ??" == 2 and b:hunk { at = 4, old = "\x75", new = "\x74" } == 4)]]))
    assert.same({ 1, "" }, { status, stderr })
  end)

  it("tells where it failed: kind, offset, line", function()
    target = support.write("target", START)
    local status, stdout = suture("run", recipe(applying "b:expect(2, 'x')"), "--json")
    assert.equal(3, status)
    assert.matches('"kind":"mismatch"', stdout, 1, true)
    assert.matches('"offset":2', stdout, 1, true)
    local _, _, stderr = suture("run", recipe(applying "b:u16le(9, 1)"))
    assert.matches("recipe.lua:4", stderr, 1, true)
  end)

  it("is no function that its caller lends it", function()
    local script <const> = [[
      local recipe = require "suture.recipe"
      local result = recipe.check(arg[1], arg[2], { params = { n = print } })[1]
      print(result.code, result.error.text)]]
    local path = recipe "return { params = { n = { type = 'integer' } }, apply = print }"
    local lend = support.write("lend.lua", script)
    local _, stdout = support.run(("%s %s %s %s"):format(support.suture, lend, path, target))
    assert.equal("2\tparameter 'n' cannot be a function\n", stdout)
  end)

  it("ends with Ctrl-C, and nothing is left of it", function()
    target = support.write("target", START)
    local status, _, stderr = support.run(([[
      %s run %s %s & pid=$!
      for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do pgrep -P $pid >/dev/null && break; sleep 0.1; done
      sleep 0.2; kill -INT $pid; wait $pid]]):format(support.suture, recipe(applying "while true do end"), target))
    assert.same({ 130, "suture: interrupted\n" }, { status, stderr })
    assert.equal(START, support.read(target))
    assert(is_let_go(target))
  end)

  it("dies with its parent", function()
    target = support.write("target", START)
    local status, stdout = support.run(([[
      %s run %s %s & pid=$!
      for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do pgrep -P $pid >/dev/null && break; sleep 0.1; done
      worker=$(pgrep -P $pid); kill -KILL $pid; wait $pid
      lives() { grep -q '^State:.[^ZX]' /proc/$worker/status 2>/dev/null; }
      for i in $(seq 50); do lives || break; sleep 0.1; done
      lives && echo alive || echo gone]]):format(support.suture,
      recipe(applying "while true do end"), target))
    assert.same({ 0, "gone\n" }, { status, stdout })
    assert.equal(START, support.read(target))
    assert(is_let_go(target))
  end)

  it("is more than a minute for a huge target when no limit is set", function()
    local host <const> = [[
      local host, recipe = require "suture.host", require "suture.recipe"
      host.confine = function(_, _, options) print(options.timeout, options.memory) return "timeout" end
      recipe.check("r", arg[1]) recipe.check("r", arg[1], { timeout = 5, memory = 7 })]]
    local sparse = support.path "sparse"
    support.run("truncate -s 64G " .. sparse)
    local _, stdout = support.run(("%s %s %s"):format(support.suture, support.write("limits.lua", host), sparse))
    assert.equal("1084\t512\n5\t7\n", stdout)
  end)
end)
