/* rebuild: see rebuild.h. */
#include "rebuild.h"

#include "changes.h"
#include "disk.h"
#include "ref.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define PIECE ((size_t)256 * 1024)

struct rebuild {
    struct image *image;
    int from; /* the old file */
    int to;
    const char *path;
    struct error *error;
};

static bool fail(const struct rebuild *rebuild, const char *what)
{
    return error_system(rebuild->error, errno, rebuild->path, what);
}

/* Content */

/* For file systems, or pairs of files, between which the kernel does not copy. */
static bool copy_by_hand(const struct rebuild *rebuild, uint64_t from, uint64_t to, uint64_t len)
{
    unsigned char *piece = malloc(PIECE);
    bool copied = piece || error_set(rebuild->error, ERROR_LIMIT, rebuild->path, "out of memory");
    while (copied && len) {
        uint64_t part = range_min(len, PIECE);
        copied = disk_read(rebuild->from, from, piece, part, rebuild->path, rebuild->error) &&
                 disk_write(rebuild->to, to, piece, part, rebuild->path, rebuild->error);
        from += part;
        to += part;
        len -= part;
    }
    free(piece);
    return copied;
}

/* Copies data; the kernel shares the blocks where it can. */
static bool copy_data(const struct rebuild *rebuild, uint64_t from, uint64_t to, uint64_t len)
{
    while (len) {
        off_t in = (off_t)from, out = (off_t)to;
        ssize_t done = copy_file_range(rebuild->from, &in, rebuild->to, &out, (size_t)len, 0);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0 && errno == ENOSPC)
            return fail(rebuild, "cannot write");
        if (done <= 0)
            return copy_by_hand(rebuild, from, to, len);
        from += (uint64_t)done;
        to += (uint64_t)done;
        len -= (uint64_t)done;
    }
    return true;
}

/* Copies a range of the old file without filling its holes. */
static bool copy_range(const struct rebuild *rebuild, uint64_t from, uint64_t to, uint64_t len)
{
    uint64_t end = from + len;
    for (uint64_t at = from; at < end;) {
        off_t data = lseek(rebuild->from, (off_t)at, SEEK_DATA);
        if (data < 0 && errno == ENXIO)
            return true;
        off_t hole = data < 0 ? -1 : lseek(rebuild->from, data, SEEK_HOLE);
        uint64_t first = data < 0 ? at : range_min((uint64_t)data, end);
        uint64_t last = hole < 0 ? end : range_min((uint64_t)hole, end);
        if (!copy_data(rebuild, first, to + (first - from), last - first))
            return false;
        at = last;
    }
    return true;
}

static bool write_changed(const struct rebuild *rebuild, const struct image_change *change)
{
    const struct image *image = rebuild->image;
    return !change->len ||
           disk_write(rebuild->to, image->file_off + change->off, image->base + change->off,
                      change->len, rebuild->path, rebuild->error);
}

/* The parts between the changes come from the old file, at their new places. */
static bool compose(const struct rebuild *rebuild, bool cloned)
{
    struct image *image = rebuild->image;
    struct image_cursor cursor = {0};
    struct image_change change;
    uint64_t from = 0, to = 0, base = image->file_off;
    while (image_next_change(image, &cursor, &change)) {
        uint64_t kept = base + change.old_off - from;
        if ((!cloned && !copy_range(rebuild, from, to, kept)) || !write_changed(rebuild, &change))
            return false;
        from = base + change.old_off + change.old_len;
        to = base + change.off + change.len;
    }
    return cloned || copy_range(rebuild, from, to, image->source.size - from);
}

static bool write_content(const struct rebuild *rebuild)
{
    struct image *image = rebuild->image;
    uint64_t size = image->source.size - image->file_size + image->size;
    bool cloned = !image_is_moved(image) && ioctl(rebuild->to, FICLONE, rebuild->from) == 0;
    return disk_resize(rebuild->to, size, rebuild->path, rebuild->error) &&
           compose(rebuild, cloned) && image_survived(image, rebuild->error);
}

