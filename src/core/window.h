/*
 * window: an image's bytes, part by part, as cheaply as they can be had.
 *
 * A search that reads a file through its mapping page by page pays for each page that is not mapped yet,
 * several times what the search itself costs. So a part is either mapped in one go before it is handed
 * out (MADV_POPULATE_READ), or read into a buffer; which of the two is faster depends on the machine (on
 * some virtual ones a page mapped costs a microsecond) and on what is mapped already, and is tried out on
 * some MiB. Neither hides an error: what cannot be had that way is left to the mapping and fault.h.
 *
 * A part is a range of positions at which something may begin: [from, from + count). Its data goes on
 * behind them, so that whatever begins in a part lies in its data. Parts do not overlap, and
 * together they are all positions, but for those in holes of the file, where asked to pass over them.
 *
 * Nothing may be written to the image between window_open and window_close.
 */
#ifndef SUTURE_WINDOW_H
#define SUTURE_WINDOW_H

#include "image.h"

enum window_way { WINDOW_MAPPED, WINDOW_COPIED, WINDOW_WAYS };

struct window {
    const unsigned char *data; /* the part's first byte */
    uint64_t from;             /* where the part begins in the image */
    uint64_t count;            /* positions */
    uint64_t len;              /* bytes that can be read */

    /* What follows is the window's own. */
    const struct image *image;
    uint64_t low, high; /* the positions not handed out yet */
    uint64_t end;       /* of what may be read */
    uint64_t overlap;
    bool backward;
    bool no_zeros;
    bool no_populate; /* the system cannot, or the file is too short */
    uint64_t step;    /* positions of the next part */
    enum window_way way;
    bool is_decided;
    uint64_t seconds[WINDOW_WAYS], tried[WINDOW_WAYS]; /* nanoseconds, positions */
    uint64_t since;
    unsigned char *buffer;
};

/*
 * Begins with [from, to), which lies in the image, for things of `least` to `most` bytes, 1 or more.
 * Parts come ascending, or descending when `backward`. no_zeros: nothing that is looked for can begin and end in
 * zeros, so that holes of the file may be passed over.
 */
void window_open(struct window *window, const struct image *image, uint64_t from, uint64_t to,
                 uint64_t least, uint64_t most, bool backward, bool no_zeros);

/* The next part. False behind the last one. */
bool window_next(struct window *window);

/* What is still to come of a window that is not backward, as it lies in the mapping. */
const unsigned char *window_rest(const struct window *window, uint64_t *len);

/* Frees what the window took; idempotent. */
void window_close(struct window *window);

#endif
