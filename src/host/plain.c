/* plain: a copy, value by value. */
#include "plain.h"

#include <lauxlib.h>

#define MOST_DEPTH 16

static void copy(lua_State *from, int index, lua_State *to, int depth);

static void copy_table(lua_State *from, int index, lua_State *to, int depth)
{
    if (depth == MOST_DEPTH || !lua_checkstack(from, 3))
        luaL_error(to, "tables within tables pass the limit of %d", MOST_DEPTH);
    luaL_checkstack(to, 4, NULL);
    lua_newtable(to);
    lua_pushnil(from);
    while (lua_next(from, index)) {
        copy(from, lua_gettop(from) - 1, to, depth + 1);
        copy(from, lua_gettop(from), to, depth + 1);
        lua_rawset(to, -3);
        lua_pop(from, 1);
    }
}

static void copy_string(lua_State *from, int index, lua_State *to)
{
    size_t len;
    const char *text = lua_tolstring(from, index, &len);
    lua_pushlstring(to, text, len);
}

static void copy(lua_State *from, int index, lua_State *to, int depth)
{
    int type = lua_type(from, index);
    if (type == LUA_TNIL)
        lua_pushnil(to);
    else if (type == LUA_TBOOLEAN)
        lua_pushboolean(to, lua_toboolean(from, index));
    else if (type == LUA_TSTRING)
        copy_string(from, index, to);
    else if (lua_isinteger(from, index))
        lua_pushinteger(to, lua_tointeger(from, index));
    else if (type == LUA_TNUMBER)
        lua_pushnumber(to, lua_tonumber(from, index));
    else if (type == LUA_TTABLE)
        copy_table(from, index, to, depth);
    else
        luaL_error(to, "a %s cannot be handed to another process", lua_typename(from, type));
}

void plain_copy(lua_State *from, int index, lua_State *to)
{
    copy(from, lua_absindex(from, index), to, 0);
}
