/* indexing: see indexing.h. */
#include "indexing.h"

#include "arguments.h"
#include "bytes.h"
#include "errors.h"
#include "names.h"

#include <inttypes.h>
#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

static const char *const FIELDS[] = {"path", "mode", "offset", "order", NULL};

static int meta_len(lua_State *L)
{
    struct bytes *bytes = bytes_check_live(L, 1, "#");
    lua_pushinteger(L, (lua_Integer)bytes->size);
    return 1;
}

static int meta_tostring(lua_State *L)
{
    const struct bytes *bytes = bytes_check(L, 1, "tostring");
    const struct image *image = bytes->image;
    const char *noun = bytes->view ? "view" : "bytes";
    char text[64];
    if (bytes_is_over(bytes)) {
        lua_pushfstring(L, "%s: %s (closed)", noun, image_name(image));
        return 1;
    }
    if (bytes->view && bytes->generation != image->generation) {
        lua_pushfstring(L, "%s: %s (stale)", noun, image_name(image));
        return 1;
    }
    uint64_t size = bytes->view ? bytes->size : image->size;
    if (bytes->view)
        snprintf(text, sizeof text, "0x%" PRIx64 " bytes at 0x%" PRIx64, size,
                 image->file_off + bytes->off);
    else
        snprintf(text, sizeof text, "0x%" PRIx64 " bytes", size);
    lua_pushfstring(L, "%s: %s (%s, %s)", noun, image_name(image), bytes_mode_name(bytes), text);
    return 1;
}

static void push_field(lua_State *L, const struct bytes *bytes, const char *name)
{
    const struct image *image = bytes->image;
    if (strcmp(name, "path") == 0)
        lua_pushstring(L, image->source.path);
    else if (strcmp(name, "mode") == 0)
        lua_pushstring(L, bytes_mode_name(bytes));
    else if (strcmp(name, "offset") == 0)
        lua_pushinteger(L, (lua_Integer)(image->file_off + bytes->off));
    else
        lua_pushstring(L, bytes->order == ORDER_LE ? "le" : "be");
}

static _Noreturn void unknown_field(lua_State *L, const struct bytes *bytes, int key)
{
    const char *name = luaL_tolstring(L, key, NULL);
    lua_newtable(L);
    lua_pushnil(L);
    while (lua_next(L, lua_upvalueindex(1))) {
        lua_pop(L, 1);
        lua_pushvalue(L, -1);
        lua_pushboolean(L, 1);
        lua_rawset(L, -4);
    }
    for (int i = 0; FIELDS[i]; i++) {
        lua_pushboolean(L, 1);
        lua_setfield(L, -2, FIELDS[i]);
    }
    names_push_hint(L, name, -1, 0);
    errors_raise_kind(L, ERROR_ARGUMENT, image_name(bytes->image),
                      "a bytes object has no field or method '%s'%s", name, lua_tostring(L, -1));
}

/* A number as key is an offset; any other kind of key is a mistake. */
static uint64_t key_offset(lua_State *L, const struct bytes *bytes)
{
    if (lua_type(L, 2) != LUA_TNUMBER)
        errors_raise_kind(L, ERROR_ARGUMENT, image_name(bytes->image), "cannot be indexed by a %s",
                          luaL_typename(L, 2));
    return argument_offset(L, bytes, "index", 2, "offset");
}

static int index_by_name(lua_State *L, const struct bytes *bytes)
{
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
        return 1;
    const char *name = lua_tostring(L, 2);
    if (!names_has(FIELDS, name))
        unknown_field(L, bytes, 2);
    push_field(L, bytes, name);
    return 1;
}

/* b[off] where the quick way does not do. `bytes` may be NULL. */
static int index_slowly(lua_State *L, struct bytes *bytes)
{
    if (!bytes)
        bytes = bytes_check(L, 1, "index");
    if (lua_type(L, 2) == LUA_TSTRING)
        return index_by_name(L, bytes);
    uint64_t off = key_offset(L, bytes);
    bytes_range(L, bytes, off, 1, "read");
    unsigned char value = *bytes_at(bytes, off);
    if (bytes_is_doubtful(bytes, off, 1))
        bytes_current(L, bytes);
    lua_pushinteger(L, value);
    return 1;
}

