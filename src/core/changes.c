/* changes: see changes.h. */
#include "changes.h"

#include <string.h>

bool image_is_moved(const struct image *image)
{
    return layout_is_moved(&image->layout);
}

/*
 * The old bytes at old_off and, in *len, how many of the wanted ones lie together. Those of clean pages are
 * in the memory still.
 */
static const unsigned char *old_bytes(const struct image *image, uint64_t old_off, uint64_t *len)
{
    uint64_t at = image_lead(image) + old_off;
    uint64_t in_page = at & (PAGE_BYTES - 1);
    const struct page *page = pages_find(&image->pages, at >> PAGE_BITS);
    *len = range_min(*len, PAGE_BYTES - in_page);
    return page ? page->before + in_page : image->base + old_off;
}

void image_before(const struct image *image, uint64_t old_off, uint64_t len, void *data)
{
    unsigned char *to = data;
    while (len) {
        uint64_t part = len;
        const unsigned char *old = old_bytes(image, old_off, &part);
        memcpy(to, old, (size_t)part);
        to += part;
        old_off += part;
        len -= part;
    }
}

/* How many of the first bytes are equal (or, if differ, unequal). */
static uint64_t prefix(const unsigned char *a, const unsigned char *b, uint64_t len, bool differ)
{
    uint64_t i = 0;
    if (!differ && memcmp(a, b, (size_t)len) == 0)
        return len;
    while (i < len && (a[i] != b[i]) == differ)
        i++;
    return i;
}

/* How many bytes from off on, of len, lie in clean pages before the next dirty one. */
static uint64_t clean(struct image *image, uint64_t off, uint64_t len)
{
    uint64_t at = image_lead(image) + off;
    size_t i = pages_from(&image->pages, at >> PAGE_BITS);
    if (i == image->pages.count)
        return len;
    uint64_t start = image->pages.list[i].number << PAGE_BITS;
    return start > at ? range_min(len, start - at) : 0;
}

/*
 * How many bytes from `done` on of a segment whose sides have the same length are equal (or, if differ,
 * unequal). Clean pages that have not moved are equal to themselves.
 */
static uint64_t stretch(struct image *image, const struct segment *segment, uint64_t done,
                        bool differ)
{
    uint64_t start = done;
    bool moved = segment->off != segment->old_off;
    while (done < segment->len) {
        uint64_t part = segment->len - done;
        uint64_t skip = moved ? 0 : clean(image, segment->off + done, part);
        if (skip && differ)
            break;
        done += skip;
        part -= skip;
        if (!part)
            break;
        const unsigned char *old = old_bytes(image, segment->old_off + done, &part);
        uint64_t same = prefix(image->base + segment->off + done, old, part, differ);
        done += same;
        if (same < part)
            break;
    }
    return done - start;
}

static bool segment_at(const struct image *image, const struct image_cursor *cursor,
                       struct segment *segment)
{
    return layout_segment(&image->layout, image->size, image->file_size, cursor->segment, segment);
}

static void next_segment(struct image_cursor *cursor)
{
    cursor->segment++;
    cursor->done = 0;
}

/* Moves the cursor to the first difference. */
static bool find_begin(struct image *image, struct image_cursor *cursor,
                       struct image_change *change)
{
    struct segment segment;
    for (; segment_at(image, cursor, &segment); next_segment(cursor)) {
        if (segment.len == segment.old_len) {
            cursor->done += stretch(image, &segment, cursor->done, false);
            if (cursor->done == segment.len)
                continue;
        }
        change->off = segment.off + cursor->done;
        change->old_off = segment.old_off + cursor->done;
        change->len = change->old_len = 0;
        return true;
    }
    return false;
}

bool image_next_change(struct image *image, struct image_cursor *cursor,
                       struct image_change *change)
{
    struct segment segment;
    if (!find_begin(image, cursor, change))
        return false;
    for (; segment_at(image, cursor, &segment); next_segment(cursor)) {
        if (segment.len != segment.old_len) {
            change->len += segment.len;
            change->old_len += segment.old_len;
            continue;
        }
        uint64_t more = stretch(image, &segment, cursor->done, true);
        change->len += more;
        change->old_len += more;
        cursor->done += more;
        if (cursor->done < segment.len)
            break;
    }
    return true;
}
