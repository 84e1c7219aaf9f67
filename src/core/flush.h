/*
 * flush: pending bytes to disk, in place.
 *
 * Invariants:
 *   1. Nothing is written before everything is verified under the lock: the name still leads to the
 *      inode, the size is as opened, every dirty page's pre-image and every range that a guard accepted
 *      is still in the file.
 *   2. Only changed runs are written, so no byte that the script did not change is touched and a sparse
 *      file stays sparse.
 *   3. A write or sync that fails is taken back from the pre-images before it is reported. A failed sync
 *      is never repeated for the same bytes.
 *   4. After a failure with nothing written everything is still pending.
 *   5. Signals that would end the process wait until the outcome is known.
 *
 *   CLEAN --image_touch--> PENDING --verify--> VERIFIED --write_runs, fdatasync--> FLUSHED = CLEAN
 *                             ^                   |                 |
 *                             +----- refused -----+                 | failed
 *                             +------------------ take_back --------+
 *                                                    | failed too
 *                                                    v
 *                                              INDETERMINATE
 *
 * A power cut between the first write and the end of fdatasync leaves part of the runs written: this
 * way has no journal.
 */
#ifndef SUTURE_FLUSH_H
#define SUTURE_FLUSH_H

#include "error.h"
#include "image.h"

enum flush_outcome {
    FLUSH_UNCHANGED, /* no byte differs: the file was not touched */
    FLUSH_PLACE      /* written to the same inode */
};

/*
 * Flushes what is pending in [off, off + len), which must lie inside the image, and returns when it is
 * durable. Errors, with nothing written and everything still pending: `unsupported` (not a patch image),
 * `changed`, `truncated`, `locked` (another program locks the file), `io`. `indeterminate`: a write failed
 * and could not be taken back.
 */
bool flush_image(struct image *image, uint64_t off, uint64_t len, enum flush_outcome *outcome,
                 struct error *error);

#endif
