/*
 * resizing: the methods of bytes objects that change their size or move bytes.
 */
#ifndef SUTURE_RESIZING_H
#define SUTURE_RESIZING_H

#include <lua.h>

/* Adds insert, delete, resize and move to the table at the top. */
void resizing_register(lua_State *L);

#endif
