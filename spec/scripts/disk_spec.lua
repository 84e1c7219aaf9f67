-- scripts/disk, judged by sgdisk and by a reader in Python, on images that sgdisk makes and on loop devices.

local driver = require "spec.scripts.driver"
local outside = require "spec.scripts.outside"
local recipe = require "spec.support.recipe"
local support = require "spec.support"
local world = require "spec.support.world"

local quote = support.quote

local LINUX <const>, SWAP <const> = "0FC63DAF-8483-4772-8E79-3D69D8477DE4", "0657FD6D-A4AB-43C4-84E5-0933C84B4F4F"
local OWN <const>, OTHER <const> = "11111111-2222-4333-8444-555555555555", "66666666-7777-4888-9999-AAAAAAAAAAAA"
local NEW <const> = "01234567-89AB-4DEF-8123-456789ABCDEF"
local CREATE <const> = ("-a 1 -n 1:40:50 -c 1:root -t 1:%s -u 1:%s -n 2:51:51 -c 2:swap -t 2:%s -u 2:%s"):format(
  LINUX, OWN, SWAP, OTHER) .. " -n 7:52:60"

local function sgdisk(path, arguments)
  local stdout, stderr, status = outside.ask("sgdisk", ("%s %s"):format(arguments, quote(path)))
  assert(status == 0, stdout .. stderr)
  return stdout
end

local images <const> = {}

-- An image of that many bytes with three partitions, made once.
local function image(size)
  if not images[size] then
    local path = outside.file("disk.img", ("\0"):rep(size))
    sgdisk(path, CREATE)
    images[size] = support.read(path)
  end
  return images[size]
end

local SIZE <const> = 131072
local LAST <const> = SIZE - 512 -- where the backup of the header lies

-- What a reader in Python finds: a line for each partition, "number type own name", in each copy by itself.
local function read_table(path, sector)
  return outside.python(([[
import struct, uuid, zlib
sector = %d
def copy(at):
    head = data[at * sector : at * sector + 92]
    magic, revision, size, crc, _, here, other, first, last, guid, place, count, step, table_crc = struct.unpack(
        "<8sIIIIQQQQ16sQIII", head)
    assert magic == b"EFI PART" and here == at
    assert zlib.crc32(head[:16] + bytes(4) + head[20:]) == crc, "CRC of a header"
    entries = data[place * sector : place * sector + count * step]
    assert zlib.crc32(entries) == table_crc, "CRC of the entries"
    for index in range(count):
        entry = entries[index * step : index * step + 128]
        if entry[:16] != bytes(16):
            name = entry[56:].decode("utf-16-le").rstrip("\0")
            line = f"{index + 1} {uuid.UUID(bytes_le=entry[:16])} {uuid.UUID(bytes_le=entry[16:32])} {name}\n"
            out.write(line.upper().encode())
    return other
assert copy(copy(1)) == 1]]):format(sector or 512), support.read(path))
end

-- Both copies have the line, and sgdisk finds no fault.
local function shows(line, sector)
  return function(path)
    local list = read_table(path, sector)
    local _, count = list:gsub(line:upper():gsub("%p", "%%%0") .. "\n", "")
    assert.equal(2, count, list)
    if not sector then
      assert.matches("No problems found", sgdisk(path, "-v"), 1, true)
    end
  end
end

-- A disk of sectors of 4096 bytes: the tables of one of 512, laid out anew.
local function large_sectors()
  return outside.python([[
import struct, zlib
sector, total = 4096, 20
disk = bytearray(sector * total)
entries = data[1024 : 1024 + 128 * 128]
def copy(at, other, place):
    head = struct.pack("<8sIIIIQQQQ16sQIII", b"EFI PART", 65536, 92, 0, 0, at, other, 6, total - 6, data[568:584],
        place, 128, 128, zlib.crc32(entries))
    disk[at * sector : at * sector + 92] = head[:16] + struct.pack("<I", zlib.crc32(head)) + head[20:]
    disk[place * sector : place * sector + len(entries)] = entries
copy(1, total - 1, 2)
copy(total - 1, 1, total - 5)
out.write(disk)]], image(SIZE))
end

