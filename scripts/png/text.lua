local png <const> = require "suture.format.png"
local suture <const> = require "suture"

local kinds <const> = { tEXt = true, zTXt = true, iTXt = true }
local LONGEST_KEYWORD <const> = 79

local function check(params, context)
  local keyword <const> = params.keyword
  if #keyword > LONGEST_KEYWORD or keyword:find "^ " or keyword:find " $" or keyword:find "  " then
    context.refuse "a keyword has up to 79 characters, and single spaces inside only"
  elseif params.remove == (params.text ~= nil) then
    context.refuse "give either text or remove=true"
  elseif params.text and (not utf8.len(params.text) or params.text:find "\0") then
    context.refuse "the text is not UTF-8 without NUL"
  end
end

-- The text in Latin-1, which is all that tEXt can say; nil where it does not suffice.
local function latin1(text)
  local bytes <const> = {}
  for _, code in utf8.codes(text) do
    if code > 0xff then
      return nil
    end
    bytes[#bytes + 1] = string.char(code)
  end
  return table.concat(bytes)
end

-- iTXt: not compressed, of no told language.
local function chunk(keyword, text)
  local plain <const> = latin1(text)
  if plain then
    return png.chunk("tEXt", keyword .. "\0" .. plain)
  end
  return png.chunk("iTXt", keyword .. "\0\0\0\0\0" .. text)
end

-- The chunks of the keyword as { offset, size }, and where the chunk behind IHDR begins.
local function places(b, keyword)
  local found <const>, first = {}, nil
  for off, kind, length in png.chunks(b) do
    if kinds[kind] and b:cstring(off + 8, math.min(length, LONGEST_KEYWORD + 1)) == keyword then
      found[#found + 1] = { offset = off, size = length + 12 }
    elseif kind == "IHDR" then
      first = off + length + 12
    end
  end
  return found, first
end

local function apply(b, params, context)
  check(params, context)
  png.check(b)
  local new <const> = params.remove and "" or chunk(params.keyword, params.text)
  local found <const>, first <const> = places(b, params.keyword)
  if #found == 0 and params.remove then
    return context.already(("no text has the keyword '%s'"):format(params.keyword))
  elseif #found == 1 and found[1].size == #new then
    return b:write(found[1].offset, new)
  end
  for index = #found, 1, -1 do
    b:delete(found[index].offset, found[index].size)
  end
  b:insert(found[1] and found[1].offset or first, new)
end

-- One grey pixel, with other chunks behind the header.
local function pixel(...)
  return png.file(
    png.chunk("IHDR", suture.hex "00 00 00 01 00 00 00 01 08 00 00 00 00"), table.concat { ... },
    png.chunk("IDAT", suture.hex "78 01 01 02 00 fd ff 00 80 00 82 00 81"),
    png.chunk("IEND", ""))
end

return {
  name = "png/text",
  summary = "Set or remove a text in a PNG image, such as its Title or Comment",
  description = [[
Puts the text into a chunk of the keyword: tEXt where Latin-1 has all of its
characters, else iTXt, which is in UTF-8. It takes the place of the first chunk
that has the keyword (tEXt, zTXt or iTXt); others of that keyword go. Without
one it comes behind the header. With remove=true all of them go. The pixels and
every other chunk stay as they are; an image with a wrong CRC is refused.]],
  version = "1.0.0",
  license = "MIT",
  categories = { "png", "image" },
  params = {
    keyword = { type = "string", required = true, pattern = "^[ -~]+$", help = "Title, Author, Comment or any other" },
    text = { type = "string", help = "the text, in UTF-8" },
    remove = { type = "boolean", default = false, help = "take the text out" },
  },
  targets = { { name = "image", match = png.begins } },
  apply = apply,
  examples = {
    { input = pixel(), params = { keyword = "Title", text = "Dawn" },
      output = pixel(png.chunk("tEXt", "Title\0Dawn")), verdict = "applicable" },
    { input = pixel(png.chunk("tEXt", "Title\0Dawn")), params = { keyword = "Title", text = "\u{591c}" },
      output = pixel(png.chunk("iTXt", "Title\0\0\0\0\0\u{591c}")), verdict = "applicable" },
    { input = pixel(png.chunk("tEXt", "Title\0Dawn"), png.chunk("tEXt", "Author\0Ada")),
      params = { keyword = "Title", remove = true }, output = pixel(png.chunk("tEXt", "Author\0Ada")),
      verdict = "applicable" },
    { input = pixel(), params = { keyword = "Title", remove = true }, verdict = "applied" },
  },
}
