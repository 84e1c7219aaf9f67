/* access: see access.h. */
#include "access.h"

#include "arguments.h"
#include "bytes.h"
#include "errors.h"

#include <inttypes.h>
#include <lauxlib.h>
#include <string.h>

/* Whole values */

enum value { VALUE_UNSIGNED, VALUE_SIGNED, VALUE_FLOAT };
enum accessor_order { AS_LE, AS_BE, AS_OBJECT };

struct accessor {
    const char *name;
    unsigned size; /* bytes */
    enum value value;
    enum accessor_order order;
};

#define IN_ALL_ORDERS(letter, bits, value)                                                         \
    {#letter #bits "le", bits / 8, value, AS_LE}, {#letter #bits "be", bits / 8, value, AS_BE},    \
    {                                                                                              \
#letter #bits, bits / 8, value, AS_OBJECT                                                  \
    }

static const struct accessor ACCESSORS[] = {
    {"u8", 1, VALUE_UNSIGNED, AS_LE},     {"i8", 1, VALUE_SIGNED, AS_LE},
    IN_ALL_ORDERS(u, 16, VALUE_UNSIGNED), IN_ALL_ORDERS(u, 24, VALUE_UNSIGNED),
    IN_ALL_ORDERS(u, 32, VALUE_UNSIGNED), IN_ALL_ORDERS(u, 64, VALUE_UNSIGNED),
    IN_ALL_ORDERS(i, 16, VALUE_SIGNED),   IN_ALL_ORDERS(i, 24, VALUE_SIGNED),
    IN_ALL_ORDERS(i, 32, VALUE_SIGNED),   IN_ALL_ORDERS(i, 64, VALUE_SIGNED),
    IN_ALL_ORDERS(f, 32, VALUE_FLOAT),    IN_ALL_ORDERS(f, 64, VALUE_FLOAT),
};

static bool is_big_endian(const struct accessor *accessor, const struct bytes *bytes)
{
    return accessor->order == AS_BE || (accessor->order == AS_OBJECT && bytes->order == ORDER_BE);
}

static uint64_t load(const unsigned char *from, unsigned size, bool big)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < size; i++)
        value = value << 8 | from[big ? i : size - 1 - i];
    return value;
}

static void store(unsigned char *to, unsigned size, bool big, uint64_t value)
{
    for (unsigned i = 0; i < size; i++, value >>= 8)
        to[big ? size - 1 - i : i] = (unsigned char)value;
}

static lua_Number as_float(uint64_t bits, unsigned size)
{
    float narrow;
    double wide;
    uint32_t low = (uint32_t)bits;
    if (size == sizeof narrow) {
        memcpy(&narrow, &low, sizeof narrow);
        return (lua_Number)narrow;
    }
    memcpy(&wide, &bits, sizeof wide);
    return (lua_Number)wide;
}

static uint64_t float_bits(lua_Number value, unsigned size)
{
    float narrow = (float)value;
    double wide = (double)value;
    uint32_t low;
    uint64_t bits;
    if (size == sizeof narrow) {
        memcpy(&low, &narrow, sizeof low);
        return low;
    }
    memcpy(&bits, &wide, sizeof bits);
    return bits;
}

static lua_Integer sign_extended(uint64_t bits, unsigned size)
{
    unsigned unused = 64 - 8 * size;
    return (lua_Integer)(bits << unused) >> unused;
}

static void push_value(lua_State *L, const struct accessor *accessor, uint64_t bits)
{
    if (accessor->value == VALUE_FLOAT)
        lua_pushnumber(L, as_float(bits, accessor->size));
    else if (accessor->value == VALUE_SIGNED)
        lua_pushinteger(L, sign_extended(bits, accessor->size));
    else
        lua_pushinteger(L, (lua_Integer)bits);
}

/* 8-byte unsigned values take any Lua integer as its 64 bits. */
static lua_Integer check_integer(lua_State *L, const struct bytes *bytes,
                                 const struct accessor *accessor, uint64_t off)
{
    if (accessor->size == 8)
        return argument_integer(L, bytes, accessor->name, 3, "value");
    lua_Integer span = (lua_Integer)1 << (8 * accessor->size);
    bool has_sign = accessor->value == VALUE_SIGNED;
    return argument_value(L, bytes, accessor->name, 3, off, has_sign ? -(span / 2) : 0,
                          has_sign ? span / 2 - 1 : span - 1);
}

