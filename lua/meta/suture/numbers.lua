---@meta _

--- Numbers of a bytes object: each reads at off, or writes there when a value is given. A value that does not fit
--- raises `argument`, and nothing is written.
---@class suture.bytes
local bytes = {}

--- One byte, as an unsigned integer. Raises `range`, and what reading or writing raises.
---@param off integer
---@param value? integer  0 to 0xff
---@return integer value  nothing when one is given
function bytes:u8(off, value) end

--- One byte, as a signed integer. Raises `range`, and what reading or writing raises.
---@param off integer
---@param value? integer  -0x80 to 0x7f
---@return integer value  nothing when one is given
function bytes:i8(off, value) end

--- 2 bytes, least significant first, as an unsigned integer. Raises `range`, and what reading or writing raises.
---@param off integer
---@param value? integer  0 to 0xffff
---@return integer value  nothing when one is given
function bytes:u16le(off, value) end

--- 2 bytes, most significant first, as an unsigned integer. Raises `range`, and what reading or writing raises.
---@param off integer
---@param value? integer  0 to 0xffff
---@return integer value  nothing when one is given
function bytes:u16be(off, value) end

--- 2 bytes in the object's own order, as an unsigned integer. Raises `range`, and what reading or writing raises.
---@param off integer
---@param value? integer  0 to 0xffff
---@return integer value  nothing when one is given
function bytes:u16(off, value) end

--- 3 bytes, least significant first, as an unsigned integer. Raises `range`, and what reading or writing raises.
---@param off integer
---@param value? integer  0 to 0xffffff
---@return integer value  nothing when one is given
function bytes:u24le(off, value) end

--- 3 bytes, most significant first, as an unsigned integer. Raises `range`, and what reading or writing raises.
---@param off integer
---@param value? integer  0 to 0xffffff
---@return integer value  nothing when one is given
function bytes:u24be(off, value) end

--- 3 bytes in the object's own order, as an unsigned integer. Raises `range`, and what reading or writing raises.
---@param off integer
---@param value? integer  0 to 0xffffff
---@return integer value  nothing when one is given
function bytes:u24(off, value) end

--- 4 bytes, least significant first, as an unsigned integer. Raises `range`, and what reading or writing raises.
---@param off integer
---@param value? integer  0 to 0xffffffff
---@return integer value  nothing when one is given
function bytes:u32le(off, value) end

--- 4 bytes, most significant first, as an unsigned integer. Raises `range`, and what reading or writing raises.
---@param off integer
---@param value? integer  0 to 0xffffffff
---@return integer value  nothing when one is given
function bytes:u32be(off, value) end

--- 4 bytes in the object's own order, as an unsigned integer. Raises `range`, and what reading or writing raises.
---@param off integer
---@param value? integer  0 to 0xffffffff
---@return integer value  nothing when one is given
function bytes:u32(off, value) end

--- 8 bytes, least significant first, as an unsigned integer. Raises `range`, and what reading or writing raises.
---@param off integer
---@param value? integer  any integer, as its 64 bits
---@return integer value  nothing when one is given
function bytes:u64le(off, value) end

--- 8 bytes, most significant first, as an unsigned integer. Raises `range`, and what reading or writing raises.
---@param off integer
---@param value? integer  any integer, as its 64 bits
---@return integer value  nothing when one is given
function bytes:u64be(off, value) end

--- 8 bytes in the object's own order, as an unsigned integer. Raises `range`, and what reading or writing raises.
---@param off integer
---@param value? integer  any integer, as its 64 bits
---@return integer value  nothing when one is given
function bytes:u64(off, value) end

--- 2 bytes, least significant first, as a signed integer. Raises `range`, and what reading or writing raises.
---@param off integer
---@param value? integer  -0x8000 to 0x7fff
---@return integer value  nothing when one is given
function bytes:i16le(off, value) end

