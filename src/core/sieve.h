/*
 * sieve: the positions at which one of many things may be.
 *
 * Of each thing the sieve knows a key: four bytes or fewer, of which each bit may be free. What it lets
 * through is to be looked at closely; what it holds back is at no position that was asked about. With few
 * keys all are compared at 32 positions at once: for each half of a byte a table tells which groups of
 * keys it suits (AVX2 only). With many, the first two bytes of a position are looked up in a table.
 */
#ifndef SUTURE_SIEVE_H
#define SUTURE_SIEVE_H

#include "rarity.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SIEVE_KEY = 4, SIEVE_SETS = 2, SIEVE_SPARE = 32 };

/* Byte i suits when (byte & mask[i]) == value[i]. Of the first two bytes eight bits at least are fixed. */
struct key {
    unsigned char value[SIEVE_KEY], mask[SIEVE_KEY];
};

/*
 * Steps through the values that the first two bytes of a key may have, low byte first: from *pair, which
 * was key_first, to the next one. False behind the last.
 */
static inline unsigned key_first(const struct key *key)
{
    return key->value[0] | (unsigned)key->value[1] << 8;
}

static inline bool key_next(const struct key *key, unsigned *pair)
{
    unsigned mask = key->mask[0] | (unsigned)key->mask[1] << 8;
    /* The fixed bits are set, so that a carry passes over them. */
    unsigned free = ((*pair | mask) + 1) & ~mask & 0xffff;
    *pair = key_first(key) | free;
    return free != 0;
}

/* The groups of a set: a bit of a byte for each of eight. */
struct sieve_set {
    unsigned char low[SIEVE_KEY][16], high[SIEVE_KEY][16];
};

struct sieve_groups {
    struct sieve_set sets[SIEVE_SETS];
    int set_count; /* 0: no groups, the table alone is used */
    int width;     /* bytes of the keys that are compared: 3 or 4 */
};

struct sieve {
    unsigned char pairs[65536]; /* 1 where a key begins with these two bytes, low byte first */
    struct sieve_groups groups;
};

/* Makes a sieve of keys for data of that rarity; the portable one where has_avx2 is false. */
void sieve_make(struct sieve *sieve, const struct key *keys, size_t count,
                const struct rarity *rarity, bool has_avx2);

/* The first two bytes at a position. */
static inline unsigned sieve_pair(const unsigned char *at)
{
    return at[0] | (unsigned)at[1] << 8;
}

/* Whether a key begins with these two bytes. */
static inline bool sieve_has(const struct sieve *sieve, unsigned pair)
{
    return sieve->pairs[pair];
}

/*
 * Looks at positions from `at` on, one byte each, until `want` are let through or fewer than two bytes are
 * left before len. Puts them into offs, ascending, and their number into *count; offs has room for want +
 * SIEVE_SPARE. Gives the position to go on with; there is none when it is len - 1. len is 2 or more.
 */
uint64_t sieve_ahead(const struct sieve *sieve, const unsigned char *data, uint64_t at,
                     uint64_t len, uint64_t *offs, size_t want, size_t *count);

#endif
