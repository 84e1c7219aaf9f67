/*
 * holes: bytes of an image that are zeros because its file has nothing there, told without reading them.
 */
#ifndef SUTURE_HOLES_H
#define SUTURE_HOLES_H

#include "image.h"

#include <stdint.h>

/*
 * How many of the bytes from off on, [off, off + len) lying inside, are known to be zeros; 0 where nothing is
 * known, as of any image that was ever written to. Costs a system call. Afterwards image_current tells
 * whether it can be trusted, as after reading.
 */
uint64_t image_hole(struct image *image, uint64_t off, uint64_t len);

#endif
