/*
 * duplicate: a copy of a whole file under a new name, all or nothing.
 *
 * The copy has the content of an image with what is pending, and all else of its file that rebuild.h keeps: owner,
 * group, mode, times, extended attributes, holes. A name that exists is never replaced.
 */
#ifndef SUTURE_DUPLICATE_H
#define SUTURE_DUPLICATE_H

#include "image.h"

/*
 * Makes the file `path`, durable on return, as the image's file reads now. Errors: `io` (there is a file of that name;
 * no space, no permission), `unsupported` (memory, a block device), `limit`, `changed` (the old file was
 * written to meanwhile), `truncated`; nothing is left then. The caller holds the lock of a patcher on the image's file,
 * by this image or another one.
 */
bool duplicate_file(struct image *image, const char *path, struct error *error);

#endif
