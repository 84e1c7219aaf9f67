/* reserve: see reserve.h. */
#include "reserve.h"

#include "disk.h"
#include "range.h"

#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* How many extents are asked for at once. */
#define EXTENTS 64

/* How many bytes are read at once. */
#define PIECE ((size_t)64 * 1024)

struct hole {
    uint64_t off;
    uint64_t len;
};

union answer {
    struct fiemap map;
    unsigned char room[sizeof(struct fiemap) + EXTENTS * sizeof(struct fiemap_extent)];
};

/* Without memory for it a hole goes unnoticed and stays filled. */
static void note(struct reserve *reserve, uint64_t off, uint64_t end)
{
    if (off >= end)
        return;
    struct hole *holes = realloc(reserve->holes, (reserve->count + 1) * sizeof *holes);
    if (!holes)
        return;
    reserve->holes = holes;
    holes[reserve->count++] = (struct hole){off, end - off};
}

/* The file's extents from off on; false where the system does not tell. */
static bool ask(int fd, uint64_t off, uint64_t len, union answer *answer)
{
    memset(answer, 0, sizeof *answer);
    answer->map.fm_start = off;
    answer->map.fm_length = len;
    answer->map.fm_extent_count = EXTENTS;
    return ioctl(fd, FS_IOC_FIEMAP, &answer->map) == 0;
}

/* Notes what has no blocks, not even reserved ones, before the extents of one answer and between them. */
static uint64_t note_gaps(struct reserve *reserve, const struct fiemap *map, uint64_t off,
                          uint64_t end)
{
    for (uint32_t i = 0; i < map->fm_mapped_extents && off < end; i++) {
        const struct fiemap_extent *extent = &map->fm_extents[i];
        note(reserve, off, range_min(extent->fe_logical, end));
        if (extent->fe_logical + extent->fe_length > off)
            off = extent->fe_logical + extent->fe_length;
    }
    return off;
}

/* In whole blocks, since nothing less is ever taken or given back. */
static void note_holes(struct reserve *reserve, int fd, uint64_t block, uint64_t off, uint64_t len)
{
    union answer answer;
    uint64_t at = off / block * block, end = (off + len + block - 1) / block * block;
    while (at < end) {
        if (!ask(fd, at, end - at, &answer))
            return;
        uint64_t next = note_gaps(reserve, &answer.map, at, end);
        if (answer.map.fm_mapped_extents < EXTENTS || next <= at) {
            note(reserve, next, end);
            return;
        }
        at = next;
    }
}

/* Holes behind the end are not punched by every file system, but a file without anything there can be cut there. */
static void note_end(struct reserve *reserve, int fd, uint64_t block, uint64_t size)
{
    union answer answer;
    uint64_t behind = (size + block - 1) / block * block;
    if (reserve->ends_here || !ask(fd, behind, INT64_MAX - behind, &answer))
        return;
    reserve->ends_here = answer.map.fm_mapped_extents == 0;
    reserve->size = size;
}

static void note_all(struct reserve *reserve, int fd, uint64_t off, uint64_t len)
{
    struct stat status;
    if (fstat(fd, &status) != 0 || status.st_blksize <= 0)
        return;
    note_holes(reserve, fd, (uint64_t)status.st_blksize, off, len);
    if (off + len > (uint64_t)status.st_size)
        note_end(reserve, fd, (uint64_t)status.st_blksize, (uint64_t)status.st_size);
}

bool reserve_range(struct reserve *reserve, int fd, uint64_t off, uint64_t len, const char *path,
                   struct error *error)
{
    if (len)
        note_all(reserve, fd, off, len);
    return disk_reserve(fd, off, len, path, error);
}

/*
 * Whether the range still reads as the hole did; else the bytes are somebody's. SEEK_DATA is no answer: for it a page
 * that was only read is data.
 */
static bool is_untouched(int fd, const struct hole *hole)
{
    unsigned char piece[PIECE];
    for (uint64_t off = hole->off, end = off + hole->len; off < end;) {
        ssize_t got = pread(fd, piece, range_min(PIECE, end - off), (off_t)off);
        if (got <= 0)
            return got == 0;
        if (piece[0] || memcmp(piece, piece + 1, (size_t)got - 1) != 0)
            return false;
        off += (uint64_t)got;
    }
    return true;
}

/* Also a cut to the size that the file has already gives the blocks behind it back. */
static void cut_behind(const struct reserve *reserve, int fd)
{
    struct stat status;
    struct error ignored;
    if (reserve->ends_here && fstat(fd, &status) == 0 && (uint64_t)status.st_size == reserve->size)
        disk_resize(fd, reserve->size, "", &ignored);
}

void reserve_return(struct reserve *reserve, int fd)
{
    for (size_t i = 0; i < reserve->count; i++) {
        const struct hole *hole = &reserve->holes[i];
        if (is_untouched(fd, hole) && fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                                                (off_t)hole->off, (off_t)hole->len) != 0)
            break;
    }
    cut_behind(reserve, fd);
    reserve_end(reserve);
}

void reserve_end(struct reserve *reserve)
{
    free(reserve->holes);
    *reserve = (struct reserve){0};
}
