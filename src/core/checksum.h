/*
 * checksum: sums, exclusive ors and cyclic redundancy checks over memory, by name.
 *
 *     adler32                      as zlib
 *     sum8 sum16le sum16be sum32le sum32be      the sum of units of that many bits, modulo 2^bits
 *     xor8 xor16le xor16be xor32le xor32be      their exclusive or
 *     internet                     RFC 1071: what belongs into the field, read most significant byte first;
 *                                  an odd last byte counts as if a zero followed
 *     crc...                       see catalogue.h
 *
 * Memory is read once and never outside of the range. Sums and exclusive ors run as fast as memory is read.
 */
#ifndef SUTURE_CHECKSUM_H
#define SUTURE_CHECKSUM_H

#include "crc.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum checksum_kind {
    CHECKSUM_ADLER32,
    CHECKSUM_SUM,
    CHECKSUM_XOR,
    CHECKSUM_INTERNET,
    CHECKSUM_CRC
};

struct checksum {
    enum checksum_kind kind;
    unsigned unit; /* bytes of which the length has to be a multiple: 1, 2 or 4 */
    bool big;      /* of a unit of a sum or exclusive or the most significant byte comes first */
    struct crc crc;
};

/* The checksum of that name. False when there is none; *checksum is as it was then. */
bool checksum_find(const char *name, struct checksum *checksum);

/* The name of that number, from 0; NULL behind the last one. */
const char *checksum_name(size_t number);

/* The checksum of len bytes, a multiple of its unit; data may be NULL when len is 0. */
uint64_t checksum_of(const struct checksum *checksum, const unsigned char *data, uint64_t len);

/* zlib's CRC-32, "crc32". */
uint32_t checksum_crc32(const unsigned char *data, uint64_t len);

#endif