static uint64_t check_value(lua_State *L, const struct bytes *bytes,
                            const struct accessor *accessor, uint64_t off)
{
    if (accessor->value != VALUE_FLOAT)
        return (uint64_t)check_integer(L, bytes, accessor, off);
    if (lua_type(L, 3) != LUA_TNUMBER)
        errors_raise_argument(L, image_name(bytes->image), accessor->name, 2,
                              "value must be a number, got %s", luaL_typename(L, 3));
    return float_bits(lua_tonumber(L, 3), accessor->size);
}

/* b:u8(off [, value]) and its kind. Upvalue 1: the accessor. */
static int access_value(lua_State *L)
{
    const struct accessor *accessor = lua_touserdata(L, lua_upvalueindex(1));
    struct bytes *bytes = bytes_check(L, 1, accessor->name);
    unsigned char image[8];
    argument_most(L, bytes, accessor->name, 3);
    uint64_t off = argument_offset(L, bytes, accessor->name, 2, "offset");
    bool big = is_big_endian(accessor, bytes);
    if (argument_given(L, 3)) {
        store(image, accessor->size, big, check_value(L, bytes, accessor, off));
        bytes_range(L, bytes, off, accessor->size, "write");
        bytes_store(L, bytes, off, image, accessor->size);
        return 0;
    }
    bytes_range(L, bytes, off, accessor->size, "read");
    uint64_t bits = load(bytes_at(bytes, off), accessor->size, big);
    if (bytes_is_doubtful(bytes, off, accessor->size))
        bytes_current(L, bytes);
    push_value(L, accessor, bits);
    return 1;
}

/* Strings of bytes */

/* The bytes from the first of len elements to the last, stride apart; raises `range` on overflow. */
static uint64_t spread(lua_State *L, struct bytes *bytes, uint64_t off, uint64_t len,
                       uint64_t stride, const char *verb)
{
    uint64_t span;
    if (!len)
        return 0;
    if (!range_multiply(len - 1, stride, &span) || !range_add(span, 1, &span))
        span = UINT64_MAX;
    bytes_range(L, bytes, off, span, verb);
    return span;
}

static uint64_t check_stride(lua_State *L, const struct bytes *bytes, const char *function,
                             int index)
{
    if (!argument_given(L, index))
        return 1;
    lua_Integer stride = argument_integer(L, bytes, function, index, "stride");
    if (stride < 1)
        errors_raise_argument(L, image_name(bytes->image), function, index - 1,
                              "stride must be at least 1, got %lld", (long long)stride);
    return (uint64_t)stride;
}

/* b:read(off, len [, stride]) -> string */
static int access_read(lua_State *L)
{
    struct bytes *bytes = bytes_check(L, 1, "read");
    argument_most(L, bytes, "read", 4);
    uint64_t off = argument_offset(L, bytes, "read", 2, "offset");
    uint64_t len = argument_offset(L, bytes, "read", 3, "length");
    uint64_t stride = check_stride(L, bytes, "read", 4);
    luaL_Buffer result;
    spread(L, bytes, off, len, stride, "read");
    bytes_range(L, bytes, off, stride == 1 ? len : 0, "read");
    char *to = luaL_buffinitsize(L, &result, (size_t)len);
    /* The allocation may have run a finalizer that closed or shrank the object. */
    spread(L, bytes, off, len, stride, "read");
    const unsigned char *from = len ? bytes_at(bytes, off) : NULL;
    if (stride == 1 && len)
        memcpy(to, from, (size_t)len);
    else
        for (uint64_t i = 0; i < len; i++)
            to[i] = (char)from[i * stride];
    bytes_current(L, bytes);
    luaL_pushresultsize(&result, (size_t)len);
    return 1;
}

