local uboot <const> = require "suture.format.uboot"

local function apply(b, params, context)
  if not params.load and not params.entry then
    context.refuse "nothing to set: give load, entry or both"
  end
  local header <const> = uboot.open(b)
  header.load = params.load or header.load
  header.entry = params.entry or header.entry
  uboot.seal(b, header)
end

local function image(load, entry)
  return uboot.image({ load = load, entry = entry, os = 5, architecture = 2, type = 2, name = "kernel" }, "code")
end

return {
  name = "uboot/image-address",
  summary = "Set the load address and the entry point of a U-Boot image",
  description = [[
Writes the addresses into the header of a legacy image (what mkimage makes
without a tree) and makes its CRC follow. The data stays as it is and must have
the CRC that the header tells; bytes behind it, as in a dump of flash memory,
are left alone. A FIT image has no such header and is refused.]],
  version = "1.0.0",
  license = "MIT",
  categories = { "uboot", "firmware" },
  params = {
    load = { type = "integer", min = 0, max = 0xffffffff, help = "where the data is put; as it is if not given" },
    entry = { type = "integer", min = 0, max = 0xffffffff, help = "where it is started; as it is if not given" },
  },
  targets = { { name = "image", match = uboot.begins } },
  apply = apply,
  examples = {
    { input = image(0x80008000, 0x80008000), params = { load = 0x81000000, entry = 0x81000040 },
      output = image(0x81000000, 0x81000040), verdict = "applicable" },
    { input = image(0x80008000, 0x80008000), params = { load = 0x80008000 }, verdict = "applied" },
    { input = image(0x80008000, 0x80008000):sub(1, -2), params = { load = 0 }, verdict = "foreign" },
  },
}
