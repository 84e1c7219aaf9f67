/* hexdiff: see hexdiff.h. */
#include "hexdiff.h"

#include "compare.h"
#include "holes.h"

#include <string.h>

/* So many bytes are looked at for repeated lines before holes are asked for, */
#define STRIDE ((uint64_t)256 << 10)
/* and so many steps are taken for a piece. */
#define STEPS 1000

/* A step of hexdiff_next writes at most an empty line, a star and four lines. */
#define LINES 5

#define RED "\033[31m"
#define GREEN "\033[32m"

static void begin(struct hexdiff *diff, struct image *image, uint64_t off, uint64_t len,
                  const struct hexdiff_style *style)
{
    memset(diff, 0, sizeof *diff);
    diff->new = image;
    diff->begin = diff->at = off;
    diff->end = off + len;
    diff->style = *style;
    diff->found = DIFFERENCES_FAR;
}

void hexdiff_begin_pending(struct hexdiff *diff, struct image *image, uint64_t off, uint64_t len,
                           enum differences_found (*next)(struct hexdiff *, struct image_change *),
                           const struct hexdiff_style *style)
{
    begin(diff, image, off, len, style);
    diff->next = next;
}

static enum differences_found next_of_pair(struct hexdiff *diff, struct image_change *change)
{
    return differences_next(&diff->walk, change);
}

void hexdiff_begin_pair(struct hexdiff *diff, struct image *old, struct image *new,
                        const struct hexdiff_style *style)
{
    begin(diff, new, 0, new->size, style);
    diff->old = old;
    diff->walk = (struct differences){.old = old, .new = new};
    diff->next = next_of_pair;
}

/* Lines */

static struct hexline_style line_style(const struct hexdiff_style *style, const char *colour)
{
    return (struct hexline_style){style->width, style->colour ? colour : NULL};
}

size_t hexdiff_room(const struct hexdiff_style *style)
{
    struct hexline_style line = line_style(style, RED);
    size_t sign = sizeof RED + sizeof HEXLINE_PLAIN;
    return LINES * (hexline_room(&line) + sign);
}

static char *write_sign(const struct hexdiff *diff, char sign, const char *colour, char *to)
{
    if (!diff->style.colour) {
        *to++ = sign;
        return to;
    }
    memcpy(to, colour, sizeof RED - 1);
    to += sizeof RED - 1;
    *to++ = sign;
    memcpy(to, HEXLINE_PLAIN, sizeof HEXLINE_PLAIN - 1);
    return to + sizeof HEXLINE_PLAIN - 1;
}

static char *write_row(const struct hexdiff *diff, const struct hexdiff_row *row, bool is_new,
                       char *to)
{
    const char *colour = is_new ? GREEN : RED;
    const struct image *image = is_new || !diff->old ? diff->new : diff->old;
    struct hexline_style style = line_style(&diff->style, colour);
    if (!row->len)
        return to;
    to = write_sign(diff, is_new ? '+' : '-', colour, to);
    return hexline_write(&style, image->file_off + row->off, row->bytes, row->len, row->marks, to);
}

static char *write_rows(const struct hexdiff *diff, const struct hexdiff_rows *rows, char *to)
{
    to = write_row(diff, &rows->old, false, to);
    return write_row(diff, &rows->new, true, to);
}

/* Shows the last of the lines that were left out, and a star for the others. */
static char *end_skipping(struct hexdiff *diff, char *to)
{
    if (diff->skipped > 1) {
        *to++ = '*';
        *to++ = '\n';
    }
    if (diff->skipped)
        to = write_rows(diff, &diff->last, to);
    diff->skipped = 0;
    return to;
}

static bool row_repeats(const struct hexdiff_row *last, const struct hexdiff_row *row, size_t width)
{
    if (!row->len && !last->len)
        return true;
    return row->len == width && last->len == width && row->off == last->off + width &&
           memcmp(row->bytes, last->bytes, width) == 0 &&
           memcmp(row->marks, last->marks, width) == 0;
}

static char *show(struct hexdiff *diff, const struct hexdiff_rows *rows, char *to)
{
    size_t width = diff->style.width;
    bool repeats = row_repeats(&diff->last.old, &rows->old, width) &&
                   row_repeats(&diff->last.new, &rows->new, width);
    if (!repeats)
        to = write_rows(diff, rows, end_skipping(diff, to));
    else
        diff->skipped++;
    diff->last = *rows;
    diff->shown = true;
    return to;
}

