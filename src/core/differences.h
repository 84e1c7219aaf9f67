/*
 * differences: where two images differ, compared byte by byte at equal offsets.
 *
 * What is equal is passed at the speed of reading it, and what is a hole in both files without reading it.
 * Afterwards image_current tells of both images whether it can be trusted.
 */
#ifndef SUTURE_DIFFERENCES_H
#define SUTURE_DIFFERENCES_H

#include "changes.h"
#include "image.h"

#include <stdbool.h>
#include <stdint.h>

/* How many of the bytes of a from a_off on and of b from b_off on are equal; len when all are. Both ranges lie inside. */
uint64_t differences_equal(struct image *a, uint64_t a_off, struct image *b, uint64_t b_off,
                           uint64_t len);

/*
 * How many bytes from there on differ, of len, when the first ones have been found to: they count as such even
 * if another process has written to one of the files since.
 */
uint64_t differences_unequal(struct image *a, uint64_t a_off, struct image *b, uint64_t b_off,
                             uint64_t len);

/* FAR: none was found yet, within many bytes that were looked at; to be asked again. */
enum differences_found { DIFFERENCES_NONE, DIFFERENCES_SOME, DIFFERENCES_FAR };

/* A walk over the differences of two images, whose sizes stay as they are; {old, new} is its beginning. */
struct differences {
    struct image *old;
    struct image *new;
    uint64_t done; /* up to here both were compared */
    bool ended;    /* what only one of them has was told */
};

/*
 * The next difference, ascending; one that is long may come in parts that touch. What only the longer image has
 * is a change of its own, inserted or deleted at the end of the other.
 */
enum differences_found differences_next(struct differences *walk, struct image_change *change);

#endif
