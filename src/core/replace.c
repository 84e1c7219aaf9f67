/* replace: see replace.h. */
#include "replace.h"

#include "changes.h"
#include "disk.h"
#include "folder.h"
#include "held.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is written at once; also how far apart two looks at the health of the mapping are. */
#define PIECE ((uint64_t)4 * 1024 * 1024)

struct replacement {
    const char *path;     /* as the caller wrote it */
    char *real;           /* the final name, links resolved, owned */
    struct folder folder; /* of the final name */
    const char *base;     /* in real */
    bool exists;          /* there is a file of that name */
    int lock;             /* of that file: it is not being patched */
    char fresh
        [TRACE_NAME]; /* the new file's name while it has no final one; "" where it has none at all */
    int fd;
    uint64_t start; /* the image's byte that becomes the file's first */
};

static bool out_of_memory(const struct replacement *replacement, struct error *error)
{
    return error_set(error, ERROR_LIMIT, replacement->path, "out of memory");
}

static bool fail(const struct replacement *replacement, const char *what, struct error *error)
{
    return error_system(error, errno, replacement->path, what);
}

/* A name that does not exist yet has an existing folder, which is resolved instead. */
static bool resolve(struct replacement *replacement, struct error *error)
{
    const char *path = replacement->path, *slash = strrchr(path, '/');
    replacement->real = realpath(path, NULL);
    replacement->exists = replacement->real != NULL;
    if (replacement->exists)
        return true;
    if (errno != ENOENT)
        return fail(replacement, NULL, error);
    char *given = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    char *folder = given ? realpath(given, NULL) : NULL;
    int sys = errno;
    free(given);
    if (!folder)
        return error_system(error, sys, path, NULL);
    if (asprintf(&replacement->real, "%s/%s", folder, slash ? slash + 1 : path) < 0)
        replacement->real = NULL;
    free(folder);
    return replacement->real || out_of_memory(replacement, error);
}

static bool find_names(struct replacement *replacement, struct error *error)
{
    if (!resolve(replacement, error) ||
        !folder_open_of(&replacement->folder, replacement->real, error))
        return false;
    replacement->base = strrchr(replacement->real, '/') + 1;
    return true;
}