-- The image with an entry of no type that still has a GUID, in both copies.
local function removed()
  local entry = ("\0"):rep(16) .. "\x67\x45\x23\x01\xab\x89\xef\x4d\x81\x23\x45\x67\x89\xab\xcd\xef"
  local made = image(SIZE)
  for _, table_off in ipairs { 1024, LAST - 32 * 512 } do
    made = world.patched(made, table_off + 9 * 128, entry)
  end
  return outside.python([[
import struct, zlib
disk = bytearray(data)
for at, place in ((512, 1024), (len(disk) - 512, len(disk) - 33 * 512)):
    disk[at + 88 : at + 92] = struct.pack("<I", zlib.crc32(disk[place : place + 16384]))
    disk[at + 16 : at + 20] = bytes(4)
    disk[at + 16 : at + 20] = struct.pack("<I", zlib.crc32(disk[at : at + 92]))
out.write(disk)]], made)
end

-- The image with bytes of a header changed, and its CRC made to follow.
local function header(at, off, bytes)
  return function()
    local changed = world.patched(image(SIZE), at + off, bytes)
    local head = world.patched(changed:sub(at + 1, at + 92), 16, "\0\0\0\0")
    return world.patched(changed, at + 16, string.pack("<I4", require "suture".buffer(head):crc32(0, 92)))
  end
end

local function damaged_at(off, message)
  return { input = function() return world.patched(image(SIZE), off, "\xaa\xaa") end, message = message }
end

-- What no recipe for GPT takes.
local function refused(more)
  local list <const> = {
    ["a disk without a table"] = ("\0"):rep(4096),
    ["an old partition table"] = ("\0"):rep(446) .. ("\1"):rep(64) .. "\x55\xaa" .. ("\0"):rep(4096),
    ["a header alone"] = function() return image(SIZE):sub(1, 1024) end,
    ["a damaged first header"] = damaged_at(512 + 40, "0x210: the CRC of the GPT header is wrong"),
    ["a damaged first table"] = damaged_at(1024 + 60, "0x258: the CRC of the partition entries is wrong"),
    ["a damaged backup header"] = damaged_at(LAST + 40, "0x1fe10: the CRC of the GPT header is wrong"),
    ["a damaged backup table"] = damaged_at(LAST - 32 * 512 + 60, "0x1fe58: the CRC of the partition entries is wrong"),
    ["a backup that is gone"] = { input = function() return image(SIZE):sub(1, LAST) .. ("\0"):rep(512) end,
      message = "0x1fe00: no GPT header" },
    ["a disk that was cut"] = { input = function() return image(SIZE):sub(1, 70000) end,
      message = "0x220: the backup of the GPT header lies beyond the end" },
    ["a backup at a negative sector"] = { input = header(512, 32, ("\xff"):rep(8)), message = "0x220: the backup" },
    ["two headers, for sectors of both sizes"] = { message = "a second GPT header",
      input = function() return world.patched(large_sectors(), 512, image(SIZE):sub(513, 1024)) end },
    ["a header that lies elsewhere"] = { input = header(512, 24, "\2"), message = "0x218: the GPT header says" },
    ["a header that is too long"] = { input = header(512, 12, "\1\2"), message = "0x20c: a GPT header of 513 bytes" },
    ["a header that is too short"] = { input = header(512, 12, "\16"), message = "a GPT header of 16 bytes" },
    ["entries that are too small"] = { input = header(512, 84, "\64"), message = "0x254: partition entries of 64" },
    ["entries of an odd size"] = { input = header(512, 84, "\129"), message = "partition entries of 129" },
    ["entries beyond the end"] = { input = header(512, 72, "\0\1"), message = "0x248: the partition entries pass" },
    ["entries at a negative sector"] = { input = header(512, 72, ("\xff"):rep(8)), message = "0x248" },
    ["more entries than bytes"] = { input = header(512, 80, ("\xff"):rep(4)), message = "0x248" },
    ["two tables that differ"] = { input = header(LAST, 56, "\1"), message = "0x1fe38: the two GPT headers differ" },
    ["a partition that is not there"] = { input = function() return image(SIZE) end, message = "0x500: there is no",
      params = { partition = 3, name = "x", guid = NEW } },
    ["a partition for which there is no room"] = { input = function() return image(SIZE) end,
      params = { partition = 129, name = "x", guid = NEW }, message = "0x250: the disk has room for 128" },
  }
  for label, case in pairs(more) do
    list[label] = case
  end
  return list
end

-- The parameters of both recipes, of which each takes its own.
local function of(names, list)
  for _, case in pairs(list) do
    local given = type(case) == "table" and case.params or nil
    for name in pairs(given or {}) do
      given[name] = names[name] and given[name] or nil
    end
  end
  return list
