local suture <const> = require "suture"
local zip <const> = require "suture.format.zip"

local AES <const> = 99 -- a method whose key check is not the time

-- Sets numbers of 32 bits, Unix times.
local function set_unix(b, off, count, seconds)
  for index = 0, count - 1 do
    b:i32le(off + 4 * index, seconds)
  end
end

-- Times of NTFS: units of 100 ns since 1601, behind a tag in a list of tags.
local function set_ntfs(b, off, size, seconds)
  local at, finish <const> = off + 4, off + size
  while finish - at >= 4 do
    local tag <const>, length <const> = b:u16le(at), b:u16le(at + 2)
    if tag == 1 and length == 24 and finish - at >= 28 then
      for index = 0, 2 do
        b:u64le(at + 4 + 8 * index, (seconds + 11644473600) * 10000000)
      end
    end
    at = at + 4 + length
  end
end

-- Extra fields with times, by their ids.
local fields <const> = {
  [0x5455] = function(b, off, size, seconds) set_unix(b, off + 1, (size - 1) // 4, seconds) end, -- behind flags
  [0x5855] = function(b, off, size, seconds) set_unix(b, off, math.min(size // 4, 2), seconds) end,
  [0x000d] = function(b, off, size, seconds) set_unix(b, off, math.min(size // 4, 2), seconds) end,
  [0x000a] = set_ntfs,
}

-- PKWARE's encryption of an entry whose CRC comes behind it checks the key by the time.
local function check(entry, context)
  local flags <const> = entry.central.flags | entry.header.flags
  local by_time <const> = zip.ENCRYPTED | zip.DESCRIPTOR
  if flags & zip.MASKED ~= 0 or flags & by_time == by_time and entry.central.method ~= AES then
    context.refuse(("0x%x: an encrypted entry whose key is checked by its time"):format(entry.offset))
  end
end

local function set(b, header, extra, seconds)
  header.date, header.time = zip.dos_time(seconds)
  for id, off, size in zip.extra(b, extra) do
    if fields[id] then
      fields[id](b, off, size, seconds)
    end
  end
end

local function apply(b, params, context)
  local count = 0
  for entry in zip.entries(b) do
    check(entry, context)
    set(b, entry.central, entry.central_extra, params.time)
    set(b, entry.header, entry.header_extra, params.time)
    count = count + 1
  end
  if count == 0 then
    context.already "the archive has no entries"
  end
end

-- An archive of one empty file, with its time as Unix knows it too.
local function sample(dos, unix)
  local common <const> = suture.hex "0a 00 00 00 00 00" .. dos .. ("\0"):rep(12) .. suture.hex "01 00 09 00"
  local extra <const> = "a" .. suture.hex "55 54 05 00 01" .. unix
  return "PK\3\4" .. common .. extra
    .. "PK\1\2\x1e\3" .. common .. ("\0"):rep(14) .. extra
    .. "PK\5\6" .. suture.hex "00 00 00 00 01 00 01 00 38 00 00 00 28 00 00 00 00 00"
end

local of_2020 <const> = sample(suture.hex "00 00 21 50", suture.hex "00 e1 0b 5e")

return {
  name = "zip/timestamps",
  summary = "Set all times in a ZIP archive to one, for reproducible builds",
  description = [[
Writes one time into the local and the central header of every entry, and into
the extra fields that tell times as well (Unix, NTFS). The headers count in
steps of two seconds and know no time zone: they tell UTC. Nothing moves, names
and data stay as they are. ZIP64 and archives behind a program are understood;
archives in several parts, signed Android packages, and entries whose encryption
checks the time are refused.]],
  version = "1.0.0",
  license = "MIT",
  categories = { "zip", "reproducible" },
  params = {
    time = { type = "integer", default = 315532800, min = 315532800, max = 0x7fffffff,
      help = "seconds since 1970, such as $SOURCE_DATE_EPOCH; 1980-01-01 if not given" },
  },
  targets = { { name = "archive", match = zip.seems } },
  apply = apply,
  examples = {
    { input = of_2020, output = sample(suture.hex "00 00 21 00", suture.hex "00 a6 ce 12"), verdict = "applicable" },
    { input = of_2020, params = { time = 1577836800 }, verdict = "applied" },
    { input = of_2020:sub(1, -2), verdict = "foreign" },
  },
}
