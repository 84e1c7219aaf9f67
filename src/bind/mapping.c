/* mapping: see mapping.h. */
#include "mapping.h"

#include "advice.h"
#include "arguments.h"
#include "bytes.h"
#include "errors.h"
#include "names.h"

#include <lauxlib.h>

/* The optional offset and length at index and index + 1: the rest of the object where they are absent. */
static void check_part(lua_State *L, struct bytes *bytes, const char *function, int index,
                       uint64_t *off, uint64_t *len)
{
    bool has_off = argument_given(L, index), has_len = argument_given(L, index + 1);
    *off = has_off ? argument_offset(L, bytes, function, index, "offset") : 0;
    *len = has_len ? argument_offset(L, bytes, function, index + 1, "length") : 0;
    bytes_live(L, bytes);
    if (!has_len && *off <= bytes->size)
        *len = bytes->size - *off;
    bytes_range(L, bytes, *off, *len, function);
}

static int check_advice(lua_State *L, const struct bytes *bytes)
{
    int advice;
    const char *name = argument_word(L, bytes, "advise", 2, "advice");
    if (advice_find(name, &advice))
        return advice;
    names_push_hint_among(L, name, advice_name);
    errors_raise_argument(L, image_name(bytes->image), "advise", 1, "unknown advice '%s'%s", name,
                          lua_tostring(L, -1));
}

/* b:advise(how [, off [, len]]) */
static int mapping_advise(lua_State *L)
{
    struct bytes *bytes = bytes_check(L, 1, "advise");
    struct error error;
    uint64_t off, len;
    argument_most(L, bytes, "advise", 4);
    int advice = check_advice(L, bytes);
    check_part(L, bytes, "advise", 3, &off, &len);
    if (!advice_give(bytes->image, advice, bytes->off + off, len, &error))
        bytes_raise(L, bytes, &error);
    return 0;
}

/* b:sync([off [, len]]) */
static int mapping_sync(lua_State *L)
{
    struct bytes *bytes = bytes_check(L, 1, "sync");
    struct error error;
    uint64_t off, len;
    argument_most(L, bytes, "sync", 3);
    check_part(L, bytes, "sync", 2, &off, &len);
    if (!advice_sync(bytes->image, bytes->off + off, len, &error))
        bytes_raise(L, bytes, &error);
    return 0;
}

void mapping_register(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"advise", mapping_advise},
        {"sync", mapping_sync},
        {NULL, NULL},
    };
    luaL_setfuncs(L, methods, 0);
}
