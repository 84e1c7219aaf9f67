-- scripts/pe/large-address-aware, judged by pefile.

local support = require "spec.support"
local recipe = require "spec.support.recipe"

local NAME <const> = "pe/large-address-aware"
local AWARE <const> = 0x20

-- A PE file of one section: { magic =, [flags =], [lfanew =], [optional_size =], [tail =] }
local function pe(made)
  local plus = made.magic == 0x20b
  local lfanew = made.lfanew or 0x80
  local optional_size = plus and 240 or 224
  local dos = string.pack("<c2 c58 I4", "MZ", "", lfanew) .. ("\0"):rep(0x80 - 64)
  local coff = string.pack("<c4 I2I2I4I4I4I2I2", "PE\0\0", plus and 0x8664 or 0x14c, 1, 0x5f000000, 0, 0,
    made.optional_size or optional_size, made.flags or 0x102)
  local head = plus and string.pack("<I2BBI4I4I4I4I4I8", made.magic, 14, 0, 0x200, 0, 0, 0x1000, 0x1000, 0x140000000)
    or string.pack("<I2BBI4I4I4I4I4I4I4", made.magic, 14, 0, 0x200, 0, 0, 0x1000, 0x1000, 0x2000, 0x400000)
  local windows = string.pack("<I4I4I2I2I2I2I2I2I4I4I4I4I2I2", 0x1000, 0x200, 6, 0, 0, 0, 6, 0, 0, 0x2000, 0x200,
    made.checksum or 0x12345678, 3, 0)
  local optional = head .. windows
  optional = optional .. ("\0"):rep(optional_size - #optional - 132)
  optional = optional .. string.pack("<I4", 16) .. ("\0"):rep(128)
  local section = string.pack("<c8I4I4I4I4I4I4I2I2I4", ".text", 0x200, 0x1000, 0x200, 0x200, 0, 0, 0, 0, 0x60000020)
  local headers = dos .. coff .. optional .. section
  return headers .. ("\0"):rep(0x200 - #headers) .. ("\xc3\x90\xff\x7f"):rep(0x80) .. (made.tail or "")
end

local witness = [[
import sys, pefile
pe = pefile.PE(sys.argv[1])
print(bool(pe.FILE_HEADER.IMAGE_FILE_LARGE_ADDRESS_AWARE), pe.verify_checksum())
]]

local function judged(path)
  local status, stdout, stderr = support.run("/usr/bin/python3 - " .. support.quote(path), witness)
  assert(status == 0, stderr)
  return (stdout:gsub("\n", ""))
end

local kinds <const> = { { magic = 0x10b, name = "PE32" }, { magic = 0x20b, name = "PE32+" } }

describe("pe/large-address-aware", function()
  for _, kind in ipairs(kinds) do
    for tail = 0, 4 do
      it(("sets the flag and the checksum of %s with %d bytes behind it"):format(kind.name, tail), function()
        local made = { magic = kind.magic, tail = ("\xfe\x01\xff\x80"):sub(1, tail) }
        local before = pe(made)
        local path = support.write("program.exe", before)
        assert.equal("False False", judged(path))
        assert.equal("applicable", recipe.verdict(NAME, path))
        assert.equal(0, (recipe.run("run", NAME, path)))
        assert.equal("True True", judged(path))
        assert.equal("applied", recipe.verdict(NAME, path))

        made.flags = 0x102 | AWARE
        local wanted, after = pe(made), support.read(path)
        local field = 0x80 + 24 + 64
        assert.equal(wanted:sub(1, field), after:sub(1, field))
        assert.equal(wanted:sub(field + 5), after:sub(field + 5))
      end)
    end

    it("leaves one that has the flag as it is: " .. kind.name, function()
      local before = pe { magic = kind.magic, flags = 0x102 | AWARE }
      local path = support.write("aware.exe", before)
      assert.equal("applied", recipe.verdict(NAME, path))
      assert.equal(0, (recipe.run("run", NAME, path)))
      assert.equal(before, support.read(path))
    end)

    for label, hostile in pairs {
      ["a header beyond the end"] = { lfanew = 0x7ffffff0 },
      ["a header at the highest offset"] = { lfanew = 0xffffffff },
      ["a header where none is"] = { lfanew = 0x40 },
      ["an optional header without a checksum"] = { optional_size = 66 },
    } do
      it(("refuses %s: %s"):format(label, kind.name), function()
        hostile.magic = kind.magic
        recipe.refused(NAME, support.write("hostile.exe", pe(hostile)))
      end)
    end

    it("refuses it cut off anywhere: " .. kind.name, function()
      local whole = pe { magic = kind.magic }
      for _, size in ipairs { 0, 1, 2, 63, 0x80, 0x83, 0x84, 0x97, 0x99, 0x80 + 24 + 64 + 3 } do
        recipe.refused(NAME, support.write("cut.exe", whole:sub(1, size)))
      end
    end)
  end

  it("refuses what is no PE file", function()
    recipe.refused(NAME, support.write("dos.exe", "MZ" .. ("\0"):rep(200)))
    recipe.refused(NAME, support.write("rom.exe", pe { magic = 0x107 }))
  end)
end)
