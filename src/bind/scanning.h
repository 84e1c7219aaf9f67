/*
 * scanning: the method of bytes objects that searches for many patterns at once.
 */
#ifndef SUTURE_SCANNING_H
#define SUTURE_SCANNING_H

#include <lua.h>

/* Adds scan to the table at the top. */
void scanning_register(lua_State *L);

#endif
