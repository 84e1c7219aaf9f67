/*
 * finding: the methods of bytes objects that search, and replace what they find.
 */
#ifndef SUTURE_FINDING_H
#define SUTURE_FINDING_H

#include <lua.h>

/* Adds find, rfind, matches, count, unique and replace to the table at the top. */
void finding_register(lua_State *L);

#endif
