/*
 * modules: what require finds inside the executable.
 *
 * Nothing is loaded before its first use: suture.core and suture.host wait in package.preload, the
 * Lua modules in the table of embedded.h.
 */
#ifndef SUTURE_MODULES_H
#define SUTURE_MODULES_H

#include <stdbool.h>

#include <lua.h>

/*
 * Makes the built-in modules known to require, before those on package.path. Call it once, after
 * luaL_openlibs. Raises only for want of memory; leaves the stack as it was.
 */
void modules_install(lua_State *L);

/* Whether word is a verb: the executable carries suture.cli.<word>. */
bool modules_has_verb(const char *word);

/* Pushes the list of all verbs, sorted. */
void modules_push_verbs(lua_State *L);

/* Pushes the list of all modules that the executable carries, sorted. */
void modules_push_names(lua_State *L);

/* host.source(name): the text of such a module, or nil. */
int modules_source(lua_State *L);

#endif
