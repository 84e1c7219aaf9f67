/* lanes_portable: lanes with nothing but 64-bit words, eight bytes in each. */
#include "paths.h"

#include <endian.h>
#include <stdbool.h>
#include <string.h>

#define BLOCKS_TARGET

static const uint64_t ONES = UINT64_C(0x0101010101010101);
static const uint64_t TOPS = UINT64_C(0x8080808080808080);

/* A lane is set when the top bit of its byte is; no other bit ever is. */
typedef struct {
    uint64_t word[4];
} vector;

static inline vector splat(unsigned char byte)
{
    uint64_t word = byte * ONES;
    return (vector){{word, word, word, word}};
}

/* No carry leaves a byte: the sum of two seven-bit numbers is below 256. */
static inline uint64_t zero_bytes(uint64_t word)
{
    return ~(((word & ~TOPS) + ~TOPS) | word) & TOPS;
}

static inline uint64_t load(const unsigned char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return le64toh(word);
}

static inline uint64_t equal_word(const unsigned char *at, uint64_t value, uint64_t mask)
{
    return zero_bytes((load(at) & mask) ^ value);
}

static inline vector equal_masked(const unsigned char *at, vector value, vector mask)
{
    return (vector){{equal_word(at, value.word[0], mask.word[0]),
                     equal_word(at + 8, value.word[0], mask.word[0]),
                     equal_word(at + 16, value.word[0], mask.word[0]),
                     equal_word(at + 24, value.word[0], mask.word[0])}};
}

static inline vector equal(const unsigned char *at, vector value)
{
    return (vector){{zero_bytes(load(at) ^ value.word[0]), zero_bytes(load(at + 8) ^ value.word[0]),
                     zero_bytes(load(at + 16) ^ value.word[0]),
                     zero_bytes(load(at + 24) ^ value.word[0])}};
}

static inline vector both(vector a, vector b)
{
    return (vector){{a.word[0] & b.word[0], a.word[1] & b.word[1], a.word[2] & b.word[2],
                     a.word[3] & b.word[3]}};
}

static inline vector either(vector a, vector b)
{
    return (vector){{a.word[0] | b.word[0], a.word[1] | b.word[1], a.word[2] | b.word[2],
                     a.word[3] | b.word[3]}};
}

static inline bool any(vector lanes)
{
    return (lanes.word[0] | lanes.word[1] | lanes.word[2] | lanes.word[3]) != 0;
}

/* The multiplication moves the top bits of eight bytes, each by its own distance, into the topmost byte. */
static inline uint32_t top_bits(uint64_t word)
{
    return (uint32_t)(((word >> 7) * UINT64_C(0x0102040810204080)) >> 56);
}

static inline uint32_t bits(vector lanes)
{
    return top_bits(lanes.word[0]) | top_bits(lanes.word[1]) << 8 | top_bits(lanes.word[2]) << 16 |
           top_bits(lanes.word[3]) << 24;
}

#include "blocks.h"

const struct lanes lanes_portable = {ahead, behind};
