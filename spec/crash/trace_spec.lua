-- Traces as strace prints them with the options of the harness.

local replay <const> = require "spec.crash.replay"
local trace <const> = require "spec.crash.trace"

local function hex(text)
  return (text:gsub(".", function(byte) return ("\\x%02x"):format(byte:byte()) end))
end

local TREE <const> = "/w/tree"

-- One line of a trace: NAME(ARGS) = RESULT, where "text" and <path> are turned into hex.
local function line(text)
  text = text:gsub('"([^"]*)"', function(data) return '"' .. hex(data) .. '"' end)
  return "7 " .. text:gsub("<([^>]*)>", function(path) return "<" .. hex(path) .. ">" end)
end

local function played(lines, listing)
  local player <const> = replay.new(TREE, listing or {})
  for index, text in ipairs(lines) do
    lines[index] = line(text)
  end
  for _, call in ipairs(trace.parse(table.concat(lines, "\n"))) do
    player:play(call)
  end
  return player.disk
end

describe("trace.parse", function()
  it("counts the calls of each name and keeps commas in data out of the arguments", function()
    local calls <const> = trace.parse(table.concat({
      line 'write(1</dev/pts/0>, "a, (b", 5) = 5', line 'fsync(3</w/tree/f>) = -1 EIO (Input/output error) (INJECTED)',
      line 'write(1</dev/pts/0>, "c", 1)  = 1', "7 +++ exited with 0 +++",
    }, "\n"))
    assert.equal(3, #calls)
    assert.equal("a, (b", trace.printed(calls[1]))
    assert.is_true(calls[2].failed)
    assert.equal(2, calls[3].nth)
    assert.same({ 3, "/w/tree/f" }, { trace.descriptor(calls[2].args[1]) })
  end)

  it("refuses a trace of two processes", function()
    assert.error_matches(function()
      trace.parse("7 fsync(3) = 0\n8 fsync(3) = 0")
    end, "more than one process")
  end)
end)

describe("replay", function()
  it("follows descriptors through a rename and an unlink", function()
    local disk <const> = played {
      'openat(AT_FDCWD</w/tree>, "f", O_RDWR|O_CREAT, 0600) = 3</w/tree/f>',
      'write(3</w/tree/f>, "ab", 2) = 2',
      'rename("f", "/w/tree/g") = 0',
      'pwrite64(3</w/tree/g>, "X", 1, 1) = 1',
      'linkat(AT_FDCWD</w/tree>, "g", AT_FDCWD</w/tree>, "h", 0) = 0',
      'unlink("g") = 0',
      'ftruncate(3</w/tree/h>, 4) = 0',
    }
    assert.is_nil(disk:find "f")
    assert.is_nil(disk:find "g")
    assert.equal("aX\0\0", disk:find("h").seen.data)
  end)

  it("copies inside the kernel", function()
    local disk <const> = played({
      'openat(AT_FDCWD</w/tree>, "old", O_RDONLY) = 3</w/tree/old>',
      'openat(AT_FDCWD</w/tree>, ".", O_RDWR|O_TMPFILE, 0600) = 4</w/tree/#9>(deleted)',
      "copy_file_range(3</w/tree/old>, [1], 4</w/tree/#9>(deleted), [0], 3, 0) = 3",
      'linkat(AT_FDCWD</w/tree>, "/proc/self/fd/4", AT_FDCWD</w/tree>, "new", AT_SYMLINK_FOLLOW) = 0',
    }, { { path = "old", kind = "file", number = 5, mode = 420, data = "12345" } })
    assert.equal("234", disk:find("new").seen.data)
  end)

  it("raises for a call that touches the tree and is not understood", function()
    assert.error_matches(function()
      played({ 'swapon("old", 0) = 0' }, { { path = "old", kind = "file", number = 5, mode = 420, data = "" } })
    end, "does not know the call swapon")
  end)
end)
