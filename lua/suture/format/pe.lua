--- PE files (PE32 and PE32+: Windows programs, libraries and drivers, EFI
--- programs): headers, sections, data directories, the checksum. What a file
--- claims is checked before it is followed.

local damaged <const> = require "suture.format.damage"
local struct <const> = require "suture.struct"

local pe = {}

-- Source of all structures and numbers: Microsoft's "PE Format".
local Dos <const> = struct.layout { name = "DOS header", { "magic", "bytes", 2 }, { "lfanew", "u32le", at = 0x3c } }

local Coff <const> = struct.layout {
  name = "COFF header", order = "le",
  { "signature", "bytes", 4 }, { "machine", "u16" }, { "section_count", "u16" }, { "time", "u32" },
  { reserved = 8 }, { "optional_size", "u16" }, { "characteristics", "u16" },
}

local classes <const> = { [0x10b] = 32, [0x20b] = 64 } -- PE32, PE32+

local Optional <const> = struct.layout {
  name = "optional header", order = "le",
  class = function(b, off) return classes[b:u16le(off)] end,
  { "magic", "u16" }, { reserved = 22 }, { "base_of_data", "u32", class = 32 }, { "image_base", "word" },
  { "section_alignment", "u32" }, { "file_alignment", "u32" }, { "versions", "u16", 6 }, { reserved = 4 },
  { "image_size", "u32" }, { "headers_size", "u32" }, { "checksum", "u32" }, { "subsystem", "u16" },
  { "dll_characteristics", "u16" }, { "stack_reserve", "word" }, { "stack_commit", "word" },
  { "heap_reserve", "word" }, { "heap_commit", "word" }, { "loader_flags", "u32" }, { "directory_count", "u32" },
}

local Directory <const> = struct.layout {
  name = "data directory", order = "le", { "address", "u32" }, { "size", "u32" },
}

local Section <const> = struct.layout {
  name = "section header", order = "le",
  { "name", "text", 8 }, { "virtual_size", "u32" }, { "address", "u32" }, { "raw_size", "u32" },
  { "raw_offset", "u32" }, { reserved = 12 }, { "characteristics", "u32" },
}

local Export <const> = struct.layout { name = "export directory", order = "le", { reserved = 4 }, { "time", "u32" } }

local Debug <const> = struct.layout {
  name = "debug directory entry", order = "le",
  { reserved = 4 }, { "time", "u32" }, { reserved = 4 }, { "type", "u32" }, { "size", "u32" }, { reserved = 8 },
}

local EXPORT <const>, SECURITY <const>, DEBUG <const> = 1, 5, 7 -- places of data directories, from 1
local DIRECTORIES <const> = 16 -- the most that there are

pe.LARGE_ADDRESS_AWARE = 0x20 -- in the characteristics of the COFF header

--- What recipes say about a signed file that they change.
pe.SIGNATURE_LOST = "the file is signed (Authenticode), and its signature is no longer valid"

--- A PE file that was read.
---@class suture.pe
---@field b suture.bytes
---@field coff table         the COFF header, a bound structure
---@field optional table     the optional header
---@field directories table  the data directories, in a list
---@field sections table     the section headers, in a list
local File <const> = {}
File.__index = File

