/*
 * flush: pending bytes of one or several images to disk, all of them or none.
 *
 * In place by default; by replacing the file where bytes moved, where the target is a running program, or
 * where the caller wants it. journal.h states the protocol's life and invariants; the order here is
 *
 *     collect    what changed, in the order (dev, ino); nothing changed: nothing is touched
 *     prepare    each: same name, inode, size; lock; pre-images and guards verified; space reserved;
 *                replacements written and synced
 *     decide     refs written, journal written as .tmp, all synced; renamed to .redo, folder synced = COMMIT
 *     carry out  ranges written, replacements swapped in, each synced
 *     finish     traces removed, the journal kept as a record or removed, folder synced
 *
 * Up to COMMIT a failure removes what was made and leaves everything pending. After COMMIT a failure is taken
 * back by way of .undo and then reported; when that fails too the outcome is `indeterminate`, the journal
 * stays and recovery settles it. A lone replacement needs no journal: its rename is the COMMIT.
 *
 * Signals that would end the process wait until the outcome is known.
 *
 * Where it does not help: on a file system or disk that says "synced" and lies; against programs that
 * write to the target during the flush without asking for locks.
 */
#ifndef SUTURE_FLUSH_H
#define SUTURE_FLUSH_H

#include "error.h"
#include "image.h"

enum flush_way {
    FLUSH_ANY,
    FLUSH_BY_PLACE,  /* in place or not at all */
    FLUSH_BY_REPLACE /* a new file in any case */
};

enum flush_outcome {
    FLUSH_UNCHANGED, /* no byte differs: the file was not touched */
    FLUSH_PLACE,     /* written to the same inode */
    FLUSH_REPLACED   /* a new inode under the old name */
};

struct flush_options {
    enum flush_way way;
    bool break_links; /* a replacement may part a target from its other names */
    bool no_record;
    bool
        has_range; /* only [off, off + len) of the one image, which must not have moved or resized */
    uint64_t off;
    uint64_t len;
};

/*
 * A remark on a flush that succeeded: no record was kept, or an image could not be mapped anew and is closed. message
 * is "" where there is none.
 */
struct flush_note {
    char message[512];
};

/*
 * Flushes `count` different images, one or more; durable on return. outcomes has room for as many. Errors,
 * with nothing written and everything still pending: `unsupported` (not a patch image; a hard link that would
 * be parted), `changed`, `truncated`, `locked` (another program locks the file), `io`, `limit`.
 * `indeterminate`: decided, but neither finished nor taken back.
 */
bool flush_images(struct image **images, uint32_t count, const struct flush_options *options,
                  enum flush_outcome *outcomes, struct flush_note *note, struct error *error);

#endif
