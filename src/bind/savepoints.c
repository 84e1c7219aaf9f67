/* savepoints: see savepoints.h. */
#include "savepoints.h"

#include "arguments.h"
#include "bytes.h"
#include "errors.h"
#include "leaving.h"
#include "names.h"
#include "savepoint.h"

#include <lauxlib.h>

#define SAVEPOINT_META "suture.savepoint"

/* The object that it is of is the user value: it keeps the image alive. */
struct savepoint {
    struct image *image;
    uint64_t id; /* 0 once it was released */
};

static struct savepoint *check(lua_State *L, int index, const char *function)
{
    struct savepoint *savepoint = luaL_testudata(L, index, SAVEPOINT_META);
    if (!savepoint)
        errors_raise_kind(L, ERROR_ARGUMENT, NULL,
                          "bad object for '%s' (a savepoint expected, got %s; call it with ':')",
                          function, argument_given(L, index) ? luaL_typename(L, index) : "nothing");
    return savepoint;
}

static bool is_over(const struct savepoint *savepoint)
{
    return !image_has_savepoint(savepoint->image, savepoint->id);
}

static void check_not_over(lua_State *L, const struct savepoint *savepoint)
{
    const struct image *image = savepoint->image;
    if (!image->open)
        errors_raise_kind(L, ERROR_CLOSED, image_name(image),
                          "the object of the savepoint is closed");
    if (is_over(savepoint))
        errors_raise_kind(
            L, ERROR_ARGUMENT, image_name(image),
            "the savepoint has ended: by a flush, by a rollback to before it, or by its release");
}

/* Methods of bytes objects */

static struct bytes *check_object(lua_State *L, const char *function, int most)
{
    struct bytes *bytes = bytes_check_live(L, 1, function);
    argument_most(L, bytes, function, most);
    bytes_refuse_view(L, bytes, function);
    return bytes;
}

static void refuse_shared(lua_State *L, const struct bytes *bytes, const char *verb)
{
    if (bytes->image->mode == IMAGE_SHARED)
        errors_raise_kind(L, ERROR_UNSUPPORTED, image_name(bytes->image),
                          "shared mode has nothing pending: %s is not possible", verb);
}

/* b:savepoint() -> savepoint */
static int savepoints_savepoint(lua_State *L)
{
    struct bytes *bytes = check_object(L, "savepoint", 1);
    struct error error;
    refuse_shared(L, bytes, "savepoint");
    struct savepoint *savepoint = lua_newuserdatauv(L, sizeof *savepoint, 1);
    *savepoint = (struct savepoint){bytes->image, 0};
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, 1);
    luaL_setmetatable(L, SAVEPOINT_META);
    bytes_live(L, bytes);
    if (!image_savepoint(bytes->image, &savepoint->id, &error))
        bytes_raise(L, bytes, &error);
    return 1;
}

static void rollback_to(lua_State *L, const struct bytes *bytes)
{
    const struct savepoint *savepoint = luaL_testudata(L, 2, SAVEPOINT_META);
    struct error error;
    if (!savepoint)
        errors_raise_argument(
            L, image_name(bytes->image), "rollback", 1,
            "a savepoint expected, got %s; without an argument it drops everything",
            luaL_typename(L, 2));
    if (savepoint->image != bytes->image)
        errors_raise_argument(L, image_name(bytes->image), "rollback", 1,
                              "the savepoint belongs to another object");
    check_not_over(L, savepoint);
    if (!image_rollback_to(bytes->image, savepoint->id, &error))
        bytes_raise(L, bytes, &error);
}

/* b:rollback([savepoint]) */
static int savepoints_rollback(lua_State *L)
{
    struct bytes *bytes = check_object(L, "rollback", 2);
    refuse_shared(L, bytes, "rollback");
    if (argument_given(L, 2))
        rollback_to(L, bytes);
    else
        image_rollback(bytes->image);
    return 0;
}

