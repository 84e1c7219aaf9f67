/*
 * image: a source mapped privately: bounds, dirty pages, pre-images, changed runs.
 *
 * An image is what a script reads and writes. Its bytes are those of a file from `file_off` on (or of
 * anonymous memory), mapped so that the kernel copies only pages that are written. Offsets are bytes
 * from the image's own offset 0.
 *
 * Invariants:
 *   1. A byte of a private image is stored only after image_touch entered its pages into the table of
 *      dirty pages, with what they held before.
 *   2. Whoever reads the memory asks image_intact afterwards and throws away what was read when it fails.
 *   3. An image whose map was hit by a fault, or whose file is shorter than it was, never flushes.
 *   4. The last page of a private file map is a private copy from before the first write (canary.h), and
 *      each later write to that page first asks whether it still is.
 *   5. `generation` changes with everything that makes an address or a size that was taken before wrong:
 *      resize, close. Whoever keeps one compares it.
 */
#ifndef SUTURE_IMAGE_H
#define SUTURE_IMAGE_H

#include "canary.h"
#include "error.h"
#include "fault.h"
#include "guards.h"
#include "pages.h"
#include "range.h"
#include "source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum image_mode {
    IMAGE_READ,   /* writes are errors */
    IMAGE_PATCH,  /* pending until flush */
    IMAGE_COPY,   /* private for ever */
    IMAGE_SHARED, /* straight through to the file */
    IMAGE_MEMORY  /* no file */
};

struct image {
    struct source source;  /* fd -1 for memory */
    enum image_mode mode;
    bool open;
    unsigned char *base;   /* byte 0 of the image; NULL when size is 0 or closed */
    uint64_t size;         /* bytes */
    uint64_t file_off;     /* where byte 0 lies in the file */
    struct fault_map map;  /* the whole mapping, which begins at a page boundary at or before base */
    uint64_t generation;
    struct pages pages;    /* dirty pages; page 0 begins at map.base */
    uint64_t hot_page;     /* a page known to be dirty, or UINT64_MAX: spares the look-up */
    struct canary canary;  /* armed while there are dirty pages of a file */
    struct guards guards;  /* what accepted guards saw in clean pages */
};

struct image_options {
    enum image_mode mode;   /* not IMAGE_MEMORY */
    bool block;             /* a block device is welcome */
    bool create;            /* make the file when missing, of */
    uint64_t create_size;   /* so many zero bytes */
    uint64_t off;           /* the image begins at this byte of the file */
    bool has_len;           /* otherwise it goes to the end of the file */
    uint64_t len;
};

/* A range of bytes that differ from what they were before. */
struct image_run {
    uint64_t off;
    uint64_t len;
};

/*
 * Opens, locks (as source.h says) and maps a file. Errors: those of source_open; `range` when off or
 * off + len lie past the end of the file; `io`, `limit` when it cannot be mapped. Nothing stays open then.
 */
bool image_open(struct image *image, const char *path, const struct image_options *options,
                struct error *error);

/* An image of `size` zero bytes in memory. Error: `limit`. */
bool image_open_memory(struct image *image, uint64_t size, struct error *error);

/* Drops what is pending, unmaps, unlocks; idempotent. image_name still answers; open is false. */
void image_close(struct image *image);

/* image_close, and frees the name too; idempotent, harmless for a zeroed image whose source.fd is -1. */
void image_free(struct image *image);

/* The path for messages: as the caller gave it, or "buffer". */
const char *image_name(const struct image *image);

/*
 * Whether all that was read up to now can be trusted: no page was missing. Errors: `truncated` when the
 * file is or was shorter than at open, `io` when a page could not be read for another reason.
 */
bool image_intact(const struct image *image, struct error *error);

/*
 * image_intact, and the file is not shorter than the image: a truncation inside a page raises no fault,
 * it only makes zeros. Costs a system call. Errors: as image_intact.
 */
bool image_current(const struct image *image, struct error *error);

/*
 * Whether no pending byte was lost to a truncation, even one that was made up for since. Costs some system
 * calls. Errors: as image_current, and `truncated`.
 */
bool image_survived(const struct image *image, struct error *error);

/*
 * Makes [off, off + len), which must lie inside, ready to be stored to: keeps the pre-images of pages
 * that were clean. Errors: `readonly`, `limit` (out of memory), `truncated`, `io`; no byte is changed.
 */
bool image_touch(struct image *image, uint64_t off, uint64_t len, struct error *error);

/* Touches and stores. The data may lie in the image itself, overlapping or not. Errors: as image_touch. */
bool image_write(struct image *image, uint64_t off, const void *data, uint64_t len,
                 struct error *error);

/* Whether the page that holds off is known to be dirty, so that a store needs no image_touch. */
static inline bool image_is_hot(const struct image *image, uint64_t off)
{
    return ((uint64_t)(image->base - image->map.base) + off) >> PAGE_BITS == image->hot_page;
}

/* Remembers what [off, off + len) holds as accepted by a guard. Error: `limit`. */
bool image_guard(struct image *image, uint64_t off, uint64_t len, struct error *error);

/* The first changed run at or after `from`, exact to the byte; false when there is none. */
bool image_next_run(struct image *image, uint64_t from, struct image_run *run);

/* Copies what [off, off + len) held before it was written to `data`; for clean bytes, what they hold. */
void image_before(const struct image *image, uint64_t off, uint64_t len, void *data);

/* Whether anything was written since the last flush or rollback, even without changing a byte. */
bool image_touched(const struct image *image);

/*
 * Brings everything back to what it was before the first write, and forgets the guards. Works on a damaged
 * image too, which stays damaged.
 */
void image_rollback(struct image *image);

/*
 * Declares the bytes of [off, off + len) to be in the file now: they are what the range held before.
 * Pages without a difference become clean; guards of the range, and all of them once no page is dirty, are
 * forgotten. The caller has written the bytes.
 */
void image_settle(struct image *image, uint64_t off, uint64_t len);

#endif
