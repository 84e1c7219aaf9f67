/*
 * access: the methods of bytes objects that read and write bytes.
 */
#ifndef SUTURE_ACCESS_H
#define SUTURE_ACCESS_H

#include <lua.h>

/* Adds read, write, cstring, each and the typed accessors u8 ... f64be to the table at the top. */
void access_register(lua_State *L);

#endif
