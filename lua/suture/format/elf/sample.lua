--- A small ELF file from a description: what recipes show as their examples.

local PT_LOAD <const>, PT_DYNAMIC <const>, PT_INTERP <const>, PT_NOTE <const> = 1, 2, 3, 4
local PT_GNU_STACK <const>, PT_GNU_RELRO <const> = 0x6474e551, 0x6474e552
local BASE <const> = 0x10000 -- the address of the file's first byte

local tags <const> = { needed = 1, soname = 14, rpath = 15, runpath = 29 }

--- What may be said of a sample.
---@class suture.elf.sample
---@field class integer?       32 or 64; 64 if absent
---@field order "le"|"be"|nil  "le" if absent
---@field type integer?        ET_DYN if absent
---@field machine integer?     x86-64 if absent
---@field interp string?       the interpreter
---@field stack integer?       flags of PT_GNU_STACK
---@field relro boolean?       whether there is a PT_GNU_RELRO
---@field note string?         the contents of a PT_NOTE
---@field symbols string[]?    names of dynamic symbols
---@field dynamic table[]?     entries { tag, value }; needed, soname, rpath and runpath are tags, their values texts
---@field spare integer?       entries behind the end of the dynamic section; none if absent

-- Formats of string.pack, by class.
local formats <const> = {
  [32] = { word = "I4", header = "c4BBBxxxxxxxxxI2I2I4I4I4I4I4I2I2I2I2I2I2", header_size = 52, program_size = 32 },
  [64] = { word = "I8", header = "c4BBBxxxxxxxxxI2I2I4I8I8I8I4I2I2I2I2I2I2", header_size = 64, program_size = 56 },
}

-- The file while it is made: its parts, and where each begins.
local Making <const> = {}
Making.__index = Making

function Making:pack(format, ...)
  return string.pack((self.order == "le" and "<" or ">") .. format:gsub("W", self.formats.word), ...)
end

-- Puts a part behind the others, aligned; returns where it begins.
function Making:put(data)
  self.size = (self.size + 7) // 8 * 8
  self.parts[#self.parts + 1] = { off = self.size, data = data }
  self.size = self.size + #data
  return self.size - #data
end

-- The index of a text among the strings; one that ends another shares its tail.
function Making:intern(text)
  local found <const> = self.strings:find(text .. "\0", 1, true)
  if found then
    return found - 1
  end
  self.strings = self.strings .. text .. "\0"
  return #self.strings - #text - 1
end

function Making:segment(kind, flags, off, len)
  local place <const> = self:pack("WWWW", BASE + off, BASE + off, len, len)
  local head <const> = self.wide and self:pack("I4I4W", kind, flags, off) or self:pack("I4W", kind, off)
  local foot <const> = self.wide and self:pack("W", 8) or self:pack("I4W", flags, 8)
  self.programs[#self.programs + 1] = head .. place .. foot
end

function Making:symbols(names)
  local wide <const> = self.wide
  local format <const> = wide and "I4BBI2WW" or "I4WWBBI2"
  local list <const> = { self:pack(format, 0, 0, 0, 0, 0, 0) }
  for _, name in ipairs(names) do
    local index <const> = self:intern(name)
    list[#list + 1] = wide and self:pack(format, index, 0x12, 0, 0, 0, 0) or self:pack(format, index, 0, 0, 0x12, 0, 0)
  end
  return table.concat(list), #list
end

-- One bucket that leads to the last symbol, and a chain down to the first.
function Making:hash(count)
  local words <const> = { self:pack("I4I4I4", 1, count, count - 1) }
  for number = 0, count - 1 do
    words[#words + 1] = self:pack("I4", math.max(number - 1, 0))
  end
  return table.concat(words)
end

function Making:entries(list)
  local packed <const> = {}
  for index, entry in ipairs(list) do
    packed[index] = self:pack("WW", tags[entry[1]] or entry[1], entry[2])
  end
  return table.concat(packed)
end

-- Strings first, for what is made of them tells their offsets.
local function interned(making, dynamic)
  local list <const> = {}
  for index, entry in ipairs(dynamic) do
    list[index] = { entry[1], tags[entry[1]] and making:intern(entry[2]) or entry[2] }
  end
  return list
end

local function put_dynamic(making, made)
  local list <const> = interned(making, made.dynamic)
  local symbols <const>, count <const> = making:symbols(made.symbols or {})
  local symbols_at <const>, hash_at <const> = making:put(symbols), making:put(making:hash(count))
  local strings_at <const> = making:put(making.strings)
  for _, entry in ipairs { { 4, BASE + hash_at }, { 5, BASE + strings_at }, { 6, BASE + symbols_at },
    { 10, #making.strings }, { 11, making.wide and 24 or 16 } } do
    list[#list + 1] = entry
  end
  for _ = 0, made.spare or 0 do
    list[#list + 1] = { 0, 0 }
  end
  local data <const> = making:entries(list)
  making:segment(PT_DYNAMIC, 6, making:put(data), #data)
end

local function put_parts(making, made)
  if made.interp then
    making:segment(PT_INTERP, 4, making:put(made.interp .. "\0"), #made.interp + 1)
  end
  if made.note then
    making:segment(PT_NOTE, 4, making:put(made.note), #made.note)
  end
  if made.dynamic then
    put_dynamic(making, made)
  end
  if made.stack then
    making:segment(PT_GNU_STACK, made.stack, 0, 0)
  end
  if made.relro then
    making:segment(PT_GNU_RELRO, 4, 0, 8)
  end
  making:segment(PT_LOAD, 6, 0, making.size)
end

local function count_programs(made)
  local count = 1
  for _, name in ipairs { "interp", "note", "dynamic", "stack", "relro" } do
    count = count + (made[name] and 1 or 0)
  end
  return count
end

local function joined(making, header)
  local pieces <const> = { header, table.concat(making.programs) }
  local size = #header + #pieces[2]
  for _, part in ipairs(making.parts) do
    pieces[#pieces + 1] = ("\0"):rep(part.off - size) .. part.data
    size = part.off + #part.data
  end
  return table.concat(pieces)
end

---@param made suture.elf.sample
---@return string
return function(made)
  local class <const>, order <const> = made.class or 64, made.order or "le"
  local known <const>, count <const> = formats[class], count_programs(made)
  local making <const> = setmetatable({
    formats = known, order = order, wide = class == 64, size = known.header_size + count * known.program_size,
    parts = {}, programs = {}, strings = "\0",
  }, Making)
  put_parts(making, made)
  local header <const> = making:pack(known.header, "\x7fELF", class // 32, order == "le" and 1 or 2, 1, made.type or 3,
    made.machine or 62, 1, 0, known.header_size, 0, 0, known.header_size, known.program_size, count, 0, 0, 0)
  return joined(making, header)
end
