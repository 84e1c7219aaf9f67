/* errors: see errors.h. */
#include "errors.h"

#include "names.h"

#include <inttypes.h>
#include <lauxlib.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ERROR_META "suture.error"
#define OWN_PREFIX "suture.own"

static const char *const FIELDS[] = {
    "kind", "path", "offset", "file_offset", "message", "errno", "where", NULL,
};

/* Leaves the prefix on the stack while it is in use: 1 value. */
static int is_own(lua_State *L, const lua_Debug *frame)
{
    int own = 0;
    if (lua_getfield(L, LUA_REGISTRYINDEX, OWN_PREFIX) == LUA_TSTRING) {
        size_t len;
        const char *prefix = lua_tolstring(L, -1, &len);
        own = strncmp(frame->source, prefix, len) == 0;
    }
    lua_pop(L, 1);
    return own;
}

/* Sets field `where` of the table at the top to the first Lua frame that is the script's. */
static void set_where(lua_State *L)
{
    lua_Debug frame;
    for (int level = 0; lua_getstack(L, level, &frame); level++) {
        lua_getinfo(L, "Sl", &frame);
        if (frame.currentline < 0 || is_own(L, &frame))
            continue;
        lua_pushfstring(L, "%s:%d", frame.short_src, frame.currentline);
        lua_setfield(L, -2, "where");
        return;
    }
}

void errors_push(lua_State *L, const struct error *error, uint64_t file_offset)
{
    lua_createtable(L, 0, 8);
    lua_pushstring(L, error_kind_name(error->kind));
    lua_setfield(L, -2, "kind");
    lua_pushstring(L, error->message);
    lua_setfield(L, -2, "message");
    if (error->path[0]) {
        lua_pushstring(L, error->path);
        lua_setfield(L, -2, "path");
    }
    if (error->has_offset) {
        lua_pushinteger(L, (lua_Integer)error->offset);
        lua_setfield(L, -2, "offset");
        lua_pushinteger(L, (lua_Integer)file_offset);
        lua_setfield(L, -2, "file_offset");
    }
    if (error->sys) {
        lua_pushinteger(L, error->sys);
        lua_setfield(L, -2, "errno");
    }
    set_where(L);
    luaL_setmetatable(L, ERROR_META);
}

_Noreturn void errors_raise(lua_State *L, const struct error *error, uint64_t file_offset)
{
    errors_push(L, error, file_offset);
    lua_error(L);
    __builtin_unreachable();
}

