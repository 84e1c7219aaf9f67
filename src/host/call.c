/* call: lua_pcall with a message handler, and the report of what it caught. */
#include "call.h"

#include <stdio.h>

#include <lauxlib.h>

#include "failure.h"
#include "interrupt.h"

#define STATUS_FAILED 1
#define STATUS_INDETERMINATE 6
#define STATUS_INTERRUPTED 130

/* An object that can print itself stays what it is: the report wants to know its kind. */
static int add_traceback(lua_State *L)
{
    const char *message = lua_tostring(L, 1);
    if (message == NULL) {
        if (luaL_getmetafield(L, 1, "__tostring") != LUA_TNIL) {
            lua_settop(L, 1);
            return 1;
        }
        message = lua_pushfstring(L, "(error object is a %s value)", luaL_typename(L, 1));
    }
    luaL_traceback(L, L, message, 1);
    return 1;
}

int call_protected(lua_State *L, int nargs, int nresults)
{
    int base = lua_gettop(L) - nargs;
    lua_pushcfunction(L, add_traceback);
    lua_insert(L, base);
    interrupt_arm();
    int status = lua_pcall(L, nargs, nresults, base);
    interrupt_disarm();
    lua_remove(L, base);
    return status;
}

static int status_of(lua_State *L, int index)
{
    if (failure_is_kind(L, index, "interrupted"))
        return STATUS_INTERRUPTED;
    if (failure_is_kind(L, index, "indeterminate"))
        return STATUS_INDETERMINATE;
    return STATUS_FAILED;
}

/* Our error objects know where they were raised, as strings have it in front already. */
static void push_place(lua_State *L, int index)
{
    if (failure_is(L, index) && lua_getfield(L, index, "where") == LUA_TSTRING)
        lua_pushfstring(L, "%s: ", lua_tostring(L, -1));
    else
        lua_pushliteral(L, "");
}

int call_report(lua_State *L)
{
    int index = lua_gettop(L);
    int status = status_of(L, index);
    push_place(L, index);
    const char *place = lua_tostring(L, -1);
    const char *message = luaL_tolstring(L, index, NULL);
    fflush(stdout);
    fprintf(stderr, "suture: %s%s\n", place, message);
    lua_settop(L, index - 1);
    return status;
}