/* b:redo() -> whether there was a rollback to take back */
static int savepoints_redo(lua_State *L)
{
    struct bytes *bytes = check_object(L, "redo", 1);
    struct error error;
    bool redone;
    refuse_shared(L, bytes, "redo");
    if (!image_redo(bytes->image, &redone, &error))
        bytes_raise(L, bytes, &error);
    lua_pushboolean(L, redone);
    return 1;
}

/* The type */

static void release(lua_State *L, struct savepoint *savepoint)
{
    struct error error;
    if (!image_release(savepoint->image, savepoint->id, &error))
        errors_raise(L, &error, 0);
    savepoint->id = 0;
}

/* sp:release() */
static int savepoint_release(lua_State *L)
{
    struct savepoint *savepoint = check(L, 1, "release");
    if (argument_given(L, 2))
        errors_raise_argument(L, image_name(savepoint->image), "release", 1,
                              "too many arguments: at most 0");
    check_not_over(L, savepoint);
    release(L, savepoint);
    return 0;
}

/* __close(sp, err): a savepoint that has ended in its block has nothing left to do. */
static int meta_close(lua_State *L)
{
    struct savepoint *savepoint = check(L, 1, "__close");
    struct error error;
    if (is_over(savepoint))
        return 0;
    if (!leaving_normally(L, 1) && !image_rollback_to(savepoint->image, savepoint->id, &error))
        errors_raise(L, &error, 0);
    release(L, savepoint);
    return 0;
}

/* Nobody can go back to it any more. Where there is no memory to say so, it stays until the next flush. */
static int meta_gc(lua_State *L)
{
    const struct savepoint *savepoint = check(L, 1, "__gc");
    struct error ignored;
    if (!is_over(savepoint))
        image_release(savepoint->image, savepoint->id, &ignored);
    return 0;
}

static int meta_tostring(lua_State *L)
{
    const struct savepoint *savepoint = check(L, 1, "tostring");
    lua_pushfstring(L, "savepoint: %s%s", image_name(savepoint->image),
                    is_over(savepoint) ? " (ended)" : "");
    return 1;
}

/* Upvalue 1: the methods. */
static _Noreturn void unknown_field(lua_State *L, const struct savepoint *savepoint)
{
    const char *name = luaL_tolstring(L, 2, NULL);
    names_push_hint(L, name, lua_upvalueindex(1), 0);
    errors_raise_kind(L, ERROR_ARGUMENT, image_name(savepoint->image),
                      "a savepoint has no field or method '%s'%s", name, lua_tostring(L, -1));
}

static int meta_index(lua_State *L)
{
    const struct savepoint *savepoint = check(L, 1, "index");
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) == LUA_TNIL)
        unknown_field(L, savepoint);
    return 1;
}

static int meta_newindex(lua_State *L)
{
    const struct savepoint *savepoint = check(L, 1, "index");
    const char *name = luaL_tolstring(L, 2, NULL);
    errors_raise_kind(L, ERROR_ARGUMENT, image_name(savepoint->image),
                      "field '%s' of a savepoint cannot be set", name);
}

static void register_type(lua_State *L)
{
    static const luaL_Reg methods[] = {{"release", savepoint_release}, {NULL, NULL}};
    static const luaL_Reg metamethods[] = {
        {"__close", meta_close},       {"__gc", meta_gc}, {"__tostring", meta_tostring},
        {"__newindex", meta_newindex}, {NULL, NULL},
    };
    luaL_newmetatable(L, SAVEPOINT_META);
    luaL_setfuncs(L, metamethods, 0);
    luaL_newlib(L, methods);
    lua_pushcclosure(L, meta_index, 1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
}

void savepoints_register(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"savepoint", savepoints_savepoint},
        {"rollback", savepoints_rollback},
        {"redo", savepoints_redo},
        {NULL, NULL},
    };
    register_type(L);
    luaL_setfuncs(L, methods, 0);
}
