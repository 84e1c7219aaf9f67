/* folder: see folder.h. */
#include "folder.h"

#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

static const char *const SUFFIXES[] = {
    [TRACE_TMP] = "tmp", [TRACE_REDO] = "redo", [TRACE_UNDO] = "undo",
    [TRACE_REF] = "ref", [TRACE_NEW] = "new",
};

bool folder_fsid(int fd, uint64_t *fsid)
{
    struct statfs status;
    if (fstatfs(fd, &status) != 0)
        return false;
    memcpy(fsid, &status.f_fsid, sizeof *fsid);
    return true;
}

bool folder_open(struct folder *folder, const char *path, bool hot, struct error *error)
{
    struct stat status;
    *folder = (struct folder){.fd = -1, .hot = hot};
    folder->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder->fd < 0 && errno == EACCES)
        folder->fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder->fd < 0 || fstat(folder->fd, &status) != 0 ||
        !folder_fsid(folder->fd, &folder->fsid)) {
        error_system(error, errno, path, NULL);
        folder_close(folder);
        return false;
    }
    folder->ino = status.st_ino;
    folder->path = strdup(path);
    if (folder->path)
        return true;
    folder_close(folder);
    return error_set(error, ERROR_LIMIT, path, "out of memory");
}

bool folder_open_of(struct folder *folder, const char *path, struct error *error)
{
    char parent[PATH_MAX];
    size_t len = (size_t)(strrchr(path, '/') - path);
    if (len >= sizeof parent)
        return error_system(error, ENAMETOOLONG, path, NULL);
    memcpy(parent, path, len);
    parent[len] = '\0';
    return folder_open(folder, len ? parent : "/", false, error);
}

void folder_close(struct folder *folder)
{
    if (folder->fd >= 0)
        close(folder->fd);
    free(folder->path);
    *folder = (struct folder){.fd = -1};
}

void folder_trace(const struct folder *folder, uint64_t fsid, uint64_t ino, enum trace trace,
                  char name[TRACE_NAME])
{
    if (folder->hot)
        snprintf(name, TRACE_NAME, ".suture-%016" PRIx64 "-%" PRIx64 ".%s", fsid, ino,
                 SUFFIXES[trace]);
    else
        snprintf(name, TRACE_NAME, ".suture-%" PRIx64 ".%s", ino, SUFFIXES[trace]);
}

static bool fail(const struct folder *folder, const char *name, const char *what,
                 struct error *error)
{
    int sys = errno;
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%.3000s/%.255s", folder->path, name);
    return error_system(error, sys, path, what);
}

bool folder_look(const struct folder *folder, const char *name, bool *there, struct error *error)
{
    struct stat status;
    *there = fstatat(folder->fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0;
    return *there || errno == ENOENT || fail(folder, name, NULL, error);
}

bool folder_sync(const struct folder *folder, struct error *error)
{
    return disk_sync_all(folder->fd, folder->path, error);
}

bool folder_rename(const struct folder *folder, const char *from, const char *to,
                   struct error *error)
{
    return renameat(folder->fd, from, folder->fd, to) == 0 ||
           fail(folder, from, "cannot rename", error);
}

bool folder_remove(const struct folder *folder, const char *name, struct error *error)
{
    return unlinkat(folder->fd, name, 0) == 0 || errno == ENOENT ||
           fail(folder, name, "cannot remove", error);
}

int folder_create(const struct folder *folder, const char *name, struct error *error)
{
    int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    int fd = openat(folder->fd, name, flags, 0600);
    if (fd < 0 && errno == EEXIST && unlinkat(folder->fd, name, 0) == 0)
        fd = openat(folder->fd, name, flags, 0600);
    if (fd < 0)
        fail(folder, name, "cannot create", error);
    return fd;
}
