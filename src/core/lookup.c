/* lookup: see lookup.h. */
#include "lookup.h"

#ifdef __x86_64__

#include <immintrin.h>
#include <string.h>

#define FOR_PROCESSOR __attribute__((target("avx2")))
#define FOR_WIDE __attribute__((target("avx512f,avx512bw,avx512vbmi")))
#define ROWS 16

bool lookup_possible(enum lookup_way way)
{
    if (way == LOOKUP_VBMI)
        return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi");
    return way == LOOKUP_AVX2 && __builtin_cpu_supports("avx2");
}

/*
 * The shuffle picks from a row of 16 bytes, and gives 0 where the index is negative. Counted down by 16 for
 * each row, a byte is asked for in its own row and, as long as it stays positive, in all those before; so
 * each row holds how it differs from the one before. The upper half of the table has rows and bytes of its
 * own, turned positive.
 */
FOR_PROCESSOR static void make_rows(const unsigned char table[256], __m256i rows[ROWS])
{
    for (int row = 0; row < ROWS; row++) {
        unsigned char differs[16];
        for (int i = 0; i < 16; i++)
            differs[i] = table[16 * row + i] ^ (row % 8 ? table[16 * (row - 1) + i] : 0);
        __m128i half;
        memcpy(&half, differs, sizeof half);
        rows[row] = _mm256_broadcastsi128_si256(half);
    }
}

FOR_PROCESSOR static __m256i eight_rows(const __m256i *rows, __m256i index)
{
    __m256i found = _mm256_setzero_si256(), row = _mm256_set1_epi8(16);
    for (int i = 0; i < ROWS / 2; i++) {
        found = _mm256_xor_si256(found, _mm256_shuffle_epi8(rows[i], index));
        index = _mm256_sub_epi8(index, row);
    }
    return found;
}

FOR_PROCESSOR static void run_rows(unsigned char *data, uint64_t len,
                                   const unsigned char table[256])
{
    __m256i rows[ROWS], part, upper = _mm256_set1_epi8((char)0x80);
    make_rows(table, rows);
    for (uint64_t off = 0; off < len; off += sizeof part) {
        memcpy(&part, data + off, sizeof part);
        __m256i low = eight_rows(rows, part);
        __m256i high = eight_rows(rows + ROWS / 2, _mm256_xor_si256(part, upper));
        part = _mm256_blendv_epi8(low, high, part);
        memcpy(data + off, &part, sizeof part);
    }
}

/* A permutation picks from 128 bytes by seven bits; the eighth tells which half of the table it is. */
FOR_WIDE static void run_wide(unsigned char *data, uint64_t len, const unsigned char table[256])
{
    __m512i quarters[4], part;
    memcpy(quarters, table, sizeof quarters);
    for (uint64_t off = 0; off < len; off += sizeof part) {
        memcpy(&part, data + off, sizeof part);
        __m512i low = _mm512_permutex2var_epi8(quarters[0], part, quarters[1]);
        __m512i high = _mm512_permutex2var_epi8(quarters[2], part, quarters[3]);
        part = _mm512_mask_blend_epi8(_mm512_movepi8_mask(part), low, high);
        memcpy(data + off, &part, sizeof part);
    }
}

void lookup_run(enum lookup_way way, unsigned char *data, uint64_t len,
                const unsigned char table[256])
{
    if (way == LOOKUP_VBMI)
        run_wide(data, len, table);
    else
        run_rows(data, len, table);
}

#else

bool lookup_possible(enum lookup_way way)
{
    (void)way;
    return false;
}

void lookup_run(enum lookup_way way, unsigned char *data, uint64_t len,
                const unsigned char table[256])
{
    (void)way, (void)data, (void)len, (void)table;
}

#endif

enum lookup_way lookup_best(void)
{
    enum lookup_way way = LOOKUP_VBMI;
    while (way != LOOKUP_NONE && !lookup_possible(way))
        way--;
    return way;
}
