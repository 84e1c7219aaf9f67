/* leaving: see leaving.h. */
#include "leaving.h"

bool leaving_normally(lua_State *L, int level)
{
    lua_Debug frame;
    if (!lua_isnil(L, 2) || !lua_getstack(L, level, &frame) || !lua_getinfo(L, "S", &frame) ||
        *frame.what == 'C')
        return false;
    bool holds = false;
    for (int i = 1; !holds && lua_getlocal(L, &frame, i); i++) {
        holds = lua_rawequal(L, -1, 1);
        lua_pop(L, 1);
    }
    return holds;
}
