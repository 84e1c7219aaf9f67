/*
 * source: open, identify and lock a target; its kind, size, identity.
 *
 * A source is an open file or block device. It is opened O_RDONLY (O_RDWR only for shared use), so that a
 * program under patch can still be run; a descriptor that can write exists only inside a flush. Patching
 * takes an exclusive flock, shared use a shared one; both are held until source_close.
 *
 * The path is resolved once, at open: `real` stays the name of the target even when the working folder or
 * a symbolic link changes.
 *
 * Never opened: FIFOs, sockets, character devices, folders, files of /proc, /sys and their kind (their
 * sizes lie), active swap files. Block devices only when asked for.
 */
#ifndef SUTURE_SOURCE_H
#define SUTURE_SOURCE_H

#include "error.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum source_use {
    SOURCE_READ,  /* no lock */
    SOURCE_PATCH, /* exclusive lock; must be writable */
    SOURCE_SHARED /* shared lock; must be writable, opened O_RDWR */
};

struct source_options {
    enum source_use use;
    bool block;           /* a block device is welcome */
    bool create;          /* make the file when it is missing, */
    uint64_t create_size; /* of so many zero bytes, as a hole */
};

struct source {
    int fd;      /* -1 when closed */
    char *path;  /* as the caller wrote it: for messages */
    char *real;  /* absolute, links resolved: for all later system calls */
    bool device; /* a block device */
    dev_t dev;   /* identity within this boot */
    ino_t ino;
    uint64_t size; /* bytes, at open or after the last flush */
};

/*
 * Opens and locks. Errors: `io` (missing, a folder, no permission ...), `unsupported` (a special file),
 * `readonly` (may not be written), `locked` (another patcher; names its process id where the system tells).
 * On failure the source is closed (fd -1, nothing to free) and, but for a file that `create` made, nothing
 * in the file system has changed.
 */
bool source_open(struct source *source, const char *path, const struct source_options *options,
                 struct error *error);

/* Ends the lock and closes the descriptor, but keeps the names for messages; idempotent. */
void source_release(struct source *source);

/* source_release, and frees the names; idempotent. */
void source_close(struct source *source);

/* The size in bytes as the system tells it now, or `io`. */
bool source_size_now(const struct source *source, uint64_t *size, struct error *error);

/*
 * Whether the name still leads to the inode that was opened: `changed` when it leads elsewhere or
 * nowhere, `io` when it cannot be looked at.
 */
bool source_still_there(const struct source *source, struct error *error);

/*
 * Whether the size is still `source->size`: `truncated` when the file is shorter, `changed` when longer,
 * `io` when it cannot be asked.
 */
bool source_same_size(const struct source *source, struct error *error);

/*
 * A second descriptor that can write, O_CLOEXEC, opened by name and found to be the same inode. Errors:
 * `io` (errno ETXTBSY: the target is a running program), `changed`. *fd is -1 then.
 */
bool source_open_writer(const struct source *source, int *fd, struct error *error);

/* The name leads to another file now: fd (O_RDONLY, locked), which becomes the source's. The size is left as it is. */
void source_adopt(struct source *source, int fd, dev_t dev, ino_t ino);

/*
 * Reads exactly len bytes at off in the file, whatever the mapping shows. `truncated` when the file ends
 * before, `io` otherwise; buffer contents are undefined then.
 */
bool source_read(const struct source *source, uint64_t off, void *data, size_t len,
                 struct error *error);

#endif
