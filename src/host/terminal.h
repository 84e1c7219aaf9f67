/*
 * terminal: facts about the terminal for Lua code.
 */
#ifndef SUTURE_TERMINAL_H
#define SUTURE_TERMINAL_H

#include <lua.h>

/* host.isatty(fd) -> boolean: whether the descriptor is a terminal. Raises for a non-integer. */
int terminal_isatty(lua_State *L);

/* host.columns() -> integer: the width of the terminal on stdout or stderr, 80 without one. */
int terminal_columns(lua_State *L);

#endif
