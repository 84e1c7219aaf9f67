-- host.work: frames from a child process, and every way in which it may end.

local support = require "spec.support"

local function work(code, stdin)
  local script = support.write("work.lua", "local host = require 'suture.host'\n" .. code)
  return support.run(support.suture .. " " .. script, stdin)
end

describe("host.work", function()
  it("hands over frames in order, of any length and content", function()
    local status, stdout, stderr = work([[
      local sizes = { 0, 1, 4, 65535, 65536, 65537, 3000000 }
      local got = {}
      print(host.work(function(send)
        for i, size in ipairs(sizes) do send(string.char(i):rep(size)) end
      end, function(frame) got[#got + 1] = frame end))
      for i, size in ipairs(sizes) do assert(got[i] == string.char(i):rep(size), size) end
      print(#got)]])
    assert.same({ 0, "" }, { status, stderr })
    assert.same("done\n7\n", stdout)
  end)

  local endings = {
    ["done when the body returns"] = { "function() end", "done" },
    ["died with the status when the body raises"] = { "function() error 'boom' end", "died\tstatus 1" },
    ["died with the status of os.exit"] = { "function() os.exit(7) end", "died\tstatus 7" },
    ["died with the signal that ended it"] = {
      "function() os.execute('kill -9 ' .. io.open('/proc/self/stat'):read('n')) end", "died\tsignal 9" },
    ["timeout when time is up"] = { "function() while true do end end", "timeout" },
    ["timeout for a body that no hook can reach"] = {
      "function() return ('a'):rep(400):find('.-.-.-.-b') end", "timeout" },
  }
  for name, case in pairs(endings) do
    it("returns " .. name, function()
      local status, stdout = work(("print(host.work(%s, print, { timeout = 0.3 }))"):format(case[1]))
      assert.same({ 0, case[2] .. "\n" }, { status, stdout })
    end)
  end

  it("keeps the frames that came before a death", function()
    local _, stdout = work("print(host.work(function(send) send 'one' error 'x' end, print))")
    assert.same("one\ndied\tstatus 1\n", stdout)
  end)

  it("prints the error of the body to stderr, also when it cannot print itself", function()
    local _, _, stderr = work([[
      host.work(function() error "boom" end, print)
      host.work(function() error(setmetatable({}, { __tostring = error })) end, print)]])
    assert.matches("^suture: [^\n]*boom\nsuture: [^\n]+\n$", stderr)
  end)

  it("raises what the receiver raises, after the child is gone", function()
    local status, stdout = work([[
      local pid
      print(pcall(host.work, function(send)
        send(tostring(io.open("/proc/self/stat"):read("n")))
        while true do end
      end, function(frame) pid = frame error("mine", 0) end))
      print((os.execute("kill -0 " .. pid .. " 2>/dev/null")))]])
    assert.same({ 0, "false\tmine\nnil\n" }, { status, stdout })
  end)

  it("gives the child /dev/null to read and stderr to print to", function()
    local _, stdout, stderr = work("host.work(function() print(io.read('a') .. 'end') end, print)", "typed")
    assert.same({ "", "end\n" }, { stdout, stderr })
  end)

  it("prints what was buffered before it once", function()
    local _, stdout = work("io.stdout:setvbuf 'full' io.write 'once' host.work(function() end, print)")
    assert.same("once", stdout)
  end)

  it("runs no finalizer in the child", function()
    local _, stdout, stderr = work([[
      local x = setmetatable({}, { __gc = function() io.stderr:write "collected\n" end })
      host.work(function() end, print)]])
    assert.same({ "", "collected\n" }, { stdout, stderr })
  end)

  it("leaves what the child changes to the child", function()
    local _, stdout = work("x = 1 host.work(function() x = 2 end, print) print(x)")
    assert.same("1\n", stdout)
  end)

  it("works inside a coroutine", function()
    local _, stdout = work("coroutine.wrap(function() print(host.work(function(send) send 'x' end, print)) end)()")
    assert.same("x\ndone\n", stdout)
  end)

  it("works where SIGCHLD came ignored", function()
    local script = support.write("work.lua", "print(require 'suture.host'.work(function() os.exit(3) end, print))")
    local _, stdout = support.run(("env --ignore-signal=CHLD %s %s"):format(support.suture, script))
    assert.same("died\tstatus 3\n", stdout)
  end)

  for call, message in pairs {
    ["host.work()"] = "bad argument #1 to 'work' %(function expected, got no value%)",
    ["host.work(print)"] = "bad argument #2 to 'work' %(function expected, got no value%)",
    ["host.work(print, print, 1)"] = "bad argument #3 to 'work' %(table expected, got number%)",
    ["host.work(print, print, { timeout = -1 })"] = "timeout must not be negative",
    ["host.work(print, print, { timeout = 'x' })"] = "number expected, got string",
  } do
    it("raises for " .. call, function()
      local status, _, stderr = work(call)
      assert.same(1, status)
      assert.matches(message, stderr)
    end)
  end

  it("lets the child send strings only", function()
    local _, stdout, stderr = work("print(host.work(function(send) send(42) end, print))")
    assert.same("died\tstatus 1\n", stdout)
    assert.matches("string expected, got number", stderr)
  end)
end)

describe("host.isatty", function()
  it("tells a terminal from a file", function()
    local _, stdout = work("print(host.isatty(0), host.isatty(1), host.isatty(-1), host.isatty(1 << 40))")
    assert.same("false\tfalse\tfalse\tfalse\n", stdout)
    local script = support.write("tty.lua", "print(require 'suture.host'.isatty(1))")
    local _, answer = support.run(("script -qec %s /dev/null"):format(support.quote(support.suture .. " " .. script)))
    assert.matches("true", answer)
  end)
end)

describe("host.columns", function()
  it("is 80 without a terminal", function()
    local _, stdout = work("print(host.columns())")
    assert.same("80\n", stdout)
  end)
end)