/*
 * Whether an object is live and holds the byte at off. A key that is no integer makes off 0 and `is_integer`
 * false; a negative one is beyond every size.
 */
static inline bool holds(const struct bytes *bytes, uint64_t off)
{
    return bytes->generation == bytes->image->generation && off < bytes->size;
}

/* b[off]. Invariant 3 of bytes.h makes one comparison tell the live from the rest. */
static int meta_index(lua_State *L)
{
    struct bytes *bytes = bytes_test(L, 1);
    uint64_t off = (uint64_t)lua_tointegerx(L, 2, NULL);
    if (!bytes || !lua_isinteger(L, 2) || !holds(bytes, off))
        return index_slowly(L, bytes);
    unsigned char value = *bytes_at(bytes, off);
    if (bytes_is_doubtful(bytes, off, 1))
        bytes_current(L, bytes);
    lua_pushinteger(L, value);
    return 1;
}

static void set_field(lua_State *L, struct bytes *bytes)
{
    const char *name = lua_tostring(L, 2);
    const char *value = lua_type(L, 3) == LUA_TSTRING ? lua_tostring(L, 3) : "";
    bool is_order = strcmp(name, "order") == 0;
    if (is_order && (strcmp(value, "le") == 0 || strcmp(value, "be") == 0)) {
        bytes->order = *value == 'l' ? ORDER_LE : ORDER_BE;
        return;
    }
    if (is_order)
        errors_raise_kind(L, ERROR_ARGUMENT, image_name(bytes->image),
                          "order must be \"le\" or \"be\", got %s", luaL_tolstring(L, 3, NULL));
    if (names_has(FIELDS, name))
        errors_raise_kind(L, ERROR_ARGUMENT, image_name(bytes->image), "field '%s' cannot be set",
                          name);
    unknown_field(L, bytes, 2);
}

static int set_slowly(lua_State *L)
{
    struct bytes *bytes = bytes_check(L, 1, "index");
    if (lua_type(L, 2) == LUA_TSTRING) {
        set_field(L, bytes);
        return 0;
    }
    uint64_t off = key_offset(L, bytes);
    unsigned char value = argument_byte(L, bytes, "index", 3, off);
    bytes_range(L, bytes, off, 1, "write");
    bytes_store(L, bytes, off, &value, 1);
    return 0;
}

/* Whether a store needs no pre-image and no care for the last page. */
static inline bool takes_bytes(const struct bytes *bytes, uint64_t off)
{
    return image_is_hot(bytes->image, bytes->off + off) || bytes->image->mode == IMAGE_SHARED;
}

/* b[off] = byte */
static int meta_newindex(lua_State *L)
{
    struct bytes *bytes = bytes_test(L, 1);
    uint64_t off = (uint64_t)lua_tointegerx(L, 2, NULL);
    lua_Integer value = lua_tointegerx(L, 3, NULL);
    if (!bytes || !lua_isinteger(L, 2) || !lua_isinteger(L, 3) || value < 0 || value > 255 ||
        !holds(bytes, off) || !takes_bytes(bytes, off))
        return set_slowly(L);
    if (bytes->image->mode != IMAGE_SHARED)
        image_note_write(bytes->image);
    *bytes_at(bytes, off) = (unsigned char)value;
    if (fault_hit(&bytes->image->map))
        bytes_current(L, bytes);
    return 0;
}

static void set_metamethod(lua_State *L, int methods, lua_CFunction function, const char *name)
{
    lua_pushvalue(L, methods);
    lua_pushcclosure(L, function, 1);
    lua_setfield(L, -2, name);
}

void indexing_register(lua_State *L, int methods)
{
    static const luaL_Reg metamethods[] = {
        {"__len", meta_len},
        {"__tostring", meta_tostring},
        {NULL, NULL},
    };
    methods = lua_absindex(L, methods);
    luaL_setfuncs(L, metamethods, 0);
    set_metamethod(L, methods, meta_index, "__index");
    set_metamethod(L, methods, meta_newindex, "__newindex");
}
