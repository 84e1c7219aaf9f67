local pe <const> = require "suture.format.pe"

local function apply(b)
  pe.read(b):update_checksum()
end

local function example()
  return require "suture.format.pe.sample" { checksum = 0xdeadbeef, tail = "odd" }
end

return {
  name = "pe/checksum",
  summary = "Bring the checksum of a Windows program up to date",
  description = [[
Recomputes the checksum in the optional header of a program, library, driver or
EFI program, by the rule of ImageHlp's CheckSumMappedFile. Windows demands it
of drivers and of what starts with the system. A signature (Authenticode) does
not cover the checksum, and stays as valid as it was.]],
  version = "1.0.0",
  license = "MIT",
  categories = { "pe", "checksum" },
  targets = { { name = "program", match = pe.is_pe } },
  apply = apply,
  examples = { { input = example, changes = { { 0xd8, "\xa0\x85\0\0" } } } },
}
