--- ELF files of 32 and 64 bits in both byte orders: headers, segments,
--- addresses, the dynamic section and its strings. What a file claims is taken
--- for a claim: every offset and count is checked before it is followed.

local struct <const> = require "suture.struct"

local elf = {}

local classes <const>, orders <const> = { 32, 64 }, { "le", "be" } -- by EI_CLASS, EI_DATA

-- Source of all structures and numbers: elf(5), elf.h.
local Header <const> = struct.layout {
  name = "ELF header",
  class = function(b, off) return classes[b:u8(off + 4)] end,
  order = function(b, off) return orders[b:u8(off + 5)] end,
  { "magic", "bytes", 4 }, { "class", "u8" }, { "data", "u8" }, { reserved = 10 },
  { "type", "u16" }, { "machine", "u16" }, { "version", "u32" }, { "entry", "word" },
  { "phoff", "word" }, { "shoff", "word" }, { "flags", "u32" }, { "ehsize", "u16" },
  { "phentsize", "u16" }, { "phnum", "u16" }, { "shentsize", "u16" }, { "shnum", "u16" }, { "shstrndx", "u16" },
}

local Program <const> = struct.layout {
  name = "program header",
  { "type", "u32" }, { "flags", "u32", class = 64 }, { "offset", "word" }, { "vaddr", "word" }, { "paddr", "word" },
  { "filesz", "word" }, { "memsz", "word" }, { "flags", "u32", class = 32 }, { "align", "word" },
}

local Section <const> = struct.layout {
  name = "section header",
  { "name", "u32" }, { "type", "u32" }, { "flags", "word" }, { "addr", "word" }, { "offset", "word" },
  { "size", "word" }, { "link", "u32" }, { "info", "u32" }, { "addralign", "word" }, { "entsize", "word" },
}

local Word <const> = struct.layout { name = "word", { "value", "word" } }
local Dynamic <const> = struct.layout { name = "dynamic entry", { "tag", "word" }, { "value", "word" } }

--- Numbers by their names in elf.h.
elf.ET_DYN = 3
elf.PT_LOAD, elf.PT_DYNAMIC, elf.PT_INTERP, elf.PT_NOTE = 1, 2, 3, 4
elf.PT_GNU_STACK, elf.PT_GNU_RELRO = 0x6474e551, 0x6474e552
elf.PF_X = 1
elf.SHT_DYNSYM = 11
elf.DT_NULL, elf.DT_NEEDED, elf.DT_PLTRELSZ, elf.DT_HASH = 0, 1, 2, 4
elf.DT_STRTAB, elf.DT_SYMTAB, elf.DT_STRSZ, elf.DT_JMPREL = 5, 6, 10, 23
elf.DT_SONAME, elf.DT_RPATH, elf.DT_BIND_NOW, elf.DT_RUNPATH, elf.DT_FLAGS = 14, 15, 24, 29, 30
elf.DT_GNU_HASH, elf.DT_FLAGS_1 = 0x6ffffef5, 0x6ffffffb
elf.DT_VERDEF, elf.DT_VERDEFNUM, elf.DT_VERNEED, elf.DT_VERNEEDNUM = 0x6ffffffc, 0x6ffffffd, 0x6ffffffe, 0x6fffffff
elf.DF_BIND_NOW, elf.DF_1_NOW, elf.DF_1_PIE = 8, 1, 0x08000000

local PN_XNUM <const> = 0xffff -- so many program headers that their count is elsewhere

elf.damaged = require "suture.format.damage"

