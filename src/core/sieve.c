/* sieve: see sieve.h. */
#include "sieve.h"

#include "groups.h"

#include <string.h>

/* The table */

static void add_pairs(struct sieve *sieve, const struct key *key)
{
    unsigned pair = key_first(key);
    do
        sieve->pairs[pair] = 1;
    while (key_next(key, &pair));
}

/* Groups */

enum { IN_SET = 8, GROUPS = SIEVE_SETS * IN_SET };

/* What a sieve may be made of, and what it costs: nanoseconds for a position, as measured on one machine. */
struct shape {
    int sets, width;
    double cost;
};

static const struct shape SHAPES[] = {{1, 3, 0.10}, {1, 4, 0.13}, {2, 4, 0.19}};
static const double COST_OF_TABLE = 0.31, COST_OF_LET_THROUGH = 8;

static void add_to_group(struct sieve_set *set, const struct key *key, int bit)
{
    for (int i = 0; i < SIEVE_KEY; i++)
        for (int half = 0; half < 16; half++) {
            if ((half & key->mask[i] & 0xf) == (key->value[i] & 0xf))
                set->low[i][half] |= (unsigned char)(1 << bit);
            if ((half << 4 & key->mask[i] & 0xf0) == (key->value[i] & 0xf0))
                set->high[i][half] |= (unsigned char)(1 << bit);
        }
}

/* How often byte i of a position suits the group, in the unit of rarity. */
static uint64_t byte_count(const struct sieve_set *set, int i, int bit, const struct rarity *rarity)
{
    uint64_t sum = 0;
    for (int high = 0; high < 16; high++)
        for (int low = 0; low < 16 && set->high[i][high] & 1 << bit; low++)
            if (set->low[i][low] & 1 << bit)
                sum += rarity->count[high << 4 | low];
    return sum;
}

/* How often a position suits the group in all bytes, as a part of 1. The unit of rarity is 1 / 65536. */
static double group_chance(const struct sieve_set *set, int width, int bit,
                           const struct rarity *rarity)
{
    double chance = 1;
    for (int i = 0; i < width; i++)
        chance *= (double)byte_count(set, i, bit, rarity) / 65536;
    return chance;
}

/* The group that lets least more through with this key in it; *more is how much that is. */
static int best_group(const struct sieve_groups *groups, const struct key *key,
                      const double *chances, const struct rarity *rarity, double *more)
{
    int best = 0;
    *more = 2;
    for (int group = 0; group < groups->set_count * IN_SET; group++) {
        struct sieve_set with = groups->sets[group / IN_SET];
        add_to_group(&with, key, group % IN_SET);
        double rise = group_chance(&with, groups->width, group % IN_SET, rarity) - chances[group];
        if (rise >= *more)
            continue;
        *more = rise;
        best = group;
    }
    return best;
}

/* Puts keys into groups of that shape. What a position costs; the limit or more where it is no less. */
static double make_groups(struct sieve_groups *groups, const struct shape *shape,
                          const struct key *keys, size_t count, const struct rarity *rarity,
                          double limit)
{
    double chances[GROUPS] = {0}, cost = shape->cost, more;
    *groups = (struct sieve_groups){.set_count = shape->sets, .width = shape->width};
    for (size_t i = 0; i < count && cost < limit; i++) {
        int group = best_group(groups, &keys[i], chances, rarity, &more);
        add_to_group(&groups->sets[group / IN_SET], &keys[i], group % IN_SET);
        chances[group] += more;
        cost += more * COST_OF_LET_THROUGH;
    }
    return cost;
}

static void choose_groups(struct sieve *sieve, const struct key *keys, size_t count,
                          const struct rarity *rarity)
{
    double least = COST_OF_TABLE;
    struct sieve_groups groups;
    for (size_t i = 0; i < sizeof SHAPES / sizeof *SHAPES; i++) {
        double cost = make_groups(&groups, &SHAPES[i], keys, count, rarity, least);
        if (cost >= least)
            continue;
        sieve->groups = groups;
        least = cost;
    }
}

/* The whole */

void sieve_make(struct sieve *sieve, const struct key *keys, size_t count,
                const struct rarity *rarity, bool has_avx2)
{
    memset(sieve, 0, sizeof *sieve);
    if (has_avx2)
        choose_groups(sieve, keys, count, rarity);
    for (size_t i = 0; i < count; i++)
        add_pairs(sieve, &keys[i]);
}

static unsigned pair_at(const struct sieve *sieve, const unsigned char *at)
{
    return sieve->pairs[sieve_pair(at)];
}

/* Whether one of eight positions is let through; written out, since that is all the time there is. */
static bool any_of_eight(const struct sieve *sieve, const unsigned char *at)
{
    return (pair_at(sieve, at) | pair_at(sieve, at + 1) | pair_at(sieve, at + 2) |
            pair_at(sieve, at + 3) | pair_at(sieve, at + 4) | pair_at(sieve, at + 5) |
            pair_at(sieve, at + 6) | pair_at(sieve, at + 7)) != 0;
}

static uint64_t pairs_ahead(const struct sieve *sieve, const unsigned char *data, uint64_t at,
                            uint64_t len, uint64_t *offs, size_t want, size_t *count)
{
    size_t n = 0;
    for (; len - at > 8 && n < want; at += 8) {
        if (!any_of_eight(sieve, data + at))
            continue;
        for (unsigned i = 0; i < 8; i++) {
            offs[n] = at + i;
            n += pair_at(sieve, data + at + i);
        }
    }
    for (; len - at >= 2 && len - at <= 8 && n < want; at++)
        if (pair_at(sieve, data + at))
            offs[n++] = at;
    *count = n;
    return at;
}

uint64_t sieve_ahead(const struct sieve *sieve, const unsigned char *data, uint64_t at,
                     uint64_t len, uint64_t *offs, size_t want, size_t *count)
{
#ifdef GROUPS_X86
    if (sieve->groups.set_count && len - at >= 32 + SIEVE_KEY)
        return groups_ahead(&sieve->groups, data, at, len, offs, want, count);
#endif
    return pairs_ahead(sieve, data, at, len, offs, want, count);
}