static char *show_context(struct hexdiff *diff, char *to)
{
    struct hexline_style style = line_style(&diff->style, RED);
    uint64_t len = range_min(diff->style.width, diff->end - diff->at);
    to = end_skipping(diff, to);
    diff->shown = true;
    *to++ = ' ';
    to = hexline_write(&style, diff->new->file_off + diff->at, diff->new->base + diff->at,
                       (size_t)len, NULL, to);
    diff->at += len;
    return to;
}

/* The line of a change and what it stands for */

/* The begin of the line that a byte of the new side is in. */
static uint64_t line_of(const struct hexdiff *diff, uint64_t off)
{
    return off - (off - diff->begin) % diff->style.width;
}

/* Takes from the next change what lies before `limit`; whether that is all of it. */
static bool take(struct hexdiff *diff, uint64_t limit)
{
    struct image_change *rest = &diff->change;
    struct image_change *part = &diff->changes[diff->count++];
    *part = *rest;
    if (rest->off + rest->len <= limit) {
        diff->found = DIFFERENCES_FAR;
        return true;
    }
    part->len = limit - rest->off;
    part->old_len = range_min(rest->old_len, part->len);
    rest->off += part->len;
    rest->len -= part->len;
    rest->old_off += part->old_len;
    rest->old_len -= part->old_len;
    return false;
}

/* A place whose next change is far is not met by that. */
static bool has_change_before(struct hexdiff *diff, uint64_t limit)
{
    if (diff->found == DIFFERENCES_FAR)
        diff->found = diff->next(diff, &diff->change);
    return diff->found == DIFFERENCES_SOME && diff->change.off < limit;
}

static void open_block(struct hexdiff *diff)
{
    uint64_t limit = diff->at + diff->style.width;
    diff->count = 0;
    diff->in_block = true;
    diff->old_at = diff->change.old_off - (diff->change.off - diff->at);
    while (take(diff, limit) && has_change_before(diff, limit))
        continue;
    const struct image_change *last = &diff->changes[diff->count - 1];
    uint64_t end = last->off + last->len;
    diff->new_to = range_min(limit, diff->end);
    diff->old_to = last->old_off + last->old_len + (diff->new_to - end);
}

/* Marks what [from, from + len) has of a row. */
static void mark(struct hexdiff_row *row, uint64_t from, uint64_t len)
{
    uint64_t row_end = row->off + row->len, end = from + len;
    if (!len || from >= row_end || end <= row->off)
        return;
    from = from > row->off ? from : row->off;
    end = range_min(end, row_end);
    memset(row->marks + (from - row->off), 1, (size_t)(end - from));
}

static void fill_old(const struct hexdiff *diff, struct hexdiff_row *row)
{
    if (diff->old)
        memcpy(row->bytes, diff->old->base + row->off, row->len);
    else
        image_before(diff->new, row->off, row->len, row->bytes);
    memset(row->marks, 0, row->len);
    for (size_t i = 0; i < diff->count; i++)
        mark(row, diff->changes[i].old_off, diff->changes[i].old_len);
}

static void fill_new(const struct hexdiff *diff, struct hexdiff_row *row)
{
    memcpy(row->bytes, diff->new->base + row->off, row->len);
    memset(row->marks, 0, row->len);
    for (size_t i = 0; i < diff->count; i++)
        mark(row, diff->changes[i].off, diff->changes[i].len);
}

/* Lines of a change reach up to off: context is due behind them. */
static void come_to(struct hexdiff *diff, uint64_t off)
{
    diff->at = off;
    diff->context_to = off + range_min(diff->style.context * diff->style.width, diff->end - off);
}

/* One line of the block: the new side comes with the last of the old one's. */
static char *show_block(struct hexdiff *diff, char *to)
{
    struct hexdiff_rows rows;
    rows.old.off = diff->old_at;
    rows.old.len = (size_t)range_min(diff->style.width, diff->old_to - diff->old_at);
    diff->old_at += rows.old.len;
    diff->in_block = diff->old_at < diff->old_to;
    rows.new.off = diff->at;
    rows.new.len = diff->in_block ? 0 : (size_t)(diff->new_to - diff->at);
    if (rows.old.len)
        fill_old(diff, &rows.old);
    if (rows.new.len)
        fill_new(diff, &rows.new);
    if (!diff->in_block)
        come_to(diff, diff->new_to);
    return show(diff, &rows, to);
}

/* Long runs of equal lines */

