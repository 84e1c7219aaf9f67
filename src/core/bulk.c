/* bulk: see bulk.h. */
#include "bulk.h"

#include "lookup.h"
#include "range.h"

#include <string.h>

#define VECTOR 16
#define CACHED 32768 /* so much stays in the processor's first cache, at least for the most part */
#define KEY_BYTES 2048
#define LOOKUP_FROM 512 /* bytes from which on its rows are worth making */

/* What any compiler turns into the vectors that the processor has. */
typedef uint8_t bytes __attribute__((vector_size(VECTOR)));
typedef uint16_t halves __attribute__((vector_size(VECTOR)));
typedef uint32_t words __attribute__((vector_size(VECTOR)));
typedef uint64_t longs __attribute__((vector_size(VECTOR)));

/* A multiple of the unit's length at or below `most`, or one unit where that is longer. */
static uint64_t units_within(uint64_t most, size_t unit_len)
{
    return unit_len < most ? most - most % unit_len : unit_len;
}

/* The beginning of the memory is copied behind itself, until it is as long as serves to copy the rest. */
void bulk_fill(unsigned char *data, uint64_t len, const unsigned char *unit, size_t unit_len)
{
    if (!len)
        return;
    if (unit_len == 1) {
        memset(data, *unit, (size_t)len);
        return;
    }
    uint64_t most = units_within(CACHED, unit_len), done = range_min(unit_len, len);
    memcpy(data, unit, (size_t)done);
    while (done < len) {
        uint64_t part = range_min(range_min(done, most), len - done);
        memcpy(data + done, data, (size_t)part);
        done += part;
    }
}

static void xor_with(unsigned char *data, const unsigned char *with, uint64_t len)
{
    bytes one[2], other[2];
    uint64_t whole = range_floor(len, sizeof one);
    for (uint64_t off = 0; off < whole; off += sizeof one) {
        memcpy(one, data + off, sizeof one);
        memcpy(other, with + off, sizeof other);
        one[0] ^= other[0];
        one[1] ^= other[1];
        memcpy(data + off, one, sizeof one);
    }
    for (uint64_t off = whole; off < len; off++)
        data[off] ^= with[off];
}

/* A short key is written out several times, so that vectors find enough of it. */
void bulk_xor(unsigned char *data, uint64_t len, const unsigned char *key, size_t key_len)
{
    unsigned char keys[KEY_BYTES];
    uint64_t step = units_within(sizeof keys, key_len);
    if (key_len < sizeof keys) {
        bulk_fill(keys, range_min(step, len), key, key_len);
        key = keys;
    }
    for (uint64_t off = 0; off < len; off += step)
        xor_with(data + off, key, range_min(step, len - off));
}

void bulk_translate(unsigned char *data, uint64_t len, const unsigned char table[256])
{
    enum lookup_way way = len >= LOOKUP_FROM ? lookup_best() : LOOKUP_NONE;
    uint64_t whole = way != LOOKUP_NONE ? range_floor(len, LOOKUP_UNIT) : 0;
    if (whole)
        lookup_run(way, data, whole, table);
    for (uint64_t off = whole; off < len; off++)
        data[off] = table[data[off]];
}

/* Neighbours change places: bytes, then pairs, then fours, as far as the unit reaches. */
static halves turned(halves part, unsigned width)
{
    part = part << 8 | part >> 8;
    if (width == 2)
        return part;
    words pairs = (words)part;
    pairs = pairs << 16 | pairs >> 16;
    if (width == 4)
        return (halves)pairs;
    longs fours = (longs)pairs;
    return (halves)(fours << 32 | fours >> 32);
}

void bulk_swap(unsigned char *data, uint64_t len, unsigned width)
{
    halves part;
    uint64_t whole = range_floor(len, VECTOR);
    for (uint64_t off = 0; off < whole; off += VECTOR) {
        memcpy(&part, data + off, sizeof part);
        part = turned(part, width);
        memcpy(data + off, &part, sizeof part);
    }
    if (whole == len)
        return;
    memset(&part, 0, sizeof part);
    memcpy(&part, data + whole, (size_t)(len - whole));
    part = turned(part, width);
    memcpy(data + whole, &part, (size_t)(len - whole));
}
