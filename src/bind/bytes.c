/* bytes: see bytes.h. */
#include "bytes.h"

#include "access.h"
#include "arguments.h"
#include "errors.h"
#include "finding.h"
#include "flushing.h"
#include "leaving.h"
#include "names.h"
#include "pending.h"
#include "resizing.h"
#include "savepoints.h"
#include "scanning.h"
#include "settled.h"

#include <inttypes.h>
#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

/* What owns an image. The handle comes first, so that a root is a bytes object. */
struct root {
    struct bytes bytes;
    struct image image;
};

static const char *const MODES[] = {
    [IMAGE_READ] = "read",     [IMAGE_PATCH] = "patch",   [IMAGE_COPY] = "copy",
    [IMAGE_SHARED] = "shared", [IMAGE_MEMORY] = "memory",
};

static const char *const FIELDS[] = {"path", "mode", "offset", "order", NULL};

struct bytes *bytes_test(lua_State *L, int index)
{
    return luaL_testudata(L, index, BYTES_META);
}

struct bytes *bytes_check(lua_State *L, int index, const char *function)
{
    struct bytes *bytes = bytes_test(L, index);
    if (!bytes)
        errors_raise_kind(L, ERROR_ARGUMENT, NULL,
                          "bad object for '%s' (a bytes object expected, got %s; call it with ':')",
                          function, argument_given(L, index) ? luaL_typename(L, index) : "nothing");
    return bytes;
}

void bytes_live(lua_State *L, struct bytes *bytes)
{
    const struct image *image = bytes->image;
    if (image->open && bytes->generation == image->generation && !bytes->ended)
        return;
    if (!image->open || bytes->ended)
        errors_raise_kind(L, ERROR_CLOSED, image_name(image), "the object is closed");
    if (bytes->view)
        errors_raise_kind(L, ERROR_STALE, image_name(image),
                          "the view is older than a change of size: make a new one");
    bytes->size = image->size;
    bytes->generation = image->generation;
}

struct bytes *bytes_check_live(lua_State *L, int index, const char *function)
{
    struct bytes *bytes = bytes_check(L, index, function);
    bytes_live(L, bytes);
    return bytes;
}

_Noreturn void bytes_raise(lua_State *L, const struct bytes *bytes, struct error *error)
{
    uint64_t file_offset = bytes->image->file_off + error->offset;
    error->offset -= bytes->off;
    errors_raise(L, error, file_offset);
}

void bytes_range(lua_State *L, struct bytes *bytes, uint64_t off, uint64_t len, const char *verb)
{
    struct error error;
    bytes_live(L, bytes);
    if (range_fits(bytes->size, off, len))
        return;
    error_at(&error, ERROR_RANGE, image_name(bytes->image), bytes->off + off,
             "%s of %" PRIu64 " byte%s passes the end (size 0x%" PRIx64 ")", verb, len,
             len == 1 ? "" : "s", bytes->size);
    bytes_raise(L, bytes, &error);
}

void bytes_current(lua_State *L, const struct bytes *bytes)
{
    struct error error;
    if (!image_current(bytes->image, &error))
        bytes_raise(L, bytes, &error);
}

void bytes_store(lua_State *L, const struct bytes *bytes, uint64_t off, const void *data,
                 uint64_t len)
{
    struct error error;
    if (!image_write(bytes->image, bytes->off + off, data, len, &error))
        bytes_raise(L, bytes, &error);
}

void bytes_refuse_view(lua_State *L, const struct bytes *bytes, const char *verb)
{
    if (bytes->view)
        errors_raise_kind(L, ERROR_UNSUPPORTED, image_name(bytes->image),
                          "a view has no transaction: %s the object that it is a view of", verb);
}

void bytes_refuse_member(lua_State *L, const struct bytes *bytes, const char *verb)
{
    if (bytes->member)
        errors_raise_kind(L, ERROR_UNSUPPORTED, image_name(bytes->image),
                          "belongs to a transaction: %s that", verb);
}

/* Opening */

static bool mode_of(const char *word, enum image_mode *mode)
{
    for (int i = IMAGE_READ; i <= IMAGE_SHARED; i++) {
        if (strcmp(word, MODES[i]) == 0) {
            *mode = (enum image_mode)i;
            return true;
        }
    }
    return false;
}

