---@meta _

--- Numbers at a cursor: each reads one, or writes it when a value is given, and stands behind it. One that raises
--- leaves the cursor where it was.
---@class suture.cursor
local cursor = {}

--- One byte, as an unsigned integer. Raises as the accessor of the bytes object.
---@param value? integer  0 to 0xff
---@return integer value  nothing when one is given
function cursor:u8(value) end

--- One byte, as a signed integer. Raises as the accessor of the bytes object.
---@param value? integer  -0x80 to 0x7f
---@return integer value  nothing when one is given
function cursor:i8(value) end

--- 2 bytes, least significant first, as an unsigned integer. Raises as the accessor of the bytes object.
---@param value? integer  0 to 0xffff
---@return integer value  nothing when one is given
function cursor:u16le(value) end

--- 2 bytes, most significant first, as an unsigned integer. Raises as the accessor of the bytes object.
---@param value? integer  0 to 0xffff
---@return integer value  nothing when one is given
function cursor:u16be(value) end

--- 2 bytes in the object's own order, as an unsigned integer. Raises as the accessor of the bytes object.
---@param value? integer  0 to 0xffff
---@return integer value  nothing when one is given
function cursor:u16(value) end

--- 3 bytes, least significant first, as an unsigned integer. Raises as the accessor of the bytes object.
---@param value? integer  0 to 0xffffff
---@return integer value  nothing when one is given
function cursor:u24le(value) end

--- 3 bytes, most significant first, as an unsigned integer. Raises as the accessor of the bytes object.
---@param value? integer  0 to 0xffffff
---@return integer value  nothing when one is given
function cursor:u24be(value) end

--- 3 bytes in the object's own order, as an unsigned integer. Raises as the accessor of the bytes object.
---@param value? integer  0 to 0xffffff
---@return integer value  nothing when one is given
function cursor:u24(value) end

--- 4 bytes, least significant first, as an unsigned integer. Raises as the accessor of the bytes object.
---@param value? integer  0 to 0xffffffff
---@return integer value  nothing when one is given
function cursor:u32le(value) end

--- 4 bytes, most significant first, as an unsigned integer. Raises as the accessor of the bytes object.
---@param value? integer  0 to 0xffffffff
---@return integer value  nothing when one is given
function cursor:u32be(value) end

--- 4 bytes in the object's own order, as an unsigned integer. Raises as the accessor of the bytes object.
---@param value? integer  0 to 0xffffffff
---@return integer value  nothing when one is given
function cursor:u32(value) end

--- 8 bytes, least significant first, as an unsigned integer. Raises as the accessor of the bytes object.
---@param value? integer  any integer, as its 64 bits
---@return integer value  nothing when one is given
function cursor:u64le(value) end

--- 8 bytes, most significant first, as an unsigned integer. Raises as the accessor of the bytes object.
---@param value? integer  any integer, as its 64 bits
---@return integer value  nothing when one is given
function cursor:u64be(value) end

--- 8 bytes in the object's own order, as an unsigned integer. Raises as the accessor of the bytes object.
---@param value? integer  any integer, as its 64 bits
---@return integer value  nothing when one is given
function cursor:u64(value) end

--- 2 bytes, least significant first, as a signed integer. Raises as the accessor of the bytes object.
---@param value? integer  -0x8000 to 0x7fff
---@return integer value  nothing when one is given
function cursor:i16le(value) end

--- 2 bytes, most significant first, as a signed integer. Raises as the accessor of the bytes object.
---@param value? integer  -0x8000 to 0x7fff
---@return integer value  nothing when one is given
function cursor:i16be(value) end

--- 2 bytes in the object's own order, as a signed integer. Raises as the accessor of the bytes object.
---@param value? integer  -0x8000 to 0x7fff
---@return integer value  nothing when one is given
function cursor:i16(value) end

--- 3 bytes, least significant first, as a signed integer. Raises as the accessor of the bytes object.
---@param value? integer  -0x800000 to 0x7fffff
---@return integer value  nothing when one is given
function cursor:i24le(value) end

--- 3 bytes, most significant first, as a signed integer. Raises as the accessor of the bytes object.
---@param value? integer  -0x800000 to 0x7fffff
---@return integer value  nothing when one is given
function cursor:i24be(value) end

--- 3 bytes in the object's own order, as a signed integer. Raises as the accessor of the bytes object.
---@param value? integer  -0x800000 to 0x7fffff
---@return integer value  nothing when one is given
function cursor:i24(value) end

--- 4 bytes, least significant first, as a signed integer. Raises as the accessor of the bytes object.
---@param value? integer  -0x80000000 to 0x7fffffff
---@return integer value  nothing when one is given
function cursor:i32le(value) end

--- 4 bytes, most significant first, as a signed integer. Raises as the accessor of the bytes object.
---@param value? integer  -0x80000000 to 0x7fffffff
---@return integer value  nothing when one is given
function cursor:i32be(value) end

--- 4 bytes in the object's own order, as a signed integer. Raises as the accessor of the bytes object.
---@param value? integer  -0x80000000 to 0x7fffffff
---@return integer value  nothing when one is given
function cursor:i32(value) end

--- 8 bytes, least significant first, as a signed integer. Raises as the accessor of the bytes object.
---@param value? integer  any integer
---@return integer value  nothing when one is given
function cursor:i64le(value) end

--- 8 bytes, most significant first, as a signed integer. Raises as the accessor of the bytes object.
---@param value? integer  any integer
---@return integer value  nothing when one is given
function cursor:i64be(value) end

--- 8 bytes in the object's own order, as a signed integer. Raises as the accessor of the bytes object.
---@param value? integer  any integer
---@return integer value  nothing when one is given
function cursor:i64(value) end

--- 4 bytes, least significant first, as a floating-point number. Raises as the accessor of the bytes object.
---@param value? number  rounded where it does not fit
---@return number value  nothing when one is given
function cursor:f32le(value) end

--- 4 bytes, most significant first, as a floating-point number. Raises as the accessor of the bytes object.
---@param value? number  rounded where it does not fit
---@return number value  nothing when one is given
function cursor:f32be(value) end

--- 4 bytes in the object's own order, as a floating-point number. Raises as the accessor of the bytes object.
---@param value? number  rounded where it does not fit
---@return number value  nothing when one is given
function cursor:f32(value) end

--- 8 bytes, least significant first, as a floating-point number. Raises as the accessor of the bytes object.
---@param value? number  rounded where it does not fit
---@return number value  nothing when one is given
function cursor:f64le(value) end

--- 8 bytes, most significant first, as a floating-point number. Raises as the accessor of the bytes object.
---@param value? number  rounded where it does not fit
---@return number value  nothing when one is given
function cursor:f64be(value) end

--- 8 bytes in the object's own order, as a floating-point number. Raises as the accessor of the bytes object.
---@param value? number  rounded where it does not fit
---@return number value  nothing when one is given
function cursor:f64(value) end
