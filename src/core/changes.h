/*
 * changes: in what an image differs from what its file holds, exact to the byte.
 *
 * New coordinates are offsets in the image as it reads now, old ones offsets in what the file holds,
 * [0, file_size). Where nothing has moved only dirty pages are looked at; of an image in which bytes have
 * moved, also everything that moved.
 */
#ifndef SUTURE_CHANGES_H
#define SUTURE_CHANGES_H

#include "image.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * New bytes [off, off + len) stand where the file has [old_off, old_off + old_len). Bytes that were
 * overwritten: both the same. An insert or growth has old_len 0, a delete or shrink len 0.
 */
struct image_change {
    uint64_t off;
    uint64_t len;
    uint64_t old_off;
    uint64_t old_len;
};

/* A place among the changes; {0} is the beginning. Good until the next change of the image's size. */
struct image_cursor {
    size_t segment; /* of the layout */
    uint64_t done;  /* bytes of it */
};

/*
 * The next change, ascending in both coordinates, never one that touches the one before. False when there
 * is none any more.
 */
bool image_next_change(struct image *image, struct image_cursor *cursor,
                       struct image_change *change);

/* Whether a byte that the file holds has another offset now, so that it cannot be flushed in place. */
bool image_is_moved(const struct image *image);

/* Copies what the file held in [old_off, old_off + len) before it was written to; clean bytes as they are. */
void image_before(const struct image *image, uint64_t old_off, uint64_t len, void *data);

#endif
