/* layout: see layout.h. */
#include "layout.h"

#include "range.h"

#include <stdlib.h>
#include <string.h>

/* An insert cuts one piece in two, a delete may cut two; a list that was empty begins with one. */
#define MOST_NEW 3

bool layout_reserve(struct layout *layout)
{
    if (layout->room - layout->count >= MOST_NEW)
        return true;
    size_t room = layout->room * 2 + MOST_NEW;
    struct piece *list = realloc(layout->list, room * sizeof *list);
    if (!list)
        return false;
    layout->list = list;
    layout->room = room;
    return true;
}

/* Spells out what the empty list stands for. */
static void begin(struct layout *layout, uint64_t kept)
{
    if (!layout->count)
        layout->list[layout->count++] = (struct piece){0, 0, kept};
}

/* Cuts the piece that off lies within; the index of the first piece at or behind off. */
static size_t cut(struct layout *layout, uint64_t off)
{
    size_t i = 0;
    while (i < layout->count && layout->list[i].off + layout->list[i].len <= off)
        i++;
    if (i == layout->count || layout->list[i].off >= off)
        return i;
    struct piece *piece = &layout->list[i];
    uint64_t before = off - piece->off;
    memmove(piece + 1, piece, (layout->count - i) * sizeof *piece);
    layout->count++;
    piece[0].len = before;
    piece[1].off += before;
    piece[1].old_off += before;
    piece[1].len -= before;
    return i + 1;
}

static bool continues(const struct piece *piece, const struct piece *next)
{
    return piece->off + piece->len == next->off && piece->old_off + piece->len == next->old_off;
}

/* Brings invariants 1 and 2 back. */
static void tidy(struct layout *layout)
{
    size_t count = 0;
    bool moved = false;
    for (size_t i = 0; i < layout->count; i++) {
        struct piece *piece = &layout->list[i];
        moved = moved || piece->off != piece->old_off;
        if (count && continues(&layout->list[count - 1], piece))
            layout->list[count - 1].len += piece->len;
        else
            layout->list[count++] = *piece;
    }
    layout->count = moved ? count : 0;
}

/* Whether moving what lies at and behind an offset moves a byte of the file. */
static bool matters(const struct layout *layout, uint64_t kept, uint64_t behind)
{
    return layout->count || behind < kept;
}

void layout_insert(struct layout *layout, uint64_t kept, uint64_t off, uint64_t len)
{
    if (!matters(layout, kept, off))
        return;
    begin(layout, kept);
    for (size_t i = cut(layout, off); i < layout->count; i++)
        layout->list[i].off += len;
    tidy(layout);
}

void layout_delete(struct layout *layout, uint64_t kept, uint64_t off, uint64_t len)
{
    if (!matters(layout, kept, off + len))
        return;
    begin(layout, kept);
    size_t first = cut(layout, off);
    size_t behind = cut(layout, off + len);
    memmove(layout->list + first, layout->list + behind,
            (layout->count - behind) * sizeof *layout->list);
    layout->count -= behind - first;
    for (size_t i = first; i < layout->count; i++)
        layout->list[i].off -= len;
    tidy(layout);
}

/* Piece i, or for i == count an empty one at the end. */
static struct piece piece_at(const struct layout *layout, uint64_t size, uint64_t file_size,
                             size_t i, size_t count)
{
    if (i == count)
        return (struct piece){size, file_size, 0};
    if (!layout->count)
        return (struct piece){0, 0, range_min(size, file_size)};
    return layout->list[i];
}

/* For each piece, and for the end, three segments: of the gap before it what both sides have, the rest, itself. */
bool layout_segment(const struct layout *layout, uint64_t size, uint64_t file_size, size_t number,
                    struct segment *segment)
{
    size_t count = layout->count ? layout->count : 1;
    size_t i = number / 3;
    if (i > count)
        return false;
    struct piece before = {0, 0, 0};
    if (i)
        before = piece_at(layout, size, file_size, i - 1, count);
    struct piece piece = piece_at(layout, size, file_size, i, count);
    uint64_t off = before.off + before.len, old_off = before.old_off + before.len;
    uint64_t len = piece.off - off, old_len = piece.old_off - old_off;
    uint64_t both = range_min(len, old_len);
    if (number % 3 == 0)
        *segment = (struct segment){off, both, old_off, both};
    else if (number % 3 == 1)
        *segment = (struct segment){off + both, len - both, old_off + both, old_len - both};
    else
        *segment = (struct segment){piece.off, piece.len, piece.old_off, piece.len};
    return true;
}

bool layout_copy(const struct layout *layout, struct layout *copy)
{
    *copy = (struct layout){0};
    if (!layout->count)
        return true;
    copy->list = malloc(layout->count * sizeof *copy->list);
    if (!copy->list)
        return false;
    memcpy(copy->list, layout->list, layout->count * sizeof *copy->list);
    copy->count = copy->room = layout->count;
    return true;
}

void layout_clear(struct layout *layout)
{
    free(layout->list);
    *layout = (struct layout){0};
}
