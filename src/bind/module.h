/*
 * module: the C module `suture.core`, through which Lua reaches the core.
 */
#ifndef SUTURE_MODULE_H
#define SUTURE_MODULE_H

#include <lua.h>

/* Opens the module: pushes its table, 1 result. The one symbol that the shared object exports. */
__attribute__((visibility("default"))) int luaopen_suture_core(lua_State *L);

#endif
