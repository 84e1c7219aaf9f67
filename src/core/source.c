/* source: see source.h. */
#include "source.h"

#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

/* File systems whose files are answers of the kernel: their sizes and contents are not stored bytes. */
static const unsigned long KERNEL_FILESYSTEMS[] = {
    PROC_SUPER_MAGIC, SYSFS_MAGIC,        DEBUGFS_MAGIC,       TRACEFS_MAGIC, SECURITYFS_MAGIC,
    SELINUX_MAGIC,    CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC, BPF_FS_MAGIC,  EFIVARFS_MAGIC,
};

static bool refuse(struct error *error, const char *path, const char *reason)
{
    error_set(error, ERROR_UNSUPPORTED, path, "%s", reason);
    error->sys = EOPNOTSUPP;
    return false;
}

static bool check_type(const struct stat *status, const struct source_options *options,
                       const char *path, struct error *error)
{
    if (S_ISREG(status->st_mode))
        return true;
    if (S_ISBLK(status->st_mode))
        return options->block ||
               refuse(error, path, "is a block device: open it with block = true");
    if (S_ISDIR(status->st_mode))
        return error_system(error, EISDIR, path, NULL);
    if (S_ISFIFO(status->st_mode))
        return refuse(error, path, "is a FIFO, not a regular file");
    if (S_ISSOCK(status->st_mode))
        return refuse(error, path, "is a socket, not a regular file");
    return refuse(error, path, "is a character device, not a regular file");
}

static bool check_filesystem(int fd, const char *path, struct error *error)
{
    struct statfs filesystem;
    if (fstatfs(fd, &filesystem) != 0)
        return error_system(error, errno, path, NULL);
    for (size_t i = 0; i < sizeof KERNEL_FILESYSTEMS / sizeof *KERNEL_FILESYSTEMS; i++)
        if ((unsigned long)filesystem.f_type == KERNEL_FILESYSTEMS[i])
            return refuse(error, path,
                          "is a file of the kernel (as in /proc or /sys), not stored bytes");
    return true;
}

/* A write to an active swap file would be a write to other programs' memory. */
static bool check_swap(const struct stat *status, const char *path, struct error *error)
{
    FILE *swaps = fopen("/proc/swaps", "re");
    if (!swaps) /* without /proc, or where it is closed to this user, nobody can tell */
        return errno == ENOENT || errno == EACCES ||
               error_system(error, errno, path, "cannot tell whether it is a swap area");
    char line[PATH_MAX + 128];
    bool active = false;
    while (!active && fgets(line, sizeof line, swaps)) {
        struct stat swap;
        line[strcspn(line, " \t\n")] = '\0';
        if (line[0] == '/' && stat(line, &swap) == 0)
            active = S_ISBLK(status->st_mode)
                         ? swap.st_rdev == status->st_rdev
                         : swap.st_dev == status->st_dev && swap.st_ino == status->st_ino;
    }
    fclose(swaps);
    return active ? refuse(error, path, "is an active swap area") : true;
}

/* The lines of /proc/locks read `1: FLOCK  ADVISORY  WRITE 1234 fd:01:5678 0 EOF`. */
static long lock_holder(const struct source *source)
{
    FILE *locks = fopen("/proc/locks", "re");
    if (!locks)
        return 0;
    char line[256];
    long holder = 0;
    while (!holder && fgets(line, sizeof line, locks)) {
        long pid;
        unsigned major_number, minor_number;
        uint64_t inode;
        if (sscanf(line, "%*d: FLOCK %*s %*s %ld %x:%x:%" SCNu64, &pid, &major_number,
                   &minor_number, &inode) == 4 &&
            inode == source->ino && makedev(major_number, minor_number) == source->dev)
            holder = pid;
    }
    fclose(locks);
    return holder;
}

static bool lock(const struct source *source, enum source_use use, struct error *error)
{
    if (use == SOURCE_READ ||
        flock(source->fd, (use == SOURCE_PATCH ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0)
        return true;
    int sys = errno;
    if (sys != EWOULDBLOCK)
        return error_system(error, sys, source->path, "cannot lock");
    long holder = lock_holder(source);
    if (holder == getpid())
        error_set(error, ERROR_LOCKED, source->path,
                  "is already open for patching in this process");
    else if (holder)
        error_set(error, ERROR_LOCKED, source->path, "is being patched by process %ld", holder);
    else
        error_set(error, ERROR_LOCKED, source->path, "is being patched by another process");
    error->sys = sys;
    return false;
}

static bool check_writable(const struct source *source, struct error *error)
{
    if (faccessat(AT_FDCWD, source->real, W_OK, AT_EACCESS) == 0)
        return true;
    int sys = errno;
    if (sys != EACCES && sys != EROFS && sys != EPERM)
        return error_system(error, sys, source->path, NULL);
    error_set(error, ERROR_READONLY, source->path, "may not be written: %s", strerror(sys));
    error->sys = sys;
    return false;
}

/* Only a regular file is made; a name that exists is left as it is. */
static bool create(const char *path, uint64_t size, struct error *error)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0666);
    if (fd < 0)
        return errno == EEXIST || error_system(error, errno, path, NULL);
    bool made = size <= INT64_MAX && ftruncate(fd, (off_t)size) == 0;
    int sys = size <= INT64_MAX ? errno : EFBIG;
    close(fd);
    if (made)
        return true;
    unlink(path);
    return error_system(error, sys, path, "cannot create it at that size");
}

