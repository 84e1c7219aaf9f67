-- scripts/zip, judged by unzip and zipinfo, on archives that zip and Python make.

local driver = require "spec.scripts.driver"
local outside = require "spec.scripts.outside"
local support = require "spec.support"
local world = require "spec.support.world"

local quote = support.quote

-- A folder with a few files, and an archive that zip makes of it.
local function zipped(arguments)
  local folder = support.path "zipped"
  world.must(("rm -rf %s && mkdir -p %s/deep"):format(quote(folder), quote(folder)))
  support.write(folder .. "/text.txt", ("a line of text\n"):rep(100))
  support.write(folder .. "/deep/odd", "odd")
  support.write(folder .. "/none", "")
  world.must(("find %s -exec touch -d @1600000001 {} +"):format(quote(folder)))
  local _, stderr, status = outside.ask("env", ("-C %s zip -q out.zip %s"):format(quote(folder), arguments), "piped")
  assert(status == 0, stderr)
  return support.read(folder .. "/out.zip")
end

-- What ends an archive; for ZIP64 with a record and a locator in front.
local function finish(count, size, start, more)
  local parts = {}
  if more.large then
    parts[1] = string.pack("<c4I8I2I2I4I4I8I8I8I8", "PK\6\6", 44, 45, 45, 0, 0, count, count, size, start)
    parts[2] = string.pack("<c4I4I8I4", "PK\6\7", 0, start + size, 1)
    count, size, start = 0xffff, 0xffffffff, 0xffffffff
  end
  local comment = more.comment or ""
  parts[#parts + 1] = string.pack("<c4I2I2I2I2I4I4I2", "PK\5\6", more.disk or 0, 0, count, count, size, start, #comment)
  return table.concat(parts) .. comment
end

-- An archive of one empty entry "a", with extra fields and other numbers.
local function made(more)
  more = more or {}
  local extra, central_extra = more.extra or "", more.central_extra or more.extra or ""
  local common = string.pack("<I2I2I2I2I2I4I4", 10, more.flags or 0, more.method or 0, more.time or 0,
    more.date or 0x5021, 0, 0)
  local head = string.pack("<c4c18I4I2I2", "PK\3\4", common, 0, 1, #extra) .. "a" .. extra .. (more.before or "")
  local central = string.pack("<c4I2c18I4I2I2I2I2I2I4I4", "PK\1\2", 20, common, more.size or 0, 1, #central_extra,
    0, 0, 0, 0, more.offset or 0) .. (more.name or "a") .. central_extra
  return head .. central .. (more.between or "")
    .. finish(more.count or 1, more.directory or #central, more.start or #head, more)
end

local function tested(path)
  outside.run("unzip", "-tq " .. quote(path))
end

-- Every entry has that time for zipinfo, which looks at the extra field of the central directory first.
local function timed(words)
  return function(path)
    tested(path)
    local list = outside.run("zipinfo", "-T " .. quote(path))
    local count = 0
    for stamp in list:gmatch " (%d%d%d%d%d%d%d%d%.%d%d%d%d%d%d) " do
      assert.equal(words, stamp, list)
      count = count + 1
    end
    assert.is_true(count > 0, list)
  end
end

-- Every file that unzip makes, by the local headers, has that time.
local function unpacked(seconds)
  return function(path)
    local folder = support.path "unpacked"
    outside.run("unzip", ("-qo %s -d %s"):format(quote(path), quote(folder)))
    local times = world.must(("find %s -type f -printf '%%Ts\n' | sort -u"):format(quote(folder)))
    world.must("rm -rf " .. quote(folder))
    assert.equal(("%d\n"):format(seconds), times)
  end
end

local of_1980 <const>, of_2001 <const> = timed "19800101.000000", timed "20010909.014640"

local function both(first, second)
  return function(path)
    first(path)
    second(path)
  end
end

local NTFS <const> = "\x0a\0\x20\0\0\0\0\0\1\0\x18\0" .. ("\1"):rep(24)

driver.proves("zip/timestamps", {
  cases = {
    ["files and folders"] = { input = function() return zipped "-r text.txt deep none" end, suffix = "zip",
      after = both(of_1980, unpacked(315532800)) },
    ["a time of an odd second"] = { input = function() return zipped "-r text.txt deep none" end, suffix = "zip",
      params = { time = 1000000001 }, after = both(timed "20010909.014641", unpacked(1000000001)) },
    ["entries without extra fields"] = { input = function() return zipped "-X text.txt none" end, suffix = "zip",
      params = { time = 1000000001 }, after = of_2001 },
    ["an entry from a pipe, in ZIP64"] = { input = function() return zipped "-fz - text.txt" end, suffix = "zip",
      params = { time = 1000000000 }, after = of_2001 },
    ["sums behind the data"] = { input = function() return zipped "-fd text.txt deep/odd" end, suffix = "zip",
      params = { time = 1000000000 }, after = both(of_2001, unpacked(1000000000)) },
    ["an archive behind a program"] = { suffix = "zip", params = { time = 1000000000 },
      input = function() return "#!/bin/sh\nexit\n" .. zipped "text.txt" end,
      after = function(path)
        local list = outside.ask("zipinfo", "-T " .. quote(path))
        assert.matches("20010909.014640", list, 1, true)
      end },
    ["an archive with a comment that looks like an end"] = {
      input = made { comment = "PK\5\6" .. ("\0"):rep(18) .. "!" },
      output = made { comment = "PK\5\6" .. ("\0"):rep(18) .. "!", date = 0x21 } },
    ["an archive with a comment, behind a program"] = { suffix = "zip",
      input = "#!/bin/sh\nexit\n" .. made { comment = "Hello" },
      output = "#!/bin/sh\nexit\n" .. made { comment = "Hello", date = 0x21 } },
    ["an end of ZIP64"] = { suffix = "zip", after = of_1980, input = made { large = true } },
    ["a large offset in the field for ZIP64"] = { after = of_1980, suffix = "zip",
      input = made { offset = 0xffffffff, size = 0xffffffff,
        central_extra = "\1\0\16\0" .. ("\0"):rep(16) } },
    ["the last second that 31 bits count"] = { input = made(), params = { time = 0x7fffffff }, suffix = "zip",
      after = timed "20380119.031406" },
    ["the leap day"] = { input = made(), params = { time = 1709210096 },
      suffix = "zip", after = timed "20240229.123456" },
    ["the times of NTFS"] = { input = made { extra = NTFS }, params = { time = 1000000000 },
      output = function()
        local ticks = string.pack("<I8", 126444736000000000)
        return made { extra = NTFS:sub(1, 12) .. ticks:rep(3), time = 0x0dd4, date = 0x2b29 }
      end },
    ["the times of old Unix"] = { params = { time = 1000000000 },
      input = made { extra = "\x55\x58\x0c\0" .. ("\1"):rep(12) },
      output = made { extra = "\x55\x58\x0c\0" .. string.pack("<I4", 1000000000):rep(2) .. ("\1"):rep(4),
        time = 0x0dd4, date = 0x2b29 } },
    ["an encrypted entry whose time is free"] = { input = made { flags = 9, method = 99 } },
    ["extra bytes that align"] = { input = made { extra = "\0\0\0" }, suffix = "zip", after = of_1980 },
  },
  refused = {
    ["a 7-Zip archive"] = "7z\xbc\xaf\x27\x1c" .. ("\0"):rep(100),
    ["a local header alone"] = "PK\3\4" .. ("\0"):rep(26),
    ["a cut in the data"] = { input = function() return zipped("text.txt"):sub(1, 100) end, message = "a cut one" },
    ["a cut in the end"] = made():sub(1, -2),
    ["bytes behind the end"] = { input = made() .. "more", message = "no end of a central directory" },
    ["a part of several"] = { input = made { disk = 1 }, message = "0x52: one part of an archive" },
    ["a directory that is elsewhere"] = { input = made { directory = 0x7fffffff }, message = "not where it is told" },
    ["a directory before the file"] = made { start = 0xfffffff0 },
    ["more entries than it has"] = { input = made { count = 2 }, message = "has 1 entries, and tells of 2" },
    ["fewer entries than it has"] = made { count = 0 },
    ["a damaged central header"] = { input = world.patched(made(), 31, "PK\1\3"),
      message = "0x1f: no header of an entry" },
    ["a damaged local header"] = { input = world.patched(made(), 0, "PK\3\5"), message = "0x0: no local header" },
    ["an entry that passes the end of the directory"] = { input = world.patched(made(), 31 + 32, "\9"),
      message = "0x1f: the header of the entry passes the end" },
    ["two names"] = { input = made { name = "b" },
      message = "0x1e: the two headers of the entry have different names" },
    ["an entry beyond the archive"] = { input = made { offset = 0x1234567 },
      message = "the entry is not in the archive" },
    ["an entry that is nowhere"] = { input = made { offset = 0xffffffff },
      message = "the offset of the entry is nowhere" },
    ["an entry at a negative offset"] = { message = "the entry is not in the archive",
      input = made { offset = 0xffffffff, central_extra = "\1\0\8\0" .. ("\xff"):rep(8) } },
    ["an extra field that passes its end"] = { input = made { extra = "UT\9\0\1\2\3\4" },
      message = "the extra field 0x5455" },
    ["a local header that passes into the directory"] = { input = world.patched(made(), 28, "\xff\xff"),
      message = "passes into the central directory" },
    ["an entry whose password the time checks"] = { message = "key is checked by its time",
      input = function() return zipped "-P secret text.txt" end },
    ["an encrypted directory"] = made { flags = 1 << 13 },
    ["a signed Android package"] = { input = made { before = ("\0"):rep(16) .. "APK Sig Block 42" },
      message = "a signed Android package" },
    ["a signature behind the directory"] = made { between = "PK\5\5\0\0", directory = 53 },
    ["a ZIP64 locator without a record"] = { message = "the ZIP64 locator has no record",
      input = made { between = "PK\6\7" .. ("\0"):rep(16) } },
  },
})
