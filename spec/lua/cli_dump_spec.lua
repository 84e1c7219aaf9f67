-- suture dump: ranges, widths, folding, terminals, files that cannot be read.

local hexlines = require "spec.support.hexlines"
local on_terminal = require "spec.support.pty"
local piped = require "spec.support.piped"
local support = require "spec.support"

local function dump(...)
  local words = { support.suture, "dump" }
  for _, word in ipairs { ... } do
    words[#words + 1] = support.quote(word)
  end
  return support.run(table.concat(words, " "))
end

local function witness(path, arguments)
  local status, stdout, stderr = support.run(("LC_ALL=C hexdump -C %s %s"):format(arguments or "", support.quote(path)))
  assert(status == 0, stderr)
  return stdout
end

local function noise(size)
  local bytes, state = {}, 12345
  for at = 1, size do
    state = state * 1103515245 + 12345 & 0x7fffffff
    bytes[at] = string.char(state >> 16 & 0xff)
  end
  return table.concat(bytes)
end

-- Demands this status, nothing on stdout and this line on stderr.
local function fails(wanted, line, ...)
  local status, stdout, stderr = dump(...)
  assert.same({ wanted, "", "suture: " .. line .. "\n" }, { status, stdout, stderr })
end

describe("suture dump", function()
  it("prints a file of many pieces as hexdump -C does", function()
    local path = support.write("noise.bin", noise(300000))
    local status, stdout, stderr = dump(path)
    assert.same({ 0, "" }, { status, stderr })
    assert.is_true(stdout == witness(path))
    status, stdout = dump(path, "0x1003", "200001")
    assert.equal(0, status)
    assert.is_true(stdout == witness(path, "-s 0x1003 -n 200001"))
  end)

  it("folds over more than a MiB", function()
    local path = support.write("zeros.bin", "a" .. ("\0"):rep(3 << 20) .. "b" .. ("\0"):rep(1 << 20))
    assert.same({ 0, witness(path), "" }, { dump(path) })
    local status, stdout = dump("--no-fold", path, "0", "100000")
    assert.equal(0, status)
    assert.is_true(stdout == witness(path, "-v -n 100000"))
  end)

  it("prints nothing for no bytes", function()
    local empty, path = support.write("empty", ""), support.write("target", "abc")
    assert.same({ 0, "", "" }, { dump(empty) })
    assert.same({ 0, "", "" }, { dump(empty, "0", "0") })
    assert.same({ 0, "", "" }, { dump(path, "3") })
    assert.same({ 0, "", "" }, { dump(path, "1", "0x0") })
  end)

  it("takes a width", function()
    local data <const> = noise(100)
    local path = support.write("target", data)
    for _, width in ipairs { 1, 8, 20, 256 } do
      assert.same({ 0, hexlines.dump(data, 0, { width = width }), "" }, { dump("--width", tostring(width), path) })
    end
  end)

  it("skips the holes of a sparse file", function()
    local path = support.write("sparse.bin", "")
    support.run("truncate -s 20G " .. path)
    support.run(("printf x | dd of=%s bs=1 seek=%d conv=notrunc status=none"):format(path, 0x123456789))
    local zeros <const> = ("00 "):rep(8) .. " " .. ("00 "):rep(8) .. " |................|\n"
    assert.same({ 0, "00000000  " .. zeros .. "*\n"
      .. "123456780  00 00 00 00 00 00 00 00  00 78 00 00 00 00 00 00  |.........x......|\n"
      .. "123456790  " .. zeros .. "*\n500000000\n", "" }, { dump(path) })
  end)

  it("is as wide as the terminal", function()
    local data <const> = noise(200)
    local path = support.write("target", data)
    for columns, width in pairs { [20] = 8, [80] = 16, [77] = 8, [78] = 16, [110] = 16, [111] = 24, [143] = 24,
      [144] = 32, [250] = 56 } do
      local status, shown = on_terminal(("%s dump %s"):format(support.suture, path), columns)
      assert.same({ 0, hexlines.dump(data, 0, { width = width }) }, { status, shown })
    end
    local _, shown = on_terminal(("%s dump -w 16 %s"):format(support.suture, path), 144)
    assert.equal(witness(path), shown)
    _, shown = on_terminal(("%s dump %s | cat"):format(support.suture, path), 144)
    assert.equal(witness(path), shown)
    -- Long offsets leave less room.
    support.run(("truncate -s 5G %s"):format(path))
    _, shown = on_terminal(("%s dump %s 0x13ffffff0"):format(support.suture, path), 78)
    assert.matches("13ffffff0  00 00 00 00 00 00 00 00  |........|\n*\n", shown, 1, true)
  end)

  it("ends with 2 for a range that is none", function()
    local path = support.write("target", "abcdefgh")
    local see <const> = " (see suture help dump)"
    fails(2, path .. ": offset 0x9 is past the end (size 0x8)", path, "9")
    fails(2, path .. ": 0x6: 0x3 bytes pass the end (size 0x8)", path, "6", "3")
    fails(2, path .. ": 0x0: 0x7fffffffffffffff bytes pass the end (size 0x8)", path, "0", "0x7fffffffffffffff")
    for _, word in ipairs { "1x", "", "0x", "1.0", "0x10000000000000001", "0x8000000000000000",
      "9223372036854775808" } do
      fails(2, ("dump: '%s' is no offset or length (decimal, or hex with 0x)"):format(word) .. see, path, word)
    end
    fails(2, "dump: '-1' is negative: numbers count from 0" .. see, path, "-1")
    fails(2, "dump: --width needs a number from 1 to 256, not '0'" .. see, path, "--width", "0")
    fails(2, "dump: --width needs a number from 1 to 256, not '257'" .. see, path, "-w", "257")
    fails(2, "dump: too many arguments" .. see, path, "1", "2", "3")
    fails(2, "dump: missing argument 'target'" .. see)
  end)

  it("ends with 4 for what cannot be read", function()
    fails(4, support.path "missing" .. ": No such file or directory", support.path "missing")
    fails(4, support.tempdir() .. ": Is a directory", support.tempdir())
    fails(4, "/dev/null: is a character device, not a regular file", "/dev/null")
  end)

  -- What follows a pipe in a shell: the status of the verb is in the file `status`.
  it("ends with 4 where the file shrinks meanwhile", function()
    local path = support.write("target", noise(200000))
    local status, _, stderr = piped.run(("%s dump %s"):format(support.suture, path),
      ("head -c 100 >/dev/null; truncate -s 4096 %s; cat >/dev/null"):format(path))
    assert.same({ "4", ("suture: %s: was truncated from 0x30d40 to 0x1000 bytes by another process\n"):format(path) },
      { status, stderr })
  end)

  it("says nothing where nobody reads on", function()
    local path = support.write("target", noise(200000))
    local _, stdout, stderr = piped.run(("%s dump %s"):format(support.suture, path), "head -n 1")
    assert.same({ witness(path, "-n 16"):match "^[^\n]*\n", "" }, { stdout, stderr })
  end)

  it("ends with 4 where the output cannot be written", function()
    local path = support.write("target", noise(200000))
    local status, _, stderr = support.run(("%s dump %s >/dev/full"):format(support.suture, path))
    assert.same({ 4, "suture: standard output: No space left on device\n" }, { status, stderr })
  end)

  it("ends with 130 on Ctrl-C", function()
    local path = support.write("target", noise(200000))
    local status, _, stderr = piped.interrupt(("%s dump %s"):format(support.suture, path))
    assert.same({ "130", "suture: interrupted\n" }, { status, stderr })
  end)
end)
