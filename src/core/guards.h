/*
 * guards: the ranges that a guard accepted, so that a flush can demand that they are still in the file.
 *
 * Offsets are bytes in the image. Only bytes of clean pages belong here: those of dirty pages are already
 * demanded by their pre-images.
 */
#ifndef SUTURE_GUARDS_H
#define SUTURE_GUARDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct guard {
    uint64_t off;
    size_t len;
    size_t at; /* where its bytes begin in guards.bytes */
};

struct guards {
    struct guard *list;
    size_t count;
    size_t room;
    unsigned char *bytes;
    size_t used;
    size_t space;
};

/* Remembers that [off, off + len) held data. False when memory runs out; nothing is added then. */
bool guards_add(struct guards *guards, uint64_t off, const unsigned char *data, size_t len);

/* Adds all that others holds. False when memory runs out; some may have been added then. */
bool guards_append(struct guards *guards, const struct guards *others);

/* Forgets the guards that share a byte with [off, off + len). */
void guards_forget(struct guards *guards, uint64_t off, uint64_t len);

/* Forgets all and frees it; usable again. */
void guards_clear(struct guards *guards);

#endif
