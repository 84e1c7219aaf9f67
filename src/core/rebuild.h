/*
 * rebuild: a complete new file with an image's pending bytes and all else of the old file.
 *
 * Where bytes moved, or the target is a running program, the change cannot be made in place. The new file
 * is made beside the target; it becomes the target by a rename, which is the caller's.
 *
 * What is not as in the old file: the inode number, the birth time, hard links.
 */
#ifndef SUTURE_REBUILD_H
#define SUTURE_REBUILD_H

#include "folder.h"
#include "image.h"

/*
 * Makes the file `name` in the folder, durable but for its name: the content of the image's file with the
 * pending changes, its holes, owner, group, mode, access and modification time, extended attributes and
 * ACLs; unchanged parts are shared (reflinks) where the file system can. *fd reads and writes it. Errors:
 * `io`, `limit`, `changed` (the old file was written to meanwhile); nothing is left then and *fd is -1.
 */
bool rebuild_file(struct image *image, const struct folder *folder, const char *name, int *fd,
                  struct error *error);

#endif
