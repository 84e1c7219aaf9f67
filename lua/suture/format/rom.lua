--- Images of cartridges: the sums of bytes that their headers tell.

local rom = {}

local INVERSE <const> = 0xff01 -- of 0x101, modulo 0x10000

--- The sum of bytes, modulo 0x10000. Raises `range`.
---@param b suture.bytes
---@param off integer
---@param len integer
---@return integer
function rom.sum(b, off, len)
  local even <const> = len - len % 2
  -- A sum of words adds the bytes at one side 256 times; both orders together add each byte 0x101 times.
  local words <const> = b:checksum(off, even, "sum16le") + b:checksum(off, even, "sum16be")
  return (words * INVERSE + (even < len and b:u8(off + even) or 0)) & 0xffff
end

return rom
