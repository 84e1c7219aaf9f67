/*
 * leaving: how the block of a to-be-closed variable is left.
 */
#ifndef SUTURE_LEAVING_H
#define SUTURE_LEAVING_H

#include <lua.h>
#include <stdbool.h>

/*
 * Inside __close(value, err), which has these at stack 1 and 2: whether the block is left normally. The
 * frame that is left has that level: 1 where __close is a C function, 2 where one written in Lua asks. Lua
 * passes a nil error also for error(nil), coroutine.close, a coroutine that died of nil, and
 * os.exit(c, true): all of them close from a C frame or from none, and only a Lua function that holds the
 * value leaves its block.
 */
bool leaving_normally(lua_State *L, int level);

#endif
