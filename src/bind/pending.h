/*
 * pending: the methods of bytes objects about guards, pending bytes, flush and rollback.
 */
#ifndef SUTURE_PENDING_H
#define SUTURE_PENDING_H

#include "bytes.h"

#include <lua.h>

/* Adds expect, patch, changes, pending, rollback, flush and save to the table at the top. */
void pending_register(lua_State *L);

/* The method flush: b:flush([options]) -> "unchanged" | "place". */
int pending_flush(lua_State *L);

/* How many bytes and runs of [off, off + len) of the image differ from the file. */
uint64_t pending_count(struct image *image, uint64_t off, uint64_t len, uint64_t *runs);

#endif
