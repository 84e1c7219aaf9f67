local gzip <const> = require "suture.format.gzip"
local suture <const> = require "suture"

-- The parts of a header that have to go, from the last to the first.
local function unwanted(member, params)
  local parts <const> = {}
  if member.comment and not params.keep_comment then
    parts[#parts + 1] = { flag = gzip.COMMENT, place = member.comment }
  end
  if member.name and not params.keep_name then
    parts[#parts + 1] = { flag = gzip.NAME, place = member.name }
  end
  return parts
end

-- BGZF (of SAMtools) tells the length of each member in an extra field.
local function check_length(b, member, context)
  local extra <const> = member.extra
  if extra and b:find("BC\2\0", extra.offset, extra.offset + extra.size) then
    context.refuse(("0x%x: an extra field (BGZF) tells the length of the member"):format(extra.offset))
  end
end

local function make_plain(b, member, params, context)
  local fields <const>, parts <const> = member.fields, unwanted(member, params)
  if #parts > 0 then
    check_length(b, member, context)
  end
  fields.time = params.time
  local removed = 0
  for _, part in ipairs(parts) do
    fields.flags = fields.flags & ~part.flag
    b:delete(part.place.offset, part.place.size)
    removed = removed + part.place.size
  end
  if member.sum then
    local sum <const> = member.sum - removed
    b:u16le(sum, gzip.sum(b, member.offset, sum))
  end
end

local function apply(b, params, context)
  local members <const> = gzip.members(b)
  for index = #members, 1, -1 do
    make_plain(b, members[index], params, context)
  end
end

-- What `printf abc | gzip -n` writes, with another head.
local function sample(head)
  return suture.hex "1f 8b 08" .. head .. suture.hex "4b 4c 4a 06 00 c2 41 24 35 03 00 00 00"
end

local plain <const> = sample(suture.hex "00 00 00 00 00 00 03")

return {
  name = "gzip/plain-header",
  summary = "Take name and time out of a gzip file, for reproducible builds",
  description = [[
Removes the file name and the comment from the header of every member, and sets
its time: the bytes of `gzip -n`, without compressing again. A CRC of the header
follows; the compressed data and what comes after it stay as they are. Files of
up to 4 MiB, and larger ones in which a second member may begin, are followed to
their end, and refused where they are cut or damaged; the CRC of the data is
gzip's to check.]],
  version = "1.0.0",
  license = "MIT",
  categories = { "gzip", "reproducible" },
  params = {
    time = { type = "integer", default = 0, min = 0, max = 0xffffffff, help = "seconds since 1970; 0 says none" },
    keep_name = { type = "boolean", default = false, help = "leave the file name in" },
    keep_comment = { type = "boolean", default = false, help = "leave the comment in" },
  },
  targets = { { name = "file", match = gzip.begins } },
  apply = apply,
  examples = {
    { input = sample(suture.hex "08 01 02 03 04 00 03" .. "a.txt\0"), output = plain, verdict = "applicable" },
    { input = sample(suture.hex "00 01 02 03 04 00 03"), params = { time = 5 },
      output = sample(suture.hex "00 05 00 00 00 00 03"), verdict = "applicable" },
    { input = plain, verdict = "applied" },
    { input = plain:sub(1, -2), verdict = "foreign" },
  },
}
