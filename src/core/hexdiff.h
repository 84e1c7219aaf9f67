/*
 * hexdiff: where two sides differ, as text, a piece at a time.
 *
 *    00000000  7f 45 4c 46 02 01 01 00  00 00 00 00 00 00 00 00  |.ELF............|
 *   -00000010  03*00 3e 00 01 00 00 00  50 10 00 00 00 00 00 00  |..>.....P.......|
 *   +00000010  02*00 3e 00 01 00 00 00  50 10 00 00 00 00 00 00  |..>.....P.......|
 *    00000020  40 00 00 00 00 00 00 00  78 36 00 00 00 00 00 00  |@.......x6......|
 *
 * Lines are those of hexline.h, counted from the begin of the new side, behind a sign: `+` as the new side has
 * it, `-` what the old side had there, a blank for context, which is the same on both. A `-` line has the old
 * side's offset. Where bytes were inserted or deleted, the `-` lines of a place hold exactly what became its `+`
 * line: fewer bytes than a line has or none, or more than one line. Marked are the bytes that differ.
 *
 * Of three and more neighbours that are the same in both sides' bytes and marks, only the first and the last
 * are shown, with a `*` between. An empty line stands where lines were left out, unless no context is
 * wanted. Sides that do not differ have no text.
 *
 * The sides must stay open, and their sizes as they are, until the last piece.
 */
#ifndef SUTURE_HEXDIFF_H
#define SUTURE_HEXDIFF_H

#include "changes.h"
#include "differences.h"
#include "hexline.h"
#include "image.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Two changes that only delete have a byte between them, others have one each: a line meets no more. */
#define HEXDIFF_CHANGES (HEXLINE_WIDTH_MAX + 3)

struct hexdiff;

struct hexdiff_style {
    size_t width;   /* bytes a line, 1 to HEXLINE_WIDTH_MAX */
    size_t context; /* lines before and after */
    bool colour;    /* for a terminal; otherwise marks are stars */
};

/* One side of a line. */
struct hexdiff_row {
    uint64_t off; /* in the side's image */
    size_t len;   /* bytes; 0: the side has nothing here */
    unsigned char bytes[HEXLINE_WIDTH_MAX];
    unsigned char marks[HEXLINE_WIDTH_MAX];
};

/* A line as it is on both sides. */
struct hexdiff_rows {
    struct hexdiff_row old;
    struct hexdiff_row new;
};

struct hexdiff {
    struct image *old; /* NULL: the old side is what the file of `new` holds */
    struct image *new;
    uint64_t begin; /* of the new side, in its image */
    uint64_t end;
    struct hexdiff_style style;
    enum differences_found (*next)(struct hexdiff *diff, struct image_change *change);
    struct image_cursor cursor;   /* `next` keeps its place here, */
    struct differences walk;      /* or here for two images */
    enum differences_found found; /* what is known of the next change, */
    struct image_change change;   /* which is this one: or the rest of it */
    bool shown;                   /* some line was */
    uint64_t at;                  /* new bytes up to here were shown or passed over */
    uint64_t context_to;          /* up to here context is due */
    /* The line that is being shown, and the part of the old side that it stands for. */
    bool in_block;
    uint64_t old_at;
    uint64_t old_to;
    uint64_t new_to;
    struct image_change changes[HEXDIFF_CHANGES]; /* that have a part in it */
    size_t count;
    struct hexdiff_rows last; /* the last line of a change, shown or skipped */
    uint64_t skipped;         /* how many lines like it were left out */
};

/*
 * The pending changes of [off, off + len), which lies inside of the image, against what its file holds.
 * `next` gives them, as image_next_change does, cut to that range.
 */
void hexdiff_begin_pending(struct hexdiff *diff, struct image *image, uint64_t off, uint64_t len,
                           enum differences_found (*next)(struct hexdiff *, struct image_change *),
                           const struct hexdiff_style *style);

/*
 * Two images, compared byte by byte at equal offsets; what only the longer one has is inserted or deleted at the
 * end.
 */
void hexdiff_begin_pair(struct hexdiff *diff, struct image *old, struct image *new,
                        const struct hexdiff_style *style);

/* The room that hexdiff_next needs at least, in characters. */
size_t hexdiff_room(const struct hexdiff_style *style);

/*
 * Writes the next piece, whole lines. Its length in characters; it may be 0 although the text goes on, so
 * that no call takes long.
 */
size_t hexdiff_next(struct hexdiff *diff, char *text, size_t room);

/* Whether there are no more pieces. */
bool hexdiff_is_over(const struct hexdiff *diff);

#endif
