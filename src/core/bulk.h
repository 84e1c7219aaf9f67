/*
 * bulk: the same change made to every byte of a piece of memory.
 *
 * Nothing is read or written outside of [data, data + len), which no other argument may overlap; data may be
 * NULL when len is 0. Everything runs as fast as memory is written, but translate on processors without AVX2.
 */
#ifndef SUTURE_BULK_H
#define SUTURE_BULK_H

#include <stddef.h>
#include <stdint.h>

/* Repeats the unit, of at least one byte, from data on; its last copy is cut. */
void bulk_fill(unsigned char *data, uint64_t len, const unsigned char *unit, size_t unit_len);

/* Lays the key, of at least one byte and repeated likewise, over the bytes by exclusive or. */
void bulk_xor(unsigned char *data, uint64_t len, const unsigned char *key, size_t key_len);

/* Puts table[byte] in the place of each byte. */
void bulk_translate(unsigned char *data, uint64_t len, const unsigned char table[256]);

/* Turns the bytes of each unit of `width` bytes round: 2, 4 or 8, of which len is a multiple. */
void bulk_swap(unsigned char *data, uint64_t len, unsigned width);

#endif
