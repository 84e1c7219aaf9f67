local elf <const> = require "suture.format.elf"
local features <const> = require "suture.format.elf.features"

local function is_independent(file)
  if file.header.type ~= elf.ET_DYN then
    return "no"
  end
  local is_program <const> = file:program(elf.PT_INTERP) or (file:value(elf.DT_FLAGS_1) or 0) & elf.DF_1_PIE ~= 0
  return is_program and "yes" or "library"
end

-- Whether all symbols are bound before the program starts; nil where there is nothing to bind.
local function is_bound(file)
  if not file:dynamic() then
    return nil
  end
  local flags <const>, more <const> = file:value(elf.DT_FLAGS) or 0, file:value(elf.DT_FLAGS_1) or 0
  return flags & elf.DF_BIND_NOW ~= 0 or more & elf.DF_1_NOW ~= 0 or file:value(elf.DT_BIND_NOW) ~= nil
end

-- Where the first entry of the table of functions will be in memory: its relocation begins with that address.
local function first_slot(file)
  local address <const>, len <const> = file:value(elf.DT_JMPREL), file:value(elf.DT_PLTRELSZ) or 0
  return address and len ~= 0 and file:word(address, "relocations of functions") or nil
end

-- Full is what leaves no table of functions writable: all are bound, and the linker put the table among what becomes
-- read-only. A linker that counts on late binding puts it elsewhere.
local function relocations(file)
  local program <const>, slot <const> = file:program(elf.PT_GNU_RELRO), first_slot(file)
  if not program then
    return "no"
  end
  local is_covered <const> = not slot or math.ult(slot - program.vaddr, program.memsz)
  return is_bound(file) ~= false and is_covered and "full" or "partial"
end

local function stack(file)
  local headers <const> = file:segments(elf.PT_GNU_STACK)
  local last <const> = headers[#headers]
  return not last and "unsaid" or last.flags & elf.PF_X ~= 0 and "executable" or "no-exec"
end

local function report(file)
  local bound <const> = is_bound(file)
  local words <const> = {
    "PIE " .. is_independent(file), "RELRO " .. relocations(file),
    "NOW " .. (bound == nil and "static" or bound and "yes" or "no"), "stack " .. stack(file),
  }
  for _, feature in ipairs(features(file)) do
    words[#words + 1] = feature.name .. (feature.on and " yes" or " no")
  end
  return table.concat(words, ", ")
end

-- Into the flags that are there, or else as an entry of its own where one is free behind the end: the last one stays.
local function bind(file, context)
  local flags <const>, more <const> = file:tagged(elf.DT_FLAGS)[1], file:tagged(elf.DT_FLAGS_1)[1]
  local _, spare <const> = file:dynamic()
  if not flags and not more and #spare < 2 then
    context.refuse "the dynamic section has neither flags nor a free entry for them (-p now=false leaves it)"
  end
  if flags then
    flags.value = flags.value | elf.DF_BIND_NOW
  end
  if more then
    more.value = more.value | elf.DF_1_NOW
  end
  if not flags and not more then
    spare[1].tag, spare[1].value = elf.DT_FLAGS, elf.DF_BIND_NOW
  end
end

local function apply(b, params, context)
  local file <const> = elf.read(b)
  local before <const>, needs_now <const> = report(file), params.now and is_bound(file) == false
  if params.stack and not file:protect_stack() then
    context.refuse "no PT_GNU_STACK program header, so the system decides about the stack (-p stack=false leaves it)"
  end
  if needs_now then
    bind(file, context)
  end
  context.log(before)
  if not b:pending() then
    context.already(before)
  end
end

local function example()
  return require "suture.format.elf.sample" {
    interp = "/lib64/ld.so", stack = 7, relro = true, dynamic = { { "needed", "libc.so.6" } }, spare = 1,
  }
end

return {
  name = "elf/hardening",
  summary = "Show how a program is hardened, and set what needs no new build",
  description = [[
Tells in one line whether an ELF file is position independent (PIE), has its
relocations made read-only (RELRO), binds all symbols before it starts (NOW),
forbids code on the stack, and keeps to the processor's features for control
flow (IBT and SHSTK, or BTI and PAC). Then sets two of them in place: NOW, in
the flags of the dynamic section or in a free entry at its end; and the stack.
The others are decided when a program is built: RELRO stays partial where the
linker left the table of functions outside. `suture check` only shows.]],
  version = "1.0.0",
  license = "MIT",
  categories = { "elf", "hardening" },
  params = {
    now = { type = "boolean", default = true, help = "bind all symbols before the program starts" },
    stack = { type = "boolean", default = true, help = "forbid code on the stack" },
  },
  targets = { { name = "program", match = elf.is_elf } },
  apply = apply,
  examples = {
    { input = example, changes = { { 0xb4, "\6" }, { 0x200, "\30" }, { 0x208, "\8" } } },
    { input = example, params = { now = false, stack = false }, verdict = "applied" },
  },
}
