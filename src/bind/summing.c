/* summing: see summing.h. */
#include "summing.h"

#include "arguments.h"
#include "bytes.h"
#include "checksum.h"
#include "digest.h"
#include "errors.h"
#include "names.h"

#include <inttypes.h>
#include <lauxlib.h>
#include <string.h>

static const unsigned char *check_range(lua_State *L, struct bytes *bytes, uint64_t off,
                                        uint64_t len, const char *function)
{
    bytes_range(L, bytes, off, len, function);
    return len ? bytes_at(bytes, off) : NULL;
}

/* b:crc32(off, len) -> integer */
static int summing_crc32(lua_State *L)
{
    struct bytes *bytes = bytes_check(L, 1, "crc32");
    argument_most(L, bytes, "crc32", 3);
    uint64_t off = argument_offset(L, bytes, "crc32", 2, "offset");
    uint64_t len = argument_offset(L, bytes, "crc32", 3, "length");
    uint32_t sum = checksum_crc32(check_range(L, bytes, off, len, "crc32"), len);
    bytes_current(L, bytes);
    lua_pushinteger(L, (lua_Integer)sum);
    return 1;
}

/* Names */

static _Noreturn void unknown_name(lua_State *L, const struct bytes *bytes, const char *function,
                                   const char *noun, const char *name, const char *(*known)(size_t))
{
    names_push_hint_among(L, name, known);
    errors_raise_argument(L, image_name(bytes->image), function, 3, "unknown %s '%s'%s", noun, name,
                          lua_tostring(L, -1));
}

/* Parameters of a CRC */

struct parameter {
    const char *name;
    bool required;
    bool is_flag;
};

enum { WIDTH, POLY, INIT, REFIN, REFOUT, XOROUT, PARAMETERS };

static const struct parameter KNOWN[PARAMETERS] = {
    [WIDTH] = {"width", true, false},   [POLY] = {"poly", true, false},
    [INIT] = {"init", false, false},    [REFIN] = {"refin", false, true},
    [REFOUT] = {"refout", false, true}, [XOROUT] = {"xorout", false, false},
};

static const char *parameter_name(size_t number)
{
    return number < PARAMETERS ? KNOWN[number].name : NULL;
}

/* Of the parameter of that number, whose value is at the top. */
static uint64_t read_parameter(lua_State *L, const struct bytes *bytes, int number)
{
    const struct parameter *parameter = &KNOWN[number];
    int is_integer = 0;
    lua_Integer value = lua_tointegerx(L, -1, &is_integer);
    if (parameter->is_flag && !lua_isboolean(L, -1))
        errors_raise_argument(L, image_name(bytes->image), "checksum", 3,
                              "parameter %s must be a boolean, got %s", parameter->name,
                              luaL_typename(L, -1));
    if (parameter->is_flag)
        return (uint64_t)lua_toboolean(L, -1);
    if (lua_type(L, -1) != LUA_TNUMBER || !is_integer)
        errors_raise_argument(L, image_name(bytes->image), "checksum", 3,
                              "parameter %s must be an integer, got %s", parameter->name,
                              luaL_tolstring(L, -1, NULL));
    return (uint64_t)value;
}

static int parameter_of(lua_State *L, const struct bytes *bytes, int key)
{
    const char *name = lua_type(L, key) == LUA_TSTRING ? lua_tostring(L, key) : NULL;
    for (int i = 0; name && i < PARAMETERS; i++)
        if (strcmp(KNOWN[i].name, name) == 0)
            return i;
    unknown_name(L, bytes, "checksum", "parameter", luaL_tolstring(L, key, NULL), parameter_name);
}

