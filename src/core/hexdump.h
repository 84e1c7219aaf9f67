/*
 * hexdump: a range of an image as text, in the layout of `hexdump -C`, a piece at a time.
 *
 * Whole lines that repeat the line before become one `*`, over the whole range; a line with a marked byte is
 * neither folded away nor stands for others. The last line is the offset behind the range. Offsets are those
 * of the file. An empty range has no text.
 *
 * What repeats is passed at the speed of reading it, and holes of the file without reading them.
 *
 * The image must stay open, and its size as it is, until the last piece.
 */
#ifndef SUTURE_HEXDUMP_H
#define SUTURE_HEXDUMP_H

#include "changes.h"
#include "hexline.h"
#include "image.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hexdump {
    struct image *image;
    struct hexline_style style;
    bool fold;
    uint64_t begin;             /* of the range, in the image */
    uint64_t at;                /* the next byte to be shown */
    uint64_t end;               /* of the range */
    bool ended;                 /* the last line was written */
    bool starred;               /* the last line written is a star */
    bool plain_before;          /* there is a line before, and no byte of it is marked */
    bool follows;               /* marks are the image's changes */
    bool has_mark;              /* there is one at or behind `at`, and it is */
    struct image_change mark;   /* only its new side counts */
    struct image_cursor cursor; /* of the changes behind it */
};

/* The dump of [off, off + len), which lies inside of the image; nothing is marked. */
void hexdump_begin(struct hexdump *dump, struct image *image, uint64_t off, uint64_t len,
                   const struct hexline_style *style, bool fold);

/* Marks the bytes that differ from what the image's file holds, before the first piece. */
void hexdump_mark_changes(struct hexdump *dump);

/* Marks [off, off + len) of the image, before the first piece. */
void hexdump_mark_range(struct hexdump *dump, uint64_t off, uint64_t len);

/*
 * Writes the next piece, whole lines, to text, which has room for at least two of hexline_room's lines. Its
 * length in characters; it may be 0 although the dump goes on, so that no call takes long.
 */
size_t hexdump_next(struct hexdump *dump, char *text, size_t room);

/* Whether there are no more pieces. */
static inline bool hexdump_is_over(const struct hexdump *dump)
{
    return dump->ended || dump->begin == dump->end;
}

#endif
