/*
 * script: everything of a lua command line but its line loop.
 *
 * Each function returns an exit status: 0, or that of the error it has reported.
 */
#ifndef SUTURE_SCRIPT_H
#define SUTURE_SCRIPT_H

#include <lua.h>

#include "options.h"

/* Sets the global `arg`: the script at 0, its arguments from 1 on, what stands before it below 0. */
void script_set_arg(lua_State *L, int argc, char **argv, int script);

/* Runs $LUA_INIT_5_4 or $LUA_INIT: code, or a file after an @. */
int script_run_environment(lua_State *L);

/* Runs -e, -l and -W in their order, up to the first that fails. */
int script_run_options(lua_State *L, const struct options *options, char **argv);

/*
 * Runs a file with the values of `arg` from 1 on as its arguments; name NULL is stdin. A first line
 * that starts with # is skipped.
 */
int script_run_file(lua_State *L, const char *name);

#endif