/*
 * The type is looked at before the open, because opening a device or a FIFO can already do something, and
 * again by the caller after it, because the name may lead elsewhere by then.
 */
static bool open_checked(struct source *source, const struct source_options *options,
                         struct stat *status, struct error *error)
{
    if (stat(source->real, status) != 0)
        return error_system(error, errno, source->path, NULL);
    if (!check_type(status, options, source->path, error))
        return false;
    int access_mode = options->use == SOURCE_SHARED ? O_RDWR : O_RDONLY;
    source->fd = open(source->real, access_mode | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (source->fd < 0)
        return error_system(error, errno, source->path, NULL);
    if (fstat(source->fd, status) != 0)
        return error_system(error, errno, source->path, NULL);
    return check_type(status, options, source->path, error) &&
           check_filesystem(source->fd, source->path, error);
}

static bool open_all(struct source *source, const struct source_options *options,
                     struct error *error)
{
    struct stat status;
    if (options->create && !create(source->path, options->create_size, error))
        return false;
    source->real = realpath(source->path, NULL);
    if (!source->real)
        return error_system(error, errno, source->path, NULL);
    if (options->use == SOURCE_SHARED && !check_writable(source, error))
        return false;
    if (!open_checked(source, options, &status, error))
        return false;
    source->device = S_ISBLK(status.st_mode);
    source->dev = status.st_dev;
    source->ino = status.st_ino;
    if (options->use == SOURCE_PATCH && !check_writable(source, error))
        return false;
    if (options->use != SOURCE_READ && !check_swap(&status, source->path, error))
        return false;
    return lock(source, options->use, error) && source_size_now(source, &source->size, error);
}

bool source_open(struct source *source, const char *path, const struct source_options *options,
                 struct error *error)
{
    *source = (struct source){.fd = -1};
    source->path = strdup(path);
    if (!source->path)
        return error_set(error, ERROR_LIMIT, path, "out of memory");
    if (open_all(source, options, error))
        return true;
    source_close(source);
    return false;
}

void source_release(struct source *source)
{
    if (source->fd >= 0)
        close(source->fd);
    source->fd = -1;
}

void source_close(struct source *source)
{
    source_release(source);
    free(source->path);
    free(source->real);
    *source = (struct source){.fd = -1};
}

bool source_size_now(const struct source *source, uint64_t *size, struct error *error)
{
    /* Cheaper than fstat, and right for block devices, whose st_size is 0. */
    off_t at = lseek(source->fd, 0, SEEK_END);
    if (at < 0)
        return error_system(error, errno, source->path, NULL);
    *size = (uint64_t)at;
    return true;
}

bool source_still_there(const struct source *source, struct error *error)
{
    struct stat status;
    if (stat(source->real, &status) != 0) {
        int sys = errno;
        if (sys != ENOENT && sys != ENOTDIR)
            return error_system(error, sys, source->path, NULL);
        return error_set(error, ERROR_CHANGED, source->path,
                         "was removed or renamed since it was opened");
    }
    if (status.st_dev != source->dev || status.st_ino != source->ino)
        return error_set(error, ERROR_CHANGED, source->path,
                         "was replaced by another file since it was opened");
    return true;
}

bool source_same_size(const struct source *source, struct error *error)
{
    uint64_t now = 0;
    if (!source_size_now(source, &now, error))
        return false;
    if (now < source->size)
        return error_set(error, ERROR_TRUNCATED, source->path,
                         "was truncated from 0x%" PRIx64 " to 0x%" PRIx64
                         " bytes by another process",
                         source->size, now);
    if (now > source->size)
        return error_set(error, ERROR_CHANGED, source->path,
                         "grew from 0x%" PRIx64 " to 0x%" PRIx64 " bytes since it was opened",
                         source->size, now);
    return true;
}

bool source_open_writer(const struct source *source, int *fd, struct error *error)
{
    struct stat status;
    *fd = open(source->real, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (*fd < 0)
        return error_system(error, errno, source->path, "cannot open for writing");
    bool known = fstat(*fd, &status) == 0;
    if (known && status.st_dev == source->dev && status.st_ino == source->ino)
        return true;
    int sys = errno;
    close(*fd);
    *fd = -1;
    if (!known)
        return error_system(error, sys, source->path, NULL);
    return error_set(error, ERROR_CHANGED, source->path,
                     "was replaced by another file since it was opened");
}

void source_adopt(struct source *source, int fd, dev_t dev, ino_t ino)
{
    source_release(source);
    source->fd = fd;
    source->dev = dev;
    source->ino = ino;
}

bool source_read(const struct source *source, uint64_t off, void *data, size_t len,
                 struct error *error)
{
    return disk_read(source->fd, off, data, len, source->path, error);
}