/* b:write(off, data [, stride]) */
static int access_write(lua_State *L)
{
    struct bytes *bytes = bytes_check(L, 1, "write");
    size_t len;
    argument_most(L, bytes, "write", 4);
    uint64_t off = argument_offset(L, bytes, "write", 2, "offset");
    const char *data = argument_string(L, bytes, "write", 3, "data", &len);
    uint64_t stride = check_stride(L, bytes, "write", 4);
    struct error error;
    bytes_range(L, bytes, off, stride == 1 ? len : 0, "write");
    uint64_t span = stride == 1 ? len : spread(L, bytes, off, len, stride, "write");
    if (!image_touch(bytes->image, bytes->off + off, span, &error))
        bytes_raise(L, bytes, &error);
    unsigned char *to = len ? bytes_at(bytes, off) : NULL;
    for (size_t i = 0; stride > 1 && i < len; i++)
        to[i * stride] = (unsigned char)data[i];
    if (stride == 1 && len)
        memcpy(to, data, len);
    bytes_current(L, bytes);
    return 0;
}

/* b:cstring(off [, max]) -> the string up to the NUL; max bytes are looked at */
static int access_cstring(lua_State *L)
{
    struct bytes *bytes = bytes_check(L, 1, "cstring");
    struct error error;
    luaL_Buffer result;
    argument_most(L, bytes, "cstring", 3);
    uint64_t off = argument_offset(L, bytes, "cstring", 2, "offset");
    uint64_t max =
        argument_given(L, 3) ? argument_offset(L, bytes, "cstring", 3, "length") : UINT64_MAX;
    bytes_range(L, bytes, off, 0, "read");
    max = range_min(max, bytes->size - off);
    const unsigned char *from = max ? bytes_at(bytes, off) : NULL;
    const unsigned char *nul = max ? memchr(from, 0, (size_t)max) : NULL;
    size_t len = nul ? (size_t)(nul - from) : 0;
    bytes_current(L, bytes);
    if (!nul) {
        error_at(&error, ERROR_FORMAT, image_name(bytes->image), bytes->off + off,
                 "no NUL ends the string within %" PRIu64 " bytes (size 0x%" PRIx64 ")", max,
                 bytes->size);
        bytes_raise(L, bytes, &error);
    }
    char *to = luaL_buffinitsize(L, &result, len);
    bytes_range(L, bytes, off, len, "read");
    memcpy(to, bytes_at(bytes, off), len);
    bytes_current(L, bytes);
    luaL_pushresultsize(&result, len);
    return 1;
}

/* Where a loop over bytes stands. */
struct walk {
    struct bytes *bytes; /* kept alive by the iterator's second upvalue */
    uint64_t off;
    uint64_t end;
};

/* Upvalues: the walk, the object. */
static int each_next(lua_State *L)
{
    struct walk *walk = lua_touserdata(L, lua_upvalueindex(1));
    struct bytes *bytes = walk->bytes;
    uint64_t off = walk->off;
    if (off >= walk->end)
        return 0;
    bytes_range(L, bytes, off, 1, "read");
    unsigned char value = *bytes_at(bytes, off);
    if (bytes_is_doubtful(bytes, off, 1))
        bytes_current(L, bytes);
    walk->off = off + 1;
    lua_pushinteger(L, (lua_Integer)off);
    lua_pushinteger(L, value);
    return 2;
}

/* for off, byte in b:each([off [, len]]) do */
static int access_each(lua_State *L)
{
    struct bytes *bytes = bytes_check_live(L, 1, "each");
    argument_most(L, bytes, "each", 3);
    uint64_t off = argument_given(L, 2) ? argument_offset(L, bytes, "each", 2, "offset") : 0;
    uint64_t len = off <= bytes->size ? bytes->size - off : 0;
    if (argument_given(L, 3))
        len = argument_offset(L, bytes, "each", 3, "length");
    bytes_range(L, bytes, off, len, "each");
    bytes_current(L, bytes);
    struct walk *walk = lua_newuserdatauv(L, sizeof *walk, 0);
    *walk = (struct walk){bytes, off, off + len};
    lua_pushvalue(L, 1);
    lua_pushcclosure(L, each_next, 2);
    return 1;
}

void access_register(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"read", access_read},
        {"write", access_write},
        {"cstring", access_cstring},
        {"each", access_each},
        {NULL, NULL},
    };
    luaL_setfuncs(L, methods, 0);
    for (size_t i = 0; i < sizeof ACCESSORS / sizeof *ACCESSORS; i++) {
        lua_pushlightuserdata(L, (void *)(uintptr_t)&ACCESSORS[i]);
        lua_pushcclosure(L, access_value, 1);
        lua_setfield(L, -2, ACCESSORS[i].name);
    }
}
