/* fold: see fold.h. */
#include "fold.h"

#ifdef __x86_64__

#include <immintrin.h>
#include <string.h>

#define FOR_PROCESSOR __attribute__((target("pclmul,ssse3")))

bool fold_possible(void)
{
    return __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("ssse3");
}

/* x^n, reduced by the polynomial. */
static uint64_t power(uint64_t poly, unsigned n)
{
    uint64_t value = 1;
    while (n--)
        value = value << 1 ^ (value >> 63 ? poly : 0);
    return value;
}

static uint64_t turned(uint64_t value)
{
    uint64_t result = 0;
    for (int i = 0; i < 64; i++)
        result |= (value >> i & 1) << (63 - i);
    return result;
}

/*
 * What moves 128 bits of the message forward by `bits`: a factor for each half. The product of two reflected
 * numbers is one bit too far on, so that their factors are one power lower.
 */
static __m128i factors(bool refin, uint64_t poly, unsigned bits)
{
    if (refin)
        return _mm_set_epi64x((long long)turned(power(poly, bits - 1)),
                              (long long)turned(power(poly, bits + 63)));
    return _mm_set_epi64x((long long)power(poly, bits + 64), (long long)power(poly, bits));
}

/* The first bit of the message becomes the highest one, or of a reflected check the lowest. */
FOR_PROCESSOR static __m128i ordered(bool refin, __m128i part)
{
    if (refin)
        return part;
    return _mm_shuffle_epi8(part,
                            _mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
}

FOR_PROCESSOR static __m128i load(bool refin, const unsigned char *data)
{
    __m128i part;
    memcpy(&part, data, sizeof part);
    return ordered(refin, part);
}

FOR_PROCESSOR static __m128i moved(__m128i part, __m128i by)
{
    return _mm_xor_si128(_mm_clmulepi64_si128(part, by, 0x00),
                         _mm_clmulepi64_si128(part, by, 0x11));
}

/* Four parts are moved at once, since each multiplication takes longer than the next one waits. */
FOR_PROCESSOR void fold_run(bool refin, uint64_t poly, uint64_t rest, const unsigned char *data,
                            uint64_t len, unsigned char result[FOLD_BYTES])
{
    __m128i far = factors(refin, poly, 8 * FOLD_UNIT), near = factors(refin, poly, 8 * FOLD_BYTES);
    __m128i entering =
        refin ? _mm_set_epi64x(0, (long long)rest) : _mm_set_epi64x((long long)rest, 0);
    __m128i a = _mm_xor_si128(load(refin, data), entering), b = load(refin, data + 16);
    __m128i c = load(refin, data + 32), d = load(refin, data + 48);
    for (uint64_t off = FOLD_UNIT; off < len; off += FOLD_UNIT) {
        a = _mm_xor_si128(moved(a, far), load(refin, data + off));
        b = _mm_xor_si128(moved(b, far), load(refin, data + off + 16));
        c = _mm_xor_si128(moved(c, far), load(refin, data + off + 32));
        d = _mm_xor_si128(moved(d, far), load(refin, data + off + 48));
    }
    b = _mm_xor_si128(moved(a, near), b);
    c = _mm_xor_si128(moved(b, near), c);
    d = ordered(refin, _mm_xor_si128(moved(c, near), d));
    memcpy(result, &d, sizeof d);
}

#else

bool fold_possible(void)
{
    return false;
}

void fold_run(bool refin, uint64_t poly, uint64_t rest, const unsigned char *data, uint64_t len,
              unsigned char result[FOLD_BYTES])
{
    (void)refin, (void)poly, (void)rest, (void)data, (void)len, (void)result;
}

#endif
