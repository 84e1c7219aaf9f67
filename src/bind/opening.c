/* opening: see opening.h. */
#include "opening.h"

#include "arguments.h"
#include "bytes.h"
#include "errors.h"
#include "flushing.h"
#include "names.h"
#include "settled.h"

#include <lauxlib.h>
#include <string.h>

/* What owns an image. The handle comes first, so that a root is a bytes object. */
struct root {
    struct bytes bytes;
    struct image image;
};

static void read_mode(lua_State *L, int index, const char *path, struct image_options *options)
{
    const char *word = lua_type(L, index) == LUA_TSTRING ? lua_tostring(L, index) : "";
    if (!bytes_mode_of(word, &options->mode))
        errors_raise_argument(L, path, "open", 2,
                              "mode must be \"read\", \"patch\", \"copy\" or \"shared\", got %s",
                              luaL_tolstring(L, index, NULL));
}

static bool read_flag(lua_State *L, const char *path, const char *name)
{
    if (!lua_isboolean(L, -1))
        errors_raise_argument(L, path, "open", 2, "option %s must be a boolean, got %s", name,
                              luaL_typename(L, -1));
    return lua_toboolean(L, -1);
}

static uint64_t read_size(lua_State *L, const char *path, const char *name)
{
    int is_integer = 0;
    lua_Integer value = lua_tointegerx(L, -1, &is_integer);
    if (lua_type(L, -1) != LUA_TNUMBER || !is_integer || value < 0)
        errors_raise_argument(L, path, "open", 2,
                              "option %s must be an integer of at least 0, got %s", name,
                              luaL_tolstring(L, -1, NULL));
    return (uint64_t)value;
}

/* What open is asked for. */
struct open_options {
    struct image_options image;
    bool read_on; /* do not ask whether a flush was interrupted */
};

/* The value of the option `name` is on the top of the stack. */
static void read_option(lua_State *L, const char *path, const char *name, struct open_options *open)
{
    struct image_options *options = &open->image;
    if (strcmp(name, "mode") == 0) {
        read_mode(L, -1, path, options);
    } else if (strcmp(name, "offset") == 0) {
        options->off = read_size(L, path, name);
    } else if (strcmp(name, "length") == 0) {
        options->len = read_size(L, path, name);
        options->has_len = true;
    } else if (strcmp(name, "create") == 0) {
        options->create_size = read_size(L, path, name);
        options->create = true;
    } else if (strcmp(name, "recover") == 0) {
        open->read_on = !read_flag(L, path, name);
    } else {
        options->block = read_flag(L, path, name);
    }
}

static const char *const OPTIONS[] = {"mode",  "offset",  "length", "create",
                                      "block", "recover", NULL};

static void push_names(lua_State *L, const char *const *names)
{
    lua_newtable(L);
    for (int i = 0; names[i]; i++) {
        lua_pushstring(L, names[i]);
        lua_rawseti(L, -2, i + 1);
    }
}

static void read_options(lua_State *L, const char *path, struct open_options *options)
{
    if (lua_type(L, 2) != LUA_TTABLE) {
        read_mode(L, 2, path, &options->image);
        return;
    }
    lua_pushnil(L);
    while (lua_next(L, 2)) {
        const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";
        if (!names_has(OPTIONS, name)) {
            name = luaL_tolstring(L, -2, NULL);
            push_names(L, OPTIONS);
            names_push_hint(L, name, -1, 1);
            errors_raise_argument(L, path, "open", 2, "unknown option '%s'%s", name,
                                  lua_tostring(L, -1));
        }
        read_option(L, path, name, options);
        lua_settop(L, 3);
    }
}

/* A dead root: its image is not open yet. */
static struct root *push_root(lua_State *L)
{
    struct root *root = bytes_new(L, sizeof *root, 0);
    root->image.source.fd = -1;
    root->bytes.image = &root->image;
    luaL_setmetatable(L, BYTES_META);
    return root;
}

static void make_live(struct root *root)
{
    root->bytes.size = root->image.size;
    root->bytes.generation = root->image.generation;
}

/* core.open(path [, mode | options]) -> bytes | nil, error, errno */
static int opening_open(lua_State *L)
{
    struct open_options options = {.image = {.mode = IMAGE_PATCH}};
    struct error error;
    enum recover_result recovered;
    argument_most(L, NULL, "open", 2);
    const char *path = argument_word(L, NULL, "open", 1, "path");
    if (argument_given(L, 2))
        read_options(L, path, &options);
    struct root *root = push_root(L);
    if (settled_open(&root->image, path, &options.image, options.read_on, &recovered, &error)) {
        flushing_tell(path, recovered);
        make_live(root);
        return 1;
    }
    lua_pushnil(L);
    errors_push(L, &error, options.image.off);
    lua_getfield(L, -1, "errno");
    return 3;
}

/* core.buffer(size | string) -> bytes in memory */
static int opening_buffer(lua_State *L)
{
    struct error error;
    size_t len = 0;
    const char *content = NULL;
    argument_most(L, NULL, "buffer", 1);
    uint64_t size;
    if (lua_type(L, 1) == LUA_TSTRING) {
        content = lua_tolstring(L, 1, &len);
        size = len;
    } else {
        size = argument_offset(L, NULL, "buffer", 1, "size");
    }
    struct root *root = push_root(L);
    if (!image_open_memory(&root->image, size, &error))
        errors_raise(L, &error, 0);
    if (len)
        memcpy(root->image.base, content, len);
    make_live(root);
    return 1;
}

void opening_register(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"open", opening_open},
        {"buffer", opening_buffer},
        {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
}
