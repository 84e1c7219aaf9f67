/* differences: see differences.h. */
#include "differences.h"

#include "compare.h"
#include "holes.h"

/* At multiples of it holes are asked for, */
#define STRIDE ((uint64_t)256 << 10)
/* and at multiples of it somebody else has a turn. */
#define MOST ((uint64_t)64 << 20)

/* How many bytes there are holes in both. */
static uint64_t shared_hole(struct image *a, uint64_t a_off, struct image *b, uint64_t b_off,
                            uint64_t len)
{
    uint64_t hole = image_hole(a, a_off, len);
    return hole ? image_hole(b, b_off, hole) : 0;
}

uint64_t differences_equal(struct image *a, uint64_t a_off, struct image *b, uint64_t b_off,
                           uint64_t len)
{
    uint64_t done = 0;
    while (done < len) {
        uint64_t part = range_min(STRIDE - (a_off + done) % STRIDE, len - done);
        uint64_t same = 0;
        if (part == STRIDE)
            same = shared_hole(a, a_off + done, b, b_off + done, len - done);
        if (!same)
            same = compare_equal(a->base + a_off + done, b->base + b_off + done, part);
        done += same;
        if (same < part)
            break;
    }
    return done;
}

uint64_t differences_unequal(struct image *a, uint64_t a_off, struct image *b, uint64_t b_off,
                             uint64_t len)
{
    return 1 + compare_unequal(a->base + a_off + 1, b->base + b_off + 1, len - 1);
}

static enum differences_found find_end(struct differences *walk, uint64_t common,
                                       struct image_change *change)
{
    uint64_t old_size = walk->old->size, new_size = walk->new->size;
    if (walk->ended || old_size == new_size)
        return DIFFERENCES_NONE;
    walk->ended = true;
    *change = (struct image_change){common, new_size - common, common, old_size - common};
    return DIFFERENCES_SOME;
}

enum differences_found differences_next(struct differences *walk, struct image_change *change)
{
    struct image *old = walk->old, *new = walk->new;
    uint64_t common = range_min(old->size, new->size);
    uint64_t most = range_min(MOST - walk->done % MOST, common - walk->done);
    uint64_t same = differences_equal(old, walk->done, new, walk->done, most);
    walk->done += same;
    if (walk->done == common)
        return find_end(walk, common, change);
    if (same == most)
        return DIFFERENCES_FAR;
    uint64_t len = differences_unequal(old, walk->done, new, walk->done, most - same);
    *change = (struct image_change){walk->done, len, walk->done, len};
    walk->done += len;
    return DIFFERENCES_SOME;
}
