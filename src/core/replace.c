/* replace: see replace.h. */
#include "replace.h"

#include "held.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is written at once; also how far apart two looks at the health of the mapping are. */
#define PIECE ((uint64_t)4 * 1024 * 1024)

struct replacement {
    const char *path; /* as the caller wrote it */
    char *real;       /* the final name, links resolved, owned */
    char *folder;     /* of the final name, owned */
    char *fresh;      /* the new file while it has no final name, owned; NULL when it is not there */
    int fd;
    uint64_t start;   /* the image's byte that becomes the file's first */
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
static bool find_names(struct replacement *replacement, struct error *error)
{
    const char *slash = strrchr(replacement->path, '/');
    replacement->real = realpath(replacement->path, NULL);
    if (replacement->real) {
        size_t len = (size_t)(strrchr(replacement->real, '/') - replacement->real);
        replacement->folder = len ? strndup(replacement->real, len) : strdup("/");
        return replacement->folder || out_of_memory(replacement, error);
    }
    if (errno != ENOENT)
        return fail(replacement, NULL, error);
    char *folder = slash ? strndup(replacement->path, (size_t)(slash - replacement->path) + 1)
                         : strdup(".");
    replacement->folder = folder ? realpath(folder, NULL) : NULL;
    free(folder);
    if (!replacement->folder)
        return fail(replacement, NULL, error);
    const char *name = slash ? slash + 1 : replacement->path;
    if (asprintf(&replacement->real, "%s/%s", replacement->folder, name) >= 0)
        return true;
    replacement->real = NULL;
    return out_of_memory(replacement, error);
}

/* The mode of the file that goes, else of the file that is copied, else what the umask leaves. */
static bool find_mode(const struct replacement *replacement, const struct image *image,
                      mode_t *mode, struct error *error)
{
    struct stat status;
    if (stat(replacement->real, &status) == 0) {
        if (!S_ISREG(status.st_mode))
            return error_set(error, ERROR_UNSUPPORTED, replacement->path, "is not a regular file");
        if (image->source.fd >= 0 && status.st_dev == image->source.dev && status.st_ino == image->source.ino)
            return error_set(error, ERROR_UNSUPPORTED, replacement->path,
                             "is the file that is being read: flush instead");
        *mode = status.st_mode & 07777;
        return true;
    }
    if (errno != ENOENT)
        return fail(replacement, NULL, error);
    if (image->source.fd >= 0 && fstat(image->source.fd, &status) == 0 && !image->source.device) {
        *mode = status.st_mode & 0777;
        return true;
    }
    mode_t mask = umask(0);
    umask(mask);
    *mode = 0666 & ~mask;
    return true;
}

static bool create_fresh(struct replacement *replacement, struct error *error)
{
    if (asprintf(&replacement->fresh, "%s/.suture-XXXXXX.new", replacement->folder) < 0) {
        replacement->fresh = NULL;
        return out_of_memory(replacement, error);
    }
    replacement->fd = mkostemps(replacement->fresh, 4, O_CLOEXEC);
    if (replacement->fd >= 0)
        return true;
    int sys = errno;
    free(replacement->fresh);
    replacement->fresh = NULL;
    return error_system(error, sys, replacement->path, "cannot create a file beside it");
}

static bool write_piece(const struct replacement *replacement, const unsigned char *data,
                        uint64_t len, uint64_t off, struct error *error)
{
    while (len) {
        ssize_t put = pwrite(replacement->fd, data, (size_t)len, (off_t)off);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return fail(replacement, "cannot write", error);
        data += put;
        off += (uint64_t)put;
        len -= (uint64_t)put;
    }
    return true;
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
        if (!write_piece(replacement, image->base + off, part, off - replacement->start, error) ||
            !image_current(image, error))
            return false;
        off += part;
    }
    return true;
}

/* The file's data first, then the pending runs, which may lie in its holes. */
static bool write_content(const struct replacement *replacement, struct image *image, uint64_t end,
                          struct error *error)
{
    struct image_run run;
    uint64_t start = replacement->start;
    if (ftruncate(replacement->fd, (off_t)(end - start)) != 0)
        return fail(replacement, "cannot write", error);
    if (image->source.fd < 0)
        return write_range(replacement, image, start, end, error);
    for (uint64_t off = start; off < end;) {
        uint64_t data_end = next_data(image, &off, end);
        if (!write_range(replacement, image, off, data_end, error))
            return false;
        off = data_end > off ? data_end : end;
    }
    for (uint64_t at = start; image_next_run(image, at, &run) && run.off < end;
         at = run.off + run.len)
        if (!write_range(replacement, image, run.off, range_min(run.off + run.len, end), error))
            return false;
    return true;
}

static bool sync_folder(const struct replacement *replacement, struct error *error)
{
    int fd = open(replacement->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = fd >= 0 && fsync(fd) == 0;
    int sys = errno;
    if (fd >= 0)
        close(fd);
    return synced || error_system(error, sys, replacement->path, "cannot make its name durable");
}

static bool put_in_place(struct replacement *replacement, mode_t mode, struct error *error)
{
    if (fchmod(replacement->fd, mode) != 0)
        return fail(replacement, "cannot set the mode", error);
    if (fsync(replacement->fd) != 0)
        return fail(replacement, "cannot make it durable", error);
    if (rename(replacement->fresh, replacement->real) != 0)
        return fail(replacement, "cannot rename into place", error);
    free(replacement->fresh);
    replacement->fresh = NULL;
    return sync_folder(replacement, error);
}

static void clean_up(struct replacement *replacement)
{
    if (replacement->fresh)
        unlink(replacement->fresh);
    if (replacement->fd >= 0)
        close(replacement->fd);
    free(replacement->fresh);
    free(replacement->real);
    free(replacement->folder);
}

bool replace_save(struct image *image, uint64_t off, uint64_t len, const char *path,
                  struct error *error)
{
    struct replacement replacement = {.path = path, .fd = -1, .start = off};
    struct held held;
    mode_t mode = 0;
    held_begin(&held);
    bool saved = image_survived(image, error) && find_names(&replacement, error) &&
                 find_mode(&replacement, image, &mode, error) && create_fresh(&replacement, error) &&
                 write_content(&replacement, image, off + len, error) &&
                 put_in_place(&replacement, mode, error);
    clean_up(&replacement);
    held_end(&held);
    return saved;
}
