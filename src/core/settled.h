/*
 * settled: opens an image whose file is not in the middle of an interrupted flush.
 */
#ifndef SUTURE_SETTLED_H
#define SUTURE_SETTLED_H

#include "image.h"
#include "recover.h"

/*
 * image_open. A file opened for patching or shared use is settled first if it must be, and *result tells what
 * was done. One opened for reading waits briefly for a flush that is going on; of an interrupted one it
 * raises `indeterminate`, unless read_on. Errors: those of image_open and of recover_path.
 */
bool settled_open(struct image *image, const char *path, const struct image_options *options,
                  bool read_on, enum recover_result *result, struct error *error);

#endif
