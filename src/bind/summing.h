/*
 * summing: the methods of bytes objects that compute a checksum or a digest of a range.
 */
#ifndef SUTURE_SUMMING_H
#define SUTURE_SUMMING_H

#include <lua.h>

/* Adds crc32, checksum and digest to the table at the top. */
void summing_register(lua_State *L);

#endif
