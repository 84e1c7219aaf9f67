/*
 * journal: old and new bytes of a whole transaction on disk: write, read, verify.
 *
 * A journal holds all that is needed to make every file of a transaction wholly new or wholly old, and to
 * know those files again. docs/journal.md describes the format byte by byte; numbers are little-endian.
 *
 * Life (the state is the suffix of its name; every arrow is a rename followed by a sync of the folder):
 *
 *                   flush: write, sync            flush: the decision
 *      (nothing) ---------------------> .tmp ---------------------------> .redo
 *                                         |                              /   |
 *                     flush or recover:   |       flush: a write failed /    | flush or recover:
 *                     removed, files old  |                            v     | carry_forward, removed
 *                                         v                        .undo     v
 *                                      (nothing) <------------------- /   (nothing), files new
 *                                               carry_back, removed,
 *                                               files old
 *
 * Invariants:
 *   1. No target is written before its journal is named .redo and that name is durable.
 *   2. A .redo is only ever carried forward; a .undo is only ever carried back. Both are idempotent, so that
 *      a recovery may itself be interrupted anywhere.
 *   3. Whoever reports a failure after 1 has made .undo durable first: what was reported failed is never
 *      found applied later.
 *   4. The journal is removed only when every target is durable in its final state.
 *   5. Every ref and every replacement is durable under its name before 1.
 *   6. A journal is obeyed only when its checksum holds, its numbers fit in it, and its owner had the right.
 */
#ifndef SUTURE_JOURNAL_H
#define SUTURE_JOURNAL_H

#include "error.h"
#include "fault.h"
#include "image.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JOURNAL_VERSION 1
#define JOURNAL_NONCE 16

enum {
    JOURNAL_REPLACED = 1, /* the new state is another file, swapped in under the name */
    JOURNAL_DEVICE = 2    /* a block device: its size never changes */
};

/* One target on its way into a journal. */
struct journal_member {
    struct image *image;
    uint32_t flags;
    uint32_t mode; /* permission bits: a write by a user clears set-id bits */
    uint64_t fsid;
    uint64_t ino;      /* of a device its number */
    uint64_t new_ino;  /* of the replacement; 0 in place */
    uint64_t old_size; /* of the file */
    uint64_t new_size;
    const char *name; /* relative to the journal's folder */
    const char *path; /* absolute */
    bool has_range;   /* only the changes inside [off, off + len) of the image */
    uint64_t off;
    uint64_t len;
};

/*
 * Writes the journal of all members into the empty file fd, and syncs it. The offsets in it are those of the
 * files. Errors: `io`, naming `path`.
 */
bool journal_write(int fd, const char *path, const unsigned char nonce[JOURNAL_NONCE],
                   struct journal_member *members, uint32_t count, struct error *error);

/* One target as a journal tells it. The pointers point into the journal. */
struct journal_target {
    uint32_t flags;
    uint32_t mode;
    uint64_t ino;
    uint64_t fsid;
    uint64_t new_ino;
    uint64_t old_size;
    uint64_t new_size;
    const char *name;
    const char *path;
    uint64_t changes;
    const unsigned char *table; /* changes entries of 32 bytes */
    const unsigned char *data;  /* for each change its old bytes, then its new ones */
};

/* One change: new bytes [off, off + len) stand where the old file has [old_off, old_off + old_len). */
struct journal_change {
    uint64_t old_off;
    uint64_t old_len;
    uint64_t off;
    uint64_t len;
    const unsigned char *old;
    const unsigned char *new;
};

struct journal {
    const unsigned char *data; /* the whole file, mapped */
    size_t len;
    struct fault_map map;
    unsigned char nonce[JOURNAL_NONCE];
    int64_t time; /* nanoseconds since 1970 */
    uint32_t count;
    struct journal_target *targets;
};

/*
 * Maps and verifies a journal. Errors: `format` (not a journal, damaged, cut), `indeterminate` (a version
 * that this program does not know), `io`, `limit`. Nothing stays open then. The fd stays the caller's.
 */
bool journal_read(struct journal *journal, int fd, const char *path, struct error *error);

/*
 * The same for bytes in memory, which must stay: what journal_read does after mapping. Neither reads past
 * len, whatever the bytes say.
 */
bool journal_parse(struct journal *journal, const unsigned char *data, size_t len, const char *path,
                   struct error *error);

/* Unmaps and frees; idempotent. */
void journal_close(struct journal *journal);

/* Where a walk over the changes of a target is; zero at the beginning. */
struct journal_cursor {
    uint64_t at;
    uint64_t used;
};

/* The next change of a target, in ascending order; false behind the last one. */
bool journal_next(const struct journal_target *target, struct journal_cursor *cursor,
                  struct journal_change *change);

#endif
