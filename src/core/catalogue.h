/*
 * catalogue: the cyclic redundancy checks that have a name.
 *
 * The names are those of the RevEng catalogue, its aliases included, in lower case and without the first
 * hyphen: CRC-16/MODBUS is "crc16/modbus", CRC-32C "crc32c". Of its entries only the one of 82 bits is missing.
 */
#ifndef SUTURE_CATALOGUE_H
#define SUTURE_CATALOGUE_H

#include "crc.h"

#include <stddef.h>

/* The check of that name. False when there is none; *crc is as it was then. */
bool catalogue_find(const char *name, struct crc *crc);

/* The name of that number, from 0; NULL behind the last one. */
const char *catalogue_name(size_t number);

#endif
