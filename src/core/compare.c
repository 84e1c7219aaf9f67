/* compare: see compare.h. */
#include "compare.h"

#include <string.h>

#define BLOCK 4096
#define WORD sizeof(uint64_t)

static inline uint64_t word(const unsigned char *at)
{
    uint64_t value;
    memcpy(&value, at, WORD);
    return value;
}

static inline int has_zero_byte(uint64_t value)
{
    return ((value - 0x0101010101010101) & ~value & 0x8080808080808080) != 0;
}

/* memcmp has the widest loads, and no word for where: the last block is gone through again. */
uint64_t compare_equal(const unsigned char *a, const unsigned char *b, uint64_t len)
{
    uint64_t off = 0;
    while (len - off >= BLOCK && memcmp(a + off, b + off, BLOCK) == 0)
        off += BLOCK;
    while (len - off >= WORD && word(a + off) == word(b + off))
        off += WORD;
    while (off < len && a[off] == b[off])
        off++;
    return off;
}

uint64_t compare_unequal(const unsigned char *a, const unsigned char *b, uint64_t len)
{
    uint64_t off = 0;
    while (len - off >= WORD && !has_zero_byte(word(a + off) ^ word(b + off)))
        off += WORD;
    while (off < len && a[off] != b[off])
        off++;
    return off;
}