-- A range that the file claims: numbers of 64 bits may be negative as Lua integers.
local function check_inside(b, off, len, where, what)
  if off < 0 or len < 0 or off > #b or len > #b - off then
    elf.damaged(b, where, "%s (0x%x bytes at 0x%x) pass the end of the file (size 0x%x)", what, len, off, #b)
  end
end

--- An ELF file that was read: its `header` is a bound structure.
---@class suture.elf
---@field b suture.bytes
---@field header table
---@field programs table  the program headers, bound structures in a list
---@field package entries table[]?
---@field package spare table[]?
local File <const> = {}
File.__index = File

--- Whether the bytes begin as an ELF file of a known class and byte order does.
---@param b suture.bytes
---@return boolean
function elf.is_elf(b)
  return #b >= 16 and b:read(0, 4) == "\x7fELF" and classes[b:u8(4)] ~= nil and orders[b:u8(5)] ~= nil
end

--- The class and the byte order.
---@return integer class  32 or 64
---@return "le"|"be" order
function File:class()
  local order <const>, class <const> = struct.nature(self.header)
  return class --[[@as integer]], order --[[@as string]]
end

local function table_of(file, layout, off, count, stride, what)
  local b <const> = file.b
  if count > 0 and stride < layout:size(file:class()) then
    elf.damaged(b, 0, "%s of %d bytes are too small", what, stride)
  end
  check_inside(b, off, count * stride, 0, "the " .. what)
  return layout:list(b, off, count, file.header, count > 0 and stride or nil)
end

-- What does not fit into the header is in the first section header.
local function first_section(file)
  local header <const> = file.header
  check_inside(file.b, header.shoff, Section:size(file:class()), 0, "the section headers")
  return Section:at(file.b, header.shoff, header)
end

local function table_of_programs(file)
  local header <const> = file.header
  local count = header.phnum
  if count == PN_XNUM and header.shoff ~= 0 then
    count = first_section(file).info
  end
  return table_of(file, Program, header.phoff, count, header.phentsize, "program headers")
end

--- Reads an ELF file. Raises `format` for another file, and as its methods for headers that lead out of it.
---@param b suture.bytes
---@return suture.elf
function elf.read(b)
  if not elf.is_elf(b) then
    elf.damaged(b, 0, "no ELF file")
  elseif #b < Header:size(classes[b:u8(4)]) then
    elf.damaged(b, 0, "the file ends inside its ELF header (size 0x%x)", #b)
  end
  local file <const> = setmetatable({ b = b, header = Header:at(b, 0) }, File)
  file.programs = table_of_programs(file)
  return file
end

--- The section headers, as a list of bound structures; empty where there are none. Raises `format` where they pass the
--- end of the file.
---@return table
function File:sections()
  local header <const> = self.header
  if header.shoff == 0 then
    return {}
  end
  local count <const> = header.shnum ~= 0 and header.shnum or first_section(self).size
  if count < 0 or count > #self.b then
    elf.damaged(self.b, 0, "0x%x section headers are more than the file has bytes", count)
  end
  return table_of(self, Section, header.shoff, count, header.shentsize, "section headers")
end

--- The program headers of a type.
---@param kind integer  such as elf.PT_NOTE
---@return table[]
function File:segments(kind)
  local found <const> = {}
  for _, program in ipairs(self.programs) do
    if program.type == kind then
      found[#found + 1] = program
    end
  end
  return found
end

--- The first program header of a type.
---@param kind integer  such as elf.PT_INTERP
---@return table?
function File:program(kind)
  return self:segments(kind)[1]
end

--- Takes the right to be executed from the stack: each PT_GNU_STACK counts, for the last one has the last word.
---@return boolean done  false where there is no such header
function File:protect_stack()
  local found <const> = self:segments(elf.PT_GNU_STACK)
  for _, program in ipairs(found) do
    program.flags = program.flags & ~elf.PF_X
  end
  return #found > 0
end

--- Where the bytes of a segment lie in the file. Raises `format` where they pass its end.
---@param program table  a program header
---@return integer off
---@return integer len
function File:range(program)
  local off <const>, len <const> = program.offset, program.filesz
  check_inside(self.b, off, len, struct.offset(program), "the bytes of the segment")
  return off, len
end

--- Where an address lies in the file. Raises `format` where no loaded segment holds so many bytes from there on.
---@param address integer
---@param len integer
---@param what string  for the message
---@return integer off
function File:offset(address, len, what)
  for _, program in ipairs(self.programs) do
    local distance <const> = address - program.vaddr
    if program.type == elf.PT_LOAD and distance >= 0 and program.filesz - len >= distance then
      local off <const> = program.offset + distance
      check_inside(self.b, off, len, struct.offset(program), what)
      return off
    end
  end
  elf.damaged(self.b, 0, "%s (0x%x bytes at address 0x%x) are in no loaded segment", what, len, address)
end

--- The word, of 4 or 8 bytes by class, at an address. Raises as `offset`.
---@param address integer
---@param what string  for the message
---@return integer
function File:word(address, what)
  return Word:at(self.b, self:offset(address, Word:size(self:class()), what), self.header).value
end

--- How many bytes of the segment that holds an address follow it in the file; 0 where none holds it.
---@param address integer
---@return integer
function File:room(address)
  for _, program in ipairs(self.programs) do
    local distance <const> = address - program.vaddr
    if program.type == elf.PT_LOAD and distance >= 0 and distance < program.filesz then
      return program.filesz - distance
    end
  end
  return 0
end

-- Entries up to the DT_NULL that ends them, and the DT_NULLs from there on.
local function split_dynamic(all)
  local entries <const>, spare <const> = {}, {}
  for _, entry in ipairs(all) do
    local is_end <const> = entry.tag == elf.DT_NULL
    if #spare > 0 and not is_end then
      break
    end
    local list <const> = is_end and spare or entries
    list[#list + 1] = entry
  end
  return entries, spare
end

local function read_dynamic(file)
  local program <const> = file:program(elf.PT_DYNAMIC)
  if not program then
    return
  end
  local off <const>, len <const> = file:range(program)
  local count <const> = len // Dynamic:size(file:class())
  file.entries, file.spare = split_dynamic(Dynamic:list(file.b, off, count, file.header))
  if #file.spare == 0 then
    elf.damaged(file.b, off, "the dynamic section has no end (DT_NULL)")
  end
end

--- The dynamic section, without the DT_NULL that ends it. Raises `format` where it passes the end of the file or has no
--- end.
---@return table[]? entries  bound structures with `tag` and `value`; nil where there is no such section
---@return table[]? spare    the DT_NULL that ends it, and those that follow it
function File:dynamic()
  if not self.entries then
    read_dynamic(self)
  end
  return self.entries, self.spare
end

--- The values of a tag in the dynamic section, each with its entry.
---@param tag integer
---@return table[] entries  bound structures; empty where there are none
function File:tagged(tag)
  local found <const> = {}
  for _, entry in ipairs(self:dynamic() or {}) do
    if entry.tag == tag then
      found[#found + 1] = entry
    end
  end
  return found
end

--- The value of the first entry with a tag.
---@param tag integer
---@return integer?
function File:value(tag)
  local entry <const> = self:tagged(tag)[1]
  return entry and entry.value
end

--- The string table of the dynamic section. Raises `format` where there is none or it is not in the file.
---@return integer off
---@return integer len
function File:strings()
  local address <const>, len <const> = self:value(elf.DT_STRTAB), self:value(elf.DT_STRSZ)
  if not address or not len then
    elf.damaged(self.b, 0, "the dynamic section has no string table (DT_STRTAB, DT_STRSZ)")
  end
  return self:offset(address, len, "the dynamic strings"), len
end

--- A string of that table. Raises `format` where it leaves the table.
---@param index integer
---@return string text
---@return integer off  in the file
function File:string(index)
  local start <const>, len <const> = self:strings()
  if index < 0 or index >= len then
    elf.damaged(self.b, start, "string 0x%x is not in the dynamic strings (size 0x%x)", index, len)
  end
  local stop <const> = self.b:find("\0", start + index, start + len)
  if not stop then
    elf.damaged(self.b, start + index, "a dynamic string without a NUL at its end")
  end
  return self.b:read(start + index, stop - start - index), start + index
end

--- Everything that names a string of that table. Raises `format` where the tables that do so are damaged.
---@return { index: integer, what: string }[]
function File:string_users()
  return require("suture.format.elf.users")(self)
end

return elf
