--- GUID partition tables: the two headers and the two copies of the entries on
--- a disk. Source: UEFI Specification 2.10, section 5.3.

local damage <const> = require "suture.format.damage"
local struct <const> = require "suture.struct"
local suture <const> = require "suture"

local gpt = {}

local SECTORS <const> = { 512, 4096 } -- bytes
local NAME <const> = 36 -- units of UTF-16
local UNUSED <const> = ("\0"):rep(16) -- the type of an entry without a partition

local Header <const> = struct.layout {
  name = "GPT header", order = "le",
  { "magic", "bytes", 8 }, { "revision", "u32" }, { "size", "u32" }, { "crc", "u32" }, { reserved = 4 },
  { "here", "u64" }, { "other", "u64" }, { "first", "u64" }, { "last", "u64" }, { "guid", "bytes", 16 },
  { "table", "u64" }, { "count", "u32" }, { "entry_size", "u32" }, { "table_crc", "u32" },
}

local Entry <const> = struct.layout {
  name = "partition entry", order = "le",
  { "type", "bytes", 16 }, { "unique", "bytes", 16 }, { "first", "u64" }, { "last", "u64" }, { "attributes", "u64" },
  { "name", "bytes", 2 * NAME },
}

--- One of the two copies.
---@class suture.gpt.copy
---@field header table     its fields
---@field offset integer   of the header, in bytes
---@field entries table    from 1: type, unique, first, last, attributes, name
---@field table {offset: integer, size: integer}  the entries, in bytes

---@class suture.gpt
---@field primary suture.gpt.copy
---@field backup suture.gpt.copy

-- What a disk held before may still be there, but the disk does not tell its sectors to a file.
local function sector_of(b)
  local found
  for _, sector in ipairs(SECTORS) do
    if #b >= 2 * sector and b:read(sector, 8) == "EFI PART" then
      if found then
        damage(b, sector, "a second GPT header: one is for sectors of %d bytes, one for %d", found, sector)
      end
      found = sector
    end
  end
  return found
end

--- Whether a header lies in the second sector, of 512 or 4096 bytes. Raises `format` where there is one for each.
---@param b suture.bytes
---@return boolean
function gpt.is_there(b)
  return sector_of(b) ~= nil
end

