/* bytes: see bytes.h. */
#include "bytes.h"

#include "access.h"
#include "arguments.h"
#include "errors.h"
#include "finding.h"
#include "flushing.h"
#include "indexing.h"
#include "leaving.h"
#include "mapping.h"
#include "opening.h"
#include "pending.h"
#include "resizing.h"
#include "savepoints.h"
#include "scanning.h"
#include "summing.h"
#include "transforming.h"

#include <inttypes.h>
#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

static const char *const MODES[] = {
    [IMAGE_READ] = "read",     [IMAGE_PATCH] = "patch",   [IMAGE_COPY] = "copy",
    [IMAGE_SHARED] = "shared", [IMAGE_MEMORY] = "memory",
};

bool bytes_mode_of(const char *word, enum image_mode *mode)
{
    for (int i = IMAGE_READ; i <= IMAGE_SHARED; i++) {
        if (strcmp(word, MODES[i]) == 0) {
            *mode = (enum image_mode)i;
            return true;
        }
    }
    return false;
}

const char *bytes_mode_name(const struct bytes *bytes)
{
    return MODES[bytes->image->mode];
}

const char BYTES_SEAL = 0;

void *bytes_new(lua_State *L, size_t size, int user_values)
{
    struct bytes *bytes = lua_newuserdatauv(L, size, user_values);
    memset(bytes, 0, size);
    bytes->seal = &BYTES_SEAL;
    return bytes;
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
    struct bytes *view = bytes_new(L, sizeof *view, 1);
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
        bytes->ended = true, bytes->generation = UINT64_MAX;
    else
        image_close(bytes->image);
}

/* b:close(): raises `pending` in patch mode when bytes would be dropped. */
static int bytes_close(lua_State *L)
{
    struct bytes *bytes = bytes_check(L, 1, "close");
    argument_most(L, bytes, "close", 1);
    bytes_refuse_member(L, bytes, "close");
    if (bytes_is_over(bytes))
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
    if (bytes_is_over(bytes))
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

/* What suture's own Lua half needs beyond the methods */

/* core.restrict(b, "copy" | "read"): the object can do less from now on, in this process. */
static int bytes_restrict(lua_State *L)
{
    struct bytes *bytes = bytes_check_live(L, 1, "restrict");
    enum image_mode mode = IMAGE_COPY;
    if (!bytes_mode_of(luaL_checkstring(L, 2), &mode) || mode == IMAGE_SHARED ||
        mode == IMAGE_PATCH)
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

/* The metatable, which goes into the registry. The methods are at the top of the stack. */
static void register_type(lua_State *L)
{
    static const luaL_Reg metamethods[] = {
        {"__close", meta_close},
        {"__gc", meta_gc},
        {NULL, NULL},
    };
    luaL_newmetatable(L, BYTES_META);
    luaL_setfuncs(L, metamethods, 0);
    indexing_register(L, -2);
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
        {"restrict", bytes_restrict},
        {"touched", bytes_touched},
        {"state", bytes_state},
        {"join", bytes_join},
        {"left_normally", bytes_left_normally},
        {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
    opening_register(L);
    luaL_newlib(L, methods);
    access_register(L);
    finding_register(L);
    pending_register(L);
    flushing_register_methods(L);
    resizing_register(L);
    savepoints_register(L);
    summing_register(L);
    transforming_register(L);
    mapping_register(L);
    scanning_register(L);
    register_type(L);
    lua_setfield(L, -2, "methods");
}
