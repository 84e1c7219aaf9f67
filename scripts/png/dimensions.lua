local png <const> = require "suture.format.png"
local struct <const> = require "suture.struct"
local hex <const> = require "suture".hex

local function apply(b, params, context)
  if not params.width and not params.height then
    context.refuse "nothing to set: give width, height or both"
  end
  local header <const> = png.check(b)
  header.width = params.width or header.width
  header.height = params.height or header.height
  png.seal(b, (struct.offset(header)))
end

-- One grey pixel.
local function pixel(size)
  return png.file(
    png.chunk("IHDR", size .. hex "08 00 00 00 00"),
    png.chunk("IDAT", hex "78 01 01 02 00 fd ff 00 80 00 82 00 81"),
    png.chunk("IEND", ""))
end

return {
  name = "png/dimensions",
  summary = "Set the width and height that a PNG image tells",
  description = [[
Writes width and height into the IHDR chunk and makes its CRC follow. The
compressed pixels stay as they are: a smaller height shows fewer rows, a width
that is not the true one shears the picture. An image with a wrong CRC, a
missing chunk or a cut end is refused.]],
  version = "1.0.0",
  license = "MIT",
  categories = { "png", "image" },
  params = {
    width = { type = "integer", min = 1, max = 0x7fffffff, help = "in pixels; as it is if not given" },
    height = { type = "integer", min = 1, max = 0x7fffffff, help = "in pixels; as it is if not given" },
  },
  targets = { { name = "image", match = png.begins } },
  apply = apply,
  examples = {
    { input = pixel(hex "00 00 00 01 00 00 00 02"), params = { height = 1 },
      output = pixel(hex "00 00 00 01 00 00 00 01"), verdict = "applicable" },
    { input = pixel(hex "00 00 00 01 00 00 00 01"), params = { width = 1, height = 1 }, verdict = "applied" },
    { input = pixel(hex "00 00 00 00 00 00 00 01"), params = { width = 1 }, verdict = "foreign" },
  },
}
