--- Processor features that an ELF file says its code keeps to: the note
--- NT_GNU_PROPERTY_TYPE_0. Loaders switch one on only where all parts have it.

local elf <const> = require "suture.format.elf"
local struct <const> = require "suture.struct"

local Note <const> = struct.layout {
  name = "note", { "namesz", "u32" }, { "descsz", "u32" }, { "type", "u32" }, { "name", "bytes", 4 },
}
local Property <const> = struct.layout {
  name = "program property", { "type", "u32" }, { "size", "u32" }, { "value", "u32" },
}

local NT_GNU_PROPERTY_TYPE_0 <const> = 5

-- The property of each machine, and its bits from the lowest on. Source: the supplements to the System V ABI.
local machines <const> = {
  [3] = { property = 0xc0000002, "IBT", "SHSTK" },
  [62] = { property = 0xc0000002, "IBT", "SHSTK" },
  [183] = { property = 0xc0000000, "BTI", "PAC" },
}

local function align(number, to)
  return (number + to - 1) // to * to
end

-- The value of a property in a note; 0 where it is not there.
local function property_value(file, off, stop, wanted)
  local class <const> = file:class()
  while stop - off >= Property:size() do
    local property <const> = Property:at(file.b, off, file.header)
    if property.type == wanted then
      return property.value
    end
    off = off + align(8 + property.size, class // 8)
  end
  return 0
end

-- The bits in a segment of notes.
local function bits_in(file, program, wanted)
  local off, len <const> = file:range(program)
  local stop <const>, alignment <const> = off + len, program.align == 8 and 8 or 4
  while stop - off >= Note:size() do
    local note <const> = Note:at(file.b, off, file.header)
    local first <const> = off + 12 + align(note.namesz, 4)
    if note.descsz > stop - first then
      elf.damaged(file.b, off, "a note passes the end of its segment")
    elseif note.type == NT_GNU_PROPERTY_TYPE_0 and note.name == "GNU\0" then
      return property_value(file, first, first + note.descsz, wanted)
    end
    off = off + align(first - off + note.descsz, alignment)
  end
  return 0
end

--- The features of the file's machine, each with whether the file has it. Raises `format` for notes that are damaged.
---@param file suture.elf
---@return { name: string, on: boolean }[]  empty for a machine without any
return function(file)
  local machine <const>, list <const> = machines[file.header.machine] or {}, {}
  local bits = 0
  for _, program in ipairs(machine.property and file:segments(elf.PT_NOTE) or {}) do
    bits = bits | bits_in(file, program, machine.property)
  end
  for number, name in ipairs(machine) do
    list[number] = { name = name, on = bits >> (number - 1) & 1 == 1 }
  end
  return list
end
