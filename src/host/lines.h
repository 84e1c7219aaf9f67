/*
 * lines: the interactive loop of -i.
 */
#ifndef SUTURE_LINES_H
#define SUTURE_LINES_H

#include <lua.h>

/*
 * Reads chunks from stdin until its end, by the editor on a terminal (suture.repl.input), and runs
 * each; the values of an expression are printed. A chunk or an expression that is not finished goes on
 * in the next line. Errors are reported, and the loop goes on; Ctrl-C at the prompt drops what was
 * typed. Prompts (_PROMPT, _PROMPT2) appear only on a terminal. The global `suture` is set to the
 * module if it is free.
 */
void lines_loop(lua_State *L);

#endif
