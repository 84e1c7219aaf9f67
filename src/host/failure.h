/*
 * failure: suture's error objects, seen from the host.
 *
 * The objects are those of the module suture.core, reached through its Lua interface alone.
 */
#ifndef SUTURE_FAILURE_H
#define SUTURE_FAILURE_H

#include <stdbool.h>

#include <lua.h>

/* Raises an error object of the kind, such as "interrupted". Never returns. */
int failure_raise(lua_State *L, const char *kind, const char *message);

/* Whether the value at index is an error object. False while suture.core has never been loaded. */
bool failure_is(lua_State *L, int index);

/* Whether the value at index is an error object of that kind. */
bool failure_is_kind(lua_State *L, int index, const char *kind);

#endif
