/*
 * patterns: the Lua type of compiled patterns.
 */
#ifndef SUTURE_PATTERNS_H
#define SUTURE_PATTERNS_H

#include "pattern.h"

#include <lua.h>

/* Fills *pattern from the pattern object at that index; false when it is none. Never raises. */
bool patterns_test(lua_State *L, int index, struct pattern *pattern);

/* Registers pattern, literal and hex in the table at the top of the stack, and the type. */
void patterns_register(lua_State *L);

#endif
