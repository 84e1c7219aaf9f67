/* window: see window.h. */
#include "window.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* Older headers lack it, older kernels refuse it. */
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif

/*
 * The first parts are small, since what is looked for may be near. A copy fits the processor's cache. Tests
 * make pages smaller, and with them all of this.
 */
static const uint64_t FIRST = 4 * PAGE_BYTES, MAPPED = 2048 * PAGE_BYTES, COPIED = 64 * PAGE_BYTES;
static const uint64_t GROWTH = 4, TRIAL = 512 * PAGE_BYTES;

void window_open(struct window *window, const struct image *image, uint64_t from, uint64_t to,
                 uint64_t least, uint64_t most, bool backward, bool no_zeros)
{
    *window = (struct window){
        .image = image,
        .low = from,
        .high = to - from < least ? from : to - least + 1,
        .end = to,
        .overlap = most - 1,
        .backward = backward,
        .no_zeros = no_zeros,
        .step = most > FIRST ? most : FIRST,
    };
}

const unsigned char *window_rest(const struct window *window, uint64_t *len)
{
    *len = window->end - window->low;
    return window->image->base + window->low;
}

void window_close(struct window *window)
{
    free(window->buffer);
    window->buffer = NULL;
}

/* What a part is made of */

static uint64_t page_of(const struct image *image, uint64_t off)
{
    return (image_lead(image) + off) >> PAGE_BITS;
}

/* Whether a page between first and last differs, or may differ, from the file's. */
static bool has_dirty(const struct image *image, uint64_t first, uint64_t last)
{
    const struct pages *pages = &image->pages;
    if (pages->count > last - first) {
        for (uint64_t number = first; number <= last; number++)
            if (pages_find(pages, number))
                return true;
        return false;
    }
    for (size_t i = 0; i < pages->count; i++)
        if (pages->list[i].number >= first && pages->list[i].number <= last)
            return true;
    return false;
}

/*
 * Whether all bytes of [off, off + len) are those of the file at the same place. The canary's page is a
 * private copy also when it is clean, and so may be any page after a rollback.
 */
static bool is_as_file(const struct image *image, uint64_t off, uint64_t len)
{
    const unsigned char *at = image->base + off, *map = image->map.base;
    if (!len || image->apart || (uint64_t)(at - map) + len > image->map.len)
        return false;
    if (image->canary.page) {
        uint64_t canary = (uint64_t)(image->canary.page - map);
        if ((uint64_t)(at - map) + len > range_floor(canary, (uint64_t)sysconf(_SC_PAGESIZE)))
            return false;
    }
    return !has_dirty(image, page_of(image, off), page_of(image, off + len - 1));
}

/*
 * In shared mode a byte can be stored by others, through their mappings, without the file system's notice.
 * ENXIO: no data follows, or the file has become shorter, which image_current will tell.
 */
static bool is_hole(const struct image *image, uint64_t off, uint64_t len)
{
    if (image->mode == IMAGE_SHARED || !is_as_file(image, off, len))
        return false;
    off_t data = lseek(image->source.fd, (off_t)(image->file_off + off), SEEK_DATA);
    return data < 0 ? errno == ENXIO : (uint64_t)data >= image->file_off + off + len;
}

/* Ways */

static uint64_t clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* What fails here is met again when the bytes are read, and reported then. */
static void populate(struct window *window)
{
    const struct image *image = window->image;
    uint64_t first = image_lead(image) + window->from;
    if (window->no_populate || first >= image->map.len)
        return;
    uint64_t from = range_floor(first, (uint64_t)sysconf(_SC_PAGESIZE));
    uint64_t to = range_min(first + window->len, image->map.len);
    window->no_populate =
        madvise(image->map.base + from, (size_t)(to - from), MADV_POPULATE_READ) != 0;
}

/* A short read is left to the mapping, as any other trouble is. */
static bool copy(struct window *window)
{
    const struct image *image = window->image;
    uint64_t off = window->from, len = window->len;
    if (!is_as_file(image, off, len))
        return false;
    if (!window->buffer)
        window->buffer = malloc((size_t)(COPIED + window->overlap));
    return window->buffer && pread(image->source.fd, window->buffer, (size_t)len,
                                   (off_t)(image->file_off + off)) == (ssize_t)len;
}

static bool can_copy(const struct window *window)
{
    return window->image->map.len && window->overlap <= COPIED / 4;
}

/* Charges the time since the last part was handed out to the way in which that was made. */
static void charge(struct window *window)
{
    uint64_t now = clock_now();
    if (window->since) {
        window->seconds[window->way] += now - window->since;
        window->tried[window->way] += window->count;
    }
    window->since = now;
}

/* Times are per position; both were tried on about as many. */
static bool is_slower(const struct window *window, enum window_way way, enum window_way other)
{
    return (double)window->seconds[way] * (double)window->tried[other] >
           (double)window->seconds[other] * (double)window->tried[way];
}

/* Mapped first; a copy once mapping was tried; then whatever was faster. */
static void choose(struct window *window)
{
    if (window->is_decided)
        return;
    if (!can_copy(window)) {
        window->is_decided = true;
        return;
    }
    charge(window);
    if (window->way == WINDOW_MAPPED && window->tried[WINDOW_MAPPED] >= TRIAL) {
        window->way = WINDOW_COPIED;
    } else if (window->tried[WINDOW_COPIED] >= TRIAL) {
        window->way =
            is_slower(window, WINDOW_COPIED, WINDOW_MAPPED) ? WINDOW_MAPPED : WINDOW_COPIED;
        window->is_decided = true;
    }
}

/* Positions of the next part: few at first; at least as many as the overlap, which is had again each time. */
static uint64_t next_step(struct window *window)
{
    uint64_t step = window->step, most = window->is_decided ? MAPPED : TRIAL;
    if (window->way == WINDOW_COPIED)
        return COPIED;
    if (step < most)
        window->step = step * GROWTH < most ? step * GROWTH : most;
    return step;
}

/* Parts */

static void cut(struct window *window, uint64_t count)
{
    count = range_min(count, window->high - window->low);
    window->from = window->backward ? window->high - count : window->low;
    window->count = count;
    window->len = range_min(window->end - window->from, count + window->overlap);
    if (window->backward)
        window->high -= count;
    else
        window->low += count;
}

static void put_back(struct window *window)
{
    if (window->backward)
        window->high += window->count;
    else
        window->low -= window->count;
}

static void skip_holes(struct window *window)
{
    while (window->low < window->high) {
        cut(window, MAPPED);
        if (is_hole(window->image, window->from, window->len))
            continue;
        put_back(window);
        return;
    }
}

static void hand_out(struct window *window)
{
    if (window->way == WINDOW_COPIED && copy(window)) {
        window->data = window->buffer;
        return;
    }
    populate(window);
    window->data = window->image->base + window->from;
}

bool window_next(struct window *window)
{
    choose(window);
    if (window->no_zeros)
        skip_holes(window);
    if (window->low == window->high)
        return false;
    cut(window, next_step(window));
    hand_out(window);
    return true;
}
