/* guest: from fork to _exit in the process of a recipe. */
#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <lauxlib.h>
#include <lualib.h>

#include "child.h"
#include "heap.h"
#include "modules.h"
#include "plain.h"

#define INSIDE "suture.recipe.inside"
#define STATUS_RAISED 1

/* Where the pipe goes, so that everything behind it can be closed (cell.h, 2). */
#define PIPE (STDERR_FILENO + 1)

#define MOST_FOLDERS 8

/* What is done once and what it is done with. */
struct visit {
    const struct guest *guest;
    lua_State *parent;
    int job;
    bool is_sealed;
};

static void close_from(int first)
{
    if (close_range((unsigned)first, ~0U, 0) == 0)
        return;
    long most = sysconf(_SC_OPEN_MAX);
    for (int fd = first; fd < most; fd++)
        close(fd);
}

static bool keep_only(int out, bool trusted)
{
    if (dup2(out, PIPE) != PIPE || fcntl(PIPE, F_SETFD, FD_CLOEXEC) < 0)
        return false;
    close_from(PIPE + 1);
    return trusted ||
           (dup2(STDIN_FILENO, STDOUT_FILENO) >= 0 && dup2(STDIN_FILENO, STDERR_FILENO) >= 0);
}

/* seal(folders) */
static int seal(lua_State *L)
{
    struct visit *visit = lua_touserdata(L, lua_upvalueindex(1));
    const char *folders[MOST_FOLDERS];
    size_t count = 0;
    if (visit->is_sealed)
        _exit(STATUS_RAISED);
    luaL_checktype(L, 1, LUA_TTABLE);
    while (count < MOST_FOLDERS && lua_rawgeti(L, 1, (lua_Integer)count + 1) == LUA_TSTRING)
        folders[count++] = lua_tostring(L, -1);
    visit->is_sealed = true;
    if (visit->guest->trusted)
        return 0;
    const char *failed = cell_close(&visit->guest->limits, folders, count);
    if (failed != NULL)
        return luaL_error(L, "cannot confine the recipe (%s): %s", failed, strerror(errno));
    return 0;
}

/* (visit): all that may raise. */
static int run(lua_State *L)
{
    struct visit *visit = lua_touserdata(L, 1);
    luaL_openlibs(L);
    modules_install(L);
    lua_gc(L, LUA_GCGEN, 0, 0);
    lua_getglobal(L, "require");
    lua_pushliteral(L, INSIDE);
    lua_call(L, 1, 1);
    plain_copy(visit->parent, visit->job, L);
    child_push_send(L, PIPE);
    lua_pushlightuserdata(L, visit);
    lua_pushcclosure(L, seal, 1);
    lua_call(L, 3, 0);
    return 0;
}

static void complain(lua_State *L)
{
    const char *message =
        lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "an error without a text";
    fprintf(stderr, "suture: %s\n", message);
}

_Noreturn void guest_run(lua_State *L, int job, const struct guest *guest, int out, pid_t parent)
{
    struct visit visit = {.guest = guest, .parent = L, .job = lua_absindex(L, job)};
    struct heap heap = {.limit = guest->trusted ? SIZE_MAX : guest->limits.memory};
    child_settle(parent);
    lua_State *inner = keep_only(out, guest->trusted) ? lua_newstate(heap_allocate, &heap) : NULL;
    if (inner == NULL || !lua_checkstack(inner, 4))
        _exit(GUEST_STATUS_MEMORY);
    lua_pushcfunction(inner, run);
    lua_pushlightuserdata(inner, &visit);
    int status = lua_pcall(inner, 1, 0, 0);
    fflush(stdout);
    if (status == LUA_ERRMEM)
        _exit(GUEST_STATUS_MEMORY);
    if (status != LUA_OK)
        complain(inner);
    _exit(status == LUA_OK ? 0 : STATUS_RAISED);
}
