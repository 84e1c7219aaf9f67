/*
 * indexing: what Lua's operators do with bytes objects: b[off], b.field, #b, tostring(b).
 */
#ifndef SUTURE_INDEXING_H
#define SUTURE_INDEXING_H

#include <lua.h>

/*
 * Adds __index, __newindex, __len and __tostring to the metatable at the top. `methods` is the index of the
 * table of methods.
 */
void indexing_register(lua_State *L, int methods);

#endif
