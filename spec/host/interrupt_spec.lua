-- Ctrl-C: the first raises wherever Lua runs, the second ends the process.

local support = require "spec.support"

-- Runs a script that touches the file in arg[1] when it is ready, sends it SIGINT, and again for each further count.
local function interrupted(code, count)
  local ready = support.path("ready")
  local script = support.write("interrupt.lua", ([[
    local function ready() io.open(arg[1], "w"):close() end
    local function forever() ready() while true do end end
    %s
  ]]):format(code))
  os.remove(ready)
  return support.run(([[
    sleep 20 | { %s %s %s & echo $! >%s.pid; wait $!; echo $? >%s.status; } &
    until [ -e %s ]; do sleep 0.02; done
    for i in %s; do sleep 0.1; kill -INT $(cat %s.pid); done
    for i in $(seq 500); do [ -s %s.status ] && break; sleep 0.02; done
    status=$(cat %s.status); rm -f %s.status
    exit ${status:-99}
  ]]):format(
    support.suture, script, ready, ready, ready, ready, ("x "):rep(count or 1), ready, ready, ready, ready))
end

describe("host Ctrl-C", function()
  local places = {
    ["a loop"] = "forever()",
    ["a coroutine that is resumed"] = "error(select(2, coroutine.resume(coroutine.create(forever))))",
    ["a coroutine that is wrapped"] = "coroutine.wrap(function() coroutine.wrap(forever)() end)()",
    ["a coroutine that is being closed"] = [[
      local co = coroutine.create(function()
        local x <close> = setmetatable({}, { __close = forever })
        coroutine.yield()
      end)
      coroutine.resume(co)
      error(select(2, coroutine.close(co)))]],
    ["a loop that makes coroutines"] = "ready() while true do coroutine.wrap(function() end)() end",
    ["a loop that switches between coroutines"] = [[
      local co = coroutine.wrap(function() while true do coroutine.yield() end end)
      ready() while true do co() end]],
    ["the main coroutine, after another has ended"] = "coroutine.wrap(function() end)() forever()",
    ["a read from stdin"] = "ready() io.read() while true do end",
    ["a message handler's function"] = "error(select(2, pcall(forever)))",
    ["a sort"] = "ready() while true do table.sort({ 3, 1, 2 }, function(a, b) return a < b end) end",
    ["a wait for a worker"] = "require 'suture.host'.work(forever, print)",
    ["a receiver of a worker's frames"] = [[
      require 'suture.host'.work(function(send) while true do send 'x' end end, forever)]],
  }
  for name, code in pairs(places) do
    it("raises interrupted in " .. name, function()
      local status, _, stderr = interrupted(code)
      assert.matches("interrupted\n$", stderr)
      assert.same(130, status)
    end)
  end

  it("raises an error object that a script can catch", function()
    local status, _, stderr = interrupted([[
      local ok, err = pcall(forever)
      io.stderr:write(tostring(ok), " ", err.kind, "\n")]])
    assert.same({ 0, "false interrupted\n" }, { status, stderr })
  end)

  it("closes what is to be closed", function()
    local status, _, stderr = interrupted([[
      local x <close> = setmetatable({}, { __close = function(_, err) io.stderr:write(err.kind, "\n") end })
      forever()]])
    assert.matches("^interrupted\n", stderr)
    assert.same(130, status)
  end)

  it("ends the process by the signal when it comes again", function()
    local status, _, stderr = interrupted("pcall(forever) forever()", 2)
    assert.same({ 130, "" }, { status, stderr })
  end)

  it("leaves the target as it was", function()
    local target = support.write("target", "untouched")
    local status = interrupted(([[
      local b <close> = assert(require "suture".open("%s"))
      b:write(0, "X")
      forever()]]):format(target))
    assert.same(130, status)
    assert.same("untouched", support.read(target))
  end)

  it("leaves no worker behind", function()
    local pid = support.path("worker.pid")
    interrupted(([[
      require 'suture.host'.work(function()
        io.open("%s", "w"):write((io.open("/proc/self/stat"):read("n"))):close()
        forever()
      end, print)]]):format(pid))
    local status = support.run("kill -0 $(cat " .. pid .. ")")
    assert.not_same(0, status)
  end)
end)
