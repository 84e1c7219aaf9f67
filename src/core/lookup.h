/*
 * lookup: each byte replaced by what a table has for it, 64 at once.
 */
#ifndef SUTURE_LOOKUP_H
#define SUTURE_LOOKUP_H

#include <stdbool.h>
#include <stdint.h>

#define LOOKUP_UNIT 64

/* Ways of doing it, the faster ones behind. LOOKUP_VBMI needs AVX-512 with its byte permutations. */
enum lookup_way { LOOKUP_NONE, LOOKUP_AVX2, LOOKUP_VBMI };

/* Whether this processor has what a way needs; false for LOOKUP_NONE. */
bool lookup_possible(enum lookup_way way);

/* The fastest way that is possible here, LOOKUP_NONE where none is. */
enum lookup_way lookup_best(void);

/* Replaces len bytes, a multiple of LOOKUP_UNIT. Must not be called unless the way is possible. */
void lookup_run(enum lookup_way way, unsigned char *data, uint64_t len,
                const unsigned char table[256]);

#endif
