/*
 * fold: a long message made short without changing its cyclic redundancy check, by the carry-less
 * multiplication of the processor.
 *
 * Some powers of x, reduced by the polynomial, move 16 bytes of the message forward over those that follow.
 * Unlike tables, this runs at nearly the speed of memory for every polynomial.
 */
#ifndef SUTURE_FOLD_H
#define SUTURE_FOLD_H

#include <stdbool.h>
#include <stdint.h>

#define FOLD_BYTES 16
#define FOLD_UNIT 64

/* Whether this processor has what fold_run needs. */
bool fold_possible(void);

/*
 * Puts FOLD_BYTES bytes at result that leave in an empty register what the len bytes of data leave in one that
 * holds `rest`; len is a multiple of FOLD_UNIT, and not 0. `poly` has 64 bits, its most significant one
 * first, also when `refin` says that the check is a reflected one; `rest` is as crc.c keeps it. Must not be
 * called unless fold_possible.
 */
void fold_run(bool refin, uint64_t poly, uint64_t rest, const unsigned char *data, uint64_t len,
              unsigned char result[FOLD_BYTES]);

#endif
