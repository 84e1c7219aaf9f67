/* host: the table of the module `suture.host`. */
#include "host.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <lauxlib.h>

#include "cell.h"
#include "crew.h"
#include "directory.h"
#include "interrupt.h"
#include "modules.h"
#include "readline.h"
#include "remember.h"
#include "stream.h"
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

static int rearm(lua_State *L)
{
    (void)L;
    interrupt_arm();
    return 0;
}

/* (name, value): for this process and those that it starts. Raises where the system refuses the name. */
static int set_environment(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1), *value = luaL_checkstring(L, 2);
    if (setenv(name, value, 1) < 0)
        return luaL_error(L, "cannot set '%s' in the environment: %s", name, strerror(errno));
    return 0;
}

/* What a cell can be built of here. */
static int system_offer(lua_State *L)
{
    struct cell_offer offer = cell_probe();
    lua_createtable(L, 0, 3);
    lua_pushinteger(L, offer.landlock);
    lua_setfield(L, -2, "landlock");
    lua_pushboolean(L, offer.seccomp);
    lua_setfield(L, -2, "seccomp");
    lua_pushboolean(L, offer.address_space);
    lua_setfield(L, -2, "address_space");
    return 1;
}

/* Seconds since some moment, by a clock that nobody sets. */
static int now(lua_State *L)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    lua_pushnumber(L, (lua_Number)time.tv_sec + (lua_Number)time.tv_nsec / 1e9);
    return 1;
}

int luaopen_suture_host(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"work", worker_work},
        {"confine", worker_confine},
        {"system", system_offer},
        {"isatty", terminal_isatty},
        {"columns", terminal_columns},
        {"executable", executable},
        {"make_folder", make_folder},
        {"rearm", rearm},
        {"entries", directory_entries},
        {"stat", directory_stat},
        {"make_directory", directory_make},
        {"create", directory_create},
        {"setenv", set_environment},
        {"clock", now},
        {"source", modules_source},
        {"crew", crew_run},
        {"hold", interrupt_hold},
        {"release", interrupt_release},
        {"take", stream_take},
        {"give", stream_give},
        {"remember", remember_remember},
        {"char_columns", terminal_char_columns},
        {NULL, NULL},
    };
    luaL_newlib(L, functions);
    modules_push_verbs(L);
    lua_setfield(L, -2, "verbs");
    modules_push_names(L);
    lua_setfield(L, -2, "modules");
    readline_push(L);
    lua_setfield(L, -2, "readline");
    return 1;
}
