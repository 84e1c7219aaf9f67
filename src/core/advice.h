/*
 * advice: what the kernel is told about an image's memory, and how a shared one becomes durable.
 *
 * Nothing here changes a byte that the image reads. Ranges may begin and end anywhere: most advice is given
 * for every system page that they touch, DONTNEED only for those that lie wholly inside.
 */
#ifndef SUTURE_ADVICE_H
#define SUTURE_ADVICE_H

#include "image.h"

/* The advice of that name, as in madvise(2) without MADV_ and in lower case. False when there is none. */
bool advice_find(const char *name, int *advice);

/* The name of that number, from 0; NULL behind the last one. */
const char *advice_name(size_t number);

/*
 * Gives the advice for [off, off + len), which must lie in the image.
 *
 * "dontneed" lets go of pages that are as the file has them, and the next access reads them anew. Dirty pages
 * stay, also those of copy mode; so does memory that maps no file, and the last page of a file (canary.h).
 *
 * Errors: `unsupported` when the kernel does not know the advice; those of image_current; `io`.
 */
bool advice_give(struct image *image, int advice, uint64_t off, uint64_t len, struct error *error);

/*
 * Makes [off, off + len) of a shared image durable in its file. Errors: `unsupported` in another mode; those
 * of image_intact; `io`, which must not be tried again: the kernel forgets what it could not write.
 */
bool advice_sync(const struct image *image, uint64_t off, uint64_t len, struct error *error);

#endif
