/* failure: error objects through suture.core's raise, is_error and fields. */
#include "failure.h"

#include <string.h>

#include <lauxlib.h>

#include "module.h"

#define CORE "suture.core"

int failure_raise(lua_State *L, const char *kind, const char *message)
{
    luaL_requiref(L, CORE, luaopen_suture_core, 0);
    lua_getfield(L, -1, "raise");
    lua_pushstring(L, kind);
    lua_pushstring(L, message);
    lua_call(L, 2, 0);
    return luaL_error(L, "%s", message);
}

bool failure_is(lua_State *L, int index)
{
    int top = lua_gettop(L);
    bool is = false;
    index = lua_absindex(L, index);
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    if (lua_getfield(L, -1, CORE) == LUA_TTABLE) {
        lua_getfield(L, -1, "is_error");
        lua_pushvalue(L, index);
        lua_call(L, 1, 1);
        is = lua_toboolean(L, -1);
    }
    lua_settop(L, top);
    return is;
}

bool failure_is_kind(lua_State *L, int index, const char *kind)
{
    bool same = false;
    if (failure_is(L, index)) {
        lua_getfield(L, index, "kind");
        const char *found = lua_tostring(L, -1);
        same = found != NULL && strcmp(found, kind) == 0;
        lua_pop(L, 1);
    }
    return same;
}
