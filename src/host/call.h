/*
 * call: running Lua code the way a command does, with a traceback, Ctrl-C and an exit status.
 */
#ifndef SUTURE_CALL_H
#define SUTURE_CALL_H

#include <lua.h>

/*
 * Calls the function below its nargs arguments, as lua_pcall does, with Ctrl-C armed meanwhile.
 * Returns a status of Lua. On LUA_OK the results are pushed, else one value: a string with a
 * traceback, or an object with its own __tostring as it was raised.
 */
int call_protected(lua_State *L, int nargs, int nresults);

/*
 * Pops an error left by call_protected or by a load, prints it to stderr in the form
 * "suture: script.lua:12: reason". Returns the exit status: 130 for an error object of kind
 * interrupted, 6 for indeterminate, else 1.
 */
int call_report(lua_State *L);

#endif
