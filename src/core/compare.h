/*
 * compare: how far two ranges of memory are equal, and how far they are not.
 *
 * The ranges may overlap, so that one that is shifted by n bytes tells how far a unit of n bytes repeats.
 * Equal bytes are passed at the speed of reading them. Memory that maps a file is asked about afterwards, as
 * image.h says.
 */
#ifndef SUTURE_COMPARE_H
#define SUTURE_COMPARE_H

#include <stdint.h>

/* How many of the first bytes are equal; len when all are. */
uint64_t compare_equal(const unsigned char *a, const unsigned char *b, uint64_t len);

/* How many of the first bytes differ, each from the one at the same place; len when all do. */
uint64_t compare_unequal(const unsigned char *a, const unsigned char *b, uint64_t len);

#endif
