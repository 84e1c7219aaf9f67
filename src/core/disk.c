/* disk: see disk.h. */
#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static bool fail_at(struct error *error, int sys, const char *path, const char *what, uint64_t off)
{
    error_system(error, sys, path, what);
    error->has_offset = true;
    error->offset = off;
    return false;
}

bool disk_write(int fd, uint64_t off, const void *data, uint64_t len, const char *path,
                struct error *error)
{
    const unsigned char *from = data;
    while (len) {
        ssize_t put = pwrite(fd, from, (size_t)len, (off_t)off);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return fail_at(error, put < 0 ? errno : EIO, path, "cannot write", off);
        from += put;
        off += (uint64_t)put;
        len -= (uint64_t)put;
    }
    return true;
}

bool disk_read(int fd, uint64_t off, void *data, uint64_t len, const char *path,
               struct error *error)
{
    unsigned char *to = data;
    while (len) {
        ssize_t got = pread(fd, to, (size_t)len, (off_t)off);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail_at(error, errno, path, "cannot read", off);
        if (got == 0)
            return error_at(error, ERROR_TRUNCATED, path, off, "the file ends here by now");
        to += got;
        off += (uint64_t)got;
        len -= (uint64_t)got;
    }
    return true;
}

bool disk_resize(int fd, uint64_t size, const char *path, struct error *error)
{
    int result;
    do
        result = ftruncate(fd, (off_t)size);
    while (result != 0 && errno == EINTR);
    return result == 0 || error_system(error, errno, path, "cannot change the size");
}

bool disk_reserve(int fd, uint64_t off, uint64_t len, const char *path, struct error *error)
{
    int result;
    if (!len)
        return true;
    do
        result = fallocate(fd, FALLOC_FL_KEEP_SIZE, (off_t)off, (off_t)len);
    while (result != 0 && errno == EINTR);
    if (result == 0 || errno == EOPNOTSUPP || errno == ENOSYS || errno == ENODEV)
        return true;
    return error_system(error, errno, path, "cannot reserve space");
}

bool disk_sync(int fd, const char *path, struct error *error)
{
    return fdatasync(fd) == 0 || error_system(error, errno, path, "cannot make the change durable");
}

bool disk_sync_all(int fd, const char *path, struct error *error)
{
    return fsync(fd) == 0 || error_system(error, errno, path, "cannot make the change durable");
}
