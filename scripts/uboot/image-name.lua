local uboot <const> = require "suture.format.uboot"

local function apply(b, params, context)
  if #params.name > uboot.NAME then
    context.refuse(("the name has %d bytes, and there is room for %d"):format(#params.name, uboot.NAME))
  elseif params.name:find "\0" then
    context.refuse "the name has a NUL"
  end
  local header <const> = uboot.open(b)
  header.name = params.name
  uboot.seal(b, header)
end

local function image(name)
  return uboot.image({ load = 0x80008000, entry = 0x80008000, os = 5, architecture = 2, type = 2, name = name }, "code")
end

return {
  name = "uboot/image-name",
  summary = "Rename a U-Boot image, as the boot loader shows it",
  description = [[
Writes the name into the header of a legacy image (what mkimage makes without a
tree) and makes its CRC follow. The data stays as it is and must have the CRC
that the header tells; bytes behind it, as in a dump of flash memory, are left
alone. A FIT image has no such header and is refused.]],
  version = "1.0.0",
  license = "MIT",
  categories = { "uboot", "firmware" },
  params = {
    name = { type = "string", required = true, help = "up to 32 bytes" },
  },
  targets = { { name = "image", match = uboot.begins } },
  apply = apply,
  examples = {
    { input = image "Linux-5.10", params = { name = "Linux-6.1" }, output = image "Linux-6.1", verdict = "applicable" },
    { input = image "Linux-6.1", params = { name = "Linux-6.1" }, verdict = "applied" },
    { input = image "Linux-6.1", params = { name = ("n"):rep(33) }, verdict = "foreign" },
  },
}
