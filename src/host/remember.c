/*
 * remember: append under flock.
 *
 * A file that was cut is a new one in its place. So who has waited for the lock looks whether the name still leads to
 * the file that it has locked.
 */
#include "remember.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <lauxlib.h>

#define FILE_MODE 0600
#define FOLDER_MODE 0700

/* Makes what is missing of the folders above; what fails shows when the file is opened. */
static void make_folders(const char *path)
{
    char folder[PATH_MAX];
    if (strlen(path) >= sizeof folder)
        return;
    strcpy(folder, path);
    for (char *slash = strchr(folder + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(folder, FOLDER_MODE);
        *slash = '/';
    }
}

static bool is_at(int fd, const char *path)
{
    struct stat ours, named;
    return fstat(fd, &ours) == 0 && lstat(path, &named) == 0 && ours.st_ino == named.st_ino &&
           ours.st_dev == named.st_dev;
}

/* The file, locked; -1 with errno. */
static int open_locked(const char *path)
{
    for (;;) {
        int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
        if (fd < 0)
            return -1;
        int status = flock(fd, LOCK_EX);
        if (status == 0 && is_at(fd, path))
            return fd;
        int failure = errno;
        close(fd);
        if (status != 0 && failure != EINTR) {
            errno = failure;
            return -1;
        }
    }
}

static bool write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t count = write(fd, data, len);
        if (count < 0)
            return false;
        data += count;
        len -= (size_t)count;
    }
    return true;
}

/* Writes a file of its own beside the path, in its place when it is whole. */
static bool replace(const char *path, const char *data, size_t len)
{
    char beside[PATH_MAX];
    if (snprintf(beside, sizeof beside, "%s.new", path) >= (int)sizeof beside)
        return false;
    unlink(beside);
    int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
    if (fd < 0)
        return false;
    bool is_whole = write_all(fd, data, len);
    is_whole = close(fd) == 0 && is_whole;
    return is_whole && rename(beside, path) == 0;
}

/* Keeps the lines that lie wholly in the last `most` bytes. */
static bool cut(int fd, const char *path, size_t size, size_t most)
{
    char *tail = malloc(most + 1);
    bool is_cut = false;
    if (tail == NULL)
        return false;
    ssize_t count = pread(fd, tail, most + 1, (off_t)(size - most - 1));
    const char *line = count > 0 ? memchr(tail, '\n', (size_t)count) : NULL;
    if (line != NULL)
        is_cut = replace(path, line + 1, (size_t)(tail + count - line - 1));
    free(tail);
    return is_cut;
}

static bool add(int fd, const char *path, const char *text, size_t len, size_t most)
{
    struct stat status;
    if (!write_all(fd, text, len) || fstat(fd, &status) != 0)
        return false;
    return status.st_size <= (off_t)most || cut(fd, path, (size_t)status.st_size, most / 2);
}

int remember_remember(lua_State *L)
{
    size_t len;
    const char *path = luaL_checkstring(L, 1);
    const char *text = luaL_checklstring(L, 2, &len);
    lua_Integer most = luaL_checkinteger(L, 3);
    luaL_argcheck(L, most > 1, 3, "too little");
    make_folders(path);
    int fd = open_locked(path);
    if (fd < 0)
        return luaL_fileresult(L, 0, path);
    bool is_added = add(fd, path, text, len, (size_t)most);
    int failure = errno;
    close(fd);
    errno = failure;
    return luaL_fileresult(L, is_added, path);
}
