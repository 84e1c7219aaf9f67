/* crc: see crc.h. */
#include "crc.h"

#include "fold.h"
#include "range.h"

#include <endian.h>
#include <libdeflate.h>
#include <string.h>

#define SLICES 8
#define SLICED_FROM 512 /* bytes from which on the other tables are worth making */
#define FOLDED_FROM 256 /* and those from which on folding is */

/*
 * The register of a reflected check lies at the right of 64 bits and moves right; any other lies at the left
 * and moves left. So no width needs a mask, and a byte enters at the end where bits leave.
 *
 * slice[n][byte] is what a byte that is followed by n zero bytes makes of an empty register.
 */
struct tables {
    uint64_t slice[SLICES][256];
};

bool crc_fits(unsigned width, uint64_t value)
{
    return width >= 64 || value >> width == 0;
}

static uint64_t reflected(uint64_t value, unsigned width)
{
    uint64_t turned = 0;
    for (unsigned i = 0; i < width; i++)
        turned |= (value >> i & 1) << (width - 1 - i);
    return turned;
}

/* The register right-to-left or left-to-right, as the check wants it. */
static uint64_t aligned(const struct crc *crc, uint64_t value)
{
    return crc->refin ? reflected(value, crc->width) : value << (64 - crc->width);
}

static uint64_t step(const struct crc *crc, const struct tables *tables, uint64_t rest,
                     unsigned char byte)
{
    if (crc->refin)
        return tables->slice[0][(rest ^ byte) & 0xff] ^ rest >> 8;
    return tables->slice[0][rest >> 56 ^ byte] ^ rest << 8;
}

static uint64_t bit_by_bit(bool refin, uint64_t poly, unsigned byte)
{
    uint64_t rest = refin ? byte : (uint64_t)byte << 56;
    for (int bit = 0; bit < 8; bit++) {
        bool leaves = refin ? rest & 1 : rest >> 63;
        rest = refin ? rest >> 1 : rest << 1;
        rest ^= leaves ? poly : 0;
    }
    return rest;
}

static void make_tables(const struct crc *crc, struct tables *tables, unsigned slices)
{
    uint64_t poly = aligned(crc, crc->poly);
    for (unsigned byte = 0; byte < 256; byte++)
        tables->slice[0][byte] = bit_by_bit(crc->refin, poly, byte);
    for (unsigned n = 1; n < slices; n++)
        for (unsigned byte = 0; byte < 256; byte++)
            tables->slice[n][byte] = step(crc, tables, tables->slice[n - 1][byte], 0);
}

/* Eight bytes at once: the first of them in the lowest byte of `word`, with the register laid over them. */
static uint64_t sliced(const struct tables *tables, uint64_t word)
{
    return tables->slice[7][word & 0xff] ^ tables->slice[6][word >> 8 & 0xff] ^
           tables->slice[5][word >> 16 & 0xff] ^ tables->slice[4][word >> 24 & 0xff] ^
           tables->slice[3][word >> 32 & 0xff] ^ tables->slice[2][word >> 40 & 0xff] ^
           tables->slice[1][word >> 48 & 0xff] ^ tables->slice[0][word >> 56];
}

static uint64_t run_sliced(bool refin, const struct tables *tables, uint64_t rest,
                           const unsigned char *data, uint64_t words)
{
    uint64_t word;
    for (uint64_t i = 0; i < words; i++) {
        memcpy(&word, data + i * 8, sizeof word);
        rest = sliced(tables, le64toh(word) ^ (refin ? rest : __builtin_bswap64(rest)));
    }
    return rest;
}

static uint64_t run_bytes(const struct crc *crc, const struct tables *tables, uint64_t rest,
                          const unsigned char *data, uint64_t len)
{
    for (uint64_t i = 0; i < len; i++)
        rest = step(crc, tables, rest, data[i]);
    return rest;
}

static uint64_t run_tables(const struct crc *crc, uint64_t rest, const unsigned char *data,
                           uint64_t len)
{
    struct tables tables;
    uint64_t words = len >= SLICED_FROM ? len / 8 : 0;
    make_tables(crc, &tables, words ? SLICES : 1);
    rest = run_sliced(crc->refin, &tables, rest, data, words);
    return run_bytes(crc, &tables, rest, data + words * 8, len - words * 8);
}

static uint64_t run_folded(const struct crc *crc, uint64_t rest, const unsigned char *data,
                           uint64_t len)
{
    struct tables tables;
    unsigned char folded[FOLD_BYTES];
    uint64_t whole = range_floor(len, FOLD_UNIT);
    make_tables(crc, &tables, 1);
    fold_run(crc->refin, crc->poly << (64 - crc->width), rest, data, whole, folded);
    rest = run_bytes(crc, &tables, 0, folded, sizeof folded);
    return run_bytes(crc, &tables, rest, data + whole, len - whole);
}

/* The checks of Ethernet and zip, with any beginning and end: libdeflate inverts before and after. */
static bool is_of_libdeflate(const struct crc *crc)
{
    return crc->width == 32 && crc->poly == 0x04c11db7 && crc->refin;
}

static uint64_t run(const struct crc *crc, uint64_t rest, const unsigned char *data, uint64_t len)
{
    if (!len)
        return rest;
    if (is_of_libdeflate(crc))
        return (uint32_t)~libdeflate_crc32(~(uint32_t)rest, data, (size_t)len);
    if (len >= FOLDED_FROM && fold_possible())
        return run_folded(crc, rest, data, len);
    return run_tables(crc, rest, data, len);
}

uint64_t crc_of(const struct crc *crc, const unsigned char *data, uint64_t len)
{
    uint64_t rest = run(crc, aligned(crc, crc->init), data, len);
    if (!crc->refin)
        rest >>= 64 - crc->width;
    if (crc->refin != crc->refout)
        rest = reflected(rest, crc->width);
    return rest ^ crc->xorout;
}
