/*
 * hot: finds what an interrupted flush left for a target.
 *
 * The traces of a target are found by its inode, beside it and in the state folder; a target with several
 * names is also asked for its attribute. Looking costs a few failed look-ups and reads nothing.
 */
#ifndef SUTURE_HOT_H
#define SUTURE_HOT_H

#include "folder.h"
#include "ref.h"

#include <sys/stat.h>

/* A target as it is looked for. */
struct hot_target {
    const char *real; /* absolute, resolved */
    struct stat status;
    uint64_t fsid; /* 0 for a device */
    uint64_t ino;  /* of a device its number */
};

enum hot_kind { HOT_NOTHING, HOT_TRACE, HOT_ATTRIBUTE };

struct hot {
    enum hot_kind kind;
    enum trace trace;     /* of HOT_TRACE */
    struct folder folder; /* that holds it; closed by hot_close */
    char name[TRACE_NAME];
};

/* Identifies the file behind a name: `real` is kept, not copied. Error: `io`. */
bool hot_identify(struct hot_target *target, const char *real, struct error *error);

/*
 * The first trace of the target in the order redo, undo, ref, tmp, new, beside it, then in the state folder,
 * then its attribute. Error: `io`, when one of them cannot be looked at; nothing is to be closed then.
 */
bool hot_find(const struct hot_target *target, struct hot *hot, struct error *error);

void hot_close(struct hot *hot);

/*
 * Reads the ref in the folder or, with name NULL, the attribute of the file fd. Whoever obeys it asks
 * hot_is_trusted first. REF_UNKNOWN also when there is none.
 */
enum ref_state hot_read_ref(const struct folder *folder, const char *name, int fd, struct ref *ref);

/* Reads the ref or the attribute that hot_find has found; REF_UNKNOWN also when it is not trusted. */
enum ref_state hot_read_pointer(const struct hot_target *target, const struct hot *hot,
                                struct ref *ref);

enum hot_end {
    HOT_FOUND, /* the journal is there */
    HOT_GONE,  /* its folder is there and it is not: the transaction is over */
    HOT_UNKNOWN /* its folder or the journal cannot be looked at, or another folder is in its place */
};

/*
 * Follows a ref, found in the folder `from` (NULL: an attribute), to its journal: redo, undo or tmp, with the
 * ref's nonce. *journal is filled for HOT_FOUND and is then the caller's to close.
 */
enum hot_end hot_follow(const struct ref *ref, const struct folder *from, struct hot *journal);

/*
 * Whether a trace may be obeyed for a target of that owner: a regular file with one name, mode 0600, owned
 * by the caller, root or the target's owner.
 */
bool hot_is_trusted(const struct stat *trace, uid_t owner);

#endif
