-- host.crew: units done by several child processes, each received once, whatever becomes of the children.

local support = require "spec.support"

local PRELUDE <const> = [[
local host <const> = require "suture.host"
local function counter(last)
  local unit = 0
  return function()
    unit = unit + 1
    return unit <= last and unit or nil
  end
end
]]

local function crew(code, ...)
  local script = support.write("crew.lua", PRELUDE .. code)
  return support.run(("%s %s %s"):format(support.suture, script, table.concat({ ... }, " ")))
end

-- Runs it in a process group of its own, which gets SIGINT, or only the parent does, when arg[1] is there.
local function interrupted(code, count, whom)
  local ready, script = support.path "ready", support.write("crew.lua", PRELUDE .. code)
  support.run("rm -f " .. ready)
  return support.run(([[
    setsid %s %s %s >%s.out 2>%s.err & pid=$!
    for i in $(seq 500); do [ -e %s ] && break; sleep 0.02; done
    for i in %s; do sleep 0.1; kill -INT %s$pid; done
    wait $pid; status=$?; cat %s.out; cat %s.err >&2; exit $status]]):format(support.suture, script, ready, ready,
    ready, ready, ("x "):rep(count), whom == "group" and "-" or "", ready, ready))
end

describe("host.crew", function()
  it("has each unit done once, and received once with what was said", function()
    for _, jobs in ipairs { 1, 2, 7 } do
      local status, stdout, stderr = crew(([[
        local got, count = {}, 0
        host.crew(function(unit)
          print("out " .. unit)
          io.stderr:write("err ", unit, "\n")
          return ("x"):rep(unit * 1000)
        end, counter(50), function(unit, result, said)
          assert(not got[unit] and result == ("x"):rep(unit * 1000))
          assert(said:find("out " .. unit .. "\n", 1, true) and said:find("err " .. unit .. "\n", 1, true))
          got[unit], count = true, count + 1
        end, %d)
        print(count)]]):format(jobs))
      assert.same({ 0, "50\n", "" }, { status, stdout, stderr })
    end
  end)

  it("runs as many at once as there are jobs, and not more", function()
    local _, stdout = crew [[
      local most, now, seen = 0, 0, {}
      local nextone = counter(12)
      host.crew(function(unit)
        os.execute "sleep 0.05"
        return (io.open("/proc/self/stat"):read "l"):match "^%d+"
      end, function()
        local unit = nextone()
        now = unit and now + 1 or now
        most = math.max(most, now)
        return unit
      end, function(_, pid)
        now = now - 1
        seen[pid] = true
      end, 3)
      local count = 0
      for _ in pairs(seen) do count = count + 1 end
      print(most, count)]]
    assert.equal("3\t3\n", stdout)
  end)

  it("asks again after each result where there was no unit at present", function()
    local _, stdout = crew [[
      local given, back = 0, 0
      host.crew(tostring, function()
        if given == back and given < 5 then given = given + 1 return given end
      end, function(unit) back = unit io.write(unit, " ") end, 3)]]
    assert.equal("1 2 3 4 5 ", stdout)
  end)

  it("makes no child where there is no unit", function()
    assert.same({ 0, "", "" }, { crew "host.crew(error, function() end, error, 4)" })
  end)

  local deaths <const> = {
    ["by a signal"] = { "os.execute 'kill -9 $PPID'", "signal 9", "false", "" },
    ["by an exit"] = { "os.exit(3)", "status 3", "false", "" },
    ["by an error"] = { "error 'boom'", "status 1", "false", "suture: [^\n]*boom\n" },
    ["by an error that has no text"] = { "error(setmetatable({}, { __tostring = error }))", "status 1", "false", ".*" },
    ["by a result that is none"] = { "return ''", "status 1", "false", "suture: [^\n]*1 byte to 1 GiB[^\n]*\n" },
    ["after it has decided"] = { "send '' os.execute 'kill -9 $PPID'", "signal 9", "true", "" },
    ["with words"] = { "io.stderr:write 'last words' os.exit(3)", "status 3", "false", "last words" },
  }
  for name, case in pairs(deaths) do
    it("receives the unit of a child that died " .. name .. ", and has the others done", function()
      local status, stdout = crew(([[
        local done = 0
        host.crew(function(unit, send)
          if unit == 4 then %s end
          return "done"
        end, counter(9), function(unit, result, said, detail, decided)
          if result then done = done + 1 else print(unit, detail, decided) io.write(said) end
        end, 2)
        print(done)]]):format(case[1]))
      assert.equal(0, status)
      assert.matches(("^4\t%s\t%s\n%s8\n$"):format(case[2], case[3], case[4]), stdout)
    end)
  end

  it("goes on where every unit ends its child", function()
    local _, stdout = crew [[
      local dead = 0
      host.crew(function() os.exit(1) end, counter(20), function(_, result) dead = dead + (result and 0 or 1) end, 3)
      print(dead)]]
    assert.equal("20\n", stdout)
  end)

  it("notices children that die while they have no unit", function()
    local _, stdout = crew [[
      local pids, count, given = {}, 0, 0
      host.crew(function() return (io.open("/proc/self/stat"):read "l"):match "^%d+" end, function()
        if given == 2 then
          for pid in pairs(pids) do os.execute("kill -9 " .. pid .. "; while kill -0 " .. pid ..
            " && ! grep -q 'State:.Z' /proc/" .. pid .. "/status; do :; done 2>/dev/null") end
        end
        given = given + 1
        return given <= 6 and given or nil
      end, function(_, pid) pids[pid], count = true, count + 1 end, 1)
      print(count)]]
    assert.equal("6\n", stdout)
  end)

  it("goes on with those that there are where no more can be made, and raises io where there is none", function()
    local function limited(when)
      local script = support.write("crew.lua", PRELUDE .. [[
        local count = 0
        host.crew(tostring, counter(20), function() count = count + 1 end, 4)
        print(count)]])
      return support.run(("ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null "
        .. "-e inject=clone,clone3,fork:error=EAGAIN:when=%s %s %s"):format(when, support.suture, script))
    end
    assert.same({ 0, "20\n", "" }, { limited "2+" })
    local status, _, stderr = limited "1+"
    assert.equal(1, status)
    assert.matches("cannot start a process: Resource temporarily unavailable", stderr, 1, true)
  end)

  it("raises what next and receive raise, after all children are gone", function()
    for _, functions in ipairs {
      "function() error('mine', 0) end, error", "counter(9), function() error('mine', 0) end" } do
      local _, stdout = crew(([[
        print(pcall(host.crew, function() os.execute "sleep 0.1" return "x" end, %s, 3))
        print(os.execute "pgrep -P $PPID | grep -v $$ >/dev/null")]]):format(functions))
      assert.matches("^false\tmine\nnil", stdout)
    end
  end)

  it("keeps frames of any size whole", function()
    local _, stdout = crew [[
      local sum = 0
      host.crew(function(unit) return (string.char(unit)):rep(3000000) end, counter(8), function(unit, result)
        assert(result == string.char(unit):rep(3000000))
        sum = sum + #result
      end, 3)
      print(sum)]]
    assert.equal("24000000\n", stdout)
  end)

  it("cuts what a child says after 1 MiB", function()
    local _, stdout = crew [[
      host.crew(function() io.write(("x"):rep(3 << 20)) return "r" end, counter(2), function(_, result, said)
        print(result, #said)
      end, 1)]]
    assert.equal(("r\t%d\n"):rep(2):format(1 << 20, 1 << 20), stdout)
  end)

  local LOOP <const> = [[
    host.crew(function(unit, send)
      if unit > 2 then io.open(arg[1], "w"):close() while true do end end
      return "done"
    end, counter(100), function(unit, result, said, detail, decided)
      io.write(unit, " ", result or detail, "\n")
    end, 2)]]

  for _, whom in ipairs { "group", "parent" } do
    it(("interrupts the units at Ctrl-C to the %s, receives each, and raises"):format(whom), function()
      local status, stdout, stderr = interrupted(LOOP, 1, whom)
      local lines = {}
      for line in stdout:gmatch "[^\n]+" do
        lines[#lines + 1] = line
      end
      table.sort(lines)
      assert.same({ "1 done", "2 done", "3 interrupted", "4 interrupted" }, lines)
      assert.matches("interrupted\n$", stderr)
      assert.equal(130, status)
    end)

    it(("brings to its end what is held at Ctrl-C to the %s"):format(whom), function()
      local status, stdout = interrupted([[
        host.crew(function(unit, send)
          host.hold()
          send ""
          io.open(arg[1], "w"):close()
          os.execute "trap '' INT; sleep 0.4"
          return "whole"
        end, counter(100), function(unit, result) print(unit, result) end, 2)]], whom == "group" and 2 or 1, whom)
      if whom == "group" then
        assert.equal("", stdout)
      else
        assert.matches("^%d\twhole\n%d\twhole\n$", stdout)
      end
      assert.equal(130, status)
    end)
  end

  it("ends at once when Ctrl-C comes again", function()
    local _, before = support.run "date +%s"
    local status = interrupted([[
      host.crew(function(unit)
        pcall(function() io.open(arg[1], "w"):close() while true do end end)
        while true do end
      end, counter(3), print, 2)]], 2, "group")
    local _, after = support.run "date +%s"
    assert.equal(130, status)
    assert.is_true(tonumber(after) - tonumber(before) < 5)
  end)

  for call, message in pairs {
    ["host.crew()"] = "bad argument #1 to 'crew' %(function expected, got no value%)",
    ["host.crew(print, print)"] = "bad argument #3 to 'crew' %(function expected, got no value%)",
    ["host.crew(print, print, print, 0)"] = "bad argument #4 to 'crew' %(not from 1 to 1024%)",
    ["host.crew(print, print, print, 1025)"] = "bad argument #4 to 'crew' %(not from 1 to 1024%)",
    ["host.crew(print, function() return 'x' end, print, 1)"] = "number expected, got string",
  } do
    it("raises for " .. call, function()
      local status, _, stderr = crew(call)
      assert.equal(1, status)
      assert.matches(message, stderr)
    end)
  end
end)

describe("host.hold", function()
  local SCRIPT <const> = [[
    local ok, err = pcall(function()
      host.hold()
      io.open(arg[1], "w"):close()
      os.execute "sleep 0.5"
      print "told"
      host.release()
      print "never"
    end)
    print(ok, err)]]

  it("keeps Ctrl-C waiting until host.release, where it raises once", function()
    for _, count in ipairs { 1, 3 } do
      local status, stdout = interrupted(SCRIPT, count, "parent")
      assert.same({ 0, "told\nfalse\tinterrupted\n" }, { status, stdout })
    end
  end)
end)
