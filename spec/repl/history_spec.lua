-- The file that keeps what is typed.

local support = require "spec.support"
local world = require "spec.support.world"

local folders = 0

-- The path of a history that is not there yet, in folders that are not there either.
local function fresh()
  folders = folders + 1
  return support.path(("history%d/state/suture/history"):format(folders))
end

-- Runs Lua code with `history`, `host` and `path`; returns what it printed.
local function run(path, code)
  local script = support.write("history.lua", ([[
    local history <const>, host <const> = require "suture.repl.history", require "suture.host"
    local path <const> = %q
    %s]]):format(path, code))
  local status, stdout, stderr = support.run(("%s %s"):format(support.suture, script))
  assert(status == 0, stderr)
  return stdout
end

local function lines(text)
  local list = {}
  for line in text:gmatch "[^\n]+" do
    list[#list + 1] = line
  end
  return list
end

describe("history", function()
  it("gives back what was added, whatever is in it", function()
    local path = fresh()
    local texts = { "plain", "two\nlines", "a\\nb \\", "\\\n\\\\", "\255\1" }
    local code = {}
    for index, text in ipairs(texts) do
      code[index] = ("history.add(path, %q)"):format(text)
    end
    code[#code + 1] = 'for _, text in ipairs(history.load(path)) do io.write(text, "\\0") end'
    assert.same(table.concat(texts, "\0") .. "\0", run(path, table.concat(code, "\n")))
    assert.same(#texts, #lines(support.read(path)))
  end)

  it("is empty where there is no file", function()
    assert.same("0\n", run(fresh(), "print(#history.load(path))"))
  end)

  it("is for its owner alone, and so are the folders that it makes", function()
    local path = fresh()
    run(path, "history.add(path, 'a')")
    local _, modes = support.run(("stat -c %%a %s %s"):format(path, path:match "^(.*)/state/suture/history$"))
    assert.same("600\n700\n", modes)
  end)

  it("does not keep what is longer than a quarter of it", function()
    local path = fresh()
    run(path, "history.add(path, 'a') history.add(path, ('x'):rep(70000))")
    assert.same("a\n", support.read(path))
  end)

  it("raises io with the path where it cannot be written", function()
    local path = fresh()
    run(path, "history.add(path, 'a')")
    local said = run(path .. "/below", "local ok, err = pcall(history.add, path, 'a') print(err.kind, err)")
    assert.same(("io\t%s/below: Not a directory\n"):format(path), said)
  end)

  it("does not follow a symbolic link", function()
    local path = fresh()
    run(path, "history.add(path, 'a')")
    assert(support.run(("ln -s %s %s.link"):format(path, path)) == 0)
    local said = run(path .. ".link", "print(select(3, host.remember(path, 'b\\n', 100)))")
    assert.same({ "40\n", "a\n" }, { said, support.read(path) })
  end)

  it("keeps whole lines of at most half its size when it has grown too long", function()
    local path = fresh()
    run(path, "for index = 1, 11 do assert(host.remember(path, ('line %02d\\n'):format(index), 80)) end")
    assert.same({ "line 07", "line 08", "line 09", "line 10", "line 11" }, lines(support.read(path)))
    local _, mode = support.run("stat -c %a " .. path)
    assert.same("600\n", mode)
    assert.same("history\n", select(2, support.run("ls " .. path:match "^(.*)/")))
  end)

  it("adds to the new file where the old one was cut meanwhile", function()
    local path = fresh()
    run(path, "history.add(path, 'old')")
    local script = support.write("late.lua", ("require 'suture.repl.history'.add(%q, 'late')"):format(path))
    local new = support.write("new", "new\n")
    local held = support.write("held.sh", ([[
      %s %s &
      for i in $(seq 400); do grep -q -e "-> FLOCK .* $! " /proc/locks && break; sleep 0.02; done
      mv %s %s]]):format(support.suture, script, new, path))
    local _, _, stderr = support.run(("flock -o %s sh %s"):format(path, held))
    assert.same("", stderr)
    world.await("grep -q late " .. path)
    assert.same("new\nlate\n", support.read(path))
  end)

  it("has the lines of all who add at the same time, whole and in their order", function()
    local path = fresh()
    local script = support.write("adding.lua", ([[
      local host <const>, most <const> = require "suture.host", tonumber(arg[2])
      while not io.open(%q) do end
      for index = 1, 500 do
        assert(host.remember(%q, ("%%s %%d\n"):format(arg[1], index), most))
      end]]):format(path .. ".go", path))
    -- How many lines there are; each adder's follow each other without a gap.
    local function count_lines(text)
      local count, last = 0, {}
      for name, index in text:gmatch "(%a) (%d+)\n" do
        assert.same((last[name] or index - 1) + 1, math.tointeger(index))
        last[name], count = math.tointeger(index), count + 1
      end
      assert.same("", (text:gsub("%a %d+\n", "")))
      return count
    end
    local function add_at_once(most)
      os.remove(path)
      local command = "rm -f %s.go; for name in a b c; do %s %s $name %d & done; touch %s.go; wait"
      assert(support.run(command:format(path, support.suture, script, most, path)) == 0)
      return support.read(path)
    end
    run(path, "history.add(path, 'makes the folder')")
    assert.same(1500, count_lines(add_at_once(100000)))
    for _ = 1, 5 do
      local text = add_at_once(500)
      assert.is_true(#text <= 500 and count_lines(text) > 30)
      assert.matches("%a 500\n$", text)
    end
  end)
end)
