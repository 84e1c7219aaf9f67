-- b:hexdump, against hexdump -C.

local suture = require "suture"
local support = require "spec.support"
local raised = require "spec.support.raised"

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

local samples <const> = {
  empty = "", ["one byte"] = "a", ["a full line"] = ("a"):rep(16), ["a line and a byte"] = ("a"):rep(17),
  ["two equal lines"] = ("a"):rep(32), ["three equal lines and a part"] = ("a"):rep(50),
  ["runs between others"] = "x" .. ("\0"):rep(100) .. "y" .. ("\0"):rep(100),
  ["a run across blocks"] = ("\0"):rep(70000) .. "end", ["all bytes"] = noise(5000),
}

describe("bytes", function()
  describe(":hexdump", function()
    for label, data in pairs(samples) do
      it("prints what hexdump -C prints: " .. label, function()
        local path = support.write("dump.bin", data)
        local b <close> = assert(suture.open(path, "read"))
        assert.equal(witness(path), b:hexdump())
        assert.equal(witness(path), suture.buffer(data):hexdump(0))
      end)
    end

    it("prints a part of the file with its offsets, also through a view", function()
      local path = support.write("dump.bin", noise(200))
      local b <close> = assert(suture.open(path, "read"))
      assert.equal(witness(path, "-s 37 -n 50"), b:hexdump(37, 50))
      assert.equal(witness(path, "-s 37"), b:hexdump(37))
      assert.equal(witness(path, "-s 37 -n 50"), b:view(30):hexdump(7, 50))
      assert.equal(witness(path, "-s 37 -n 50"), b:view(37, 50):hexdump())
    end)

    it("shows what is pending", function()
      local b = suture.buffer "abc"
      b[1] = 0x42
      assert.matches("|aBc|", b:hexdump(), 1, true)
    end)

    it("prints nothing for no bytes", function()
      assert.equal("", suture.buffer(4):hexdump(4))
      assert.equal("", suture.buffer(4):hexdump(2, 0))
    end)

    it("shows offsets beyond 32 bits whole", function()
      local path = support.write("sparse.bin", "")
      assert.equal(0, (support.run("truncate -s 8G " .. path)))
      local b <close> = assert(suture.open(path, "read"))
      assert.equal(witness(path, "-s 0x1fffffff8"), b:hexdump(0x1fffffff8))
    end)

    it("shows repeated lines when asked not to fold", function()
      local path = support.write("dump.bin", ("a"):rep(50))
      local b <close> = assert(suture.open(path, "read"))
      assert.equal(witness(path, "-v"), b:hexdump(0, #b, { fold = false }))
      assert.equal(witness(path), b:hexdump(0, #b, { fold = true }))
      assert.equal(witness(path), b:hexdump(0, #b, {}))
    end)

    it("raises range outside the object", function()
      local b = suture.buffer(4)
      for _, wrong in ipairs { { 5 }, { -1 }, { 0, 5 }, { 3, 2 }, { 0, -1 }, { 1, math.maxinteger } } do
        raised("range", b.hexdump, b, table.unpack(wrong))
      end
    end)

    it("raises argument for what it does not know, with a suggestion", function()
      local b = suture.buffer(4)
      for _, wrong in ipairs { { "0" }, { 0.5 }, { 0, "4" }, { 0, 4, "fold" }, { 0, 4, { fold = 1 } } } do
        raised("argument", b.hexdump, b, table.unpack(wrong))
      end
      assert.matches("'fold'", raised("argument", b.hexdump, b, 0, 4, { fould = true }).message, 1, true)
      raised("argument", b.hexdump, b, nil)
      raised("argument", b.hexdump, b, 0, nil)
    end)

    it("raises closed for a closed object", function()
      local b = suture.buffer(4)
      b:close()
      raised("closed", b.hexdump, b)
    end)
  end)
end)
