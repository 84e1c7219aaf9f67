local elf <const> = require "suture.format.elf"

local function apply(b, _, context)
  if not elf.read(b):protect_stack() then
    context.refuse "no PT_GNU_STACK program header, so the system decides about the stack"
  end
end

local function example()
  return require "suture.format.elf.sample" { class = 32, order = "be", machine = 8, stack = 7 }
end

return {
  name = "elf/exec-stack-off",
  summary = "Make the stack of an ELF program non-executable",
  description = [[
Clears the flag PF_X of the program header PT_GNU_STACK, as `execstack -c` did.
Works on programs and libraries of 32 and 64 bits in both byte orders. A file
without that header is refused: there is nothing in it to clear.]],
  version = "1.1.0",
  license = "MIT",
  categories = { "elf", "hardening" },
  targets = { { name = "program", match = elf.is_elf } },
  apply = apply,
  examples = { { input = example, changes = { { 0x4f, "\6" } } } },
}