local function check_inside(b, off, len, what)
  if off > #b or len > #b - off then
    damaged(b, off, "the %s (0x%x bytes) pass the end of the file (size 0x%x)", what, len, #b)
  end
end

--- Whether the bytes begin as a PE file of a known class does.
---@param b suture.bytes
---@return boolean
function pe.is_pe(b)
  if #b < Dos:size() or b:read(0, 2) ~= "MZ" then
    return false
  end
  local off <const> = b:u32le(0x3c)
  local has_magic <const> = off <= #b - 26 and b:read(off, 4) == "PE\0\0"
  return has_magic and classes[b:u16le(off + Coff:size())] ~= nil
end

local function read_headers(b)
  local start <const> = Dos:at(b, 0).lfanew
  local coff <const> = Coff:at(b, start)
  local off <const> = start + Coff:size()
  local size <const>, class <const> = coff.optional_size, classes[b:u16le(off)]
  check_inside(b, off, size, "bytes of the optional header")
  if size < Optional:size(class) then
    damaged(b, off, "the optional header of %d bytes is too small", size)
  end
  return coff, Optional:at(b, off)
end

local function read_directories(b, optional, size)
  local off <const>, len <const> = struct.offset(optional)
  local room <const> = (size - len) // Directory:size()
  if optional.directory_count > math.min(room, DIRECTORIES) then
    damaged(b, off, "%d data directories do not fit into the optional header", optional.directory_count)
  end
  return Directory:list(b, off + len, optional.directory_count)
end

--- Reads a PE file. Raises `format` for another file and for headers that pass its end.
---@param b suture.bytes
---@return suture.pe
function pe.read(b)
  if not pe.is_pe(b) then
    damaged(b, 0, "no PE file")
  end
  local coff <const>, optional <const> = read_headers(b)
  local start <const> = struct.offset(optional)
  local table_at <const>, count <const> = start + coff.optional_size, coff.section_count
  check_inside(b, table_at, count * Section:size(), "section headers")
  return setmetatable({
    b = b, coff = coff, optional = optional, directories = read_directories(b, optional, coff.optional_size),
    sections = Section:list(b, table_at, count),
  }, File)
end

-- Bytes of a section that are in the file lie `raw_offset` on, whatever its size in memory.
local function offset_in(section, address, len)
  local distance <const> = address - section.address
  if distance >= 0 and distance + len <= section.raw_size then
    return section.raw_offset + distance
  end
end

--- Where an address, relative to the image's, lies in the file. Raises `format` where the headers and no section hold
--- so many bytes from there on.
---@param address integer
---@param len integer
---@param what string  for the message
---@return integer off
function File:offset(address, len, what)
  local off = address + len <= self.optional.headers_size and address or nil
  for _, section in ipairs(self.sections) do
    off = off or offset_in(section, address, len)
  end
  if not off then
    damaged(self.b, 0, "the %s (0x%x bytes at address 0x%x) are in no section", what, len, address)
  end
  check_inside(self.b, off, len, what)
  return off
end

-- A data directory that is in use.
local function directory(file, number)
  local entry <const> = file.directories[number <= #file.directories and number or #file.directories + 1]
  return entry and entry.address ~= 0 and entry.size ~= 0 and entry or nil
end

--- Whether the file bears a signature (Authenticode).
---@return boolean
function File:is_signed()
  return directory(self, SECURITY) ~= nil
end

--- What tells when the file was made: bound structures with a field `time`. Raises `format` where directories lead out
--- of the file.
---@return table[]
function File:times()
  local list <const> = { self.coff }
  local exports <const>, debug <const> = directory(self, EXPORT), directory(self, DEBUG)
  if exports then
    list[2] = Export:at(self.b, self:offset(exports.address, Export:size(), "bytes of the export directory"))
  end
  if debug then
    local off <const> = self:offset(debug.address, debug.size, "bytes of the debug directory")
    for _, entry in ipairs(Debug:list(self.b, off, debug.size // Debug:size())) do
      list[#list + 1] = entry
    end
  end
  return list
end

-- The one's complement sum of the 16-bit words is the same in both byte orders, but for the order of its own bytes.
local function sum_of_words(b)
  local sum <const> = ~b:checksum(0, #b, "internet") & 0xffff
  return sum >> 8 | (sum & 0xff) << 8
end

--- Brings the checksum up to date, by the rule of ImageHlp's CheckSumMappedFile: the words of the file are added, each
--- carry is added in again, and the length of the file is added last; the field itself counts as zero.
function File:update_checksum()
  self.optional.checksum = 0
  self.optional.checksum = sum_of_words(self.b) + #self.b & 0xffffffff
end

return pe
