-- The results of a recipe's process, sent by one that speaks the protocol wrongly: parsed at random, and over the pipe.

local core = require "suture.core"
local result = require "suture.recipe.result"
local support = require "spec.support"
local wire = require "suture.recipe.wire"

local SIZE <const>, MOST <const> = 64, 4096

local heard

local function listener()
  heard = { lines = 0, percent = {} }
  return {
    log = function(text)
      assert(type(text) == "string")
      heard.lines = heard.lines + 1
    end,
    progress = function(percent)
      assert(math.type(percent) == "integer" and percent >= 0 and percent <= 100)
    end,
  }
end

-- Two targets, in the second of which an earlier recipe has changed a byte.
local function targets()
  return { { size = SIZE }, { size = SIZE, earlier = { { offset = 9, old = "x", new = "E" } } } }
end

local function new(describes)
  return result.new(targets(), MOST, listener(), describes or "never")
end

-- Whether a frame is taken; anything else that is raised but an Ending is a fault of ours.
local function takes(taken, frame)
  local ok, err = pcall(taken.take, taken, frame)
  assert(ok or result.ending(err), tostring(err))
  return ok, not ok and select(2, result.ending(err)) or nil
end

local function accepted(...)
  local taken = new()
  for _, frame in ipairs { ... } do
    if not takes(taken, frame) then
      return false
    end
  end
  return true, taken
end

local pack <const> = wire.pack
local head <const> = pack("recipe", "name", "1.0")

local neither <const>, nearest <const> = pack("hunk", 1, "", -1, 0, "neither"), pack("nearest", 2, 1, "48 4?")

