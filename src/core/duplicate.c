/* duplicate: see duplicate.h. */
#include "duplicate.h"

#include "folder.h"
#include "held.h"
#include "rebuild.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct duplicate {
    struct folder folder;   /* of the new name */
    const char *base;       /* the new name in it */
    const char *path;       /* as the caller wrote it */
    char fresh[TRACE_NAME]; /* the copy's name until it is whole; "" when there is none */
    int fd;
    int lock;
};

static bool fail(const struct duplicate *duplicate, int sys, struct error *error)
{
    return error_system(error, sys, duplicate->path, "cannot make the copy");
}

/* The folder of the new name, and the name in it. */
static bool open_folder(struct duplicate *duplicate, struct error *error)
{
    const char *slash = strrchr(duplicate->path, '/');
    char *given =
        slash ? strndup(duplicate->path, (size_t)(slash - duplicate->path) + 1) : strdup(".");
    char *real = given ? realpath(given, NULL) : NULL;
    bool opened =
        real ? folder_open(&duplicate->folder, real, false, error) : fail(duplicate, errno, error);
    duplicate->base = slash ? slash + 1 : duplicate->path;
    free(given);
    free(real);
    return opened;
}

/* Until it is whole it is called as a replacement of the file would be, so that it is found after a crash. */
static bool build(struct duplicate *duplicate, struct image *image, struct error *error)
{
    folder_trace(&duplicate->folder, duplicate->folder.fsid, image->source.ino, TRACE_NEW,
                 duplicate->fresh);
    if (rebuild_file(image, &duplicate->folder, duplicate->fresh, &duplicate->fd, &duplicate->lock,
                     error))
        return true;
    duplicate->fresh[0] = '\0';
    return false;
}

/* The copy gets its name only if nobody has that. A file system without hard links can say so in the rename. */
static bool give_name(struct duplicate *duplicate, struct error *error)
{
    int folder = duplicate->folder.fd;
    if (renameat2(folder, duplicate->fresh, folder, duplicate->base, RENAME_NOREPLACE) == 0) {
        duplicate->fresh[0] = '\0';
        return true;
    }
    if (errno != EINVAL && errno != ENOSYS)
        return fail(duplicate, errno, error);
    return linkat(folder, duplicate->fresh, folder, duplicate->base, 0) == 0 ||
           fail(duplicate, errno, error);
}

static void clean_up(struct duplicate *duplicate)
{
    struct error ignored;
    if (duplicate->fresh[0])
        folder_remove(&duplicate->folder, duplicate->fresh, &ignored);
    if (duplicate->fd >= 0)
        close(duplicate->fd);
    if (duplicate->lock >= 0)
        close(duplicate->lock);
    folder_close(&duplicate->folder);
}

/* A name that was given and cannot be made durable is taken back. */
static bool settle(const struct duplicate *duplicate, struct error *error)
{
    struct error ignored;
    if (folder_sync(&duplicate->folder, error))
        return true;
    folder_remove(&duplicate->folder, duplicate->base, &ignored);
    return false;
}

bool duplicate_file(struct image *image, const char *path, struct error *error)
{
    struct duplicate duplicate = {.path = path, .fd = -1, .lock = -1};
    struct held held;
    duplicate.folder.fd = -1;
    if (image->source.fd < 0 || image->source.device)
        return error_set(error, ERROR_UNSUPPORTED, image_name(image),
                         "is no file of which a copy could be kept");
    held_begin(&held);
    bool made = open_folder(&duplicate, error) && build(&duplicate, image, error) &&
                give_name(&duplicate, error) && settle(&duplicate, error);
    clean_up(&duplicate);
    held_end(&held);
    return made;
}
