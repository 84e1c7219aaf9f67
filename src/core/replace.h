/*
 * replace: a complete new file in the place of a name, all or nothing.
 *
 * The new file is written beside its final name, made durable, and renamed over it: whoever opens the name
 * sees the old file or the whole new one, at any moment and after a power cut.
 */
#ifndef SUTURE_REPLACE_H
#define SUTURE_REPLACE_H

#include "image.h"

/*
 * Writes [off, off + len) of the image as it reads now to the file `path`, durable on return. An existing file's mode is
 * kept, otherwise the new one gets that of the image's own file (0644 under the umask for memory). Holes
 * of the image's file stay holes. A symbolic link at path is followed. Errors: `io`, `unsupported` (path
 * is not a regular file, or is the image's own file), `locked` (path is open for patching), `truncated`;
 * path is as it was then and nothing is left beside it.
 */
bool replace_save(struct image *image, uint64_t off, uint64_t len, const char *path,
                  struct error *error);

#endif
