/*
 * module: the C module `suture.core`, through which Lua reaches the core.
 */
#ifndef SUTURE_MODULE_H
#define SUTURE_MODULE_H

#include <lua.h>

/* Opens the module: pushes its table, 1 result. May be called once in each Lua state. */
int luaopen_suture_core(lua_State *L);

#endif
