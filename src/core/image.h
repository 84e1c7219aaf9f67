/*
 * image: a source mapped privately: bounds, dirty pages, pre-images.
 *
 * An image is what a script reads and writes. Its bytes are those of a file from `file_off` on (or of
 * anonymous memory), mapped so that the kernel copies only pages that are written. Offsets are bytes
 * from the image's own offset 0. What differs from the file is found by changes.h, the size is changed by
 * structure.h, and savepoint.h goes back and forward.
 *
 * The memory is flat: byte n lies n behind `base`, and what is inserted moves what follows. Pages are
 * counted in the memory, so the pre-images of pages that were moved or overwritten are those of the file's
 * bytes at the same place. Behind the file's bytes, and up to `room`, lies anonymous memory for growth.
 *
 * Invariants:
 *   1. A byte of a private image is stored only after image_touch entered its pages into the table of
 *      dirty pages, with what they held before, as far as they hold bytes of the file, and into the top
 *      layer of the history, as far as that wants them.
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
#include "history.h"
#include "layout.h"
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
    struct source source; /* fd -1 for memory */
    enum image_mode mode;
    bool open;
    unsigned char *base; /* byte 0 of the image; NULL when size is 0 or closed */
    uint64_t size;       /* bytes, as the script sees it */
    uint64_t
        file_size; /* bytes that the file holds: as opened or last flushed; of memory: as made */
    uint64_t file_off; /* where byte 0 lies in the file */
    struct fault_map
        map;        /* the part of the memory that maps the file; begins at a page boundary, at or
                              before base. Of memory that maps no file: where it begins, with len 0 */
    uint64_t room;  /* bytes of memory from map.base on, the system's whole pages */
    uint64_t fresh; /* memory from map.base + fresh on was never stored to: zeros */
    uint64_t generation;
    struct pages pages; /* dirty pages of the file's bytes; page 0 begins at map.base */
    uint64_t state; /* names what the image holds: 0 as the file, another number after each write */
    uint64_t last_state;  /* numbers up to here were given */
    struct layout layout; /* where the file's bytes are, when they have moved */
    struct history history;
    bool apart;    /* after a rollback: clean pages may be private copies of what the file held */
    bool outdated; /* a pre-image was found to be no longer in the file */
    uint64_t hot_page;    /* a page known to be dirty, or UINT64_MAX: spares the look-up */
    struct canary canary; /* armed while there are dirty pages of a file, or steps of redo */
    struct guards guards; /* what accepted guards saw in clean pages */
};

/*
 * What an image goes on with after a flush that moves bytes, changes the size or replaces the file. It is made before the
 * flush is decided: behind that nothing may fail any more. Zeroed: nothing is foreseen. It must not be moved.
 */
struct image_after {
    bool mapped;          /* there is a new map, of no bytes where the image has none */
    struct fault_map map; /* not touched until it is the image's */
    dev_t dev;            /* identity of the file that it maps */
    ino_t ino;
};

struct image_options {
    enum image_mode mode; /* not IMAGE_MEMORY */
    bool block;           /* a block device is welcome */
    bool create;          /* make the file when missing, of */
    uint64_t create_size; /* so many zero bytes */
    uint64_t off;         /* the image begins at this byte of the file */
    bool has_len;         /* otherwise it goes to the end of the file */
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
 * Makes [off, off + len), which must lie in the memory, ready to be stored to: keeps the pre-images of pages
 * that were clean, and what the top savepoint needs; ends the steps of redo. Errors: `readonly`, `limit`
 * (out of memory), `truncated`, `io`; no byte is changed.
 */
bool image_touch(struct image *image, uint64_t off, uint64_t len, struct error *error);

/* What image_touch does for the whole image: it is written to, and there is nothing to redo any more. */
static inline void image_note_write(struct image *image)
{
    image->state = ++image->last_state;
    if (image->history.step_count)
        history_forget_steps(&image->history);
}

/*
 * Makes sure that pages first to last may be stored to without hiding a truncation (canary.h). Errors: as
 * image_survived.
 */
bool image_watch(struct image *image, uint64_t first, uint64_t last, struct error *error);

/*
 * Makes sure that there is memory for `size` bytes; the size stays. Growing step by step costs no more than
 * the bytes. Errors: `limit`, `truncated`, `io`.
 */
bool image_reserve(struct image *image, uint64_t size, struct error *error);

/* Touches and stores. The data may lie in the image itself, overlapping or not. Errors: as image_touch. */
bool image_write(struct image *image, uint64_t off, const void *data, uint64_t len,
                 struct error *error);

/* How many bytes of memory lie before byte 0. */
static inline uint64_t image_lead(const struct image *image)
{
    return (uint64_t)(image->base - image->map.base);
}

/* Whether the page that holds off is known to be dirty, so that a store needs no image_touch. */
static inline bool image_is_hot(const struct image *image, uint64_t off)
{
    return (image_lead(image) + off) >> PAGE_BITS == image->hot_page;
}

/* Remembers what [off, off + len) holds as accepted by a guard. Error: `limit`. */
bool image_guard(struct image *image, uint64_t off, uint64_t len, struct error *error);

/* Whether anything was written since the last flush or rollback, even without changing a byte. */
bool image_touched(const struct image *image);

/* No page is dirty any more, no guard accepted; memory stays. */
void image_become_clean(struct image *image);

/*
 * Declares the bytes of [off, off + len) of an image whose size is the file's, and in which nothing has
 * moved, to be in the file now: they are what the range held before. Pages without a difference become
 * clean; guards of the range, and all of them once no page is dirty, are forgotten; savepoints and redo
 * end. The caller has written the bytes.
 */
void image_settle(struct image *image, uint64_t off, uint64_t len);

/*
 * Makes ready what the image needs once it is flushed into the file fd: its own (source.fd), or a replacement
 * (O_RDONLY, which holds the image as it reads now). In place, where size and places stay, that is nothing. Errors:
 * `io`, `limit`; the image is as it was, and *after is the caller's to give up.
 */
bool image_foresee(const struct image *image, int fd, struct image_after *after,
                   struct error *error);

/* Gives up what was foreseen; idempotent, harmless once it was used. */
void image_overlook(struct image_after *after);

/*
 * Declares the whole image to be in its file now, whose size is the image's. Nothing is pending any more,
 * savepoints and redo end. *after is used up. It cannot fail.
 */
void image_settle_all(struct image *image, struct image_after *after);

/*
 * The target was replaced by the file fd (O_RDONLY, locked) that *after was made with: from here on it is the image's
 * file, as image_settle_all says, and fd is the image's.
 */
void image_replace_source(struct image *image, int fd, struct image_after *after);

#endif
