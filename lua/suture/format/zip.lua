--- ZIP archives: the entries of the central directory, each with its local
--- header, and the times in both. Source: PKWARE's APPNOTE.TXT 6.3.10, sections
--- 4.3 to 4.5; extra fields of Info-ZIP's extrafld.txt.

local damage <const> = require "suture.format.damage"
local struct <const> = require "suture.struct"

local zip = {}

--- Bits of an entry's flags.
zip.ENCRYPTED, zip.DESCRIPTOR, zip.MASKED = 1 << 0, 1 << 3, 1 << 13

local ABSENT <const>, ZIP64 <const> = 0xffffffff, 0x0001 -- the number is in the extra field for ZIP64
local LONGEST_COMMENT <const> = 0xffff

local Local <const> = struct.layout {
  name = "local header", order = "le",
  { "magic", "bytes", 4 }, { "needs", "u16" }, { "flags", "u16" }, { "method", "u16" }, { "time", "u16" },
  { "date", "u16" }, { "crc", "u32" }, { "packed", "u32" }, { "size", "u32" }, { "name_size", "u16" },
  { "extra_size", "u16" },
}

local Central <const> = struct.layout {
  name = "central header", order = "le",
  { "magic", "bytes", 4 }, { "made_by", "u16" }, { "needs", "u16" }, { "flags", "u16" }, { "method", "u16" },
  { "time", "u16" }, { "date", "u16" }, { "crc", "u32" }, { "packed", "u32" }, { "size", "u32" },
  { "name_size", "u16" }, { "extra_size", "u16" }, { "comment_size", "u16" }, { "disk", "u16" }, { reserved = 2 },
  { reserved = 4 }, { "local_offset", "u32" },
}

local End <const> = struct.layout {
  name = "end of central directory", order = "le",
  { "magic", "bytes", 4 }, { "disk", "u16" }, { "first_disk", "u16" }, { "count_here", "u16" }, { "count", "u16" },
  { "size", "u32" }, { "offset", "u32" }, { "comment_size", "u16" },
}

local Locator64 <const> = struct.layout {
  name = "ZIP64 locator", order = "le",
  { "magic", "bytes", 4 }, { "disk", "u32" }, { "offset", "u64" }, { "disks", "u32" },
}

local End64 <const> = struct.layout {
  name = "ZIP64 end of central directory", order = "le",
  { "magic", "bytes", 4 }, { "record_size", "u64" }, { reserved = 4 }, { "disk", "u32" }, { "first_disk", "u32" },
  { "count_here", "u64" }, { "count", "u64" }, { "size", "u64" }, { "offset", "u64" },
}

