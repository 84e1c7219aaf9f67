/*
 * lookup: each byte replaced by what a table has for it, 32 at once, by AVX2.
 */
#ifndef SUTURE_LOOKUP_H
#define SUTURE_LOOKUP_H

#include <stdbool.h>
#include <stdint.h>

#define LOOKUP_UNIT 32

/* Whether this processor has what lookup_run needs. */
bool lookup_possible(void);

/* Replaces len bytes, a multiple of LOOKUP_UNIT. Must not be called unless lookup_possible. */
void lookup_run(unsigned char *data, uint64_t len, const unsigned char table[256]);

#endif
