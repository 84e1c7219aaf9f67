-- scripts/png, judged by pngcheck, on images that Python makes.

local driver = require "spec.scripts.driver"
local outside = require "spec.scripts.outside"
local suture = require "suture"
local support = require "spec.support"
local world = require "spec.support.world"

local function chunk(kind, data)
  local body = suture.buffer(kind .. data)
  return string.pack(">I4", #data) .. kind .. data .. string.pack(">I4", body:crc32(0, #body))
end

-- zlib's format, one block that is not compressed.
local function stored(data)
  return "\x78\1\1" .. string.pack("<I2I2", #data, ~#data & 0xffff) .. data
    .. string.pack(">I4", suture.buffer(data):checksum(0, #data, "adler32"))
end

local MAGIC <const> = "\x89PNG\r\n\x1a\n"
local END <const> = "\0\0\0\0IEND\xae\x42\x60\x82"
local IHDR_END <const> = 33

local function compressed(data)
  return outside.python("import zlib\nout.write(zlib.compress(data))", data)
end

-- An image: { width =, height =, depth =, colour =, line = bytes of a row, rows = how many there are of them,
-- parts = how many IDAT chunks, pack = how it is compressed, before =, behind = other chunks }
local function image(made)
  local header = string.pack(">I4I4BBBBB", made.width, made.height, made.depth or 8, made.colour or 0, 0, 0,
    made.interlace or 0)
  local rows = ("\0" .. ("\x55"):rep(made.line or made.width)):rep(made.rows or made.height)
  local packed = (made.pack or stored)(rows)
  local parts, step = {}, (#packed + (made.parts or 1) - 1) // (made.parts or 1)
  for at = 1, #packed, step do
    parts[#parts + 1] = chunk("IDAT", packed:sub(at, at + step - 1))
  end
  return MAGIC .. chunk("IHDR", header) .. (made.before or "") .. table.concat(parts) .. (made.behind or "") .. END
end

local function checked(path)
  local stdout, stderr, status = outside.ask("pngcheck", "-v -t " .. support.quote(path))
  assert(status == 0, stdout .. stderr)
  return stdout
end

local function shows(...)
  local words = { ... }
  return function(path)
    local report = checked(path)
    for _, word in ipairs(words) do
      assert.matches(word, report, 1, true)
    end
  end
end

local small <const> = image { width = 3, height = 5 }
local packed_bits <const> = image { width = 13, height = 4, depth = 1, line = 2 }
local many <const> = image { width = 64, height = 64, colour = 2, line = 192, parts = 5, pack = compressed }
local texts <const> = chunk("tEXt", "Title\0Old title") .. chunk("tEXt", "Author\0Ada")
local retitled <const> = chunk("tEXt", "Title\0New title") .. chunk("tEXt", "Author\0Ada")
local zipped <const> = chunk("zTXt", "Title\0\0" .. stored "Old title")
local international <const> = chunk("iTXt", "Title\0\0\0de\0Titel\0Alt")

local function cut(data, size)
  return data:sub(1, size)
end

-- What no recipe for PNG takes.
local function damaged(more)
  local list <const> = {
    ["a signature alone"] = MAGIC,
    ["a signature that a transfer as text has spoilt"] = (small:gsub("\r\n", "\n", 1)),
    ["a JPEG"] = "\xff\xd8\xff\xe0\0\x10JFIF\0" .. ("\0"):rep(100),
    ["a MNG"] = "\x8aMNG" .. small:sub(5),
    ["a wrong CRC of IHDR"] = { input = world.patched(small, 29, "\0\0\0\0"),
      message = "0x1d: the CRC of the IHDR chunk" },
    ["a wrong CRC of IDAT"] = { input = world.patched(small, 42, "\0"), message = "the CRC of the IDAT chunk" },
    ["another chunk first"] = { input = MAGIC .. texts .. small:sub(9), message = "0x8: the first chunk is no IHDR" },
    ["an IHDR that is too long"] = MAGIC .. chunk("IHDR", small:sub(17, 29) .. "\0") .. small:sub(34),
    ["a chunk longer than the file"] = { input = world.patched(small, 33, "\x7f\xff\xff\xff"),
      message = "0x21: the IDAT chunk of 2147483647 bytes passes the end" },
    ["a chunk of a negative length"] = world.patched(small, 33, "\xff\xff\xff\xff"),
    ["a type that is no word"] = { input = world.patched(small, 37, "ID\0T"), message = "0x25: 0x49440054 is no type" },
    ["a cut header"] = cut(small, 20),
    ["a cut in the pixels"] = cut(small, #small - 20),
    ["a cut before IEND"] = { input = cut(small, #small - 12), message = "ends without an IEND chunk" },
    ["a cut in the last CRC"] = cut(small, #small - 1),
    ["no pixels"] = { input = cut(small, IHDR_END) .. END, message = "no IDAT chunk" },
    ["no width"] = { input = MAGIC .. chunk("IHDR", "\0\0\0\0" .. small:sub(21, 29)) .. small:sub(34),
      message = "0x10: an image of 0 x 5 pixels" },
  }
  for label, case in pairs(more) do
    list[label] = case
  end
  return list
end

driver.proves("png/dimensions", {
  params = { width = 3, height = 4 },
  cases = {
    ["the height"] = { input = image { width = 3, height = 5, rows = 4 }, params = { height = 4 }, suffix = "png",
      output = image { width = 3, height = 4 }, after = shows "3 x 4 image, 8-bit grayscale" },
    ["the width, within the bytes of a row"] = { input = packed_bits, params = { width = 9 }, suffix = "png",
      before = shows "13 x 4 image", after = shows "9 x 4 image, 1-bit grayscale" },
    ["both, in an image of many chunks"] = { input = image { width = 64, height = 64, colour = 2, line = 96, rows = 32,
      parts = 5, before = texts }, params = { width = 32, height = 32 },
      suffix = "png", after = shows "32 x 32 image, 24-bit RGB" },
    ["an image that bytes follow"] = { input = small .. "tail", params = { height = 1 },
      output = image { width = 3, height = 1, rows = 5 } .. "tail" },
  },
  refused = damaged {
    ["neither width nor height"] = { input = small, params = {}, message = "give width, height or both" },
  },
})

driver.proves("png/text", {
  params = { keyword = "Title", text = "New title" },
  cases = {
    ["an image without texts"] = { input = small, suffix = "png",
      output = cut(small, IHDR_END) .. chunk("tEXt", "Title\0New title") .. small:sub(IHDR_END + 1),
      after = shows("keyword: Title\n    New title\n") },
    ["a text of the same length in its place"] = { input = image { width = 3, height = 5, behind = texts },
      output = image { width = 3, height = 5, behind = retitled }, suffix = "png",
      after = shows("    New title\n", "    Ada\n") },
    ["several texts of a keyword into one"] = { suffix = "png",
      input = image { width = 3, height = 5, before = texts .. zipped .. international, behind = texts },
      output = image { width = 3, height = 5, before = retitled, behind = chunk("tEXt", "Author\0Ada") },
      after = shows "    New title\n" },
    ["a text that Latin-1 has"] = { input = many, params = { keyword = "Comment", text = "Grüße" }, suffix = "png",
      output = cut(many, IHDR_END) .. chunk("tEXt", "Comment\0Gr\xfc\xdfe") .. many:sub(IHDR_END + 1),
      after = shows "keyword: Comment" },
    ["a text that only UTF-8 has"] = { input = small, params = { keyword = "Title", text = "夜明け" }, suffix = "png",
      output = cut(small, IHDR_END) .. chunk("iTXt", "Title\0\0\0\0\0夜明け") .. small:sub(IHDR_END + 1),
      after = shows("chunk iTXt", "length 19") },
    ["a long text"] = { input = many, params = { keyword = "Comment", text = ("0123456789abcdef\n"):rep(4000) },
      suffix = "png", after = shows "length 68008" },
    ["an empty text"] = { input = small, params = { keyword = "Title", text = "" }, suffix = "png", after = checked },
    ["a text away"] = { input = image { width = 3, height = 5, before = texts, behind = zipped }, suffix = "png",
      params = { keyword = "Title", remove = true },
      output = image { width = 3, height = 5, before = chunk("tEXt", "Author\0Ada") }, after = shows "    Ada\n" },
    ["a keyword of 79 characters"] = { input = small, params = { keyword = ("k"):rep(79), text = "x" }, suffix = "png",
      after = checked },
  },
  refused = damaged {
    ["a keyword of 80 characters"] = { input = small, params = { keyword = ("k"):rep(80), text = "x" },
      message = "79" },
    ["a keyword with spaces around"] = { input = small, params = { keyword = " Title", text = "x" } },
    ["a keyword with two spaces"] = { input = small, params = { keyword = "a  b", text = "x" } },
    ["neither text nor removal"] = { input = small, params = { keyword = "Title" }, message = "give either text" },
    ["both text and removal"] = { input = small, params = { keyword = "Title", text = "x", remove = true } },
    ["a text that is not UTF-8"] = { input = small, params = { keyword = "Title", text = "\xff" },
      message = "not UTF-8" },
    ["a text chunk without a keyword's end"] = image { width = 3, height = 5, before = chunk("tEXt", "Title") },
  },
})
