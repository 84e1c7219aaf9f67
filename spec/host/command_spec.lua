-- The command line of lua: whatever lua5.4 does, suture does.

local support = require "spec.support"

local function normal(text)
  return (text:gsub("lua5%.4: ", "suture: "):gsub("\nusage: .*", ""):gsub("\n\tno embedded module '[^\n]*", ""))
end

local function both(arguments, stdin, environment)
  local results = {}
  for _, program in ipairs { "lua5.4", support.suture } do
    local command = ("cd %s && %s PROGRAM %s"):format(support.quote(support.tempdir()), environment or "", arguments)
    if program ~= "lua5.4" then
      program = '"$OLDPWD"/' .. program
    end
    local status, stdout, stderr = support.run(command:gsub("PROGRAM", (program:gsub("%%", "%%%%"))), stdin)
    results[#results + 1] = { status = status, stdout = stdout, stderr = normal(stderr) }
  end
  return results[1], results[2]
end

local function writes_scripts()
  support.write("args.lua", "print(#arg, arg[0], ...) for i = 1, #arg do print(i, arg[i]) end")
  support.write("shebang.lua", "#!/usr/bin/env lua\nprint('shebang', debug.getinfo(1, 'l').currentline)")
  support.write("raises.lua", "local function deep() error('deep') end\nlocal function outer() deep() end\nouter()")
  support.write("syntax.lua", "x = = 1")
  support.write("module.lua", "return { name = ... }")
  support.write("exits.lua", [[
    local x <close> = setmetatable({}, { __close = function() print 'closed' end })
    os.exit(arg[1] == 'true' or tonumber(arg[1]), arg[2] == 'close')]])
  support.write("ends.lua", [[
    local x = setmetatable({}, { __gc = function() print 'collected' end })
    local y <close> = setmetatable({}, { __close = function() print 'closed' end })]])
  support.write("object.lua", "error(setmetatable({}, { __tostring = function() return 'an object' end }))")
  support.write("init.lua", "print 'from a file'")
  support.write("-dash.lua", "print 'dash'")
end

describe("host", function()
  lazy_setup(writes_scripts)

  describe("answers as lua5.4 to", function()
    local commands = {
      "args.lua", "args.lua a b 'c d' ''", "args.lua -e 1 --", "-e 'x = 1' args.lua a",
      "-e 'print(1)'", "-e'print(2)'", "-e 'print(1)' -e 'print(2)'", "-e 'a = 1' -e 'print(a)'",
      "-e 'print(arg[0], arg[-1], arg[1])' args.lua z", "-e 'arg[1] = 7' args.lua z",
      "-l module -e 'print(module.name)'", "-lmodule -e 'print(module.name)'", "-l m=module -e 'print(m.name, module)'",
      "-l absent", "-l string -e 'print(string == require \"string\")'",
      "-W -e 'warn \"seen\"'", "-e 'warn \"unseen\"'", "-e 'warn \"@on\" warn \"seen\"'",
      "shebang.lua", "raises.lua", "syntax.lua", "absent.lua", ".", "object.lua",
      "-e 'error()'", "-e 'error(nil)'", "-e 'error({})'", "-e 'error(42)'", "-e 'error(\"x\", 0)'", "-e 'x ='",
      "exits.lua 0", "exits.lua 3", "exits.lua true", "exits.lua false", "exits.lua 3 close", "exits.lua true close",
      "ends.lua", "-- args.lua", "-- -dash.lua", "-dash.lua", "-e", "-l", "-x", "-ex -i2", "--x", "-vv", "-e -v",
      "-E -e 'print(package.path)'", "-e 'print(collectgarbage(\"count\") > 0)' -- args.lua",
      "-e 'print(pcall(coroutine.wrap(function() error(\"w\") end)))'",
      "-e 'coroutine.wrap(function() error(\"w\") end)()'",
      "-e 'print(coroutine.resume(coroutine.create(function(...) return ... end), 1, nil, 3))'",
      "-e 'local co = coroutine.create(error) print(coroutine.resume(co, 7)) print(coroutine.resume(co))'",
      "-e 'print(pcall(coroutine.resume, 1))'", "-e 'print(pcall(coroutine.wrap, 1))'",
      "-e 'print(pcall(coroutine.close, coroutine.running()))'", "-e 'print(coroutine.resume(coroutine.running()))'",
      "-e 'for i in coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) end end) do print(i) end'",
      "-e 'local f = coroutine.wrap(print) f(1) print(pcall(f))'",
      "-e 'print(select(\"#\", table.unpack({}, 1, 200)))'",
      "-e 'print(pcall(coroutine.wrap(function() local x <close> = setmetatable({}, "
        .. "{ __close = function() error(\"c\") end }) error(\"b\") end)))'",
    }
    for _, arguments in ipairs(commands) do
      it(arguments, function()
        local lua, suture = both(arguments, "print 'from stdin'")
        assert.same(lua, suture)
      end)
    end
  end)

  describe("reads a script from stdin as lua5.4 for", function()
    for _, case in ipairs {
      { "", "print(#arg, ...)" }, { "- a b", "print(#arg, arg[0], ...)" }, { "-", "error 'x'" }, { "-", "x = = 1" },
      { "-- -", "print 'not this'" }, { "", "" }, { "-", "#!shebang\nprint(1)" },
    } do
      it(("'%s' and '%s'"):format(case[1], case[2]), function()
        local lua, suture = both(case[1], case[2])
        assert.same(lua, suture)
      end)
    end
  end)

  describe("follows the environment as lua5.4 for", function()
    for _, environment in ipairs {
      "LUA_INIT='print(1)'", "LUA_INIT_5_4='print(2)' LUA_INIT='print(1)'", "LUA_INIT=@init.lua", "LUA_INIT=@absent",
      "LUA_INIT='error \"x\"'", "LUA_INIT='x ='", "LUA_INIT=", "LUA_PATH='/nowhere/?.lua'", "LUA_PATH_5_4='./?.lua'",
    } do
      for _, options in ipairs { "", "-E" } do
        it(environment .. " " .. options, function()
          local code = 'print(package.path, (pcall(require, "module")))'
          local lua, suture = both(("%s -e '%s' args.lua a"):format(options, code), nil, environment)
          suture.stdout = suture.stdout:gsub("\n\tno embedded module '[^\n]*", "")
          assert.same(lua, suture)
        end)
      end
    end
  end)

  describe("-v", function()
    it("prints the versions of suture and Lua", function()
      local status, stdout = support.run(support.suture .. " -v")
      assert.same(0, status)
      assert.matches("^suture %d+%.%d+%.%d+ %(Lua 5%.4%.%d+%)\n$", stdout)
    end)
  end)

  describe("a wrong option", function()
    it("is named, with the usage", function()
      local status, stdout, stderr = support.run(support.suture .. " -x")
      assert.same({ 1, "" }, { status, stdout })
      assert.matches("^suture: unrecognized option '%-x'\nusage: ", stderr)
    end)
  end)

  describe("a script", function()
    it("named as a verb runs by its path", function()
      support.write("run", "print 'mine'")
      local status, stdout = support.run(("p=$PWD; cd %s && \"$p\"/%s ./run"):format(support.tempdir(), support.suture))
      assert.same({ 0, "mine\n" }, { status, stdout })
    end)

    it("can require C modules made for lua", function()
      local status, stdout, stderr = support.run(support.suture .. " -e 'print(require(\"lfs\").currentdir())'")
      assert.same({ 0, "" }, { status, stderr })
      assert.matches("^/", stdout)
    end)

    it("sees an error object with its place, in one line", function()
      local script = support.write("raise.lua", "local suture = require 'suture'\nsuture.open('/nonexistent', 'wrong')")
      local status, stdout, stderr = support.run(support.suture .. " " .. script)
      assert.same({ 1, "" }, { status, stdout })
      assert.matches("^suture: [^\n]*raise%.lua:2: [^\n]+\n$", stderr)
    end)

    for kind, expected in pairs { interrupted = 130, indeterminate = 6, io = 1 } do
      it(("that dies of %s ends with %d"):format(kind, expected), function()
        local code = ("require 'suture.core'.raise('%s', 'the reason')"):format(kind)
        local status, _, stderr = support.run(('%s -e "%s"'):format(support.suture, code))
        assert.same(expected, status)
        assert.matches("the reason\n$", stderr)
      end)
    end
  end)
end)
