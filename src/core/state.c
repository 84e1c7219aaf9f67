/* state: see state.h. */
#include "state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The path of the state folder; false when nothing says where it is. */
static bool locate(char path[PATH_MAX])
{
    const char *own = getenv("SUTURE_STATE"), *xdg = getenv("XDG_STATE_HOME"),
               *home = getenv("HOME");
    int len;
    if (own && *own)
        len = snprintf(path, PATH_MAX, "%s", own);
    else if (geteuid() == 0)
        len = snprintf(path, PATH_MAX, "/var/lib/suture");
    else if (xdg && *xdg == '/')
        len = snprintf(path, PATH_MAX, "%s/suture", xdg);
    else if (home && *home == '/')
        len = snprintf(path, PATH_MAX, "%s/.local/state/suture", home);
    else
        return false;
    return len > 0 && len < PATH_MAX - 16;
}

/* A journal is not durable before the name of its folder is. */
static bool sync_above(const char *path, struct error *error)
{
    struct folder folder;
    char above[PATH_MAX];
    snprintf(above, sizeof above, "%s", path);
    char *slash = strrchr(above, '/');
    if (slash)
        slash[slash == above] = '\0';
    if (!folder_open(&folder, slash ? above : ".", false, error))
        return false;
    bool synced = folder_sync(&folder, error);
    folder_close(&folder);
    return synced;
}

/* The name of one that is there already may be as new as the run that made it and died; `sure` asks for a sync too. */
static bool make_folder(const char *path, bool sure, struct error *error)
{
    bool made = mkdir(path, 0700) == 0;
    if (!made && errno != EEXIST)
        return error_system(error, errno, path, "cannot make the state folder");
    return !(made || sure) || sync_above(path, error);
}

/* Makes the folder and those above it. */
static bool make_folders(char *path, bool sure, struct error *error)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        bool made = make_folder(path, false, error);
        *slash = '/';
        if (!made)
            return false;
    }
    return make_folder(path, sure, error);
}

/* A folder that others can write to could hold journals that they wrote. */
static bool check_owner(const struct folder *folder, struct error *error)
{
    struct stat status;
    if (fstat(folder->fd, &status) != 0)
        return error_system(error, errno, folder->path, NULL);
    if (status.st_uid == geteuid() && !(status.st_mode & (S_IWGRP | S_IWOTH)))
        return true;
    return error_set(
        error, ERROR_UNSUPPORTED, folder->path,
        "is not used as state folder: it belongs to, or may be written by, another user");
}

bool state_open(struct folder *folder, const char *name, bool make, struct error *error)
{
    char path[PATH_MAX];
    *folder = (struct folder){.fd = -1};
    if (!locate(path))
        return error_set(error, ERROR_UNSUPPORTED, NULL,
                         "no state folder: neither SUTURE_STATE, XDG_STATE_HOME nor HOME is set");
    size_t len = strlen(path);
    snprintf(path + len, PATH_MAX - len, "/%s", name);
    bool hot = strcmp(name, "hot") == 0;
    if (make && !make_folders(path, hot, error))
        return false;
    if (!folder_open(folder, path, hot, error))
        return false;
    if (check_owner(folder, error))
        return true;
    folder_close(folder);
    return false;
}

bool state_find(struct folder *folder, const char *name, struct error *error)
{
    struct error reason;
    if (state_open(folder, name, false, &reason) || reason.kind == ERROR_UNSUPPORTED ||
        reason.sys == ENOENT || reason.sys == ENOTDIR)
        return true;
    *error = reason;
    return false;
}
