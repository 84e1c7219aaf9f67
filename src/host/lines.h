/*
 * lines: the plain interactive loop.
 */
#ifndef SUTURE_LINES_H
#define SUTURE_LINES_H

#include <lua.h>

/*
 * Reads stdin line by line until its end and runs each chunk; the values of an expression are
 * printed. A chunk or an expression that is not finished goes on in the next line. Errors are
 * reported, and the loop goes on. Prompts (_PROMPT, _PROMPT2) appear only on a terminal. The global
 * `suture` is set to the module if it is free.
 */
void lines_loop(lua_State *L);

#endif