-- Where the record that ends an archive can begin at the earliest.
local function earliest_end(b)
  return math.max(0, #b - End:size() - LONGEST_COMMENT)
end

--- Whether the file begins or ends as an archive does.
---@param b suture.bytes
---@return boolean
function zip.seems(b)
  return #b >= End:size() and (b:read(0, 4) == "PK\3\4" or b:rfind("PK\5\6", earliest_end(b)) ~= nil)
end

-- The record that ends the archive; what looks like one in the comment does not reach the end of the file.
local function find_end(b)
  local least <const>, to = earliest_end(b), #b
  while true do
    local off <const> = b:rfind("PK\5\6", least, to)
    if not off then
      damage(b, #b, "no end of a central directory: no ZIP archive, or a cut one")
    elseif #b - off >= End:size() and #b - off - End:size() == End:at(b, off).comment_size then
      return off, End:at(b, off)
    end
    to = off + 3
  end
end

-- The same for ZIP64; nil where there is none.
local function find_end64(b, finish)
  local at <const> = finish - Locator64:size()
  if at < 0 or Locator64:at(b, at).magic ~= "PK\6\7" then
    return nil
  end
  local off <const> = at - End64:size()
  if off < 0 or End64:at(b, off).magic ~= "PK\6\6" then
    damage(b, at, "the ZIP64 locator has no record in front of it")
  end
  return off, End64:at(b, off)
end

-- Where the central directory begins and ends, how many entries it has, and how many bytes stand in front of the
-- archive. Numbers of 64 bits may be negative here.
local function find_directory(b)
  local finish, record = find_end(b)
  local finish64 <const>, record64 <const> = find_end64(b, finish)
  finish, record = finish64 or finish, record64 or record
  if record.disk ~= 0 or record.first_disk ~= 0 then
    damage(b, struct.offset(record, "disk"), "one part of an archive in several parts")
  elseif math.ult(finish, record.size) or math.ult(finish - record.size, record.offset) then
    damage(b, struct.offset(record, "size"), "the central directory is not where it is told to be")
  end
  return { start = finish - record.size, finish = finish, count = record.count,
    base = finish - record.size - record.offset }
end

--- `for id, off, size in zip.extra(b, part) do`: the id of each extra field, and its data. In the loop `format` is
--- raised for a field that passes the end of the part.
---@param b suture.bytes
---@param part {offset: integer, size: integer}
---@return fun(): integer?, integer?, integer?
function zip.extra(b, part)
  local off, finish <const> = part.offset, part.offset + part.size
  return function()
    -- Less than a field at the end is what aligns the data of Android's packages.
    if finish - off < 4 then
      return nil
    end
    local id <const>, at <const>, size <const> = b:u16le(off), off + 4, b:u16le(off + 2)
    if size > finish - at then
      damage(b, off, "the extra field 0x%04x passes the end of the header", id)
    end
    off = at + size
    return id, at, size
  end
end

-- Where a local header lies, by the central one. The ZIP64 field has only those numbers that do not fit elsewhere.
local function local_offset(b, central, extra)
  if central.local_offset ~= ABSENT then
    return central.local_offset
  end
  local skip <const> = (central.size == ABSENT and 8 or 0) + (central.packed == ABSENT and 8 or 0)
  for id, off, size in zip.extra(b, extra) do
    if id == ZIP64 and size >= skip + 8 then
      return b:u64le(off + skip)
    end
  end
  damage(b, struct.offset(central, "local_offset"), "the offset of the entry is nowhere")
end

local function find_local(b, directory, entry)
  local stated <const> = local_offset(b, entry.central, entry.central_extra)
  local room <const> = directory.start - directory.base
  if math.ult(room, stated) or room - stated < Local:size() then
    damage(b, struct.offset(entry.central, "local_offset"), "the entry is not in the archive")
  end
  local off <const> = directory.base + stated
  local header <const> = Local:at(b, off)
  local name_off <const> = off + #header
  if header.magic ~= "PK\3\4" or header.name_size ~= entry.central.name_size then
    damage(b, off, "no local header of the entry at 0x%x", entry.offset)
  elseif name_off + header.name_size + header.extra_size > directory.start then
    damage(b, off, "the local header passes into the central directory")
  elseif b:read(name_off, header.name_size) ~= entry.name then
    damage(b, name_off, "the two headers of the entry have different names")
  end
  entry.header = header
  entry.header_extra = { offset = name_off + header.name_size, size = header.extra_size }
end

--- An entry of the archive.
---@class suture.zip.entry
---@field offset integer  of its central header
---@field name string
---@field central table   the central header: flags, method, time, date, crc, packed, size ...
---@field header table    the local header: the same
---@field central_extra {offset: integer, size: integer}
---@field header_extra {offset: integer, size: integer}
---@field finish integer  behind its central header

local function read_entry(b, directory, off)
  local central <const> = Central:at(b, off)
  if central.magic ~= "PK\1\2" then
    damage(b, off, "no header of an entry in the central directory")
  end
  local name_off <const> = off + #central
  local extra_off <const> = name_off + central.name_size
  local entry <const> = { offset = off, central = central, name = b:read(name_off, central.name_size),
    central_extra = { offset = extra_off, size = central.extra_size },
    finish = extra_off + central.extra_size + central.comment_size }
  if entry.finish > directory.finish then
    damage(b, off, "the header of the entry passes the end of the central directory")
  end
  find_local(b, directory, entry)
  return entry
end

-- Bytes of whoever signs an archive: no change is possible behind its back.
local function check_unsigned(b, start)
  if start >= 16 and b:read(start - 16, 16) == "APK Sig Block 42" then
    damage(b, start - 16, "a signed Android package: a change would break its signature")
  end
end

--- `for entry in zip.entries(b) do`: each entry, in the order of the central directory. Raises `format`, at the offset,
--- for what is no archive, one in several parts, and a signed package; in the loop for headers that do not belong
--- together, and at the end where there are more or fewer than the archive tells.
---@param b suture.bytes
---@return fun(): suture.zip.entry?
function zip.entries(b)
  local directory <const> = find_directory(b)
  check_unsigned(b, directory.start)
  local off, count = directory.start, 0
  return function()
    if off == directory.finish then
      if count ~= directory.count then
        damage(b, off, "the central directory has %d entries, and tells of %d", count, directory.count)
      end
      return nil
    end
    local entry <const> = read_entry(b, directory, off)
    off, count = entry.finish, count + 1
    return entry
  end
end

-- The day as year, month, day; of days since 1970-01-01. Years begin in March here, so that the leap day ends one.
local function civil(days)
  days = days + 719468
  local era <const> = days // 146097
  local of_era <const> = days - era * 146097
  local year <const> = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
  local of_year <const> = of_era - (365 * year + year // 4 - year // 100)
  local month <const> = (5 * of_year + 2) // 153
  local day <const> = of_year - (153 * month + 2) // 5 + 1
  return year + era * 400 + (month < 10 and 0 or 1), month < 10 and month + 3 or month - 9, day
end

--- The two fields in which a header tells a time, 1980 to 2107, in steps of two seconds. Section 4.4.6.
---@param seconds integer  since 1970
---@return integer date
---@return integer time
function zip.dos_time(seconds)
  local year <const>, month <const>, day <const> = civil(seconds // 86400)
  local of_day <const> = seconds % 86400
  return year - 1980 << 9 | month << 5 | day, of_day // 3600 << 11 | of_day // 60 % 60 << 5 | of_day % 60 // 2
end

return zip