--- 2 bytes, most significant first, as a signed integer. Raises `range`, and what reading or writing raises.
---@param off integer
---@param value? integer  -0x8000 to 0x7fff
---@return integer value  nothing when one is given
function bytes:i16be(off, value) end

--- 2 bytes in the object's own order, as a signed integer. Raises `range`, and what reading or writing raises.
---@param off integer
---@param value? integer  -0x8000 to 0x7fff
---@return integer value  nothing when one is given
function bytes:i16(off, value) end

--- 3 bytes, least significant first, as a signed integer. Raises `range`, and what reading or writing raises.
---@param off integer
---@param value? integer  -0x800000 to 0x7fffff
---@return integer value  nothing when one is given
function bytes:i24le(off, value) end

--- 3 bytes, most significant first, as a signed integer. Raises `range`, and what reading or writing raises.
---@param off integer
---@param value? integer  -0x800000 to 0x7fffff
---@return integer value  nothing when one is given
function bytes:i24be(off, value) end

--- 3 bytes in the object's own order, as a signed integer. Raises `range`, and what reading or writing raises.
---@param off integer
---@param value? integer  -0x800000 to 0x7fffff
---@return integer value  nothing when one is given
function bytes:i24(off, value) end

--- 4 bytes, least significant first, as a signed integer. Raises `range`, and what reading or writing raises.
---@param off integer
---@param value? integer  -0x80000000 to 0x7fffffff
---@return integer value  nothing when one is given
function bytes:i32le(off, value) end

--- 4 bytes, most significant first, as a signed integer. Raises `range`, and what reading or writing raises.
---@param off integer
---@param value? integer  -0x80000000 to 0x7fffffff
---@return integer value  nothing when one is given
function bytes:i32be(off, value) end

--- 4 bytes in the object's own order, as a signed integer. Raises `range`, and what reading or writing raises.
---@param off integer
---@param value? integer  -0x80000000 to 0x7fffffff
---@return integer value  nothing when one is given
function bytes:i32(off, value) end

--- 8 bytes, least significant first, as a signed integer. Raises `range`, and what reading or writing raises.
---@param off integer
---@param value? integer  any integer
---@return integer value  nothing when one is given
function bytes:i64le(off, value) end

--- 8 bytes, most significant first, as a signed integer. Raises `range`, and what reading or writing raises.
---@param off integer
---@param value? integer  any integer
---@return integer value  nothing when one is given
function bytes:i64be(off, value) end

--- 8 bytes in the object's own order, as a signed integer. Raises `range`, and what reading or writing raises.
---@param off integer
---@param value? integer  any integer
---@return integer value  nothing when one is given
function bytes:i64(off, value) end

--- 4 bytes, least significant first, as a floating-point number. Raises `range`, and what reading or writing raises.
---@param off integer
---@param value? number  rounded where it does not fit
---@return number value  nothing when one is given
function bytes:f32le(off, value) end

--- 4 bytes, most significant first, as a floating-point number. Raises `range`, and what reading or writing raises.
---@param off integer
---@param value? number  rounded where it does not fit
---@return number value  nothing when one is given
function bytes:f32be(off, value) end

--- 4 bytes in the object's own order, as a floating-point number. Raises `range`, and what reading or writing raises.
---@param off integer
---@param value? number  rounded where it does not fit
---@return number value  nothing when one is given
function bytes:f32(off, value) end

--- 8 bytes, least significant first, as a floating-point number. Raises `range`, and what reading or writing raises.
---@param off integer
---@param value? number  rounded where it does not fit
---@return number value  nothing when one is given
function bytes:f64le(off, value) end

--- 8 bytes, most significant first, as a floating-point number. Raises `range`, and what reading or writing raises.
---@param off integer
---@param value? number  rounded where it does not fit
---@return number value  nothing when one is given
function bytes:f64be(off, value) end

--- 8 bytes in the object's own order, as a floating-point number. Raises `range`, and what reading or writing raises.
---@param off integer
---@param value? number  rounded where it does not fit
---@return number value  nothing when one is given
function bytes:f64(off, value) end
