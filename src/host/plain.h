/*
 * plain: values without behaviour, from one Lua state into another.
 */
#ifndef SUTURE_PLAIN_H
#define SUTURE_PLAIN_H

#include <lua.h>

/*
 * Pushes onto `to` a copy of the value at index of `from`: nil, a boolean, a number, a string, or a table of
 * those (its metatable is left behind). Raises in `to` for anything else, and for tables within tables beyond
 * 16. Runs no code in `from` and leaves its stack as it was.
 */
void plain_copy(lua_State *from, int index, lua_State *to);

#endif
