-- Error objects, and the files that cannot be opened.

local suture = require "suture"
local support = require "spec.support"
local raised = require "spec.support.raised"

local ENOENT <const> = 2

-- Runs a script in its own process, with a limit: what blocks is a failure, not a wait.
local function child(source, ...)
  local script = support.write("child.lua", 'local suture = require "suture"\n' .. source)
  local words = { "timeout", "20", "lua5.4", support.quote(script) }
  for _, word in ipairs { ... } do
    words[#words + 1] = support.quote(word)
  end
  return support.run(table.concat(words, " "))
end

describe("an error", function()
  local path, b
  before_each(function()
    path = support.write("firmware.bin", ("\0"):rep(0x1000))
    b = assert(suture.open(path, { mode = "read", offset = 0x100 }))
  end)
  after_each(function()
    b:close()
  end)

  it("has its fields", function()
    local err = raised("range", b.read, b, 0xefe, 4)
    assert.equal("range", err.kind)
    assert.equal(path, err.path)
    assert.equal(0xefe, err.offset)
    assert.equal("read of 4 bytes passes the end (size 0xf00)", err.message)
    assert.is_nil(err.errno)
  end)

  it("counts offset as the caller does and file_offset in the file", function()
    local err = raised("range", b.read, b, 0xefe, 4)
    assert.equal(0xefe, err.offset)
    assert.equal(0xffe, err.file_offset)
    local v = b:view(0x10, 0x20)
    err = raised("range", v.u32le, v, 0x1e)
    assert.equal(0x1e, err.offset)
    assert.equal(0x12e, err.file_offset)
    err = raised("mismatch", v.expect, v, 4, "x")
    assert.equal(4, err.offset)
    assert.equal(0x114, err.file_offset)
  end)

  it("is one line of path, offset and reason", function()
    local err = raised("range", b.read, b, 0xefe, 4)
    assert.equal(path .. ": 0xefe: read of 4 bytes passes the end (size 0xf00)", tostring(err))
  end)

  it("names a buffer where there is no path", function()
    local m = suture.buffer(4)
    local err = raised("range", m.read, m, 3, 2)
    assert.equal("buffer: 0x3: read of 2 bytes passes the end (size 0x4)", tostring(err))
  end)

  it("joins with strings on both sides", function()
    local err = raised("range", b.read, b, 0xefe, 4)
    local text = tostring(err)
    assert.equal("failed: " .. text, "failed: " .. err)
    assert.equal(text .. "!", err .. "!")
    assert.equal(text .. text, err .. err)
    assert.equal("1" .. text, 1 .. err)
  end)

  it("knows where in the script it was raised", function()
    local chunk = assert(load(("\n"):rep(11) .. "local b = ... b:read(0xf00, 1)", "@script.lua"))
    assert.equal("script.lua:12", raised("range", chunk, b).where)
    chunk = assert(load("local b = ...\n\nlocal x = b[0xf00]", "@index.lua"))
    assert.equal("index.lua:3", raised("range", chunk, b).where)
    chunk = assert(load("local b = ...\nlocal function deep() b:u32be(0xf00) end\ndeep()", "@deep.lua"))
    assert.equal("deep.lua:2", raised("range", chunk, b).where)
  end)

  it("raises for a field it does not have, with a suggestion", function()
    local err = raised("range", b.read, b, 0xefe, 4)
    local unknown = raised("argument", function() return err.ofset end)
    assert.matches("'ofset'", tostring(unknown), 1, true)
    assert.matches("'offset'", tostring(unknown), 1, true)
  end)

  it("goes through error, assert and pcall as it is", function()
    local err = raised("range", b.read, b, 0xefe, 4)
    local _, again = pcall(error, err)
    assert.is_true(rawequal(err, again))
    _, again = pcall(_G.assert, nil, err)
    assert.is_true(rawequal(err, again))
  end)

  it("is printed by a stock interpreter that nobody caught it in", function()
    local status, _, stderr = child([[
      local b = assert(suture.open(arg[1], "read"))
      b:read(0x1000, 4)
    ]], path)
    assert.equal(1, status)
    assert.matches(path .. ": 0x1000: read of 4 bytes passes the end (size 0x1000)", stderr, 1, true)
  end)

  describe("of the caller", function()
    it("names the argument, the method and the reason", function()
      local text = tostring(raised("argument", b.read, b, "0", 4))
      assert.matches("read", text, 1, true)
      assert.matches("string", text, 1, true)
    end)

    it("tells nil from nothing", function()
      local text = tostring(raised("argument", b.u32le, b, 0, nil))
      assert.matches("nil", text, 1, true)
    end)

    it("shows the value that is no byte", function()
      local m = suture.buffer(4)
      assert.matches("256", tostring(raised("argument", function() m[0] = 256 end)), 1, true)
    end)
  end)
end)

describe("suture.open", function()
  it("returns nil, error and errno for a missing file", function()
    local missing = support.path("missing.bin")
    local b, err, errno = suture.open(missing)
    assert.is_nil(b)
    assert.equal(ENOENT, errno)
    assert.equal(ENOENT, err.errno)
    assert.equal("io", err.kind)
    assert.equal(missing, err.path)
    assert.equal(missing .. ": No such file or directory", tostring(err))
    assert.is_nil((io.open(missing)))
  end)

  it("raises that error through assert", function()
    local missing = support.path("missing.bin")
    local err = raised("io", assert(load "local open, path = ... return assert(open(path))"), suture.open, missing)
    assert.matches(missing, tostring(err), 1, true)
  end)

  it("knows where it was called", function()
    local chunk = assert(load("local open = ...\n\nlocal _, err = open('/nonexistent/file')\nreturn err", "@where.lua"))
    assert.equal("where.lua:3", chunk(suture.open).where)
  end)

  for name, path in pairs {
    ["a folder"] = "/usr",
    ["a folder with a slash"] = "/usr/",
    ["/dev/null"] = "/dev/null",
    ["/dev/zero"] = "/dev/zero",
    ["/dev/tty"] = "/dev/tty",
    ["/proc/self/status"] = "/proc/self/status",
    ["/proc/self/mem"] = "/proc/self/mem",
    ["/sys/kernel/mm/ksm/run"] = "/sys/kernel/mm/ksm/run",
    ["a file as a folder"] = "/etc/passwd/x",
    ["an empty path"] = "",
    ["a path that is too long"] = "/" .. ("x"):rep(5000),
  } do
    for _, mode in ipairs { "read", "patch", "copy", "shared" } do
      it(("returns nil and an error for %s in mode %s"):format(name, mode), function()
        local b, err, errno = suture.open(path, mode)
        assert.is_nil(b)
        assert.equal("string", type(err.kind))
        assert.matches(path:sub(1, 100), tostring(err), 1, true)
        assert.is_nil(tostring(err):find("\n", 1, true))
        assert.equal("integer", math.type(errno))
        assert.equal(errno, err.errno)
      end)
    end
  end

  it("returns at once for a FIFO", function()
    local fifo = support.path("fifo")
    support.run("rm -f " .. fifo .. "; mkfifo " .. fifo)
    local status, stdout, stderr = child([[
      for _, mode in ipairs { "read", "patch", "copy", "shared" } do
        local b, err = suture.open(arg[1], mode)
        print(b, err)
      end
    ]], fifo)
    assert.equal(0, status, stderr)
    local lines = 0
    for line in stdout:gmatch("[^\n]+") do
      lines = lines + 1
      assert.equal("nil\t" .. fifo .. ": ", line:sub(1, #fifo + 6))
    end
    assert.equal(4, lines)
  end)

  it("returns nil and an error for a dangling and a circular link", function()
    local folder = support.path("links")
    support.run(("mkdir -p %s; ln -sf nowhere %s/dangling; ln -sf loop %s/loop"):format(folder, folder, folder))
    for _, name in ipairs { "dangling", "loop" } do
      local b, err = suture.open(folder .. "/" .. name)
      assert.is_nil(b)
      assert.matches(name, tostring(err), 1, true)
    end
  end)

  describe("of another user's file", function()
    -- Needs an identity without rights: root lends itself nobody's, others are that already.
    local function as_nobody(target_mode, open_mode)
      local folder = support.path("shared folder")
      local q = support.quote
      local target = support.write("rights.bin", "rights")
      local command = ([[
        mkdir -p %s && cp -f %s %s/suture && mv -f %s %s/rights.bin && chmod 755 %s %s/suture %s &&
        chmod %s %s/rights.bin && cd / &&
        if [ $(id -u) = 0 ]; then set -- setpriv --reuid=65534 --regid=65534 --clear-groups; else set --; fi
        exec "$@" timeout 20 %s/suture -e 'local b, err, errno = require "suture".open(arg[1], arg[2])
          print(b and b:read(0, #b) or err.kind, err, errno)' /dev/null %s/rights.bin %s]]):format(
        q(folder), support.suture, q(folder), q(target), q(folder), q(support.tempdir()), q(folder), q(folder),
        target_mode, q(folder), q(folder), q(folder), open_mode)
      local status, stdout, stderr = support.run(command)
      assert.equal(0, status, stderr)
      assert.equal("", stderr)
      local kind, text, errno = stdout:match("^(.-)\t(.-)\t(.-)\n$")
      return kind, text, errno, folder .. "/rights.bin"
    end

    it("returns readonly for patching what may only be read", function()
      local kind, text, errno, path = as_nobody("444", "patch")
      assert.equal("readonly", kind)
      assert.matches(path, text, 1, true)
      assert.is_truthy(math.tointeger(tonumber(errno)))
      assert.equal("rights", support.read(path))
    end)

    it("returns readonly for sharing what may only be read", function()
      assert.equal("readonly", (as_nobody("444", "shared")))
    end)

    it("reads and copies what may only be read", function()
      assert.equal("rights", (as_nobody("444", "read")))
      assert.equal("rights", (as_nobody("444", "copy")))
    end)

    it("returns an error for what may not even be read", function()
      local kind, text, errno, path = as_nobody("000", "read")
      assert.equal("io", kind)
      assert.equal(path .. ": Permission denied", text)
      assert.equal("13", errno)
    end)
  end)
end)