end

driver.proves("disk/partition-name", {
  params = { partition = 2, name = "new name" },
  cases = {
    ["a name"] = { input = function() return image(SIZE) end, before = shows(("2 %s %s swap"):format(SWAP, OTHER)),
      after = shows(("2 %s %s new name"):format(SWAP, OTHER)) },
    ["a partition without a name"] = { input = function() return image(SIZE) end,
      params = { partition = 7, name = "data" }, after = shows " data" },
    ["a name away"] = { input = function() return image(SIZE) end, params = { partition = 1, name = "" },
      after = shows(("1 %s %s "):format(LINUX, OWN)) },
    ["a name of 36 characters of other scripts"] = { input = function() return image(SIZE) end,
      params = { partition = 1, name = ("ж夜"):rep(18) }, after = shows(("Ж夜"):rep(18)) },
    ["a name of rare characters"] = { input = function() return image(SIZE) end,
      params = { partition = 1, name = "\u{1d11e}" }, after = shows " \u{1d11e}" },
    ["a disk of an odd size"] = { input = function() return image(SIZE + 700) end, after = shows " new name" },
    ["sectors of 4096 bytes"] = { input = large_sectors, after = shows(" new name", 4096) },
  },
  refused = of({ partition = true, name = true }, refused {
    ["a name of 37 characters"] = { input = function() return image(SIZE) end,
      params = { partition = 1, name = ("a"):rep(37) }, message = "up to 36 characters" },
    ["a name that is no UTF-8"] = { input = function() return image(SIZE) end,
      params = { partition = 1, name = "\xff" } },
    ["rare characters that are too many"] = { input = function() return image(SIZE) end,
      params = { partition = 1, name = ("\u{1d11e}"):rep(19) } },
  }),
})

driver.proves("disk/partition-guid", {
  params = { partition = 2, guid = NEW },
  cases = {
    ["a partition's own"] = { input = function() return image(SIZE) end,
      after = shows(("2 %s %s swap"):format(SWAP, NEW)) },
    ["the type, spelt small"] = { input = function() return image(SIZE) end,
      params = { partition = 2, guid = LINUX:lower(), which = "type" },
      after = shows(("2 %s %s swap"):format(LINUX, OTHER)) },
    ["the type of another into its own"] = { input = function() return image(SIZE) end,
      params = { partition = 2, guid = LINUX }, after = shows(("2 %s %s swap"):format(SWAP, LINUX)) },
    ["sectors of 4096 bytes"] = { input = large_sectors, after = shows(("2 %s %s swap"):format(SWAP, NEW), 4096) },
    ["a GUID that a removed partition had"] = { after = shows(("2 %s %s swap"):format(SWAP, NEW)),
      input = removed },
  },
  refused = of({ partition = true, guid = true, which = true }, refused {
    ["another partition's GUID"] = { input = function() return image(SIZE) end,
      params = { partition = 2, guid = OWN }, message = "partition 1 has this GUID" },
    ["no GUID"] = { input = function() return image(SIZE) end, params = { partition = 2, guid = NEW:sub(2) },
      message = "is no GUID" },
    ["the GUID of nothing"] = { input = function() return image(SIZE) end,
      params = { partition = 2, guid = "00000000-0000-0000-0000-000000000000" } },
  }),
})

describe("disk/partition-name", function()
  for _, sector in ipairs { 512, 4096 } do
    it(("renames a partition of a device with sectors of %d bytes"):format(sector), function()
      local path = outside.file("device.img", ("\0"):rep(1 << 20))
      local status, stdout = support.run(("losetup -f --show -b %d %s"):format(sector, quote(path)))
      if status ~= 0 then
        return pending "no loop device can be had here"
      end
      local device = stdout:gsub("\n", "")
      finally(function() support.run("losetup -d " .. device) end)
      sgdisk(device, CREATE)
      local before = support.sha256(device)
      assert.equal(0, (recipe.run("run", "disk/partition-name", device, "-p partition=1 -p name=renamed")))
      assert.matches("No problems found", sgdisk(device, "-v"), 1, true)
      assert.matches("Partition name: 'renamed'", sgdisk(device, "-i 1"), 1, true)
      assert.equal("applied", recipe.verdict("disk/partition-name", device, "-p partition=1 -p name=renamed"))
      world.must(("%s revert %s"):format(support.suture, device))
      assert.equal(before, support.sha256(device))
    end)
  end
end)
