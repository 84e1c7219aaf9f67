/*
 * range: offset and length arithmetic that cannot overflow.
 *
 * Offsets and lengths are bytes counted from 0 in 64 bits. No function here adds two of them before it
 * knows that the sum fits.
 */
#ifndef SUTURE_RANGE_H
#define SUTURE_RANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether [off, off + len) lies inside [0, size). An empty range may lie at size itself. */
static inline bool range_fits(uint64_t size, uint64_t off, uint64_t len)
{
    return len <= size && off <= size - len;
}

/* Whether two non-empty ranges share a byte; both must lie in one object (no sum overflows). */
static inline bool range_overlaps(uint64_t a_off, uint64_t a_len, uint64_t b_off, uint64_t b_len)
{
    return a_len && b_len && (a_off < b_off ? b_off - a_off < a_len : a_off - b_off < b_len);
}

/* The multiple of `unit` (a power of two) at or below off. */
static inline uint64_t range_floor(uint64_t off, uint64_t unit)
{
    return off & ~(unit - 1);
}

/* The multiple of `unit` (a power of two) at or above off; off must be at least unit below 2^64. */
static inline uint64_t range_ceiling(uint64_t off, uint64_t unit)
{
    return range_floor(off + (unit - 1), unit);
}

/* a * b in *product, or false where it passes 2^64 - 1. */
static inline bool range_multiply(uint64_t a, uint64_t b, uint64_t *product)
{
    return !__builtin_mul_overflow(a, b, product);
}

/* a + b in *sum, or false where it passes 2^64 - 1. */
static inline bool range_add(uint64_t a, uint64_t b, uint64_t *sum)
{
    return !__builtin_add_overflow(a, b, sum);
}

static inline uint64_t range_min(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

#endif
