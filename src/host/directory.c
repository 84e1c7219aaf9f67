/* directory: readdir, stat, mkdir and files that were not there before. */
#include "directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <lauxlib.h>

#define NANOSECONDS 1000000000LL

/* NULL with errno set for a path that the system would read only in part. */
static const char *check_path(lua_State *L, int index)
{
    size_t len;
    const char *path = luaL_checklstring(L, index, &len);
    errno = EINVAL;
    return strlen(path) == len ? path : NULL;
}

static int refused(lua_State *L)
{
    return luaL_fileresult(L, 0, lua_tostring(L, 1));
}

static const char *kind_of(mode_t mode)
{
    if (S_ISLNK(mode))
        return "nothing";
    return S_ISREG(mode) ? "file" : S_ISDIR(mode) ? "folder" : "other";
}

/* What a name leads to: links are followed as far as they lead to something. False with errno set. */
static bool look(int folder, const char *name, struct stat *found, bool *is_link)
{
    struct stat target;
    if (fstatat(folder, name, found, AT_SYMLINK_NOFOLLOW) < 0)
        return false;
    *is_link = S_ISLNK(found->st_mode);
    if (*is_link && fstatat(folder, name, &target, 0) == 0)
        *found = target;
    return true;
}

static void push_entry(lua_State *L, int folder, const char *name)
{
    struct stat found;
    bool is_link = false;
    bool is_there = look(folder, name, &found, &is_link);
    lua_createtable(L, 0, 3);
    lua_pushstring(L, name);
    lua_setfield(L, -2, "name");
    lua_pushstring(L, is_there ? kind_of(found.st_mode) : "nothing");
    lua_setfield(L, -2, "kind");
    lua_pushboolean(L, is_link);
    lua_setfield(L, -2, "is_link");
}

/* (folder): the list, and the errno of what ended it, 0 at its end. */
static int collect(lua_State *L)
{
    DIR *folder = lua_touserdata(L, 1);
    lua_Integer count = 0;
    struct dirent *entry;
    lua_newtable(L);
    while (errno = 0, (entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        push_entry(L, dirfd(folder), entry->d_name);
        lua_rawseti(L, -2, ++count);
    }
    lua_pushinteger(L, errno);
    return 2;
}

int directory_entries(lua_State *L)
{
    const char *path = check_path(L, 1);
    lua_settop(L, 1);
    DIR *folder = path != NULL ? opendir(path) : NULL;
    if (folder == NULL)
        return refused(L);
    lua_pushcfunction(L, collect);
    lua_pushlightuserdata(L, folder);
    int status = lua_pcall(L, 1, 2, 0);
    closedir(folder);
    if (status != LUA_OK)
        return lua_error(L);
    errno = (int)lua_tointeger(L, -1);
    if (errno != 0)
        return refused(L);
    lua_pop(L, 1);
    return 1;
}

int directory_stat(lua_State *L)
{
    struct stat found;
    bool is_link;
    const char *path = check_path(L, 1);
    if (path == NULL || !look(AT_FDCWD, path, &found, &is_link))
        return refused(L);
    lua_createtable(L, 0, 4);
    lua_pushstring(L, kind_of(found.st_mode));
    lua_setfield(L, -2, "kind");
    lua_pushinteger(L, found.st_size);
    lua_setfield(L, -2, "size");
    lua_pushinteger(L, (lua_Integer)found.st_ino);
    lua_setfield(L, -2, "inode");
    lua_pushinteger(L, found.st_mtim.tv_sec * NANOSECONDS + found.st_mtim.tv_nsec);
    lua_setfield(L, -2, "mtime");
    return 1;
}

int directory_make(lua_State *L)
{
    const char *path = check_path(L, 1);
    if (path == NULL || mkdir(path, 0777) < 0)
        return refused(L);
    lua_pushboolean(L, true);
    return 1;
}

/* False with errno set. */
static bool write_all(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t count = write(fd, text, len);
        if (count < 0 && errno != EINTR)
            return false;
        text += count > 0 ? count : 0;
        len -= count > 0 ? (size_t)count : 0;
    }
    return true;
}

int directory_create(lua_State *L)
{
    size_t len;
    const char *path = check_path(L, 1);
    const char *text = luaL_checklstring(L, 2, &len);
    int fd = path != NULL ? open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666) : -1;
    if (fd < 0)
        return refused(L);
    int reason = write_all(fd, text, len) ? 0 : errno;
    if (close(fd) < 0 && reason == 0)
        reason = errno;
    if (reason != 0)
        unlink(path);
    errno = reason;
    return luaL_fileresult(L, reason == 0, path);
}
