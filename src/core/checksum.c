/* checksum: see checksum.h. */
#include "checksum.h"

#include "catalogue.h"
#include "range.h"

#include <libdeflate.h>
#include <string.h>

struct named {
    const char *name;
    enum checksum_kind kind;
    unsigned unit;
    bool big;
};

static const struct named NAMED[] = {
    {"adler32", CHECKSUM_ADLER32, 1, false}, {"sum8", CHECKSUM_SUM, 1, false},
    {"sum16le", CHECKSUM_SUM, 2, false},     {"sum16be", CHECKSUM_SUM, 2, true},
    {"sum32le", CHECKSUM_SUM, 4, false},     {"sum32be", CHECKSUM_SUM, 4, true},
    {"xor8", CHECKSUM_XOR, 1, false},        {"xor16le", CHECKSUM_XOR, 2, false},
    {"xor16be", CHECKSUM_XOR, 2, true},      {"xor32le", CHECKSUM_XOR, 4, false},
    {"xor32be", CHECKSUM_XOR, 4, true},      {"internet", CHECKSUM_INTERNET, 1, true},
};

#define NAMED_COUNT (sizeof NAMED / sizeof *NAMED)

bool checksum_find(const char *name, struct checksum *checksum)
{
    struct crc crc;
    for (size_t i = 0; i < NAMED_COUNT; i++) {
        const struct named *named = &NAMED[i];
        if (strcmp(named->name, name) != 0)
            continue;
        *checksum = (struct checksum){.kind = named->kind, .unit = named->unit, .big = named->big};
        return true;
    }
    if (!catalogue_find(name, &crc))
        return false;
    *checksum = (struct checksum){.kind = CHECKSUM_CRC, .unit = 1, .crc = crc};
    return true;
}

const char *checksum_name(size_t number)
{
    return number < NAMED_COUNT ? NAMED[number].name : catalogue_name(number - NAMED_COUNT);
}

/*
 * Every sum is made of four: those of the bytes whose offset leaves the same rest by 4. They are taken 16
 * bytes at once, in vectors that any compiler turns into what the processor has.
 */
#define COLUMNS 4
#define VECTOR 16
#define LANES 8
#define BLOCK (256 * VECTOR) /* so many bytes make at most 256 * 255 in a lane of 16 bits */

typedef uint16_t lanes __attribute__((vector_size(VECTOR)));
typedef uint64_t words __attribute__((vector_size(VECTOR)));

/* Of the two bytes of a lane, the one at the lower address. */
static lanes first_of(lanes both)
{
    return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? both & 0xff : both >> 8;
}

static lanes second_of(lanes both)
{
    return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? both >> 8 : both & 0xff;
}

/* Adds up to a BLOCK, a multiple of VECTOR. */
static void add_block(const unsigned char *data, uint64_t len, uint64_t sums[COLUMNS])
{
    lanes part, first = {0}, second = {0};
    for (uint64_t off = 0; off < len; off += VECTOR) {
        memcpy(&part, data + off, sizeof part);
        first += first_of(part);
        second += second_of(part);
    }
    for (unsigned lane = 0; lane < LANES; lane++) {
        sums[2 * lane % COLUMNS] += first[lane];
        sums[(2 * lane + 1) % COLUMNS] += second[lane];
    }
}

static void add_up(const unsigned char *data, uint64_t len, uint64_t sums[COLUMNS])
{
    uint64_t whole = range_floor(len, VECTOR);
    memset(sums, 0, COLUMNS * sizeof *sums);
    for (uint64_t off = 0; off < whole; off += BLOCK)
        add_block(data + off, range_min(BLOCK, whole - off), sums);
    for (uint64_t off = whole; off < len; off++)
        sums[off % COLUMNS] += data[off];
}

static void xor_up(const unsigned char *data, uint64_t len, uint64_t sums[COLUMNS])
{
    uint64_t whole = range_floor(len, 2 * VECTOR);
    words part[2], both[2] = {{0}, {0}};
    unsigned char bytes[sizeof both];
    for (uint64_t off = 0; off < whole; off += sizeof part) {
        memcpy(part, data + off, sizeof part);
        both[0] ^= part[0];
        both[1] ^= part[1];
    }
    memcpy(bytes, both, sizeof bytes);
    memset(sums, 0, COLUMNS * sizeof *sums);
    for (unsigned i = 0; i < sizeof bytes; i++)
        sums[i % COLUMNS] ^= bytes[i];
    for (uint64_t off = whole; off < len; off++)
        sums[off % COLUMNS] ^= data[off];
}

/* The value of each column is that of the place of its bytes in the unit. */
static unsigned shift_of(const struct checksum *checksum, unsigned column)
{
    unsigned place = column % checksum->unit;
    return 8 * (checksum->big ? checksum->unit - 1 - place : place);
}

static uint64_t cut(const struct checksum *checksum, uint64_t sum)
{
    return sum & (((uint64_t)1 << 8 * checksum->unit) - 1);
}

static uint64_t sum_of(const struct checksum *checksum, const unsigned char *data, uint64_t len)
{
    uint64_t sums[COLUMNS], sum = 0;
    add_up(data, len, sums);
    for (unsigned column = 0; column < COLUMNS; column++)
        sum += sums[column] << shift_of(checksum, column);
    return cut(checksum, sum);
}

static uint64_t xor_of(const struct checksum *checksum, const unsigned char *data, uint64_t len)
{
    uint64_t sums[COLUMNS], sum = 0;
    xor_up(data, len, sums);
    for (unsigned column = 0; column < COLUMNS; column++)
        sum ^= sums[column] << shift_of(checksum, column);
    return sum;
}

/* What passes 16 bits is added again at the right. A first byte counts 256: modulo 65535, it moves round. */
static uint64_t internet_of(const unsigned char *data, uint64_t len)
{
    uint64_t sums[COLUMNS];
    add_up(data, len, sums);
    uint64_t high = sums[0] + sums[2], low = sums[1] + sums[3];
    uint64_t sum = (high >> 8) + ((high & 0xff) << 8) + low;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}

uint32_t checksum_crc32(const unsigned char *data, uint64_t len)
{
    return len ? libdeflate_crc32(0, data, (size_t)len) : 0;
}

uint64_t checksum_of(const struct checksum *checksum, const unsigned char *data, uint64_t len)
{
    switch (checksum->kind) {
    case CHECKSUM_ADLER32:
        return len ? libdeflate_adler32(1, data, (size_t)len) : 1;
    case CHECKSUM_SUM:
        return sum_of(checksum, data, len);
    case CHECKSUM_XOR:
        return xor_of(checksum, data, len);
    case CHECKSUM_INTERNET:
        return internet_of(data, len);
    case CHECKSUM_CRC:
        break;
    }
    return crc_of(&checksum->crc, data, len);
}
