/* hexdump: see hexdump.h. */
#include "hexdump.h"

#include "compare.h"
#include "holes.h"

#include <string.h>

/* So many bytes are looked at for repeated lines before holes are asked for, */
#define STRIDE ((uint64_t)256 << 10)
/* and so many in one piece. */
#define MOST ((uint64_t)64 << 20)

void hexdump_begin(struct hexdump *dump, struct image *image, uint64_t off, uint64_t len,
                   const struct hexline_style *style, bool fold)
{
    *dump = (struct hexdump){.image = image, .style = *style, .fold = fold};
    dump->begin = dump->at = off;
    dump->end = off + len;
}

/* Marks */

static void next_mark(struct hexdump *dump)
{
    do
        dump->has_mark =
            dump->follows && image_next_change(dump->image, &dump->cursor, &dump->mark);
    while (dump->has_mark && !dump->mark.len);
}

/* The changes before the range need not be found: a run may as well begin where the range does. */
static struct image_cursor cursor_at(const struct image *image, uint64_t off)
{
    struct image_cursor cursor = {0};
    struct segment segment = {0};
    while (
        layout_segment(&image->layout, image->size, image->file_size, cursor.segment, &segment) &&
        segment.off + segment.len <= off)
        cursor.segment++;
    if (segment.len == segment.old_len && off > segment.off)
        cursor.done = off - segment.off;
    return cursor;
}

void hexdump_mark_changes(struct hexdump *dump)
{
    dump->follows = true;
    dump->cursor = cursor_at(dump->image, dump->begin);
    next_mark(dump);
}

void hexdump_mark_range(struct hexdump *dump, uint64_t off, uint64_t len)
{
    dump->mark = (struct image_change){.off = off, .len = len};
    dump->has_mark = len > 0;
}

static uint64_t mark_end(const struct hexdump *dump)
{
    return dump->mark.off + dump->mark.len;
}

/* The first marked byte at or behind `at`, at most the range's end. */
static uint64_t next_marked(struct hexdump *dump)
{
    while (dump->has_mark && mark_end(dump) <= dump->at)
        next_mark(dump);
    uint64_t off = dump->has_mark ? dump->mark.off : dump->end;
    return range_min(off > dump->at ? off : dump->at, dump->end);
}

/* The marks of a line; at least one byte of it is marked. */
static void mark_line(struct hexdump *dump, uint64_t len, unsigned char *marks)
{
    uint64_t end = dump->at + len;
    memset(marks, 0, (size_t)len);
    while (dump->has_mark && dump->mark.off < end) {
        uint64_t from = dump->mark.off > dump->at ? dump->mark.off - dump->at : 0;
        uint64_t to = range_min(mark_end(dump), end) - dump->at;
        memset(marks + from, 1, (size_t)(to - from));
        if (mark_end(dump) > end)
            break;
        next_mark(dump);
    }
}

/* Lines */

static bool is_zero(const unsigned char *bytes, size_t len)
{
    return !bytes[0] && memcmp(bytes, bytes + 1, len - 1) == 0;
}

/* How many bytes, whole lines, repeat the line before; of at most `most`, or fewer when they are many. */
static uint64_t repeated(const struct hexdump *dump, uint64_t most)
{
    const unsigned char *at = dump->image->base + dump->at;
    uint64_t width = dump->style.width;
    if (most < width || memcmp(at - width, at, (size_t)width) != 0)
        return 0;
    uint64_t same = compare_equal(at - width, at, range_min(most, STRIDE));
    if (same == STRIDE && is_zero(at, (size_t)width))
        same += image_hole(dump->image, dump->at + same, most - same);
    return same - same % width;
}

static char *fold(struct hexdump *dump, uint64_t len, char *to)
{
    dump->at += len;
    if (dump->starred)
        return to;
    dump->starred = true;
    *to++ = '*';
    *to++ = '\n';
    return to;
}

static char *next_line(struct hexdump *dump, char *to)
{
    unsigned char marks[HEXLINE_WIDTH_MAX];
    uint64_t marked = next_marked(dump);
    uint64_t len = range_min(dump->style.width, dump->end - dump->at);
    uint64_t same = dump->fold && dump->plain_before ? repeated(dump, marked - dump->at) : 0;
    if (same)
        return fold(dump, same, to);
    bool plain = marked >= dump->at + len;
    if (!plain)
        mark_line(dump, len, marks);
    to = hexline_write(&dump->style, dump->image->file_off + dump->at, dump->image->base + dump->at,
                       (size_t)len, plain ? NULL : marks, to);
    dump->plain_before = plain;
    dump->starred = false;
    dump->at += len;
    return to;
}

size_t hexdump_next(struct hexdump *dump, char *text, size_t room)
{
    char *to = text, *last = text + room - hexline_room(&dump->style);
    uint64_t stop = dump->at + range_min(MOST, dump->end - dump->at);
    while (dump->at < stop && to <= last)
        to = next_line(dump, to);
    if (dump->at == dump->end && to <= last && !hexdump_is_over(dump)) {
        to = hexline_address(dump->image->file_off + dump->end, to);
        *to++ = '\n';
        dump->ended = true;
    }
    return (size_t)(to - text);
}
