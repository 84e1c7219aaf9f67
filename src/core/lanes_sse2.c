/* lanes_sse2: lanes with SSE2. */
#include "paths.h"

#ifdef PATHS_X86

#include <emmintrin.h>
#include <stdbool.h>

#define BLOCKS_TARGET

typedef struct {
    __m128i low, high;
} vector;

static inline vector splat(unsigned char byte)
{
    return (vector){_mm_set1_epi8((char)byte), _mm_set1_epi8((char)byte)};
}

static inline __m128i load(const unsigned char *at)
{
    return _mm_loadu_si128((const void *)at);
}

static inline vector equal(const unsigned char *at, vector value)
{
    return (vector){_mm_cmpeq_epi8(load(at), value.low), _mm_cmpeq_epi8(load(at + 16), value.high)};
}

static inline vector equal_masked(const unsigned char *at, vector value, vector mask)
{
    return (vector){_mm_cmpeq_epi8(_mm_and_si128(load(at), mask.low), value.low),
                    _mm_cmpeq_epi8(_mm_and_si128(load(at + 16), mask.high), value.high)};
}

static inline vector both(vector a, vector b)
{
    return (vector){_mm_and_si128(a.low, b.low), _mm_and_si128(a.high, b.high)};
}

static inline vector either(vector a, vector b)
{
    return (vector){_mm_or_si128(a.low, b.low), _mm_or_si128(a.high, b.high)};
}

static inline bool any(vector lanes)
{
    return _mm_movemask_epi8(_mm_or_si128(lanes.low, lanes.high)) != 0;
}

static inline uint32_t bits(vector lanes)
{
    return (uint32_t)_mm_movemask_epi8(lanes.low) | (uint32_t)_mm_movemask_epi8(lanes.high) << 16;
}

#include "blocks.h"

const struct lanes lanes_sse2 = {ahead, behind};

#endif
