/*
 * opening: the functions that make bytes objects of a file and in memory.
 */
#ifndef SUTURE_OPENING_H
#define SUTURE_OPENING_H

#include <lua.h>

/* Adds open and buffer to the table at the top. */
void opening_register(lua_State *L);

#endif