/* How many of the bytes at off repeat the line before them, looked at without copying. */
static uint64_t repeated(struct image *image, uint64_t off, uint64_t len, uint64_t width)
{
    const unsigned char *at = image->base + off;
    uint64_t same = compare_equal(at - width, at, range_min(len, STRIDE));
    if (same == STRIDE && !*at && compare_equal(at, at + 1, width - 1) == width - 1)
        same += image_hole(image, off + same, len - same);
    return same - same % width;
}

/*
 * When lines are being left out, and the next one lies within the same change: how many bytes more are so, whole
 * lines. The old side of pending changes does not lie in one piece.
 */
static uint64_t skippable(struct hexdiff *diff, const struct image_change *within)
{
    bool has_old = diff->last.old.len > 0, has_new = diff->last.new.len > 0;
    uint64_t width = diff->style.width, len = UINT64_MAX;
    if (!diff->skipped || (has_old && !diff->old))
        return 0;
    if (has_old)
        len = within->old_len;
    if (has_new)
        len = repeated(diff->new, within->off, range_min(len, within->len), width);
    if (has_old)
        len = repeated(diff->old, within->old_off, len, width);
    return len;
}

/* Leaves lines out that begin with the rest of a change. */
static bool skip_in_change(struct hexdiff *diff)
{
    struct image_change *change = &diff->change;
    uint64_t len = change->off == diff->at && diff->last.new.len ? skippable(diff, change) : 0;
    if (!len)
        return false;
    uint64_t old_len = diff->last.old.len ? len : 0;
    change->off += len;
    change->len -= len;
    change->old_off += old_len;
    change->old_len -= old_len;
    come_to(diff, diff->at + len);
    diff->last.new.off += len;
    diff->last.old.off += old_len;
    diff->skipped += len / diff->style.width;
    if (!change->len && !change->old_len)
        diff->found = DIFFERENCES_FAR;
    return true;
}

/* Leaves lines out that only the old side has. */
static void skip_in_block(struct hexdiff *diff)
{
    const struct image_change *last = &diff->changes[diff->count - 1];
    uint64_t end = last->old_off + last->old_len;
    if (diff->last.new.len || diff->old_at < last->old_off || diff->old_at >= end)
        return;
    struct image_change rest = {.old_off = diff->old_at, .old_len = end - diff->old_at};
    uint64_t width = diff->style.width;
    uint64_t len = skippable(diff, &rest);
    /* The last one may be the new side's companion. */
    if (len <= width)
        return;
    diff->old_at += len - width;
    diff->last.old.off += len - width;
    diff->skipped += len / width - 1;
}

/* Steps */

/* Where there is a gap before the next change, passes over it up to its context. */
static char *pass_over(struct hexdiff *diff, char *to)
{
    uint64_t line = line_of(diff, diff->change.off);
    uint64_t lead = range_min(diff->style.context * diff->style.width, line - diff->at);
    bool gap = line - diff->at > lead;
    diff->at = line - lead;
    diff->context_to = line;
    if (!gap)
        return to;
    to = end_skipping(diff, to);
    if (diff->shown && diff->style.context)
        *to++ = '\n';
    return to;
}

/* Whether the context that is due ends where the next change begins. */
static bool is_context(const struct hexdiff *diff)
{
    return diff->at < diff->context_to &&
           (diff->found != DIFFERENCES_SOME || line_of(diff, diff->change.off) > diff->at);
}

static char *step(struct hexdiff *diff, char *to)
{
    if (diff->in_block) {
        skip_in_block(diff);
        return show_block(diff, to);
    }
    if (diff->found == DIFFERENCES_FAR)
        diff->found = diff->next(diff, &diff->change);
    if (diff->found == DIFFERENCES_FAR)
        return to;
    if (is_context(diff))
        return show_context(diff, to);
    if (diff->found == DIFFERENCES_NONE)
        return end_skipping(diff, to);
    if (line_of(diff, diff->change.off) > diff->at)
        return pass_over(diff, to);
    if (!skip_in_change(diff))
        open_block(diff);
    return to;
}

bool hexdiff_is_over(const struct hexdiff *diff)
{
    return diff->found == DIFFERENCES_NONE && !diff->in_block && !diff->skipped &&
           diff->at >= diff->context_to;
}

size_t hexdiff_next(struct hexdiff *diff, char *text, size_t room)
{
    char *to = text, *last = text + room - hexdiff_room(&diff->style);
    for (int steps = 0; steps < STEPS && to <= last && !hexdiff_is_over(diff); steps++) {
        to = step(diff, to);
        if (!diff->in_block && diff->found == DIFFERENCES_FAR)
            break;
    }
    return (size_t)(to - text);
}
