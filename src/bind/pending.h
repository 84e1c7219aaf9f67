/*
 * pending: the methods of bytes objects about guards and pending bytes.
 */
#ifndef SUTURE_PENDING_H
#define SUTURE_PENDING_H

#include "bytes.h"
#include "changes.h"

#include <lua.h>

/* Adds expect, patch, pending and changes to the table at the top. */
void pending_register(lua_State *L);

/*
 * How many bytes of [off, off + len) of the image differ from the file, in *runs how many changes they make.
 * Where a change has two lengths, the longer one counts.
 */
uint64_t pending_count(struct image *image, uint64_t off, uint64_t len, uint64_t *runs);

/* image_next_change, for the changes that have a part in [off, off + len) of the image, and for that part. */
bool pending_next_change(struct image *image, struct image_cursor *cursor, uint64_t off,
                         uint64_t len, struct image_change *change);

/* Raises when pending bytes were lost, before anything is said about them. */
void pending_check_survived(lua_State *L, const struct bytes *bytes);

#endif
