/*
 * blocks: the loop of lanes over blocks, for vectors that the including file defines.
 *
 * Before it includes this, a file defines BLOCKS_TARGET (the attribute of functions that use its
 * instructions) and, for 32 bytes at a time, the type `vector` and
 *
 *     vector splat(unsigned char)                              the byte, 32 times
 *     vector equal(const unsigned char *, vector)              lanes where byte == value
 *     vector equal_masked(const unsigned char *, vector, vector)   lanes where (byte & mask) == value
 *     vector both(vector, vector), either(vector, vector)      and, or
 *     bool any(vector)                                         whether a lane is set
 *     uint32_t bits(vector)                                    a bit for each lane
 *
 * It gets ahead and behind, as struct lanes wants them.
 */
#ifndef SUTURE_BLOCKS_H
#define SUTURE_BLOCKS_H

#include "lanes.h"

#include <stdbool.h>

#ifdef BLOCKS_TARGET

/* What must not stay a call of its own inside a loop. */
#define BLOCKS_INNER BLOCKS_TARGET __attribute__((always_inline)) static inline

/* The two rarest probes, which nearly every block fails. */
struct pair {
    size_t first_at, second_at;
    vector first_value, first_mask, second_value, second_mask;
    bool is_masked;
};

BLOCKS_INNER struct pair pair_of(const struct probes *probes)
{
    const struct probe *first = &probes->list[0];
    const struct probe *second = probes->count > 1 ? first + 1 : first;
    return (struct pair){
        .first_at = first->at,
        .second_at = second->at,
        .first_value = splat(first->value),
        .first_mask = splat(first->mask),
        .second_value = splat(second->value),
        .second_mask = splat(second->mask),
        .is_masked = (first->mask & second->mask) != 0xff,
    };
}

/* `masked` is known where this is compiled: without it, two instructions fewer. */
BLOCKS_INNER vector pair_agrees(const struct pair *pair, const unsigned char *at, bool masked)
{
    if (!masked)
        return both(equal(at + pair->first_at, pair->first_value),
                    equal(at + pair->second_at, pair->second_value));
    return both(equal_masked(at + pair->first_at, pair->first_value, pair->first_mask),
                equal_masked(at + pair->second_at, pair->second_value, pair->second_mask));
}

BLOCKS_INNER uint64_t join(vector low, vector high)
{
    return bits(low) | (uint64_t)bits(high) << 32;
}

/* Which of the positions found so far pass the other probes too. */
BLOCKS_INNER uint64_t refine(const struct probes *probes, const unsigned char *at, uint64_t found)
{
    for (size_t i = 2; found && i < probes->count; i++) {
        const struct probe *probe = &probes->list[i];
        vector value = splat(probe->value), mask = splat(probe->mask);
        at += probe->at;
        found &= join(equal_masked(at, value, mask), equal_masked(at + 32, value, mask));
        at -= probe->at;
    }
    return found;
}

BLOCKS_INNER bool block(const struct probes *probes, const struct pair *pair,
                        const unsigned char *at, bool masked, uint64_t found[2])
{
    vector a = pair_agrees(pair, at, masked), b = pair_agrees(pair, at + 32, masked);
    vector c = pair_agrees(pair, at + 64, masked), d = pair_agrees(pair, at + 96, masked);
    if (!any(either(either(a, b), either(c, d))))
        return false;
    found[0] = refine(probes, at, join(a, b));
    found[1] = refine(probes, at + 64, join(c, d));
    return true;
}

/*
 * Lists the set bits. Most words have few of them, and how many cannot be foretold: four are put down
 * whether they are there or not, and overwritten where they are not.
 */
BLOCKS_INNER size_t list(uint64_t found, uint64_t off, uint64_t *offs, size_t count)
{
    for (int i = 0; i < 4; i++) {
        offs[count] = off + (unsigned)__builtin_ctzll(found | UINT64_C(1) << 63);
        count += found != 0;
        found &= found - 1;
    }
    for (; found; found &= found - 1)
        offs[count++] = off + (unsigned)__builtin_ctzll(found);
    return count;
}

BLOCKS_INNER uint64_t ahead_of(const struct probes *probes, const unsigned char *data, uint64_t at,
                               uint64_t blocks, bool masked, uint64_t *offs, size_t want,
                               size_t *count)
{
    const struct pair pair = pair_of(probes);
    uint64_t found[2];
    size_t n = 0;
    for (; blocks && n < want; blocks--, at += LANES_BLOCK) {
        if (!block(probes, &pair, data + at, masked, found))
            continue;
        n = list(found[0], at, offs, n);
        n = list(found[1], at + 64, offs, n);
    }
    *count = n;
    return at;
}

BLOCKS_TARGET static uint64_t ahead(const struct probes *probes, const unsigned char *data,
                                    uint64_t at, uint64_t blocks, uint64_t *offs, size_t want,
                                    size_t *count)
{
    return pair_of(probes).is_masked ? ahead_of(probes, data, at, blocks, true, offs, want, count)
                                     : ahead_of(probes, data, at, blocks, false, offs, want, count);
}

BLOCKS_TARGET static uint64_t behind(const struct probes *probes, const unsigned char *data,
                                     uint64_t end, uint64_t blocks, uint64_t found[2])
{
    const struct pair pair = pair_of(probes);
    found[0] = found[1] = 0;
    for (; blocks && !found[0] && !found[1]; blocks--) {
        end -= LANES_BLOCK;
        block(probes, &pair, data + end, true, found);
    }
    return end;
}

#endif

#endif
