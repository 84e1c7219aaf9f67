/*
 * recover: settles an interrupted flush.
 *
 * Invariants (besides those of journal.h):
 *   1. Nothing is written to a target that is not locked by us, is not the inode (on the file system) that
 *      the journal names, or whose bytes are neither old nor new nor a mixture.
 *   2. Nothing is written to a target unless the journal lies in its folder or in the caller's own state
 *      folder, or its folder (or itself, by an attribute) points to the journal with the same nonce.
 *   3. What cannot be decided is `indeterminate` and left as it is.
 *   4. It may be interrupted anywhere and begun anew.
 */
#ifndef SUTURE_RECOVER_H
#define SUTURE_RECOVER_H

#include "error.h"

#include <stdbool.h>

/* What the user wants where bytes alone do not decide. */
enum recover_choice {
    RECOVER_AUTO,  /* the journal's own state */
    RECOVER_OLD,   /* old bytes, whatever is there now */
    RECOVER_NEW,   /* new bytes, whatever is there now */
    RECOVER_FORGET /* the targets stay as they are, the traces go */
};

enum recover_result {
    RECOVER_CLEAN,    /* there was nothing to settle */
    RECOVER_FINISHED, /* the targets are new */
    RECOVER_UNDONE    /* the targets are old */
};

/* A remark on a recovery that succeeded: what was not reached and remains. message is "" where there is none. */
struct recover_note {
    char message[512];
};

/*
 * Settles what an interrupted flush left for the target `path`, and with it the other targets of the same
 * transaction; `journal` names a journal that is not found by itself, or is NULL. Errors: `io`; `locked` (a
 * flush or another patcher has a target open); `indeterminate`, nothing written.
 */
bool recover_path(const char *path, enum recover_choice choice, const char *journal,
                  enum recover_result *result, struct recover_note *note, struct error *error);

#endif
