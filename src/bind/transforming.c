/* transforming: see transforming.h. */
#include "transforming.h"

#include "arguments.h"
#include "bulk.h"
#include "bytes.h"
#include "errors.h"

#include <inttypes.h>
#include <lauxlib.h>
#include <string.h>

/* What is repeated over a range: a string, or a byte that is kept here. */
struct unit {
    const unsigned char *data;
    size_t len;
    unsigned char byte;
};

static void read_unit(lua_State *L, const struct bytes *bytes, const char *function, uint64_t off,
                      struct unit *unit)
{
    unit->data = &unit->byte;
    unit->len = 1;
    if (lua_type(L, 4) == LUA_TSTRING)
        unit->data = (const unsigned char *)lua_tolstring(L, 4, &unit->len);
    else
        unit->byte = argument_byte(L, bytes, function, 4, off);
    if (!unit->len)
        errors_raise_argument(L, image_name(bytes->image), function, 3, "the string is empty");
}

/* The address of a range that is ready to be stored to; NULL for an empty one. */
static unsigned char *touch(lua_State *L, struct bytes *bytes, uint64_t off, uint64_t len,
                            const char *verb)
{
    struct error error;
    bytes_range(L, bytes, off, len, verb);
    if (!image_touch(bytes->image, bytes->off + off, len, &error))
        bytes_raise(L, bytes, &error);
    return len ? bytes_at(bytes, off) : NULL;
}

typedef void (*repeater)(unsigned char *, uint64_t, const unsigned char *, size_t);

static int repeat(lua_State *L, const char *function, repeater repeat_in)
{
    struct bytes *bytes = bytes_check(L, 1, function);
    struct unit unit;
    argument_most(L, bytes, function, 4);
    uint64_t off = argument_offset(L, bytes, function, 2, "offset");
    uint64_t len = argument_offset(L, bytes, function, 3, "length");
    read_unit(L, bytes, function, off, &unit);
    repeat_in(touch(L, bytes, off, len, function), len, unit.data, unit.len);
    bytes_current(L, bytes);
    return 0;
}

/* b:fill(off, len, byte | string) */
static int transforming_fill(lua_State *L)
{
    return repeat(L, "fill", bulk_fill);
}

/* b:xor(off, len, byte | string) */
static int transforming_xor(lua_State *L)
{
    return repeat(L, "xor", bulk_xor);
}

/* b:translate(off, len, table256) */
static int transforming_translate(lua_State *L)
{
    struct bytes *bytes = bytes_check(L, 1, "translate");
    size_t table_len;
    argument_most(L, bytes, "translate", 4);
    uint64_t off = argument_offset(L, bytes, "translate", 2, "offset");
    uint64_t len = argument_offset(L, bytes, "translate", 3, "length");
    const char *table = argument_string(L, bytes, "translate", 4, "table", &table_len);
    if (table_len != 256)
        errors_raise_argument(L, image_name(bytes->image), "translate", 3,
                              "table must be a string of 256 bytes, got %zu", table_len);
    bulk_translate(touch(L, bytes, off, len, "translate"), len, (const unsigned char *)table);
    bytes_current(L, bytes);
    return 0;
}

static unsigned check_width(lua_State *L, const struct bytes *bytes, uint64_t len)
{
    lua_Integer width = argument_integer(L, bytes, "swap", 4, "width");
    if (width != 2 && width != 4 && width != 8)
        errors_raise_argument(L, image_name(bytes->image), "swap", 3,
                              "width must be 2, 4 or 8, got %lld", (long long)width);
    if (len % (uint64_t)width)
        errors_raise_argument(L, image_name(bytes->image), "swap", 2,
                              "length %" PRIu64 " is not a multiple of the width %lld", len,
                              (long long)width);
    return (unsigned)width;
}

/* b:swap(off, len, width) */
static int transforming_swap(lua_State *L)
{
    struct bytes *bytes = bytes_check(L, 1, "swap");
    argument_most(L, bytes, "swap", 4);
    uint64_t off = argument_offset(L, bytes, "swap", 2, "offset");
    uint64_t len = argument_offset(L, bytes, "swap", 3, "length");
    unsigned width = check_width(L, bytes, len);
    bulk_swap(touch(L, bytes, off, len, "swap"), len, width);
    bytes_current(L, bytes);
    return 0;
}

static struct bytes *check_other(lua_State *L, const struct bytes *bytes)
{
    struct bytes *other = bytes_test(L, 3);
    if (!other)
        errors_raise_argument(L, image_name(bytes->image), "copy", 2,
                              "other must be a bytes object, got %s",
                              argument_given(L, 3) ? luaL_typename(L, 3) : "nothing");
    return other;
}

/*
 * b:copy(dst, other, src, len): the two ranges may overlap. A source that was truncated is noticed before a
 * byte is stored; one that is truncated meanwhile raises too, with zeros for what was missing in b.
 */
static int transforming_copy(lua_State *L)
{
    struct bytes *bytes = bytes_check(L, 1, "copy");
    argument_most(L, bytes, "copy", 5);
    uint64_t dst = argument_offset(L, bytes, "copy", 2, "destination");
    struct bytes *other = check_other(L, bytes);
    uint64_t src = argument_offset(L, bytes, "copy", 4, "source");
    uint64_t len = argument_offset(L, bytes, "copy", 5, "length");
    bytes_range(L, other, src, len, "copy from here");
    bytes_current(L, other);
    unsigned char *to = touch(L, bytes, dst, len, "copy to here");
    if (len)
        memmove(to, bytes_at(other, src), (size_t)len);
    bytes_current(L, other);
    bytes_current(L, bytes);
    return 0;
}

void transforming_register(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"fill", transforming_fill},           {"xor", transforming_xor},
        {"translate", transforming_translate}, {"swap", transforming_swap},
        {"copy", transforming_copy},           {NULL, NULL},
    };
    luaL_setfuncs(L, methods, 0);
}
