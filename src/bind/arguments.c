/* arguments: see arguments.h. */
#include "arguments.h"

#include "errors.h"
#include "patterns.h"

#include <inttypes.h>
#include <lauxlib.h>
#include <string.h>

static const char *name_of(const struct bytes *bytes)
{
    return bytes ? image_name(bytes->image) : NULL;
}

/* Without an object (a plain function) arguments are counted from 1. */
static int number_of(const struct bytes *bytes, int index)
{
    return bytes ? index - 1 : index;
}

static _Noreturn void wrong_type(lua_State *L, const struct bytes *bytes, const char *function,
                                 int index, const char *noun, const char *wanted)
{
    const char *got = argument_given(L, index) ? luaL_typename(L, index) : "nothing";
    errors_raise_argument(L, name_of(bytes), function, number_of(bytes, index),
                          "%s must be %s, got %s", noun, wanted, got);
}

lua_Integer argument_integer(lua_State *L, const struct bytes *bytes, const char *function,
                             int index, const char *noun)
{
    int is_integer = 0;
    if (lua_type(L, index) != LUA_TNUMBER)
        wrong_type(L, bytes, function, index, noun, "an integer");
    lua_Integer value = lua_tointegerx(L, index, &is_integer);
    if (!is_integer)
        errors_raise_argument(L, name_of(bytes), function, number_of(bytes, index),
                              "%s must be an integer, got %.14g", noun, lua_tonumber(L, index));
    return value;
}

uint64_t argument_offset(lua_State *L, const struct bytes *bytes, const char *function, int index,
                         const char *noun)
{
    lua_Integer value = argument_integer(L, bytes, function, index, noun);
    if (value < 0)
        errors_raise_kind(L, ERROR_RANGE, name_of(bytes), "%s %lld is negative", noun,
                          (long long)value);
    return (uint64_t)value;
}

const char *argument_string(lua_State *L, const struct bytes *bytes, const char *function,
                            int index, const char *noun, size_t *len)
{
    if (lua_type(L, index) != LUA_TSTRING)
        wrong_type(L, bytes, function, index, noun, "a string");
    return lua_tolstring(L, index, len);
}

const char *argument_word(lua_State *L, const struct bytes *bytes, const char *function, int index,
                          const char *noun)
{
    size_t len;
    const char *word = argument_string(L, bytes, function, index, noun, &len);
    if (strlen(word) != len)
        errors_raise_argument(L, name_of(bytes), function, number_of(bytes, index),
                              "%s contains a NUL byte", noun);
    return word;
}

lua_Integer argument_value(lua_State *L, const struct bytes *bytes, const char *function, int index,
                           uint64_t off, lua_Integer low, lua_Integer high)
{
    struct error error;
    lua_Integer value = argument_integer(L, bytes, function, index, "value");
    if (value >= low && value <= high)
        return value;
    error_at(&error, ERROR_ARGUMENT, name_of(bytes), bytes->off + off,
             "bad argument #%d to '%s' (%lld is not in %lld .. %lld)", number_of(bytes, index),
             function, (long long)value, (long long)low, (long long)high);
    bytes_raise(L, bytes, &error);
}

unsigned char argument_byte(lua_State *L, const struct bytes *bytes, const char *function,
                            int index, uint64_t off)
{
    return (unsigned char)argument_value(L, bytes, function, index, off, 0, 255);
}

struct pattern argument_what(lua_State *L, const struct bytes *bytes, const char *function,
                             int index)
{
    struct pattern what = {0};
    if (lua_type(L, index) == LUA_TSTRING)
        what.value = (const unsigned char *)lua_tolstring(L, index, &what.len);
    else if (!patterns_test(L, index, &what))
        wrong_type(L, bytes, function, index, "what", "a string or a pattern");
    if (!what.len)
        errors_raise_argument(L, name_of(bytes), function, number_of(bytes, index),
                              "what is empty");
    return what;
}

void argument_most(lua_State *L, const struct bytes *bytes, const char *function, int most)
{
    if (argument_given(L, most + 1))
        errors_raise_argument(L, name_of(bytes), function, number_of(bytes, most + 1),
                              "too many arguments: at most %d", number_of(bytes, most));
}

void argument_bounds(lua_State *L, struct bytes *bytes, const char *function, int index,
                     uint64_t *from, uint64_t *to)
{
    struct error error;
    bool has_from = argument_given(L, index), has_to = argument_given(L, index + 1);
    *from = has_from ? argument_offset(L, bytes, function, index, "offset") : 0;
    *to = has_to ? argument_offset(L, bytes, function, index + 1, "end") : 0;
    bytes_live(L, bytes);
    if (!has_to)
        *to = bytes->size;
    if (*to > bytes->size)
        error_at(&error, ERROR_RANGE, name_of(bytes), bytes->off + *to,
                 "'%s' to there passes the end (size 0x%" PRIx64 ")", function, bytes->size);
    else if (*from > *to)
        error_at(&error, ERROR_RANGE, name_of(bytes), bytes->off + *from,
                 "'%s' begins past its end 0x%" PRIx64 " (size 0x%" PRIx64 ")", function, *to,
                 bytes->size);
    else
        return;
    bytes_raise(L, bytes, &error);
}
