--- What names a string of an ELF file's dynamic string table: entries of the
--- dynamic section, symbols, versions. A string that is changed in place must
--- be nobody else's, nor the tail of somebody else's.

local elf <const> = require "suture.format.elf"
local struct <const> = require "suture.struct"

local Symbol <const> = struct.layout {
  name = "symbol",
  { "name", "u32" }, { "info", "u8", class = 64 }, { "other", "u8", class = 64 }, { "shndx", "u16", class = 64 },
  { "value", "word" }, { "size", "word" },
  { "info", "u8", class = 32 }, { "other", "u8", class = 32 }, { "shndx", "u16", class = 32 },
}

local Need <const> = struct.layout {
  name = "needed version", { reserved = 2 }, { "count", "u16" }, { "file", "u32" }, { "aux", "u32" }, { "next", "u32" },
}
local NeedName <const> = struct.layout {
  name = "name of a needed version", { "hash", "u32" }, { reserved = 4 }, { "name", "u32" }, { "next", "u32" },
}
local Definition <const> = struct.layout {
  name = "defined version",
  { reserved = 6 }, { "count", "u16" }, { "hash", "u32" }, { "aux", "u32" }, { "next", "u32" },
}
local DefinitionName <const> = struct.layout {
  name = "name of a defined version", { "name", "u32" }, { "next", "u32" },
}

local GnuHash <const> = struct.layout {
  name = "hash table", { "buckets", "u32" }, { "first", "u32" }, { "bloom", "u32" }, { "shift", "u32" },
}

-- Tags whose value is a string.
local tags <const> = {
  [elf.DT_NEEDED] = "DT_NEEDED", [elf.DT_SONAME] = "DT_SONAME", [elf.DT_RPATH] = "DT_RPATH",
  [elf.DT_RUNPATH] = "DT_RUNPATH", [0x6ffffefa] = "DT_CONFIG", [0x6ffffefb] = "DT_DEPAUDIT",
  [0x6ffffefc] = "DT_AUDIT", [0x7ffffffd] = "DT_AUXILIARY", [0x7ffffffe] = "DT_USED", [0x7fffffff] = "DT_FILTER",
}

local function add(list, index, what)
  list[#list + 1] = { index = index, what = what }
end

local function add_entries(file, list)
  for _, entry in ipairs(file:dynamic() or {}) do
    local name <const> = tags[entry.tag]
    if name then
      add(list, entry.value, name)
    end
  end
end

-- Words of the old hash table are 8 bytes on Alpha and 64-bit S/390, 4 everywhere else.
local function hash_accessor(file)
  local class <const>, order <const> = file:class()
  local machine <const> = file.header.machine
  local is_wide <const> = machine == 0x9026 or machine == 22 and class == 64
  return (is_wide and "u64" or "u32") .. order, is_wide and 8 or 4
end

local function count_by_hash(file, address)
  local accessor <const>, width <const> = hash_accessor(file)
  local off <const> = file:offset(address, 2 * width, "the hash table")
  return file.b[accessor](file.b, off + width)
end

-- The last symbol is the end of the chain that begins at the highest bucket. No bucket in use tells nothing.
local function count_by_gnu_hash(file, address)
  local b <const>, class <const>, order <const> = file.b, file:class()
  local off <const> = file:offset(address, GnuHash:size(), "the hash table")
  local hash <const> = GnuHash:at(b, off, file.header)
  local word <const> = "u32" .. order
  local buckets <const> = address + GnuHash:size() + hash.bloom * (class // 8)
  local start <const> = file:offset(buckets, hash.buckets * 4, "the buckets of the hash table")
  local highest = 0
  for number = 0, hash.buckets - 1 do
    highest = math.max(highest, b[word](b, start + number * 4))
  end
  if highest < hash.first or highest == 0 then
    return nil
  end
  local chains <const> = buckets + hash.buckets * 4
  while true do
    local at <const> = file:offset(chains + (highest - hash.first) * 4, 4, "the chains of the hash table")
    highest = highest + 1
    if b[word](b, at) & 1 ~= 0 then
      return highest
    end
  end
end

local function count_by_section(file)
  for _, section in ipairs(file:sections()) do
    if section.type == elf.SHT_DYNSYM and section.entsize ~= 0 then
      return section.size // section.entsize
    end
  end
end

-- The most there can be where nobody tells: the strings follow the symbols in what linkers make.
local function count_by_room(file, address)
  local strings <const> = file:value(elf.DT_STRTAB)
  local room <const> = file:room(address)
  local len <const> = strings and strings > address and math.min(strings - address, room) or room
  return len // Symbol:size(file:class())
end

local function symbol_count(file, symbols)
  local hash <const>, gnu <const> = file:value(elf.DT_HASH), file:value(elf.DT_GNU_HASH)
  return hash and count_by_hash(file, hash) or gnu and count_by_gnu_hash(file, gnu) or count_by_section(file)
    or count_by_room(file, symbols)
end

local function add_symbols(file, list)
  local address <const> = file:value(elf.DT_SYMTAB)
  if not address then
    return
  end
  local count <const> = symbol_count(file, address)
  local size <const> = Symbol:size(file:class())
  if count < 0 or count > #file.b // size then
    elf.damaged(file.b, 0, "0x%x dynamic symbols are more than the file holds", count)
  end
  local off <const> = file:offset(address, count * size, "the dynamic symbols")
  for _, symbol in ipairs(Symbol:list(file.b, off, count, file.header)) do
    add(list, symbol.name, "a symbol")
  end
end

-- Walks a chain of structures, each of which tells how far the next one is. All chains of a file share `budget`, so
-- that chains which overlap come to an end.
local function chain(file, layout, address, count, budget)
  local done, current = 0, nil
  return function()
    local step <const> = current and current.next
    if step == 0 or done == count then
      return nil
    end
    budget.left = budget.left - 1
    if budget.left < 0 then
      elf.damaged(file.b, 0, "the version tables overlap")
    end
    done, address = done + 1, address + (step or 0)
    current = layout:at(file.b, file:offset(address, layout:size(), "the version tables"), file.header)
    return current, address
  end
end

local function add_versions(file, list, place, layout, name_layout)
  local address <const>, count <const> = file:value(place[1]), file:value(place[2])
  local budget <const> = { left = #file.b // DefinitionName:size() }
  if not address then
    return
  end
  for version, at in chain(file, layout, address, count or 0, budget) do
    if layout == Need then
      add(list, version.file, "the file of a version")
    end
    for name in chain(file, name_layout, at + version.aux, version.count, budget) do
      add(list, name.name, "a version")
    end
  end
end

---@param file suture.elf
---@return { index: integer, what: string }[]
return function(file)
  local list <const> = {}
  add_entries(file, list)
  add_symbols(file, list)
  add_versions(file, list, { elf.DT_VERNEED, elf.DT_VERNEEDNUM }, Need, NeedName)
  add_versions(file, list, { elf.DT_VERDEF, elf.DT_VERDEFNUM }, Definition, DefinitionName)
  return list
end