/* Locks the file that goes, so that nobody patches it meanwhile. */
static bool lock_old(struct replacement *replacement, const struct image *image,
                     struct stat *status, struct error *error)
{
    if (stat(replacement->real, status) != 0)
        return fail(replacement, NULL, error);
    if (!S_ISREG(status->st_mode))
        return error_set(error, ERROR_UNSUPPORTED, replacement->path, "is not a regular file");
    if (image->source.fd >= 0 && status->st_dev == image->source.dev &&
        status->st_ino == image->source.ino)
        return error_set(error, ERROR_UNSUPPORTED, replacement->path,
                         "is the file that is being read: flush instead");
    replacement->lock = open(replacement->real, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (replacement->lock < 0)
        return errno == EACCES || fail(replacement, NULL, error);
    if (flock(replacement->lock, LOCK_EX | LOCK_NB) == 0)
        return true;
    error_set(error, ERROR_LOCKED, replacement->path, "is open for patching");
    error->sys = EWOULDBLOCK;
    return false;
}

/*
 * The new file's mode and name. An existing file's mode is kept, and the new one is called what a flush of the
 * old one would call it, so that it is found after a crash.
 */
static bool find_mode(struct replacement *replacement, const struct image *image, mode_t *mode,
                      struct error *error)
{
    struct stat status;
    if (replacement->exists) {
        if (!lock_old(replacement, image, &status, error))
            return false;
        folder_trace(&replacement->folder, replacement->folder.fsid, status.st_ino, TRACE_NEW,
                     replacement->fresh);
        *mode = status.st_mode & 07777;
        return true;
    }
    if (image->source.fd >= 0 && !image->source.device) {
        if (fstat(image->source.fd, &status) != 0)
            return fail(replacement, "cannot tell the mode", error);
        *mode = status.st_mode & 0777;
        return true;
    }
    mode_t mask = umask(0);
    umask(mask);
    *mode = 0666 & ~mask;
    return true;
}

/* Without an old file the new one has no name at all until it is whole, where the system can do that. */
static bool create_fresh(struct replacement *replacement, struct error *error)
{
    static const char NAMELESS[] = ".suture-save.new";
    if (!replacement->exists) {
        replacement->fd = openat(replacement->folder.fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        if (replacement->fd >= 0)
            return true;
        memcpy(replacement->fresh, NAMELESS, sizeof NAMELESS);
    }
    replacement->fd = folder_create(&replacement->folder, replacement->fresh, error);
    if (replacement->fd >= 0)
        return true;
    replacement->fresh[0] = '\0';
    return false;
}

/* The end of the data that begins at *off, which moves over a hole first; both at most `end`. */
static uint64_t next_data(const struct image *image, uint64_t *off, uint64_t end)
{
    off_t at = lseek(image->source.fd, (off_t)(image->file_off + *off), SEEK_DATA);
    if (at < 0) {
        /* ENXIO: nothing but a hole up to the end. Anything else: no knowledge of holes. */
        if (errno == ENXIO)
            *off = end;
        return end;
    }
    off_t hole = lseek(image->source.fd, at, SEEK_HOLE);
    *off = range_min((uint64_t)at - image->file_off, end);
    return hole < 0 ? end : range_min((uint64_t)hole - image->file_off, end);
}

/* Writes [off, end) of the image; the file begins with the image's byte `start`. */
static bool write_range(const struct replacement *replacement, const struct image *image,
                        uint64_t off, uint64_t end, struct error *error)
{
    while (off < end) {
        uint64_t part = range_min(PIECE, end - off);
        if (!disk_write(replacement->fd, off - replacement->start, image->base + off, part,
                        replacement->path, error) ||
            !image_current(image, error))
            return false;
        off += part;
    }
    return true;
}

/* What is read from the file as it lies there, without its holes. */
static bool write_data(const struct replacement *replacement, const struct image *image,
                       uint64_t end, struct error *error)
{
    for (uint64_t off = replacement->start; off < end;) {
        uint64_t data_end = next_data(image, &off, end);
        if (!write_range(replacement, image, off, data_end, error))
            return false;
        off = data_end > off ? data_end : end;
    }
    return true;
}

/* The file's data first, then what has changed, which may lie in its holes or behind its end. */
static bool write_content(const struct replacement *replacement, struct image *image, uint64_t end,
                          struct error *error)
{
    struct image_cursor cursor = {0};
    struct image_change change;
    uint64_t start = replacement->start;
    if (ftruncate(replacement->fd, (off_t)(end - start)) != 0)
        return fail(replacement, "cannot write", error);
    if (image->source.fd < 0 || image_is_moved(image))
        return write_range(replacement, image, start, end, error);
    if (!write_data(replacement, image, range_min(end, image->file_size), error))
        return false;
    while (image_next_change(image, &cursor, &change)) {
        uint64_t from = change.off > start ? change.off : start;
        if (!write_range(replacement, image, from, range_min(change.off + change.len, end), error))
            return false;
    }
    return true;
}

/* Gives a file without a name its name; one that came to be there meanwhile is not replaced. */
static bool give_name(const struct replacement *replacement, struct error *error)
{
    char self[64];
    snprintf(self, sizeof self, "/proc/self/fd/%d", replacement->fd);
    if (linkat(replacement->fd, "", replacement->folder.fd, replacement->base, AT_EMPTY_PATH) ==
            0 ||
        linkat(AT_FDCWD, self, replacement->folder.fd, replacement->base, AT_SYMLINK_FOLLOW) == 0)
        return true;
    return fail(replacement, "cannot give the new file its name", error);
}

static bool put_in_place(struct replacement *replacement, mode_t mode, struct error *error)
{
    if (fchmod(replacement->fd, mode) != 0)
        return fail(replacement, "cannot set the mode", error);
    if (!disk_sync_all(replacement->fd, replacement->path, error))
        return false;
    if (!replacement->fresh[0])
        return give_name(replacement, error) && folder_sync(&replacement->folder, error);
    if (!folder_rename(&replacement->folder, replacement->fresh, replacement->base, error))
        return false;
    replacement->fresh[0] = '\0';
    return folder_sync(&replacement->folder, error);
}

static void clean_up(struct replacement *replacement)
{
    struct error ignored;
    if (replacement->fresh[0] && replacement->fd >= 0)
        folder_remove(&replacement->folder, replacement->fresh, &ignored);
    if (replacement->fd >= 0)
        close(replacement->fd);
    if (replacement->lock >= 0)
        close(replacement->lock);
    folder_close(&replacement->folder);
    free(replacement->real);
}

bool replace_save(struct image *image, uint64_t off, uint64_t len, const char *path,
                  struct error *error)
{
    struct replacement replacement = {.path = path, .fd = -1, .lock = -1, .start = off};
    struct held held;
    mode_t mode = 0;
    replacement.folder.fd = -1;
    held_begin(&held);
    bool saved = image_survived(image, error) && find_names(&replacement, error) &&
                 find_mode(&replacement, image, &mode, error) &&
                 create_fresh(&replacement, error) &&
                 write_content(&replacement, image, off + len, error) &&
                 put_in_place(&replacement, mode, error);
    clean_up(&replacement);
    held_end(&held);
    return saved;
}
