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

/*
 * host.char_columns(code) -> integer: how many columns a character takes by the locale of this process: 0 to 2, or
 * -1 where it cannot be shown. Raises for a non-integer.
 */
int terminal_char_columns(lua_State *L);

#endif
