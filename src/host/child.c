/* child: what happens between fork and _exit in a worker. */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <lauxlib.h>

#include "frame.h"
#include "interrupt.h"

#define STATUS_RAISED 1

static int send_frame(lua_State *L)
{
    size_t len;
    int out = (int)lua_tointeger(L, lua_upvalueindex(1));
    luaL_checktype(L, 1, LUA_TSTRING);
    const char *data = lua_tolstring(L, 1, &len);
    luaL_argcheck(L, len <= FRAME_LIMIT, 1, "frame is longer than 1 GiB");
    if (!frame_write(out, data, len))
        return luaL_error(L, "cannot send to the parent: %s", strerror(errno));
    return 0;
}

void child_push_send(lua_State *L, int out)
{
    lua_pushinteger(L, out);
    lua_pushcclosure(L, send_frame, 1);
}

void child_settle(pid_t parent)
{
    struct rlimit no_core = {0, 0};
    interrupt_disarm();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(STATUS_RAISED);
    setrlimit(RLIMIT_CORE, &no_core);
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
        _exit(STATUS_RAISED);
    if (null != STDIN_FILENO)
        close(null);
}

/* (body, out): all that may raise, so that nothing leaves through a handler of the parent's copy. */
static int run_body(lua_State *L)
{
    int out = (int)lua_tointeger(L, 2);
    lua_settop(L, 1);
    child_push_send(L, out);
    lua_call(L, 1, 0);
    return 0;
}

static int to_text(lua_State *L)
{
    luaL_tolstring(L, 1, NULL);
    return 1;
}

static void print_error(lua_State *L)
{
    const char *message = lua_tostring(L, -1);
    fprintf(stderr, "suture: %s\n", message != NULL ? message : "an error without a text");
}

_Noreturn void child_run(lua_State *L, int body, int out, pid_t parent)
{
    child_settle(parent);
    lua_pushcfunction(L, to_text);
    lua_pushcfunction(L, run_body);
    lua_pushvalue(L, body);
    lua_pushinteger(L, out);
    int status = lua_pcall(L, 2, 0, -4);
    fflush(stdout);
    if (status != LUA_OK)
        print_error(L);
    _exit(status == LUA_OK ? 0 : STATUS_RAISED);
}
