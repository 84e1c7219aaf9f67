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
 * ACLs; unchanged parts are shared (reflinks) where the file system can. *fd reads and writes it; *lock is it
 * once more, O_RDONLY, locked as a target is from before its first byte is written: a recovery can tell it from
 * what a crash left, and no second patcher slips in when it gets the target's name. Errors: `io`, `limit`, `changed`
 * (the old file was written to meanwhile); nothing is left then and both are -1.
 */
bool rebuild_file(struct image *image, const struct folder *folder, const char *name, int *fd,
                  int *lock, struct error *error);

#endif
