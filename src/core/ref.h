/*
 * ref: points from a target to the journal of its transaction, which begins with another target.
 *
 * A ref is a small text file beside the target (or, for a target with several names, an extended attribute
 * of it), see docs/journal.md. It says which journal, in which folder, on which file system, so that a
 * journal that is not there can be told from one that cannot be looked at.
 */
#ifndef SUTURE_REF_H
#define SUTURE_REF_H

#include "folder.h"
#include "journal.h"

/* The attribute's name, and the most bytes that a ref has. */
#define REF_ATTRIBUTE "user.suture"
#define REF_MAX (2 * PATH_MAX + 256)

struct ref {
    unsigned char nonce[JOURNAL_NONCE];
    uint64_t fsid;            /* of the journal's folder */
    uint64_t ino;             /* of the journal's folder */
    char journal[TRACE_NAME]; /* the journal's name without its suffix, which changes */
    char folder[PATH_MAX];    /* absolute */
    char relative[PATH_MAX];  /* the same from the ref's folder; "" where there is none */
};

/*
 * Fills the ref to the journal of the target (fsid, ino) in `journal_folder`, for a target in the folder
 * `from` (NULL for an attribute).
 */
void ref_fill(struct ref *ref, const unsigned char nonce[JOURNAL_NONCE],
              const struct folder *journal_folder, uint64_t fsid, uint64_t ino, const char *from);

/* Writes the text to `text`; returns its length. */
size_t ref_print(const struct ref *ref, char text[REF_MAX]);

enum ref_state {
    REF_WHOLE,
    REF_TORN, /* the beginning of one at most: it was never made durable, so nothing was decided */
    REF_UNKNOWN /* of another version, or something else */
};

/* Reads a text of len bytes; *ref is filled for REF_WHOLE only. */
enum ref_state ref_parse(struct ref *ref, const char *text, size_t len);

/*
 * Removes the attribute from the open file, durably. Whether it was there, or is still, makes no difference to the
 * file: one that stays leads to a journal that is gone, and is removed by the next look.
 */
void ref_unmark(int fd);

/*
 * Writes the path that leads from the folder `from` to `to`, both absolute and resolved; false when it does
 * not fit.
 */
bool ref_relative(const char *from, const char *to, char path[PATH_MAX]);

#endif