/* Metadata */

static bool copy_attribute(const struct rebuild *rebuild, const char *name)
{
    char value[XATTR_SIZE_MAX];
    ssize_t len = fgetxattr(rebuild->from, name, value, sizeof value);
    if (len < 0)
        return errno == ENODATA || fail(rebuild, "cannot read an extended attribute");
    if (fsetxattr(rebuild->to, name, value, (size_t)len, 0) == 0)
        return true;
    /* The system writes labels of its own; what this user may not set, an editor could not keep either. */
    return strncmp(name, "security.", 9) == 0 || strncmp(name, "trusted.", 8) == 0 ||
           fail(rebuild, "cannot keep an extended attribute");
}

static bool copy_attributes(const struct rebuild *rebuild)
{
    char names[XATTR_LIST_MAX];
    ssize_t len = flistxattr(rebuild->from, names, sizeof names);
    if (len < 0)
        return errno == ENOTSUP || fail(rebuild, "cannot list extended attributes");
    for (const char *name = names; name < names + len; name += strlen(name) + 1)
        if (strcmp(name, REF_ATTRIBUTE) != 0 && !copy_attribute(rebuild, name))
            return false;
    return true;
}

/* Owner first: changing it clears set-id bits and capabilities. */
static bool copy_metadata(const struct rebuild *rebuild, const struct stat *status)
{
    struct timespec times[2] = {status->st_atim, status->st_mtim};
    if (fchown(rebuild->to, status->st_uid, status->st_gid) != 0)
        return fail(rebuild, "cannot keep the owner");
    if (!copy_attributes(rebuild))
        return false;
    if (fchmod(rebuild->to, status->st_mode & 07777) != 0)
        return fail(rebuild, "cannot keep the mode");
    return futimens(rebuild->to, times) == 0 || fail(rebuild, "cannot keep the times");
}

/* What is written to the old file while it is copied would be lost with it. */
static bool is_still(const struct rebuild *rebuild, const struct stat *before)
{
    struct stat now;
    if (fstat(rebuild->from, &now) != 0)
        return fail(rebuild, NULL);
    if (now.st_size == before->st_size && now.st_mtim.tv_sec == before->st_mtim.tv_sec &&
        now.st_mtim.tv_nsec == before->st_mtim.tv_nsec)
        return true;
    return error_set(rebuild->error, ERROR_CHANGED, rebuild->path,
                     "was written to by another process while it was copied");
}

static bool build(const struct rebuild *rebuild)
{
    struct stat status;
    if (fstat(rebuild->from, &status) != 0)
        return fail(rebuild, NULL);
    return write_content(rebuild) && copy_metadata(rebuild, &status) &&
           is_still(rebuild, &status) && disk_sync_all(rebuild->to, rebuild->path, rebuild->error);
}

static bool lock_fresh(const struct rebuild *rebuild, const struct folder *folder, const char *name,
                       int *lock)
{
    *lock = openat(folder->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    return (*lock >= 0 && flock(*lock, LOCK_EX | LOCK_NB) == 0) ||
           fail(rebuild, "cannot open the new file");
}

static void abandon(const struct folder *folder, const char *name, int *fd, int *lock)
{
    struct error ignored;
    folder_remove(folder, name, &ignored);
    close(*fd);
    if (*lock >= 0)
        close(*lock);
    *fd = *lock = -1;
}

bool rebuild_file(struct image *image, const struct folder *folder, const char *name, int *fd,
                  int *lock, struct error *error)
{
    struct rebuild rebuild = {image, image->source.fd, -1, image_name(image), error};
    *lock = -1;
    *fd = rebuild.to = folder_create(folder, name, error);
    if (*fd < 0)
        return false;
    if (lock_fresh(&rebuild, folder, name, lock) && build(&rebuild))
        return true;
    abandon(folder, name, fd, lock);
    return false;
}
