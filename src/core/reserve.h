/*
 * reserve: space for what a flush is about to write, and its return when nothing is written after all.
 *
 * Writing into a hole, or behind the end, takes blocks, and a full disk must be found before the first byte is
 * written. Blocks that a failed flush has taken would stay in the file, where nobody looks for them, on a disk that is
 * full: so what was a hole before is noted, and made one again.
 *
 * Where it does not help: on a file system that does not tell its extents (FIEMAP: ext4, XFS and Btrfs do, tmpfs does
 * not) the blocks stay, and read as zeros as before.
 */
#ifndef SUTURE_RESERVE_H
#define SUTURE_RESERVE_H

#include "error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hole;

/* All zero: nothing is reserved. */
struct reserve {
    struct hole *holes; /* that were filled */
    size_t count;
    bool
        ends_here; /* nothing was behind the end of the file, which had so many bytes, but is now */
    uint64_t size;
};

/*
 * Reserves space for [off, off + len) of the file, whose size and bytes stay. Error: `io`, with a part of the range
 * reserved perhaps. A file system that cannot reserve is no error.
 */
bool reserve_range(struct reserve *reserve, int fd, uint64_t off, uint64_t len, const char *path,
                   struct error *error);

/*
 * Makes holes of what were holes before, as long as they still read as zeros. The file, which is the one of all
 * reserve_range, still reads the same. What cannot be given back stays.
 */
void reserve_return(struct reserve *reserve, int fd);

/* Keeps what was reserved and frees the notes; idempotent. */
void reserve_end(struct reserve *reserve);

#endif
