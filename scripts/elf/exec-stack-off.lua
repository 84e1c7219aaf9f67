-- Where the fields of ELF32 and ELF64 lie, by EI_CLASS. Source: elf(5).
local classes <const> = {
  [1] = {
    table_offset = function(b) return b:u32(0x1c) end,
    entry_size = 0x2a, entry_count = 0x2c, least_entry = 32, flags = 24,
  },
  [2] = {
    table_offset = function(b) return b:u64(0x20) end,
    entry_size = 0x36, entry_count = 0x38, least_entry = 56, flags = 4,
  },
}

local orders <const> = { [1] = "le", [2] = "be" } -- by EI_DATA

local PT_GNU_STACK <const> = 0x6474e551
local PF_X <const> = 1

local function is_elf(b)
  return b:read(0, 4) == "\x7fELF" and classes[b:u8(4)] ~= nil and orders[b:u8(5)] ~= nil
end

-- Offsets of the program headers. A table offset of 64 bits may be negative as a Lua integer.
local function program_headers(b, class, context)
  local start <const>, size <const> = class.table_offset(b), b:u16(class.entry_size)
  local count <const> = b:u16(class.entry_count)
  if size < class.least_entry then
    context.refuse(("program headers of %d bytes are too small"):format(size))
  elseif not math.ult(start, #b) or count * size > #b - start then
    context.refuse(("the program headers at 0x%x pass the end of the file"):format(start))
  end
  local offsets <const> = {}
  for number = 1, count do
    offsets[number] = start + (number - 1) * size
  end
  return offsets
end

local function apply(b, _, context)
  local class <const> = classes[b:u8(4)]
  b.order = orders[b:u8(5)]
  local found = false
  for _, header in ipairs(program_headers(b, class, context)) do
    if b:u32(header) == PT_GNU_STACK then
      local at <const> = header + class.flags
      b:u32(at, b:u32(at) & ~PF_X)
      found = true
    end
  end
  if not found then
    context.refuse("no PT_GNU_STACK program header, so the system decides about the stack")
  end
end

return {
  name = "elf/exec-stack-off",
  summary = "Make the stack of an ELF program non-executable",
  description = [[
Clears the flag PF_X of the program header PT_GNU_STACK, as `execstack -c` did.
Works on programs and libraries of 32 and 64 bits in both byte orders. A file
without that header is refused: there is nothing in it to clear.]],
  version = "1.0.0",
  license = "MIT",
  categories = { "elf", "hardening" },
  targets = { { name = "program", match = is_elf } },
  apply = apply,
}