-- The header's own CRC counts as zeros.
local function header_crc(b, copy)
  local header <const> = suture.buffer(b:read(copy.offset, copy.header.size))
  Header:at(header, 0).crc = 0
  return header:crc32(0, #header)
end

local function check_header(b, copy, sector, number)
  local header <const>, off <const> = copy.header, copy.offset
  if header.magic ~= "EFI PART" then
    damage(b, off, "no GPT header")
  elseif header.size < #header or header.size > sector then
    damage(b, struct.offset(header, "size"), "a GPT header of %d bytes", header.size)
  elseif header.crc ~= header_crc(b, copy) then
    damage(b, struct.offset(header, "crc"), "the CRC of the GPT header is wrong")
  elseif header.here ~= number then
    damage(b, struct.offset(header, "here"), "the GPT header says that it lies elsewhere")
  end
end

-- Numbers of 64 bits may be negative here.
local function read_table(b, copy, sector)
  local header <const> = copy.header
  local size <const>, count <const> = header.entry_size, header.count
  if size < Entry:size() or size % Entry:size() ~= 0 then
    damage(b, struct.offset(header, "entry_size"), "partition entries of %d bytes", size)
  elseif math.ult(#b // sector, header.table) or count > (#b - header.table * sector) // size then
    damage(b, struct.offset(header, "table"), "the partition entries pass the end of the disk")
  end
  copy.table = { offset = header.table * sector, size = count * size }
  copy.entries = Entry:list(b, copy.table.offset, count, nil, size)
  if header.table_crc ~= b:crc32(copy.table.offset, copy.table.size) then
    damage(b, struct.offset(header, "table_crc"), "the CRC of the partition entries is wrong")
  end
end

local function read_copy(b, sector, number)
  local copy <const> = { offset = number * sector, header = Header:at(b, number * sector) }
  check_header(b, copy, sector, number)
  read_table(b, copy, sector)
  return copy
end

local function check_alike(b, primary, backup)
  for _, name in ipairs { "guid", "first", "last", "count", "entry_size", "table_crc" } do
    if primary.header[name] ~= backup.header[name] then
      damage(b, struct.offset(backup.header, name), "the two GPT headers differ")
    end
  end
end

--- Reads both copies of the table. Raises `format`, at the offset, unless both are whole and say the same.
---@param b suture.bytes
---@return suture.gpt
function gpt.open(b)
  local sector <const> = sector_of(b)
  if not sector then
    damage(b, SECTORS[1], "no GPT header")
  end
  local primary <const> = read_copy(b, sector, 1)
  local other <const> = primary.header.other
  if not math.ult(other, #b // sector) then
    damage(b, struct.offset(primary.header, "other"), "the backup of the GPT header lies beyond the end of the disk")
  end
  local backup <const> = read_copy(b, sector, other)
  check_alike(b, primary, backup)
  return { primary = primary, backup = backup }
end

local function seal(b, copy)
  local header <const> = copy.header
  header.table_crc = b:crc32(copy.table.offset, copy.table.size)
  header.crc = header_crc(b, copy)
end

--- Sets a field of a partition in both copies, and their CRCs. Raises `format` where there is no such partition.
---@param b suture.bytes
---@param disk suture.gpt
---@param number integer  from 1
---@param field "type"|"unique"|"name"
---@param value string    as long as the field
function gpt.set(b, disk, number, field, value)
  local primary <const> = disk.primary
  if number > primary.header.count then
    damage(b, struct.offset(primary.header, "count"), "the disk has room for %d partitions", primary.header.count)
  elseif primary.entries[number].type == UNUSED then
    damage(b, struct.offset(primary.entries[number]), "there is no partition %d", number)
  end
  for _, copy in ipairs { primary, disk.backup } do
    copy.entries[number][field] = value
    seal(b, copy)
  end
end

--- The number of the partition that has this GUID as its own.
---@param b suture.bytes
---@param disk suture.gpt
---@param guid string  16 bytes
---@return integer?  nil where none has
function gpt.owner(b, disk, guid)
  local place <const>, size <const> = disk.primary.table, disk.primary.header.entry_size
  for off in b:matches(guid, place.offset, place.offset + place.size) do
    local index <const>, within <const> = (off - place.offset) // size + 1, (off - place.offset) % size
    if within == 16 and disk.primary.entries[index].type ~= UNUSED then
      return index
    end
  end
end

--- The bytes of a GUID: its first three numbers are little-endian.
---@param text string  "01234567-89ab-cdef-0123-456789abcdef"
---@return string?  nil where it is none
function gpt.guid(text)
  local a <const>, b <const>, c <const>, d <const>, e <const> =
    text:match "^(%x%x%x%x%x%x%x%x)%-(%x%x%x%x)%-(%x%x%x%x)%-(%x%x%x%x)%-(%x%x%x%x%x%x%x%x%x%x%x%x)$"
  return a and string.pack("<I4I2I2>I2I6", tonumber(a, 16), tonumber(b, 16), tonumber(c, 16), tonumber(d, 16),
    tonumber(e, 16))
end

local function add_units(units, code)
  if code < 0x10000 then
    units[#units + 1] = code
  else
    units[#units + 1] = 0xd800 | code - 0x10000 >> 10
    units[#units + 1] = 0xdc00 | code & 0x3ff
  end
end

--- The bytes of a name: UTF-16, filled up with NUL.
---@param text string  UTF-8
---@return string?  nil where it is no UTF-8, has a NUL, or is longer than 36 units
function gpt.name(text)
  if not utf8.len(text) or text:find "\0" then
    return nil
  end
  local units <const> = {}
  for _, code in utf8.codes(text) do
    add_units(units, code)
  end
  if #units <= NAME then
    return string.pack("<" .. ("I2"):rep(#units), table.unpack(units)) .. ("\0"):rep(2 * (NAME - #units))
  end
end

local function add_copy(b, here, other, place)
  local copy <const> = { offset = here * SECTORS[1], header = Header:at(b, here * SECTORS[1]) }
  local fields <const> = { magic = "EFI PART", revision = 0x10000, size = #copy.header, here = here, other = other,
    first = 3, last = 3, table = place, count = SECTORS[1] // Entry:size(), entry_size = Entry:size() }
  for name, value in pairs(fields) do
    copy.header[name] = value
  end
  copy.table = { offset = place * SECTORS[1], size = SECTORS[1] }
  return copy
end

--- The smallest disk with a table: six sectors, up to four partitions that share one of them.
---@param partitions { type: string, unique: string, name: string }[]  as `guid` and `name` give them
---@return string
function gpt.disk(partitions)
  local b <const> = suture.buffer(6 * SECTORS[1])
  for _, copy in ipairs { add_copy(b, 1, 5, 2), add_copy(b, 5, 1, 4) } do
    local entries <const> = Entry:list(b, copy.table.offset, #partitions)
    for number, partition in ipairs(partitions) do
      for name, value in pairs(partition) do
        entries[number][name] = value
      end
      entries[number].first, entries[number].last = 3, 3
    end
    seal(b, copy)
  end
  return b:read(0, #b)
end

return gpt
