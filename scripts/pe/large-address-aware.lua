-- Offsets in the file header and the optional header. Source: Microsoft's
-- "PE Format", sections "COFF File Header" and "Optional Header".
local LFANEW <const> = 0x3c -- in the DOS header: where the signature lies
local OPTIONAL_SIZE <const>, CHARACTERISTICS <const>, OPTIONAL <const> = 20, 22, 24 -- from the signature
local CHECKSUM <const> = 64 -- in the optional header of PE32 and PE32+ alike
local LARGE_ADDRESS_AWARE <const> = 0x20

local magics <const> = { [0x10b] = true, [0x20b] = true } -- PE32, PE32+

local function is_pe(b)
  local header <const> = b:u32le(LFANEW)
  return b:read(0, 2) == "MZ" and b:read(header, 4) == "PE\0\0" and magics[b:u16le(header + OPTIONAL)] ~= nil
end

local function sum_of_words(b)
  local sum = 0
  local whole <const> = #b - #b % 4
  for off = 0, whole - 4, 4 do
    sum = sum + b:u32le(off)
  end
  -- What does not fill a word counts as if zeros followed.
  return sum + string.unpack("<I4", b:read(whole, #b - whole) .. "\0\0\0\0")
end

-- The checksum of ImageHlp's CheckSumMappedFile: the 16-bit words of the file are added, each
-- carry is added in again, and the length of the file is added last. Adding pairs of words and
-- folding at the end comes to the same, for a sum of 2^32 of them does not overflow.
local function checksum(b)
  local sum = sum_of_words(b)
  while sum > 0xffff do
    sum = (sum & 0xffff) + (sum >> 16)
  end
  return (sum + #b) & 0xffffffff
end

local function apply(b, _, context)
  local header <const> = b:u32le(LFANEW)
  if b:u16le(header + OPTIONAL_SIZE) < CHECKSUM + 4 then
    context.refuse("the optional header is too small for a checksum")
  end
  local flags <const> = b:u16le(header + CHARACTERISTICS)
  if flags & LARGE_ADDRESS_AWARE ~= 0 then
    return context.already("the program is large address aware")
  end
  local field <const> = header + OPTIONAL + CHECKSUM
  b:u32le(field) -- read before a byte is written: a file that ends in there is refused
  b:u16le(header + CHARACTERISTICS, flags | LARGE_ADDRESS_AWARE)
  b:u32le(field, 0) -- the field itself does not count
  b:u32le(field, checksum(b))
end

return {
  name = "pe/large-address-aware",
  summary = "Let a 32-bit Windows program use more than 2 GiB of memory",
  description = [[
Sets IMAGE_FILE_LARGE_ADDRESS_AWARE in the file header and recomputes the
checksum of the optional header, by the rule of ImageHlp's CheckSumMappedFile.
A signature (Authenticode) in the file is no longer valid after that.]],
  version = "1.0.0",
  license = "MIT",
  categories = { "pe" },
  targets = { { name = "program", match = is_pe } },
  apply = apply,
}
