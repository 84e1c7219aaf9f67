/*
 * disk: complete reads and writes, and durable names.
 *
 * Each function takes the path that its error message names. A short count or EINTR is not an answer: the
 * call goes on. A failed sync is reported and never repeated: the kernel marks the pages clean, so a second
 * sync would lie.
 */
#ifndef SUTURE_DISK_H
#define SUTURE_DISK_H

#include "error.h"

#include <stddef.h>
#include <stdint.h>

/* Writes len bytes at off. Error: `io` with the offset in the file that was reached. */
bool disk_write(int fd, uint64_t off, const void *data, uint64_t len, const char *path,
                struct error *error);

/* Reads len bytes at off. Errors: `io`; `truncated` when the file ends before. */
bool disk_read(int fd, uint64_t off, void *data, uint64_t len, const char *path,
               struct error *error);

/* Sets the size. Error: `io`. */
bool disk_resize(int fd, uint64_t size, const char *path, struct error *error);

/*
 * Reserves space for [off, off + len), so that a full disk is found before a byte is written; the size
 * stays. Error: `io`. A file system that cannot reserve is no error.
 */
bool disk_reserve(int fd, uint64_t off, uint64_t len, const char *path, struct error *error);

/* Makes data and size durable. Error: `io`. */
bool disk_sync(int fd, const char *path, struct error *error);

/* Makes data and all of the inode durable. Error: `io`. */
bool disk_sync_all(int fd, const char *path, struct error *error);

#endif
