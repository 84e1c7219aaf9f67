/*
 * structure: changes of an image's size, and bytes that move.
 *
 * An insert or delete costs the bytes behind it, which move, and a copy of the pages they lie in. At the
 * end it costs only the bytes that are added, and nothing for those that go. What goes stays in the memory
 * behind the image's end, as old bytes of the file and for redo; growth covers it again.
 *
 * Each change of size is a new generation. Refused: `readonly`; `unsupported` in shared mode, for a window
 * that is not the whole file, and for a device that is to be patched.
 */
#ifndef SUTURE_STRUCTURE_H
#define SUTURE_STRUCTURE_H

#include "image.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Puts len bytes before byte off, which is at most the size; the data lies outside of the image. Errors:
 * as above, `limit`, `truncated`, `io`; nothing has changed but for the last two.
 */
bool image_insert(struct image *image, uint64_t off, const void *data, uint64_t len,
                  struct error *error);

/* Takes [off, off + len), which lies inside, out. Errors: as image_insert. */
bool image_delete(struct image *image, uint64_t off, uint64_t len, struct error *error);

/* Cuts off what lies behind, or grows by bytes of that value. Errors: as image_insert. */
bool image_resize(struct image *image, uint64_t size, unsigned char fill, struct error *error);

/*
 * Copies [src, src + len) to dst, both inside, as if there were a copy between; the size stays. Errors: as
 * image_touch.
 */
bool image_move(struct image *image, uint64_t dst, uint64_t src, uint64_t len, struct error *error);

#endif
