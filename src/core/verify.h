/*
 * verify: whether the file still holds what the pending bytes were made from.
 */
#ifndef SUTURE_VERIFY_H
#define SUTURE_VERIFY_H

#include "image.h"

/*
 * Reads the file through fd and compares: every dirty page with its pre-image (as far as it is
 * the file's) and every range that a guard accepted. Errors: `changed` with the offset of the first
 * difference, `truncated`, `io`. Writes nothing. image->outdated
 * tells afterwards whether it failed.
 */
bool verify_image(struct image *image, int fd, struct error *error);

#endif
