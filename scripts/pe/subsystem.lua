local pe <const> = require "suture.format.pe"

-- Source: Microsoft's "PE Format", section "Windows Subsystem".
local numbers <const> = {
  native = 1, windows = 2, console = 3, ["efi-application"] = 10, ["efi-boot-driver"] = 11,
  ["efi-runtime-driver"] = 12, ["efi-rom"] = 13,
}

local function apply(b, params, context)
  local file <const> = pe.read(b)
  local wanted <const> = numbers[params.subsystem]
  if file.optional.subsystem == wanted then
    return context.already(("the subsystem is %s"):format(params.subsystem))
  end
  file.optional.subsystem = wanted
  file:update_checksum()
  if file:is_signed() then
    context.log(pe.SIGNATURE_LOST)
  end
end

local function example()
  return require "suture.format.pe.sample" { subsystem = 3 }
end

return {
  name = "pe/subsystem",
  summary = "Choose whether a Windows program runs in a console or in windows",
  description = [[
Sets the subsystem in the optional header and recomputes the checksum. A program
for the console that is given the subsystem `windows` opens no console when it
starts, and the other way round. A signature (Authenticode) in the file is no
longer valid after that.]],
  version = "1.0.0",
  license = "MIT",
  categories = { "pe" },
  params = {
    subsystem = {
      type = "enum", required = true, help = "what the program runs in",
      values = {
        "native", "windows", "console", "efi-application", "efi-boot-driver", "efi-runtime-driver", "efi-rom",
      },
    },
  },
  targets = { { name = "program", match = pe.is_pe } },
  apply = apply,
  examples = {
    { input = example, params = { subsystem = "windows" }, changes = { { 0xd8, "\xc9\x20" }, { 0xdc, "\2" } } },
  },
}