_Noreturn void errors_raise_argument(lua_State *L, const char *path, const char *function,
                                     int number, const char *format, ...)
{
    struct error error;
    char reason[sizeof error.message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    error_set(&error, ERROR_ARGUMENT, path, "bad argument #%d to '%s' (%.400s)", number, function,
              reason);
    errors_raise(L, &error, 0);
}

_Noreturn void errors_raise_kind(lua_State *L, enum error_kind kind, const char *path,
                                 const char *format, ...)
{
    struct error error;
    char reason[sizeof error.message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    error_set(&error, kind, path, "%s", reason);
    errors_raise(L, &error, 0);
}

static int error_tostring(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_Buffer line;
    char offset[32];
    luaL_buffinit(L, &line);
    lua_pushliteral(L, "path");
    if (lua_rawget(L, 1) == LUA_TSTRING) {
        luaL_addvalue(&line);
        luaL_addstring(&line, ": ");
    } else {
        lua_pop(L, 1);
    }
    lua_pushliteral(L, "offset");
    if (lua_rawget(L, 1) == LUA_TNUMBER) {
        snprintf(offset, sizeof offset, "0x%" PRIx64 ": ", (uint64_t)lua_tointeger(L, -1));
        luaL_addstring(&line, offset);
    }
    lua_pop(L, 1);
    lua_pushliteral(L, "message");
    if (lua_rawget(L, 1) == LUA_TSTRING)
        luaL_addvalue(&line);
    else
        lua_pop(L, 1);
    luaL_pushresult(&line);
    return 1;
}

static int error_concat(lua_State *L)
{
    luaL_tolstring(L, 1, NULL);
    luaL_tolstring(L, 2, NULL);
    lua_concat(L, 2);
    return 1;
}

/* Absent fields are nil; names that no error has are mistakes. */
static int error_index(lua_State *L)
{
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : NULL;
    for (int i = 0; name && FIELDS[i]; i++)
        if (strcmp(FIELDS[i], name) == 0)
            return 0;
    name = luaL_tolstring(L, 2, NULL);
    lua_createtable(L, 8, 0);
    for (int i = 0; FIELDS[i]; i++) {
        lua_pushstring(L, FIELDS[i]);
        lua_rawseti(L, -2, i + 1);
    }
    names_push_hint(L, name, -1, 1);
    errors_raise_kind(L, ERROR_ARGUMENT, NULL, "an error has no field '%s'%s", name,
                      lua_tostring(L, -1));
}

static lua_Integer optional_integer(lua_State *L, int table, const char *field)
{
    lua_getfield(L, table, field);
    lua_Integer value = luaL_optinteger(L, -1, 0);
    lua_pop(L, 1);
    return value;
}

/* Pushes an error object made from (kind, message [, fields]) at stack 1, 2, 3. */
static void push_from_arguments(lua_State *L)
{
    struct error error;
    enum error_kind kind = error_kind_of(luaL_checkstring(L, 1));
    if (kind == ERROR_NONE)
        luaL_argerror(L, 1, "no such kind of error");
    error_set(&error, kind, NULL, "%s", luaL_checkstring(L, 2));
    uint64_t file_offset = 0;
    if (lua_istable(L, 3)) {
        if (lua_getfield(L, 3, "path") == LUA_TSTRING)
            snprintf(error.path, sizeof error.path, "%s", lua_tostring(L, -1));
        error.has_offset = lua_getfield(L, 3, "offset") == LUA_TNUMBER;
        lua_pop(L, 2);
        error.offset = (uint64_t)optional_integer(L, 3, "offset");
        file_offset = (uint64_t)optional_integer(L, 3, "file_offset");
        error.sys = (int)optional_integer(L, 3, "errno");
    }
    errors_push(L, &error, file_offset);
}

/* core.error(kind, message [, { path=, offset=, file_offset=, errno= }]) -> error object. */
static int errors_error(lua_State *L)
{
    push_from_arguments(L);
    return 1;
}

/* core.raise(...): core.error, then raised. */
static int errors_raise_new(lua_State *L)
{
    push_from_arguments(L);
    return lua_error(L);
}

static int errors_is_error(lua_State *L)
{
    luaL_checkany(L, 1);
    int same =
        lua_getmetatable(L, 1) && luaL_getmetatable(L, ERROR_META) && lua_rawequal(L, -1, -2);
    lua_pushboolean(L, same);
    return 1;
}

/* core.own(prefix): chunks whose source begins so are suture's own. */
static int errors_own(lua_State *L)
{
    luaL_checkstring(L, 1);
    lua_settop(L, 1);
    lua_setfield(L, LUA_REGISTRYINDEX, OWN_PREFIX);
    return 0;
}

void errors_register(lua_State *L)
{
    static const luaL_Reg metamethods[] = {
        {"__tostring", error_tostring},
        {"__concat", error_concat},
        {"__index", error_index},
        {NULL, NULL},
    };
    static const luaL_Reg functions[] = {
        {"error", errors_error},
        {"raise", errors_raise_new},
        {"is_error", errors_is_error},
        {"own", errors_own},
        {NULL, NULL},
    };
    luaL_newmetatable(L, ERROR_META);
    luaL_setfuncs(L, metamethods, 0);
    lua_setfield(L, -2, "error_meta");
    luaL_setfuncs(L, functions, 0);
}
