/* groups: see groups.h. */
#include "groups.h"

#ifdef GROUPS_X86

#include <immintrin.h>

#define GROUPS_INNER __attribute__((target("avx2"), always_inline)) static inline

/* The tables, each in both halves of a vector, since a shuffle does not leave its half. */
struct tables {
    __m256i low[SIEVE_KEY], high[SIEVE_KEY];
};

GROUPS_INNER __m256i twice(const unsigned char *table)
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)table));
}

GROUPS_INNER struct tables tables_of(const struct sieve_set *set)
{
    struct tables tables;
    for (int i = 0; i < SIEVE_KEY; i++) {
        tables.low[i] = twice(set->low[i]);
        tables.high[i] = twice(set->high[i]);
    }
    return tables;
}

/* The two halves of each of 32 bytes. */
struct halves {
    __m256i low, high;
};

GROUPS_INNER struct halves halves_of(const unsigned char *at)
{
    const __m256i half = _mm256_set1_epi8(0xf);
    __m256i bytes = _mm256_loadu_si256((const void *)at);
    return (struct halves){_mm256_and_si256(bytes, half),
                           _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half)};
}

/* For each byte, the groups that it suits as byte i of a key. */
GROUPS_INNER __m256i suits(const struct tables *tables, int i, struct halves halves)
{
    return _mm256_and_si256(_mm256_shuffle_epi8(tables->low[i], halves.low),
                            _mm256_shuffle_epi8(tables->high[i], halves.high));
}

/* For each of 32 positions, the groups that it suits in `width` bytes. */
GROUPS_INNER __m256i all_suit(const struct tables *tables, int width,
                              const struct halves halves[SIEVE_KEY])
{
    __m256i two = _mm256_and_si256(suits(tables, 0, halves[0]), suits(tables, 1, halves[1]));
    __m256i three = _mm256_and_si256(two, suits(tables, 2, halves[2]));
    return width == 3 ? three : _mm256_and_si256(three, suits(tables, 3, halves[3]));
}

GROUPS_INNER uint32_t suiting(const struct tables *first, const struct tables *second, int width,
                              const unsigned char *at)
{
    const struct halves halves[SIEVE_KEY] = {halves_of(at), halves_of(at + 1), halves_of(at + 2),
                                             halves_of(at + 3)};
    __m256i groups = all_suit(first, width, halves);
    if (second)
        groups = _mm256_or_si256(groups, all_suit(second, width, halves));
    return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(groups, _mm256_setzero_si256()));
}

/* Whether there is a second set, and the width, are known where this is compiled. */
GROUPS_INNER uint64_t ahead(const struct tables *first, const struct tables *second, int width,
                            const unsigned char *data, uint64_t at, uint64_t len, uint64_t *offs,
                            size_t want, size_t *count)
{
    size_t n = 0;
    for (; len - at >= 32 + SIEVE_KEY && n < want; at += 32)
        for (uint32_t found = suiting(first, second, width, data + at); found; found &= found - 1)
            offs[n++] = at + (unsigned)__builtin_ctz(found);
    *count = n;
    return at;
}

__attribute__((target("avx2"))) uint64_t groups_ahead(const struct sieve_groups *groups,
                                                      const unsigned char *data, uint64_t at,
                                                      uint64_t len, uint64_t *offs, size_t want,
                                                      size_t *count)
{
    const struct tables first = tables_of(&groups->sets[0]), second = tables_of(&groups->sets[1]);
    if (groups->set_count > 1)
        return ahead(&first, &second, 4, data, at, len, offs, want, count);
    return groups->width == 3 ? ahead(&first, NULL, 3, data, at, len, offs, want, count)
                              : ahead(&first, NULL, 4, data, at, len, offs, want, count);
}

#endif
