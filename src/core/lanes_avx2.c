/* lanes_avx2: lanes with AVX2. */
#include "paths.h"

#ifdef PATHS_X86

#include <immintrin.h>
#include <stdbool.h>

#define BLOCKS_TARGET __attribute__((target("avx2")))

typedef __m256i vector;

BLOCKS_TARGET static inline vector splat(unsigned char byte)
{
    return _mm256_set1_epi8((char)byte);
}

BLOCKS_TARGET static inline vector equal(const unsigned char *at, vector value)
{
    return _mm256_cmpeq_epi8(_mm256_loadu_si256((const void *)at), value);
}

BLOCKS_TARGET static inline vector equal_masked(const unsigned char *at, vector value, vector mask)
{
    vector bytes = _mm256_loadu_si256((const void *)at);
    return _mm256_cmpeq_epi8(_mm256_and_si256(bytes, mask), value);
}

BLOCKS_TARGET static inline vector both(vector a, vector b)
{
    return _mm256_and_si256(a, b);
}

BLOCKS_TARGET static inline vector either(vector a, vector b)
{
    return _mm256_or_si256(a, b);
}

BLOCKS_TARGET static inline bool any(vector lanes)
{
    return !_mm256_testz_si256(lanes, lanes);
}

BLOCKS_TARGET static inline uint32_t bits(vector lanes)
{
    return (uint32_t)_mm256_movemask_epi8(lanes);
}

#include "blocks.h"

const struct lanes lanes_avx2 = {ahead, behind};

#endif