describe("result", function()
  local refused <const> = {
    ["an empty frame"] = { "" },
    ["no known message"] = { string.pack("<s1", "flush") },
    ["a message of another table"] = { string.pack("<s1", "__index") .. "x" },
    ["a message cut short"] = { head:sub(1, -2) },
    ["a message with a tail"] = { head .. "\0" },
    ["a length past the frame"] = { string.pack("<s1", "log") .. "\xff\xff\xff\xff" .. "x" },
    ["two heads"] = { head, head },
    ["a verdict without a head"] = { pack("verdict", "applied", "") },
    ["an unknown verdict"] = { head, pack("verdict", "foreign", "") },
    ["anything after the verdict"] = { head, pack("verdict", "applied", ""), pack("log", "x") },
    ["a second verdict"] = { head, pack("verdict", "applied", ""), pack("verdict", "applied", "") },
    ["anything after a failure"] = { pack("failure", 5, "recipe", "m", "t", 0, -1, ""), head },
    ["a failure that is success"] = { pack("failure", 0, "recipe", "m", "t", 0, -1, "") },
    ["a failure that is undecided"] = { pack("failure", 6, "recipe", "m", "t", 0, -1, "") },
    ["a failure of no kind"] = { pack("failure", 5, "root", "m", "t", 0, -1, "") },
    ["a failure that is too long"] = { pack("failure", 5, "recipe", ("m"):rep(1 << 17), "t", 0, -1, "") },
    ["a failure nowhere"] = { pack("failure", 5, "recipe", "m", "t", 0, -2, "") },
    ["more than all"] = { pack("progress", 101) },
    ["a state of no hunk"] = { pack("hunk", 1, "", 0, 1, "maybe") },
    ["a hunk nowhere that is old"] = { pack("hunk", 1, "", -1, 1, "old") },
    ["a hunk before the file"] = { pack("hunk", 1, "", -2, 1, "absent") },
    ["a hunk of negative length"] = { pack("hunk", 1, "", 0, -1, "old") },
    ["a hunk past all offsets"] = { pack("hunk", 1, "", math.maxinteger, 1, "old") },
    ["a guard before the file"] = { pack("guard", 1, -1, "x") },
    ["a guard past the end"] = { pack("guard", 1, SIZE, "x") },
    ["a guard far past the end"] = { pack("guard", 1, math.maxinteger, "x") },
    ["a change before the file"] = { pack("change", 1, math.mininteger, "x", "y") },
    ["a change past the end"] = { pack("change", 1, SIZE, "x", "y") },
    ["a change across the end"] = { pack("change", 1, SIZE - 1, "xx", "yy") },
    ["a change of nothing"] = { pack("change", 1, 0, "x", "x") },
    ["changes out of order"] = { pack("change", 1, 4, "x", "y"), pack("change", 1, 3, "x", "y") },
    ["changes over each other"] = { pack("change", 1, 4, "xx", "yy"), pack("change", 1, 5, "x", "z") },
    ["a change behind what was cut off"] = { pack("change", 1, 0, ("x"):rep(60), ""), pack("change", 1, 5, "x", "y") },
    ["a change where all is as it should be"] = { head, pack("change", 1, 0, "x", "y"),
      pack("verdict", "applied", "") },
    ["an end where all is as it should be, without an earlier recipe's change"] =
      { head, pack("verdict", "applied", "") },
    ["a description of a run"] = { head, pack("description", "{}") },
    ["a target of no number"] = { pack("target", 0, "", "") },
    ["a target that is one too many"] = { pack("target", 3, "", "") },
    ["the last number of all"] = { pack("target", 255, "", "") },
    ["a target twice"] = { pack("target", 1, "", ""), pack("target", 1, "", "") },
    ["a name that is too long"] = { pack("target", 1, ("n"):rep(1 << 17), "") },
    ["a hunk of no target"] = { pack("hunk", 0, "", 0, 1, "old") },
    ["a hunk of another target"] = { pack("hunk", 3, "", 0, 1, "old") },
    ["a guard of no target"] = { pack("guard", 0, 0, "x") },
    ["a guard of another target"] = { pack("guard", 3, 0, "x") },
    ["a change of no target"] = { pack("change", 0, 0, "x", "y") },
    ["a change of another target"] = { pack("change", 3, 0, "x", "y") },
    ["a failure of another target"] = { pack("failure", 5, "recipe", "m", "t", 3, -1, "") },
    ["changes out of order in one of two"] = { pack("change", 2, 4, "x", "y"), pack("change", 1, 4, "x", "y"),
      pack("change", 2, 3, "x", "y") },
    ["a hunk nowhere that is new"] = { pack("hunk", 1, "", -1, 1, "new") },
    ["a label of no hunk"] = { pack("label", "x") },
    ["a second label"] = { pack("hunk", 1, "", 0, 1, "old"), pack("label", "x"), pack("label", "y") },
    ["a label that is too long"] = { pack("hunk", 1, "", 0, 1, "old"), pack("label", ("x"):rep(1 << 17)) },
    ["a problem of no hunk"] = { pack("problem", "x") },
    ["a problem of a hunk that is old"] = { pack("hunk", 1, "", 0, 1, "old"), pack("problem", "x") },
    ["a nearest of no hunk"] = { pack("nearest", 0, 1, "00") },
    ["a nearest of a hunk that is new"] = { pack("hunk", 1, "", 0, 1, "new"), pack("nearest", 0, 1, "00") },
    ["a nearest before the file"] = { neither, pack("nearest", -1, 1, "00") },
    ["a nearest that matches less than never"] = { neither, pack("nearest", 0, -1, "00") },
    ["a nearest without a pattern"] = { neither, pack("nearest", 0, 1, "") },
    ["a nearest with what is no pattern"] = { neither, pack("nearest", 0, 1, "00 0") },
    ["a nearest with a pattern that is too long"] = { neither, pack("nearest", 0, 1, ("00 "):rep(1 << 16) .. "00") },
    ["four nearest"] = { neither, nearest, nearest, nearest, nearest },
    ["a difference of no nearest"] = { neither, pack("difference", 0, "8b", "89") },
    ["a difference of no hunk"] = { pack("difference", 0, "8b", "89") },
    ["a difference before its nearest"] = { neither, nearest, pack("difference", 1, "8b", "89") },
    ["a difference of no byte"] = { neither, nearest, pack("difference", 2, "8", "89") },
    ["a difference that wants no byte"] = { neither, nearest, pack("difference", 2, "xy", "89") },
    ["a difference that finds no byte"] = { neither, nearest, pack("difference", 2, "8b", "8?") },
  }
  for name, frames in pairs(refused) do
    it("refuses " .. name, function()
      assert.is_false((accepted(table.unpack(frames))))
    end)
  end

  it("takes what a recipe sends", function()
    local ok, taken = accepted(head, pack("log", "x"), pack("progress", 100), pack("target", 2, "b", "1.0"),
      pack("hunk", 1, "n", 0, 2, "old"), pack("hunk", 2, "", -1, 0, "absent"), pack("label", "l"), neither,
      pack("guard", 1, 62, "xx"), pack("guard", 2, 62, "xx"), pack("change", 1, 0, "x", "yz"),
      pack("change", 2, 1, "x", "y"), pack("change", 1, 64, "x", ""), pack("change", 1, 64, "", "tail"),
      pack("change", 2, 1 << 5, "x", "y"), pack("verdict", "applicable", "why"))
    assert.is_true(ok)
    assert.is_true(taken:is_complete())
    assert.same({ "name", "1.0", "applicable", "why", 1 },
      { taken.outcome.name, taken.outcome.version, taken.outcome.verdict, taken.outcome.reason, heard.lines })
    local first, second = table.unpack(taken.outcome.targets)
    assert.same({ 3, 1, 2, 1 }, { #first.changes, #first.guards, #second.changes, #second.guards })
    assert.same({ "b", "1.0" }, { second.name, second.label })
    assert.same({ 1, 2, 1 }, { taken.outcome.hunks[1].target, taken.outcome.hunks[2].target,
      taken.outcome.hunks[3].target })
  end)

  it("takes what a recipe tells of a hunk that is neither old nor new", function()
    local ok, taken = accepted(head, neither, pack("label", "1.0"), pack("problem", "found 0"), nearest,
      pack("difference", 3, "8?", "77"), nearest, pack("failure", 3, "notunique", "m", "t", 1, -1, ""))
    assert.is_true(ok)
    assert.same({ {
      target = 1, length = 0, state = "neither", label = "1.0", problem = "found 0", nearest = {
        { offset = 2, matches = 1, pattern = "48 4?", differences = { { offset = 3, wanted = "8?", found = "77" } } },
        { offset = 2, matches = 1, pattern = "48 4?", differences = {} },
      },
    } }, taken.outcome.hunks)
  end)

  it("bounds how much a nearest differs", function()
    local frames = { neither, nearest }
    for offset = 2, 66 do
      frames[#frames + 1] = pack("difference", offset, "00", "01")
    end
    assert.is_false((accepted(table.unpack(frames))))
    frames[#frames] = nil
    assert.is_true((accepted(table.unpack(frames))))
  end)

  it("takes as applied what only earlier recipes have changed", function()
    local earlier <const> = pack("change", 2, 9, "x", "E")
    assert.is_true((accepted(head, earlier, pack("verdict", "applied", ""))))
    assert.is_false((accepted(head, pack("change", 2, 9, "x", "F"), pack("verdict", "applied", ""))))
    assert.is_false((accepted(head, earlier, pack("change", 2, 20, "x", "F"), pack("verdict", "applied", ""))))
  end)

  it("takes examples only where they are asked for", function()
    local text <const> = pack("examples", "")
    for _, describes in ipairs { "only", "instead", "never" } do
      local taken = new(describes)
      assert.is_true(takes(taken, head))
      assert.is_false(takes(taken, text))
    end
    for _, frame in ipairs {
      pack("description", "{}"), pack("change", 1, 0, "x", "y"), pack("verdict", "applied", ""),
    } do
      local taken = new "examples"
      assert.is_true(takes(taken, head))
      assert.is_false(takes(taken, frame))
    end
    local taken = new "examples"
    assert.is_true(takes(taken, head))
    assert.is_true(takes(taken, text))
    assert.is_true(taken:is_complete())
  end)

  it("bounds examples", function()
    for length, is_taken in pairs { [16 << 20] = true, [(16 << 20) + 1] = false } do
      local taken = result.new({}, math.maxinteger, listener(), "examples")
      assert.is_true(takes(taken, head))
      assert.equal(is_taken, (takes(taken, pack("examples", ("x"):rep(length)))))
    end
  end)

  it("takes a description instead of a result only before there is one", function()
    local function takes_all(describes, ...)
      local taken = new(describes)
      for _, frame in ipairs { ... } do
        if not takes(taken, frame) then
          return false
        end
      end
      return true
    end
    local about <const> = pack("description", "{}")
    assert.is_true(takes_all("instead", head, pack("log", "x"), about))
    assert.is_true(takes_all("instead", head, pack("change", 1, 0, "x", "y"), pack("verdict", "applicable", "")))
    for _, frame in ipairs {
      pack("change", 1, 0, "x", "y"), pack("guard", 1, 0, "x"), pack("target", 1, "", ""), neither,
      pack("progress", 1), pack("verdict", "applicable", ""),
    } do
      assert.is_false(takes_all("instead", head, frame, about))
    end
    assert.is_false(takes_all("instead", about))
    assert.is_false(takes_all("instead", head, about, about))
    assert.is_false(takes_all("never", head, about))
    local taken = result.new(targets(), math.maxinteger, listener(), "instead")
    assert.is_true(takes(taken, head))
    assert.is_false((takes(taken, pack("description", (" "):rep((1 << 20) + 1)))))
  end)

  it("takes only what describes where a recipe is described", function()
    for _, frame in ipairs {
      pack("change", 1, 0, "x", "y"), pack("guard", 1, 0, "x"), pack("target", 1, "", ""),
      pack("verdict", "applied", ""),
    } do
      local taken = new "only"
      assert.is_true(takes(taken, head))
      assert.is_false(takes(taken, frame))
    end
  end)

  it("bounds what it takes", function()
    local function flood(frame)
      local taken = result.new(targets(), math.maxinteger, listener(), "never")
      for count = 1, 1000000 do
        local ok, limit = takes(taken, frame)
        if not ok then
          return count, limit
        end
      end
    end
    assert.same({ 10001, "10000 lines of log" }, { flood(pack("log", "")) })
    assert.same({ 17, "1048576 bytes of log" }, { flood(pack("log", ("x"):rep(1 << 16))) })
    assert.same({ 100001, "100000 reports of progress" }, { flood(pack("progress", 1)) })
    local taken = new()
    assert.is_true(takes(taken, head))
    local ok, limit = takes(taken, pack("change", 1, 0, "x", ("y"):rep(MOST)))
    assert.same({ false, "4096 bytes of result (--memory)" }, { ok, limit })
  end)

  -- Whether the changes of an outcome can be carried out, on a naive file.
  local function check(outcome)
    for _, target in ipairs(outcome.targets) do
      local file = ("x"):rep(SIZE)
      for _, change in ipairs(target.changes) do
        assert(change.offset + #change.old <= #file)
        file = file:sub(1, change.offset) .. change.new .. file:sub(change.offset + #change.old + 1)
      end
      for _, guard in ipairs(target.guards) do
        assert(guard.offset >= 0 and guard.offset + #guard.bytes <= SIZE)
      end
    end
    for _, hunk in ipairs(outcome.hunks) do
      assert(hunk.target == 1 or hunk.target == 2)
      local is_nowhere <const> = hunk.state == "absent" or hunk.state == "neither"
      assert(hunk.length >= 0 and (hunk.offset == nil and is_nowhere or hunk.offset >= 0))
      assert(hunk.state == "neither" or not hunk.nearest and not hunk.problem)
    end
    assert(not (outcome.verdict and outcome.failure))
  end

  local function offset(random)
    local choices <const> = {
      0, 1, SIZE - 1, SIZE, SIZE + 1, -1, -2, math.maxinteger, math.mininteger, random(0, SIZE),
    }
    return choices[random(#choices)]
  end

  local function bytes(random)
    return ("xyz"):sub(random(3)):rep(random(0, 4))
  end

  local words <const> = {
    "old", "new", "absent", "neither", "applied", "applicable", "partial", "foreign", "recipe", "io", "", "x",
  }
  local function number(random)
    return random(12) == 1 and random(0, 255) or random(2)
  end

  local makers <const> = {
    function(r) return pack("target", number(r), bytes(r), bytes(r)) end,
    function(r) return pack("hunk", number(r), bytes(r), r(0, SIZE), r(0, SIZE), "neither") end,
    function(r) return pack(r(2) == 1 and "label" or "problem", bytes(r)) end,
    function(r) return pack("nearest", offset(r), offset(r), r(2) == 1 and "48 ??" or bytes(r)) end,
    function(r) return pack("difference", offset(r), r(2) == 1 and "4?" or "x", "48") end,
    function(r) return pack("recipe", bytes(r), bytes(r)) end,
    function(r) return pack("log", bytes(r)) end,
    function(r) return pack("progress", r(0, 255)) end,
    function(r) return pack("hunk", number(r), bytes(r), offset(r), offset(r), words[r(#words)]) end,
    function(r) return pack("change", number(r), offset(r), bytes(r), bytes(r)) end,
    function(r) return pack("change", number(r), r(0, SIZE), bytes(r), bytes(r) .. "w") end,
    function(r) return pack("change", number(r), r(0, SIZE), "x", bytes(r) .. "w") end,
    function(r) return pack("hunk", number(r), bytes(r), r(0, SIZE), r(0, SIZE), "old") end,
    function(r) return pack("guard", number(r), offset(r), bytes(r)) end,
    function(r) return pack("failure", r(0, 8), words[r(#words)], bytes(r), bytes(r), r(0, 3), offset(r), bytes(r)) end,
    function(r) return pack("verdict", words[r(#words)], bytes(r)) end,
    function(r) return pack("description", bytes(r)) end,
  }

  local function spoil(random, frame)
    local how <const>, at <const> = random(12), random(#frame)
    if how == 1 then
      return frame:sub(1, at)
    elseif how == 2 then
      return frame .. string.char(random(0, 255))
    elseif how <= 4 then
      return frame:sub(1, at - 1) .. string.char(random(0, 255)) .. frame:sub(at + 1)
    end
    return frame
  end

  it("takes a Ctrl-C for one, wherever it comes", function()
    local frames, steps, finished = { head, neither, nearest, pack("log", "a") }, 0, false
    repeat
      steps = steps + 1
      local taken = new()
      local ok, err = pcall(function()
        debug.sethook(function()
          debug.sethook()
          core.raise("interrupted", "interrupted")
        end, "", steps)
        for _, frame in ipairs(frames) do
          taken:take(frame)
        end
        debug.sethook()
        finished = true
      end)
      assert(ok or core.is_error(err) and err.kind == "interrupted", tostring(err))
    until finished
    assert.is_true(steps > 100)
  end)

  it("survives what is sent at random", function()
    math.randomseed(20260101)
    local taken_frames, changes = 0, 0
    for _ = 1, 20000 do
      local taken = new(({ "only", "instead", "never", "never", "never", "never" })[math.random(6)])
      if math.random(4) > 1 then
        takes(taken, head)
      end
      for _ = 1, math.random(12) do
        if not takes(taken, spoil(math.random, makers[math.random(#makers)](math.random))) then
          break
        end
        taken_frames = taken_frames + 1
      end
      changes = changes + #taken.outcome.targets[1].changes + #taken.outcome.targets[2].changes
      check(taken.outcome)
    end
    assert(taken_frames > 5000 and changes > 1000, "the model sends too little that is right")
  end)
end)

describe("a worker that speaks the protocol wrongly", function()
  local START <const> = "\0\0\xc7\x01\x75\x0a\0\0"

  -- A recipe that is trusted can write to the pipe itself.
  local head_of_recipe <const> = [[
    local pipe = assert(io.open("/proc/self/fd/3", "wb"))
    pipe:setvbuf "no"
    local function frame(text) pipe:write(string.pack("<s4", text)) end
    local function say(what, format, ...) frame(string.pack("<s1", what) .. string.pack(format, ...)) end
    return { name = "n", apply = function(b) b[0] = 9
  ]]

  local function attack(code)
    local target = support.write("target", START)
    local path = support.write("recipe.lua", head_of_recipe .. code .. "\nend }")
    local status, _, stderr = support.run(("timeout 30 %s run %s %s --trust --timeout 4 --memory 32"):format(
      support.suture, path, target))
    assert.equal(START, support.read(target))
    assert.equal(0, (support.run("flock -n " .. target .. " true")))
    assert.equal(5, status)
    return stderr
  end

  local wrong <const> = {
    ["a frame of 4 GiB"] = { "a frame is too long", "pipe:write('\\xff\\xff\\xff\\xff')" },
    ["a frame above the limit"] = { "a frame is too long", "pipe:write(string.pack('<I4', 33 << 20))" },
    ["a frame cut short"] = { "a frame was cut short", "pipe:write '\\5\\0\\0\\0ab' os.exit(0)" },
    ["a header cut short"] = { "a frame was cut short", "pipe:write '\\5\\0' os.exit(0)" },
    ["noise"] = { "a frame is too long", "pipe:write(('noise'):rep(100))" },
    ["an empty frame"] = { "sent what is no result", "frame ''" },
    ["an unknown message"] = { "sent what is no result", "say('exec', '<s4', 'rm')" },
    ["its own verdict"] = { "sent what is no result", "say('verdict', '<s4s4', 'applied', '')" },
    ["its own verdict, and death"] = { "signal 9",
      "say('verdict', '<s4s4', 'applied', '') os.execute 'kill -9 $PPID'" },
    ["a change before death"] = { "signal 9",
      "say('change', '<I1i8s4s4', 1, 0, '\\0', 'x') os.execute 'kill -9 $PPID'" },
    ["a change outside"] = { "sent what is no result", "say('change', '<I1i8s4s4', 1, 1 << 40, 'a', 'b')" },
    ["a change of another target"] = { "sent what is no result", "say('change', '<I1i8s4s4', 2, 0, '\\0', 'b')" },
    ["a change of target 0"] = { "sent what is no result", "say('change', '<I1i8s4s4', 0, 0, '\\0', 'b')" },
    ["a description after work"] = { "sent what is no result",
      "say('progress', '<I1', 1) say('description', '<s4', '{\"depends\":[\"a\"]}')" },
    ["a description at the end, and sleeps"] = { "time limit",
      "say('description', '<s4', '{}') while true do end" },
    ["a guard outside"] = { "sent what is no result", "say('guard', '<I1i8s4', 1, 8, 'a')" },
    ["no end of frames"] = { "limit of 10000 lines of log", "while true do say('log', '<s4', '') end" },
    ["no end of changes"] = { "bytes of result", "local s = ('x'):rep(1 << 20) local i = 0 while true do"
      .. " say('change', '<I1i8s4s4', 1, i, '', s) i = i + #s end" },
    ["a death without a word"] = { "without a result", "os.exit(0)" },
    ["a status"] = { "died (status 7)", "os.exit(7)" },
    ["a signal for processor time"] = { "limit of processor time (--timeout)", "os.execute 'kill -XCPU $PPID'" },
    ["a signal for written files"] = { "limit of file size", "os.execute 'kill -XFSZ $PPID'" },
    ["a signal for system calls"] = { "died (a forbidden system call)", "os.execute 'kill -SYS $PPID'" },
    ["a stop"] = { "time limit", "os.execute 'kill -STOP $PPID'" },
    ["nothing, and sleeps"] = { "time limit", "os.execute 'exec sleep 60'" },
  }
  for name, case in pairs(wrong) do
    it("fails (5) and leaves the target: " .. name, function()
      local code <const> = case[2]
      assert.matches(case[1], attack(code), 1, true)
    end)
  end

  it("fails (5) at the time limit: a closed pipe, and sleeps", function()
    local module = support.path "closer.so"
    local status, _, complaint = support.run("cc -shared -fPIC -o " .. module .. " -x c -", [[
      #include <unistd.h>
      int luaopen_closer(void *L) { (void)L; for (close(3);;) pause(); }]])
    assert(status == 0, complaint)
    assert.matches("time limit", attack(("package.loadlib(%q, 'luaopen_closer')()"):format(module)), 1, true)
  end)
end)
