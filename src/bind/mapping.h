/*
 * mapping: the methods of bytes objects that are about the mapping and not about bytes.
 */
#ifndef SUTURE_MAPPING_H
#define SUTURE_MAPPING_H

#include <lua.h>

/* Adds advise and sync to the table at the top. */
void mapping_register(lua_State *L);

#endif
