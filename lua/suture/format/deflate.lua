--- Compressed data of DEFLATE, followed to its end without being unpacked: how
--- many bytes it takes and gives. Source: RFC 1951, section 3.2.

local damage <const> = require "suture.format.damage"

local deflate = {}

-- What a length or a distance adds up to: its base, and how many bits follow. Section 3.2.5.
local lengths <const>, distances <const> = {}, {}

local function fill(list, first, last, base, step)
  for symbol = first, last do
    local extra <const> = math.max(0, (symbol - first) // step - 1)
    list[symbol] = { base = base, extra = extra }
    base = base + (1 << extra)
  end
end

fill(lengths, 257, 284, 3, 4)
lengths[285] = { base = 258, extra = 0 }
fill(distances, 0, 29, 1, 2)

-- In which order the widths of the code for widths come. Section 3.2.7.
local order <const> = { 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15 }

-- What was read but not taken: `have` bits in `word`, the next one lowest; `at` is where the file goes on.
---@class suture.deflate.bits
---@field b suture.bytes
---@field at integer
---@field word integer
---@field have integer

-- Where the next bit lies.
local function place(bits)
  return bits.at - (bits.have + 7) // 8
end

-- The first byte of which nothing is taken.
local function next_byte(bits)
  return bits.at - bits.have // 8
end

local function check_end(bits)
  if next_byte(bits) > #bits.b then
    damage(bits.b, #bits.b, "the compressed data passes the end of the file")
  end
end

-- 32 more bits; behind the end there are zeros.
local function refill(bits)
  local b <const>, at <const> = bits.b, bits.at
  if #b - at >= 4 then
    bits.word = bits.word | b:u32le(at) << bits.have
  elseif at < #b then
    bits.word = bits.word | string.unpack("<I4", b:read(at, #b - at) .. "\0\0\0") << bits.have
  else
    check_end(bits)
  end
  bits.at, bits.have = at + 4, bits.have + 32
end

local function take(bits, count)
  if bits.have < count then
    refill(bits)
  end
  local value <const> = bits.word & (1 << count) - 1
  bits.word, bits.have = bits.word >> count, bits.have - count
  return value
end

local function reversed(code, width)
  local result = 0
  for _ = 1, width do
    result, code = result << 1 | code & 1, code >> 1
  end
  return result
end

-- The first code of each width, and the widest of them; nil where there are more codes than bits can spell.
-- Section 3.2.2.
local function first_codes(widths)
  local count <const>, first <const> = {}, {}
  for _, width in ipairs(widths) do
    count[width] = (count[width] or 0) + 1
  end
  local widest <const> = math.max(table.unpack(widths))
  local code = 0
  for width = 1, widest do
    first[width] = code
    code = code + (count[width] or 0)
    if code > 1 << width then
      return nil
    end
    code = code << 1
  end
  return first, widest
end

-- A table of what the next bits spell, as symbol << 4 | width. Symbols count from 0, their widths from index 1.
local function new_code(bits, widths)
  local first <const>, widest <const> = first_codes(widths)
  if not first then
    damage(bits.b, place(bits), "the compressed data tells a code that cannot be")
  end
  local code <const> = { mask = (1 << widest) - 1 }
  for index, width in ipairs(widths) do
    if width > 0 then
      for spelt = reversed(first[width], width), code.mask, 1 << width do
        code[spelt] = index - 1 << 4 | width
      end
      first[width] = first[width] + 1
    end
  end
  return code
end

local function take_symbol(bits, code)
  if bits.have < 15 then
    refill(bits)
  end
  local entry <const> = code[bits.word & code.mask]
  if not entry then
    damage(bits.b, place(bits), "the compressed data has a code without a meaning")
  end
  bits.word, bits.have = bits.word >> (entry & 15), bits.have - (entry & 15)
  return entry >> 4
end

local function add(list, width, times)
  for _ = 1, times do
    list[#list + 1] = width
  end
end

-- Section 3.2.6.
local function fixed_codes(bits)
  local widths <const>, all_five <const> = {}, {}
  add(widths, 8, 144)
  add(widths, 9, 112)
  add(widths, 7, 24)
  add(widths, 8, 8)
  add(all_five, 5, 30)
  return new_code(bits, widths), new_code(bits, all_five)
end

-- Symbols that stand for several widths: the least count, and how many bits more of it follow. Section 3.2.7.
local runs <const> = { [16] = { least = 3, bits = 2 }, [17] = { least = 3, bits = 3 }, [18] = { least = 11, bits = 7 } }

local function take_widths(bits, code, count)
  local list <const> = {}
  while #list < count do
    local symbol <const> = take_symbol(bits, code)
    local run <const> = runs[symbol]
    if not run then
      list[#list + 1] = symbol
    else
      add(list, symbol == 16 and list[#list] or 0, run.least + take(bits, run.bits))
    end
  end
  if #list > count then
    damage(bits.b, place(bits), "the compressed data tells more widths than codes")
  end
  return list
end

local function dynamic_codes(bits)
  local literals <const>, far <const> = take(bits, 5) + 257, take(bits, 5) + 1
  local count <const>, widths <const> = take(bits, 4) + 4, {}
  add(widths, 0, #order)
  for index = 1, count do
    widths[order[index] + 1] = take(bits, 3)
  end
  local list <const> = take_widths(bits, new_code(bits, widths), literals + far)
  return new_code(bits, table.move(list, 1, literals, 1, {})),
    new_code(bits, table.move(list, literals + 1, literals + far, 1, {}))
end

-- A copy of earlier bytes: how many.
local function take_copy(bits, symbol, far, given)
  local length <const> = lengths[symbol]
  local count <const> = length and length.base + take(bits, length.extra)
  local distance <const> = length and distances[take_symbol(bits, far)]
  if not distance or distance.base + take(bits, distance.extra) > given then
    damage(bits.b, place(bits), "the compressed data copies what is not there")
  end
  return count
end

local function skip_compressed(bits, literals, far, given)
  while true do
    local symbol <const> = take_symbol(bits, literals)
    if symbol < 256 then
      given = given + 1
    elseif symbol == 256 then
      return given
    else
      given = given + take_copy(bits, symbol, far, given)
    end
  end
end

-- Begins at a whole byte. Section 3.2.4.
local function skip_stored(bits, given)
  local b <const>, off <const> = bits.b, next_byte(bits)
  local length <const> = b:u16le(off)
  if b:u16le(off + 2) ~= length ~ 0xffff then
    damage(b, off, "the compressed data contradicts itself about the length of a block")
  end
  bits.at, bits.word, bits.have = off + 4 + length, 0, 0
  return given + length
end

local function skip_block(bits, given)
  local kind <const> = take(bits, 2)
  if kind == 0 then
    return skip_stored(bits, given)
  elseif kind == 3 then
    damage(bits.b, place(bits), "the compressed data has a block of no known kind")
  end
  local literals <const>, far <const> = (kind == 1 and fixed_codes or dynamic_codes)(bits)
  return skip_compressed(bits, literals, far, given)
end

--- Follows compressed data to its end. Raises `format` at the offset where it is none, or leaves the file.
---@param b suture.bytes
---@param off integer
---@return integer next_off  behind it
---@return integer size      how many bytes it unpacks to
function deflate.skip(b, off)
  local bits <const> = { b = b, at = off, word = 0, have = 0 }
  local given = 0
  repeat
    local is_last <const> = take(bits, 1) == 1
    given = skip_block(bits, given)
  until is_last
  check_end(bits)
  return next_byte(bits), given
end

return deflate
