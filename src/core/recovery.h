/*
 * recovery: a journal that is read again, and its targets, found, locked and opened.
 *
 * What the journal names is only a claim. Here it is asked whether the journal may be obeyed, which files it
 * means, whether somebody has them open for patching, and whether it has the right to each of them; nothing is
 * written to a target. What is done with them is recover's.
 */
#ifndef SUTURE_RECOVERY_H
#define SUTURE_RECOVERY_H

#include "carry.h"
#include "hot.h"
#include "journal.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/* The target that the caller named, locked: while it is, no flush of it is going on. */
struct asked {
    struct hot_target target;
    int lock;
};

struct recovery {
    const struct asked *asked; /* NULL: only a journal was named */
    bool named;                /* the caller named target and journal together */
    bool by_name_only;     /* a target was taken for the journal's by its name, not by its inode */
    struct folder home;    /* that holds the journal; the caller's */
    struct folder hot;     /* the state folder's, if there is one */
    char name[TRACE_NAME]; /* the journal's name now */
    int journal_fd;
    struct stat status; /* of the journal */
    struct journal journal;
    struct carry carry;
    int *locks; /* for each target a locked descriptor, or -1 */
    bool *busy; /* for each target: somebody else patches it, so what is beside it may be in use */
};

/*
 * Opens and locks what was looked at, in *lock; it is the caller's to close (-1: none), also on failure. Errors:
 * `locked` (somebody patches it), `indeterminate` (the name leads to another file by now), `io`.
 */
bool recovery_lock(int *lock, const struct hot_target *found, const char *path,
                   struct error *error);

/* Begins with the journal `name` of the folder, which is borrowed; nothing is opened. recovery_end ends it. */
void recovery_begin(struct recovery *recovery, const struct asked *asked, const struct folder *home,
                    const char *name);

/* Closes and unlocks all. */
void recovery_end(struct recovery *recovery);

/*
 * Reads the journal, if it is trusted for the asked target. A second name that a power cut has left of it is
 * removed. Errors: `indeterminate` (not trusted, damaged, of another version), `io`, `limit`.
 */
bool recovery_read(struct recovery *recovery, struct error *error);

/* One carrier for each target of the journal, none of them opened. Error: `limit`. */
bool recovery_make(struct recovery *recovery, struct error *error);

/*
 * Finds, locks and opens the target i for carrying. Errors: `locked`; `indeterminate` (it is not there, or the
 * journal has no right to it), `io`. What is locked stays so, also on failure.
 */
bool recovery_open_target(struct recovery *recovery, uint32_t i, struct error *error);

/* recovery_make, and all targets. Errors: those of both, for the first target that fails. */
bool recovery_open(struct recovery *recovery, struct error *error);

/*
 * recovery_make, and each target that can be opened; the folders of the others are closed. False unless all were
 * opened, with the error of one that is locked, or else of the last that failed.
 */
bool recovery_open_each(struct recovery *recovery, struct error *error);

/* The folder in which the target i lies as the journal tells it, the caller's to close. Error: `io`. */
bool recovery_folder(const struct recovery *recovery, uint32_t i, struct folder *folder,
                     struct error *error);

/*
 * The state of the ref `name` in the folder, and whether it points to this journal. REF_UNKNOWN where there is
 * none, or none that is trusted for a target of that owner.
 */
enum ref_state recovery_ref(const struct recovery *recovery, const struct folder *folder,
                            const char *name, uid_t owner, bool *points_here);

/*
 * Whether the name still leads to the journal that was read; to be asked when its targets are locked. Error: `io`
 * where that cannot be found out.
 */
bool recovery_is_still_there(const struct recovery *recovery, bool *there, struct error *error);

/*
 * Whether the journal is of this user or root. What another user has written may change that user's bytes, but no
 * mode bits and no record of this user.
 */
bool recovery_is_own(const struct recovery *recovery);

#endif
