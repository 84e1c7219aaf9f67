/*
 * folder: an open directory, and the names in it that a flush makes.
 *
 * A flush leaves its traces beside the targets, under names made of the target's inode number in hex:
 *
 *     .suture-INODE.tmp    a journal being written
 *     .suture-INODE.redo   a journal that is decided: files become new
 *     .suture-INODE.undo   a journal that is being taken back: files become old
 *     .suture-INODE.ref    points to the journal of a transaction that begins with another target
 *     .suture-INODE.new    a complete replacement, or, once swapped in, what it replaced
 *
 * In the folder `hot` of the state folder, which serves all file systems, the name is
 * .suture-FSID-INODE.SUFFIX.
 */
#ifndef SUTURE_FOLDER_H
#define SUTURE_FOLDER_H

#include "error.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

enum trace { TRACE_TMP, TRACE_REDO, TRACE_UNDO, TRACE_REF, TRACE_NEW };

/* Room for any trace's name with its NUL. */
#define TRACE_NAME 64

struct folder {
    int fd;     /* -1: not open */
    char *path; /* absolute, owned */
    bool hot;   /* the state folder's `hot` */
    uint64_t fsid;
    uint64_t ino;
};

/*
 * Opens the directory; error `io` leaves it closed. `path` is copied. In one that may be searched but not
 * read, names can be looked up but nothing can be made durable.
 */
bool folder_open(struct folder *folder, const char *path, bool hot, struct error *error);

/* Opens the directory that holds the file `path`, which is absolute. */
bool folder_open_of(struct folder *folder, const char *path, struct error *error);

/* Closes and frees; idempotent for a folder whose fd is -1 or that is zeroed with fd -1. */
void folder_close(struct folder *folder);

/* The name of a trace of the target with that file-system id and inode. */
void folder_trace(const struct folder *folder, uint64_t fsid, uint64_t ino, enum trace trace,
                  char name[TRACE_NAME]);

/*
 * Whether a name exists (as anything, links not followed), in *there. Error: `io`, when that cannot be told: it is
 * not the same as no.
 */
bool folder_look(const struct folder *folder, const char *name, bool *there, struct error *error);

/* Makes all changes of names durable. Error: `io`. */
bool folder_sync(const struct folder *folder, struct error *error);

/* Renames within the folder, replacing `to`. Error: `io`. */
bool folder_rename(const struct folder *folder, const char *from, const char *to,
                   struct error *error);

/* Removes a name; a missing one is fine. Error: `io`. */
bool folder_remove(const struct folder *folder, const char *name, struct error *error);

/*
 * Creates a file, mode 0600, O_RDWR; one that is there already is removed first (a trace of a run that died:
 * the caller holds the target's lock). Error: `io`; -1 then.
 */
int folder_create(const struct folder *folder, const char *name, struct error *error);

/* The file-system id (f_fsid) of an open file. False when the system does not tell. */
bool folder_fsid(int fd, uint64_t *fsid);

#endif
