/* host: the table of the module `suture.host`. */
#include "host.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <lauxlib.h>

#include "modules.h"
#include "terminal.h"
#include "worker.h"

/* nil where /proc is not mounted. */
static int executable(lua_State *L)
{
    char path[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", path, sizeof path);
    if (len <= 0)
        lua_pushnil(L);
    else
        lua_pushlstring(L, path, (size_t)len);
    return 1;
}

/* In $TMPDIR, else /tmp; nobody else may enter it. On failure nil, message, errno. */
static int make_folder(lua_State *L)
{
    char path[PATH_MAX];
    const char *parent = getenv("TMPDIR");
    int len = snprintf(path, sizeof path, "%s/suture-XXXXXX", parent && *parent ? parent : "/tmp");
    errno = ENAMETOOLONG;
    if (len >= (int)sizeof path || mkdtemp(path) == NULL)
        return luaL_fileresult(L, 0, path);
    lua_pushstring(L, path);
    return 1;
}

int luaopen_suture_host(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"work", worker_work},      {"isatty", terminal_isatty},  {"columns", terminal_columns},
        {"executable", executable}, {"make_folder", make_folder}, {NULL, NULL},
    };
    luaL_newlib(L, functions);
    modules_push_verbs(L);
    lua_setfield(L, -2, "verbs");
    return 1;
}
