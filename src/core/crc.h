/*
 * crc: cyclic redundancy checks of 1 to 64 bits, by the parameters of the RevEng catalogue.
 *
 * The memory is read forward and once, never outside of [data, data + len). Polynomials are written without
 * their top bit, most significant bit first, also for a reflected check.
 */
#ifndef SUTURE_CRC_H
#define SUTURE_CRC_H

#include <stdbool.h>
#include <stdint.h>

struct crc {
    unsigned width; /* bits, 1 to 64 */
    uint64_t poly;
    uint64_t init;   /* the register before the first byte, most significant bit first */
    bool refin;      /* the least significant bit of a byte comes first */
    bool refout;     /* the result is turned round, before xorout */
    uint64_t xorout; /* is laid over the result */
};

/* Whether the value of a parameter has no more bits than the width. */
bool crc_fits(unsigned width, uint64_t value);

/*
 * The check of len bytes; data may be NULL when len is 0. No parameter may have more bits than the width.
 * Takes 18 KiB of stack.
 */
uint64_t crc_of(const struct crc *crc, const unsigned char *data, uint64_t len);

#endif