static void check_parameters(lua_State *L, const struct bytes *bytes,
                             const uint64_t values[PARAMETERS], const bool given[PARAMETERS])
{
    const char *path = image_name(bytes->image);
    for (int i = 0; i < PARAMETERS; i++)
        if (KNOWN[i].required && !given[i])
            errors_raise_argument(L, path, "checksum", 3, "parameter %s is missing", KNOWN[i].name);
    if (values[WIDTH] < 1 || values[WIDTH] > 64)
        errors_raise_argument(L, path, "checksum", 3,
                              "parameter width must be in 1 .. 64, got %lld",
                              (long long)values[WIDTH]);
    for (int i = POLY; i < PARAMETERS; i++)
        if (!KNOWN[i].is_flag && !crc_fits((unsigned)values[WIDTH], values[i]))
            errors_raise_argument(L, path, "checksum", 3,
                                  "parameter %s 0x%" PRIx64 " has more than %u bits%s",
                                  KNOWN[i].name, values[i], (unsigned)values[WIDTH],
                                  i == POLY ? ": its top bit is left out" : "");
}

static void read_parameters(lua_State *L, const struct bytes *bytes, struct checksum *checksum)
{
    uint64_t values[PARAMETERS] = {0};
    bool given[PARAMETERS] = {false};
    lua_pushnil(L);
    while (lua_next(L, 4)) {
        int number = parameter_of(L, bytes, -2);
        values[number] = read_parameter(L, bytes, number);
        given[number] = true;
        lua_pop(L, 1);
    }
    check_parameters(L, bytes, values, given);
    *checksum = (struct checksum){.kind = CHECKSUM_CRC, .unit = 1};
    checksum->crc = (struct crc){
        .width = (unsigned)values[WIDTH],
        .poly = values[POLY],
        .init = values[INIT],
        .refin = values[REFIN],
        .refout = values[REFOUT],
        .xorout = values[XOROUT],
    };
}

static void read_checksum(lua_State *L, const struct bytes *bytes, struct checksum *checksum)
{
    if (lua_type(L, 4) == LUA_TTABLE) {
        read_parameters(L, bytes, checksum);
        return;
    }
    const char *name = argument_word(L, bytes, "checksum", 4, "name");
    if (!checksum_find(name, checksum))
        unknown_name(L, bytes, "checksum", "checksum", name, checksum_name);
}

/* b:checksum(off, len, name | parameters) -> integer */
static int summing_checksum(lua_State *L)
{
    struct bytes *bytes = bytes_check(L, 1, "checksum");
    struct checksum checksum;
    argument_most(L, bytes, "checksum", 4);
    uint64_t off = argument_offset(L, bytes, "checksum", 2, "offset");
    uint64_t len = argument_offset(L, bytes, "checksum", 3, "length");
    read_checksum(L, bytes, &checksum);
    const unsigned char *data = check_range(L, bytes, off, len, "checksum");
    if (len % checksum.unit)
        errors_raise_argument(L, image_name(bytes->image), "checksum", 2,
                              "length %" PRIu64
                              " is not a multiple of the checksum's unit of %u bytes",
                              len, checksum.unit);
    uint64_t sum = checksum_of(&checksum, data, len);
    bytes_current(L, bytes);
    lua_pushinteger(L, (lua_Integer)sum);
    return 1;
}

static const struct digest *check_digest(lua_State *L, const struct bytes *bytes)
{
    const char *name = argument_word(L, bytes, "digest", 4, "name");
    const struct digest *digest = digest_find(name);
    if (digest)
        return digest;
    unknown_name(L, bytes, "digest", "digest", name, digest_name);
}

/* b:digest(off, len, name) -> raw bytes */
static int summing_digest(lua_State *L)
{
    struct bytes *bytes = bytes_check(L, 1, "digest");
    unsigned char result[DIGEST_MOST];
    argument_most(L, bytes, "digest", 4);
    uint64_t off = argument_offset(L, bytes, "digest", 2, "offset");
    uint64_t len = argument_offset(L, bytes, "digest", 3, "length");
    const struct digest *digest = check_digest(L, bytes);
    bytes_range(L, bytes, off, len, "digest");
    digest_make(digest, bytes->image, bytes->off + off, len, result);
    bytes_current(L, bytes);
    lua_pushlstring(L, (const char *)result, digest->size);
    return 1;
}

void summing_register(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"crc32", summing_crc32},
        {"checksum", summing_checksum},
        {"digest", summing_digest},
        {NULL, NULL},
    };
    luaL_setfuncs(L, methods, 0);
}
