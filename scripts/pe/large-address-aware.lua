local pe <const> = require "suture.format.pe"

local function apply(b, _, context)
  local file <const> = pe.read(b)
  local coff <const> = file.coff
  if coff.characteristics & pe.LARGE_ADDRESS_AWARE ~= 0 then
    return context.already "the program is large address aware"
  end
  coff.characteristics = coff.characteristics | pe.LARGE_ADDRESS_AWARE
  file:update_checksum()
  if file:is_signed() then
    context.log(pe.SIGNATURE_LOST)
  end
end

local function example()
  return require "suture.format.pe.sample" { class = 32, flags = 0x102 }
end

return {
  name = "pe/large-address-aware",
  summary = "Let a 32-bit Windows program use more than 2 GiB of memory",
  description = [[
Sets IMAGE_FILE_LARGE_ADDRESS_AWARE in the file header and recomputes the
checksum of the optional header, by the rule of ImageHlp's CheckSumMappedFile.
A signature (Authenticode) in the file is no longer valid after that.]],
  version = "1.1.0",
  license = "MIT",
  categories = { "pe" },
  targets = { { name = "program", match = pe.is_pe } },
  apply = apply,
  examples = { { input = example, changes = { { 0x96, "\x22" }, { 0xd8, "\x00\x7b" } } } },
}