static void read_mode(lua_State *L, int index, const char *path, struct image_options *options)
{
    const char *word = lua_type(L, index) == LUA_TSTRING ? lua_tostring(L, index) : "";
    if (!mode_of(word, &options->mode))
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

static bool is_one_of(const char *const *names, const char *name)
{
    for (int i = 0; names[i]; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
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
        if (!is_one_of(OPTIONS, name)) {
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
    struct root *root = lua_newuserdatauv(L, sizeof *root, 0);
    memset(root, 0, sizeof *root);
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
static int bytes_open(lua_State *L)
{
    struct open_options options = {.image = {.mode = IMAGE_PATCH}};
    struct error error;
    enum recover_result recovered;
    size_t len;
    argument_most(L, NULL, "open", 2);
    const char *path = argument_string(L, NULL, "open", 1, "path", &len);
    if (strlen(path) != len)
        errors_raise_argument(L, NULL, "open", 1, "path contains a NUL byte");
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
static int bytes_buffer(lua_State *L)
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

/* b:view(off [, len]) -> bytes */
static int bytes_view(lua_State *L)
{
    struct bytes *parent = bytes_check_live(L, 1, "view");
    argument_most(L, parent, "view", 3);
    uint64_t off = argument_offset(L, parent, "view", 2, "offset");
    uint64_t len = 0;
    if (argument_given(L, 3))
        len = argument_offset(L, parent, "view", 3, "length");
    else if (off <= parent->size)
        len = parent->size - off;
    struct bytes *view = lua_newuserdatauv(L, sizeof *view, 1);
    bytes_range(L, parent, off, len, "view");
    *view = *parent;
    view->off = parent->off + off;
    view->size = len;
    view->view = true;
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, 1);
    luaL_setmetatable(L, BYTES_META);
    return 1;
}

/* The end of an object */

static void end(struct bytes *bytes)
{
    if (bytes->view)
        bytes->ended = true;
    else
        image_close(bytes->image);
}

static bool is_over(const struct bytes *bytes)
{
    return bytes->ended || !bytes->image->open;
}

/* b:close(): raises `pending` in patch mode when bytes would be dropped. */
static int bytes_close(lua_State *L)
{
    struct bytes *bytes = bytes_check(L, 1, "close");
    argument_most(L, bytes, "close", 1);
    bytes_refuse_member(L, bytes, "close");
    if (is_over(bytes))
        return 0;
    uint64_t runs = 0, count = 0;
    if (!bytes->view && bytes->image->mode == IMAGE_PATCH)
        count = pending_count(bytes->image, 0, bytes->image->size, &runs);
    if (count)
        errors_raise_kind(L, ERROR_PENDING, image_name(bytes->image),
                          "closed with %" PRIu64 " pending byte%s: flush or rollback first", count,
                          count == 1 ? "" : "s");
    end(bytes);
    return 0;
}

/* b:cancel([message]) -> nil, message: drops what is pending and closes. */
static int bytes_cancel(lua_State *L)
{
    struct bytes *bytes = bytes_check_live(L, 1, "cancel");
    argument_most(L, bytes, "cancel", 2);
    bytes_refuse_view(L, bytes, "cancel");
    bytes_refuse_member(L, bytes, "cancel");
    end(bytes);
    lua_settop(L, 2);
    lua_pushnil(L);
    lua_insert(L, 2);
    return 2;
}

/* __close(b, err) */
static int meta_close(lua_State *L)
{
    struct bytes *bytes = bytes_check(L, 1, "__close");
    if (is_over(bytes))
        return 0;
    bool writes =
        !bytes->view && (bytes->image->mode == IMAGE_PATCH || bytes->image->mode == IMAGE_SHARED);
    if (writes && leaving_normally(L, 1)) {
        lua_pushcfunction(L, flushing_flush);
        lua_pushvalue(L, 1);
        int status = lua_pcall(L, 1, 0, 0);
        end(bytes);
        if (status != LUA_OK)
            return lua_error(L);
    }
    end(bytes);
    return 0;
}

/* Nothing that loses data may be ignorable: the warning does not ask whether warnings are on. */
static void warn_dropped(struct image *image)
{
    struct error error;
    uint64_t runs;
    uint64_t count = pending_count(image, 0, image->size, &runs);
    if (!image_touched(image))
        return;
    if (!image_survived(image, &error))
        fprintf(stderr, "suture: warning: %s: %s; nothing was flushed\n", error.path,
                error.message);
    else if (count)
        fprintf(stderr,
                "suture: warning: %s: %" PRIu64
                " pending byte%s dropped: the object was collected without flush\n",
                image_name(image), count, count == 1 ? " was" : "s were");
}

static int meta_gc(lua_State *L)
{
    struct bytes *bytes = bytes_check(L, 1, "__gc");
    if (bytes->view)
        return 0;
    if (bytes->image->open && bytes->image->mode == IMAGE_PATCH)
        warn_dropped(bytes->image);
    image_free(bytes->image);
    return 0;
}

/* Fields and elements */

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
    if (is_over(bytes)) {
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
    lua_pushfstring(L, "%s: %s (%s, %s)", noun, image_name(image), MODES[image->mode], text);
    return 1;
}

static void push_field(lua_State *L, const struct bytes *bytes, const char *name)
{
    const struct image *image = bytes->image;
    if (strcmp(name, "path") == 0)
        lua_pushstring(L, image->source.path);
    else if (strcmp(name, "mode") == 0)
        lua_pushstring(L, MODES[image->mode]);
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

/*
 * A truncation inside a page raises no fault, and asking the system costs more than the access. Most of
 * those truncations touch the file's last page, so only there is the size looked at; flush always looks.
 */
static bool in_last_page(const struct bytes *bytes, uint64_t off)
{
    const struct image *image = bytes->image;
    return image->source.fd >= 0 &&
           image->source.size - (image->file_off + bytes->off + off) <= PAGE_BYTES;
}

/* b[off]. Upvalue 1: the methods. */
static int meta_index(lua_State *L)
{
    struct bytes *bytes = bytes_check(L, 1, "index");
    if (lua_type(L, 2) == LUA_TSTRING) {
        lua_pushvalue(L, 2);
        if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
            return 1;
        const char *name = lua_tostring(L, 2);
        if (!is_one_of(FIELDS, name))
            unknown_field(L, bytes, 2);
        push_field(L, bytes, name);
        return 1;
    }
    uint64_t off = key_offset(L, bytes);
    bytes_range(L, bytes, off, 1, "read");
    unsigned char value = *bytes_at(bytes, off);
    if (fault_hit(&bytes->image->map) || in_last_page(bytes, off))
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
    if (is_one_of(FIELDS, name))
        errors_raise_kind(L, ERROR_ARGUMENT, image_name(bytes->image), "field '%s' cannot be set",
                          name);
    unknown_field(L, bytes, 2);
}

/* b[off] = byte. Upvalue 1: the methods. */
static int meta_newindex(lua_State *L)
{
    struct bytes *bytes = bytes_check(L, 1, "index");
    if (lua_type(L, 2) == LUA_TSTRING) {
        set_field(L, bytes);
        return 0;
    }
    uint64_t off = key_offset(L, bytes);
    unsigned char value = argument_byte(L, bytes, "index", 3, off);
    bytes_range(L, bytes, off, 1, "write");
    if (!image_is_hot(bytes->image, bytes->off + off)) {
        bytes_store(L, bytes, off, &value, 1);
        return 0;
    }
    *bytes_at(bytes, off) = value;
    if (fault_hit(&bytes->image->map))
        bytes_current(L, bytes);
    return 0;
}

/* What suture's own Lua half needs beyond the methods */

/* core.restrict(b, "copy" | "read"): the object can do less from now on, in this process. */
static int bytes_restrict(lua_State *L)
{
    struct bytes *bytes = bytes_check_live(L, 1, "restrict");
    enum image_mode mode = IMAGE_COPY;
    if (!mode_of(luaL_checkstring(L, 2), &mode) || mode == IMAGE_SHARED || mode == IMAGE_PATCH)
        luaL_argerror(L, 2, "must be \"copy\" or \"read\"");
    bytes->image->mode = mode;
    bytes->image->hot_page = UINT64_MAX;
    return 0;
}

/* core.touched(b): whether anything was written since the last flush or rollback. */
static int bytes_touched(lua_State *L)
{
    lua_pushboolean(L, image_touched(bytes_check_live(L, 1, "touched")->image));
    return 1;
}

/*
 * core.state(b) -> a number for what the object holds, which a rollback and a redo bring back, and the
 * last of these numbers that was given: another one after each write.
 */
static int bytes_state(lua_State *L)
{
    const struct image *image = bytes_check_live(L, 1, "state")->image;
    lua_pushinteger(L, (lua_Integer)image->state);
    lua_pushinteger(L, (lua_Integer)image->last_state);
    return 2;
}

/* core.join(b, is_member): whether a transaction alone may flush and close the object. */
static int bytes_join(lua_State *L)
{
    struct bytes *bytes = bytes_check(L, 1, "join");
    bytes->member = lua_toboolean(L, 2);
    return 0;
}

/*
 * core.left_normally(object, err), called by a __close that is written in Lua: whether the block that holds
 * the object is left without an error.
 */
static int bytes_left_normally(lua_State *L)
{
    lua_pushboolean(L, leaving_normally(L, 2));
    return 1;
}

static void register_type(lua_State *L)
{
    static const luaL_Reg metamethods[] = {
        {"__len", meta_len},
        {"__tostring", meta_tostring},
        {"__close", meta_close},
        {"__gc", meta_gc},
        {NULL, NULL},
    };
    luaL_newmetatable(L, BYTES_META);
    luaL_setfuncs(L, metamethods, 0);
    lua_pushvalue(L, -2);
    lua_pushcclosure(L, meta_index, 1);
    lua_setfield(L, -2, "__index");
    lua_pushvalue(L, -2);
    lua_pushcclosure(L, meta_newindex, 1);
    lua_setfield(L, -2, "__newindex");
    lua_pop(L, 1);
}

void bytes_register(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"view", bytes_view},
        {"close", bytes_close},
        {"cancel", bytes_cancel},
        {NULL, NULL},
    };
    static const luaL_Reg functions[] = {
        {"open", bytes_open},
        {"buffer", bytes_buffer},
        {"restrict", bytes_restrict},
        {"touched", bytes_touched},
        {"state", bytes_state},
        {"join", bytes_join},
        {"left_normally", bytes_left_normally},
        {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
    luaL_newlib(L, methods);
    access_register(L);
    finding_register(L);
    pending_register(L);
    flushing_register_methods(L);
    resizing_register(L);
    savepoints_register(L);
    scanning_register(L);
    register_type(L);
    lua_setfield(L, -2, "methods");
}
