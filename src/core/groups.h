/*
 * groups: the sieve of few keys with AVX2, for sieve.c alone.
 */
#ifndef SUTURE_GROUPS_H
#define SUTURE_GROUPS_H

#include "sieve.h"

#ifdef __x86_64__
#define GROUPS_X86

/* As sieve_ahead, but it stops where fewer than 32 + SIEVE_KEY bytes are left. */
uint64_t groups_ahead(const struct sieve_groups *groups, const unsigned char *data, uint64_t at,
                      uint64_t len, uint64_t *offs, size_t want, size_t *count);
#endif

#endif
