/*
 * transforming: the methods of bytes objects that change a whole range at once.
 *
 * All of them make the whole range ready to be stored to first (image_touch): where that fails, no byte is
 * changed.
 */
#ifndef SUTURE_TRANSFORMING_H
#define SUTURE_TRANSFORMING_H

#include <lua.h>

/* Adds fill, xor, translate, swap and copy to the table at the top. */
void transforming_register(lua_State *L);

#endif
