/* lines: read, run, print; suture.repl.lines reads. */
#include "lines.h"

#include <stdbool.h>

#include <lauxlib.h>

#include "call.h"
#include "failure.h"

static void print_values(lua_State *L)
{
    int count = lua_gettop(L);
    if (count == 0)
        return;
    luaL_checkstack(L, LUA_MINSTACK, "too many results to print");
    lua_getglobal(L, "print");
    lua_insert(L, 1);
    if (call_protected(L, count, 0) != LUA_OK)
        call_report(L);
}

static void push_module(lua_State *L, const char *name)
{
    lua_getglobal(L, "require");
    lua_pushstring(L, name);
    if (call_protected(L, 1, 1) != LUA_OK) {
        call_report(L);
        lua_pushnil(L);
    }
}

static void preload_suture(lua_State *L)
{
    if (lua_getglobal(L, "suture") == LUA_TNIL) {
        push_module(L, "suture");
        lua_setglobal(L, "suture");
    }
}

/* Leaves a function, a message, or nothing after Ctrl-C. False when there is no more to read. */
static bool read_chunk(lua_State *L)
{
    push_module(L, "suture.repl.lines");
    if (call_protected(L, 0, 1) == LUA_OK)
        return !lua_isnil(L, -1);
    if (!failure_is_kind(L, -1, "interrupted")) {
        call_report(L);
        return false;
    }
    lua_pop(L, 1);
    return true;
}

static void run_chunk(lua_State *L)
{
    if (lua_isfunction(L, 1) && call_protected(L, 0, LUA_MULTRET) == LUA_OK)
        print_values(L);
    else if (lua_gettop(L) > 0)
        call_report(L);
}

void lines_loop(lua_State *L)
{
    preload_suture(L);
    lua_settop(L, 0);
    while (read_chunk(L)) {
        run_chunk(L);
        lua_settop(L, 0);
    }
    lua_settop(L, 0);
}
