-- suture.format.pe, on small files of both classes and on hostile ones. The recipes' specs ask pefile.

local pe = require "suture.format.pe"
local raised = require "spec.support.raised"
local sample = require "suture.format.pe.sample"
local suture = require "suture"

-- With the collector always due, cuts that are far apart will do.
local STEP <const> = debug.gethook() and 97 or 1

local function damaged(fn, ...)
  return raised("format", fn, ...).message
end

local function made(class, more)
  local given = { class = class, time = 9, exports = true, debug = 2 }
  for key, value in pairs(more or {}) do
    given[key] = value
  end
  return suture.buffer(sample(given))
end

-- The rule as it is told: words of 16 bits, each carry added in again, the length last.
local function naive_checksum(data, field)
  data = data:sub(1, field) .. "\0\0\0\0" .. data:sub(field + 5) .. ("\0"):rep(#data % 2)
  local sum = 0
  for at = 1, #data, 2 do
    sum = sum + string.unpack("<I2", data, at)
    sum = (sum & 0xffff) + (sum >> 16)
  end
  return sum
end

describe("format.pe", function()
  for _, class in ipairs { 32, 64 } do
    it(("reads headers, directories and sections: %d bits"):format(class), function()
      local file = pe.read(made(class))
      assert.equal(class == 32 and 0x14c or 0x8664, file.coff.machine)
      assert.equal(class == 32 and 0x400000 or 0x140000000, file.optional.image_base)
      assert.same({ 3, 16, 1 }, { file.optional.subsystem, #file.directories, #file.sections })
      assert.equal(".text", file.sections[1].name)
      assert.is_false(file:is_signed())
      assert.is_true(pe.read(made(class, { signed = true })):is_signed())
      local times = {}
      for index, entry in ipairs(file:times()) do
        times[index] = entry.time
      end
      assert.same({ 9, 9, 9, 9 }, times)
    end)

    it(("survives a file that is cut anywhere: %d bits"):format(class), function()
      local whole = made(class)
      local text = whole:read(0, #whole)
      for size = 0, #text - 1, STEP do
        local ok, err = pcall(function()
          pe.read(suture.buffer(text:sub(1, size))):times()
        end)
        assert(ok and size >= 0x4b8 or not ok and err.kind == "format", tostring(err))
      end
    end)
  end

  it("knows what is no PE file", function()
    for _, text in ipairs { "", "MZ", ("MZ"):rep(40), ("\0"):rep(200), "MZ" .. ("\xff"):rep(200) } do
      assert.is_false(pe.is_pe(suture.buffer(text)))
      assert.equal("no PE file", damaged(pe.read, suture.buffer(text)))
    end
    assert.is_true(pe.is_pe(made(32)))
  end)

  it("finds addresses in the headers and in sections, and nowhere else", function()
    local file = pe.read(made(64))
    assert.equal(0, file:offset(0, 1, "it"))
    assert.equal(0x3ff, file:offset(0x3ff, 1, "it"))
    assert.equal(0x400, file:offset(0x1000, 0x200, "it"))
    assert.equal(0x5ff, file:offset(0x11ff, 1, "it"))
    for _, range in ipairs { { 0x400, 1 }, { 0xfff, 1 }, { 0x1000, 0x201 }, { 0x1200, 1 },
      { 0xffffffff, 0xffffffff } } do
      assert.matches("are in no section", damaged(file.offset, file, range[1], range[2], "it"), 1, true)
    end
    file.sections[1].raw_offset = 0xfffffff0
    assert.matches("pass the end of the file", damaged(file.offset, file, 0x1000, 1, "it"), 1, true)
  end)

  it("computes the checksum as the slow way does", function()
    for size = 0, 9 do
      for _, byte in ipairs { "\0", "\1", "\xff" } do
        local b = made(32, { checksum = 0xffffffff, tail = byte:rep(size) })
        local text = b:read(0, #b)
        pe.read(b):update_checksum()
        assert.equal(naive_checksum(text, 0x80 + 24 + 64) + #text, b:u32le(0x80 + 24 + 64))
      end
    end
  end)
end)
