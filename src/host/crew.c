/* crew: see crew.h. */
#include "crew.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <lauxlib.h>

#include "child.h"
#include "failure.h"
#include "frame.h"
#include "interrupt.h"

#define MOST_JOBS 1024
#define MOST_SAID ((size_t)1 << 20)
#define STATUS_RAISED 1
#define STATUS_INTERRUPTED 130

/* Where the arguments are on the stack of whoever serves the crew. */
enum { CREW = 1, BODY, NEXT, RECEIVE };

/*
 * pid      -1: there is no child
 * socket   the parent's end: units go out, frames come in
 * said     the file in memory behind the child's stdout and stderr
 * is_busy  whether it has `unit`; has_decided: and said that it cannot be taken back
 */
struct member {
    pid_t pid;
    int socket;
    int said;
    bool is_busy;
    bool has_decided;
    lua_Integer unit;
};

/* A unit waits while a child could not be made for it, or died before it read it. */
struct crew {
    size_t jobs;
    bool has_unit;
    bool is_dismissed;
    lua_Integer unit;
    struct pollfd *polls;
    struct member members[];
};

/* The child's side */

/* (body, socket, unit): the unit, and its result handed in. Held until it is: a Ctrl-C from here on is seen after it. */
static int do_unit(lua_State *L)
{
    size_t len;
    int socket = (int)lua_tointeger(L, 2);
    lua_pushvalue(L, 1);
    lua_pushvalue(L, 3);
    child_push_send(L, socket);
    lua_call(L, 2, 1);
    interrupt_hold(L);
    const char *result = luaL_checklstring(L, -1, &len);
    luaL_argcheck(L, len > 0 && len <= FRAME_LIMIT, 1, "a result has 1 byte to 1 GiB");
    fflush(NULL);
    if (!frame_write(socket, result, len))
        return luaL_error(L, "cannot send to the parent: %s", strerror(errno));
    return interrupt_release(L);
}

/* (body, socket): until the parent closes its end, or Ctrl-C. */
static int serve(lua_State *L)
{
    int socket = (int)lua_tointeger(L, 2);
    lua_Integer unit;
    while (!interrupt_is_pending() && frame_read(socket, &unit, sizeof unit)) {
        lua_pushcfunction(L, do_unit);
        lua_pushvalue(L, 1);
        lua_pushvalue(L, 2);
        lua_pushinteger(L, unit);
        lua_call(L, 3, 0);
    }
    return 0;
}

static int complain(lua_State *L)
{
    if (failure_is_kind(L, 1, "interrupted"))
        _exit(STATUS_INTERRUPTED);
    fprintf(stderr, "suture: %s\n", luaL_tolstring(L, 1, NULL));
    return 0;
}

/* Invariants 3 and 4. SIGINT and SIGUSR1 are blocked since before the fork: none is lost. */
static void settle_in(const struct crew *crew, const struct member *self, int socket, pid_t parent)
{
    for (size_t i = 0; i < crew->jobs; i++) {
        if (crew->members[i].pid <= 0)
            continue;
        close(crew->members[i].socket);
        if (&crew->members[i] != self)
            close(crew->members[i].said);
    }
    child_settle(parent);
    interrupt_arm();
    interrupt_heed_parent();
    prctl(PR_SET_PDEATHSIG, SIGINT);
    if (getppid() != parent || socket < 0 || dup2(self->said, STDOUT_FILENO) < 0 ||
        dup2(self->said, STDERR_FILENO) < 0)
        _exit(STATUS_RAISED);
}

static _Noreturn void run_child(lua_State *L, const struct crew *crew, const struct member *self,
                                int socket, pid_t parent)
{
    settle_in(crew, self, socket, parent);
    interrupt_release(L);
    lua_pushcfunction(L, serve);
    lua_pushvalue(L, BODY);
    lua_pushinteger(L, socket);
    int status = lua_pcall(L, 2, 0, 0);
    if (status != LUA_OK) {
        lua_pushcfunction(L, complain);
        lua_insert(L, -2);
        lua_pcall(L, 1, 0, 0);
    }
    fflush(NULL);
    _exit(status == LUA_OK ? 0 : STATUS_RAISED);
}

/* The parent's side */

static void close_descriptor(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* Waits for a child that has ended, or that ends because its socket is closed here (4). Returns what waitpid tells. */
static int reap(struct member *member)
{
    int wait = 0;
    close_descriptor(&member->socket);
    close_descriptor(&member->said);
    while (waitpid(member->pid, &wait, 0) < 0 && errno == EINTR)
        continue;
    member->pid = -1;
    return wait;
}

/* A file in memory to which every writer appends. */
static int make_said(void)
{
    int fd = memfd_create("said", MFD_CLOEXEC);
    if (fd >= 0 && fcntl(fd, F_SETFL, O_APPEND) < 0)
        close_descriptor(&fd);
    return fd;
}

/* Makes a child. False with errno set: there is none. */
static bool start(lua_State *L, const struct crew *crew, struct member *member)
{
    int ends[2];
    pid_t parent = getpid();
    struct member made = {.said = make_said()};
    if (made.said < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
        int reason = errno;
        close_descriptor(&made.said);
        errno = reason;
        return false;
    }
    made.socket = ends[0];
    signal(SIGCHLD, SIG_DFL); /* if it came to us ignored, nothing could be reaped */
    fflush(NULL);             /* what is buffered is the parent's to write, once */
    sigset_t before = interrupt_block();
    made.pid = fork();
    if (made.pid == 0) {
        close(made.socket);
        run_child(L, crew, &made, ends[1], parent);
    }
    int reason = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(ends[1]);
    if (made.pid < 0) {
        close_descriptor(&made.socket);
        close_descriptor(&made.said);
    } else {
        *member = made;
    }
    errno = reason;
    return made.pid > 0;
}

/* A child without a unit, or a place for one; NULL when all have one. */
static struct member *find_free(struct crew *crew)
{
    struct member *place = NULL;
    for (size_t i = 0; i < crew->jobs; i++) {
        struct member *member = &crew->members[i];
        if (member->pid > 0 && !member->is_busy)
            return member;
        if (member->pid < 0 && place == NULL)
            place = member;
    }
    return place;
}

static bool has_busy(const struct crew *crew)
{
    for (size_t i = 0; i < crew->jobs; i++)
        if (crew->members[i].is_busy)
            return true;
    return false;
}

/* Whether there is a unit to give out; asks for one (2). */
static bool fetch(lua_State *L, struct crew *crew)
{
    if (crew->has_unit)
        return true;
    lua_pushvalue(L, NEXT);
    lua_call(L, 0, 1);
    crew->has_unit = !lua_isnil(L, -1);
    if (crew->has_unit)
        crew->unit = luaL_checkinteger(L, -1);
    lua_pop(L, 1);
    return crew->has_unit;
}

/* A child that died before it read the unit has not got it: the unit stays (1). */
static void give(struct crew *crew, struct member *member)
{
    ssize_t sent = send(member->socket, &crew->unit, sizeof crew->unit, MSG_NOSIGNAL);
    if (sent != (ssize_t)sizeof crew->unit) {
        reap(member);
        return;
    }
    member->unit = crew->unit;
    member->is_busy = true;
    member->has_decided = false;
    crew->has_unit = false;
}

static void give_out(lua_State *L, struct crew *crew)
{
    struct member *member;
    while ((member = find_free(crew)) != NULL && fetch(L, crew)) {
        if (member->pid > 0 || start(L, crew, member)) {
            give(crew, member);
            continue;
        }
        const char *reason = strerror(errno);
        if (!has_busy(crew))
            failure_raise(L, "io", lua_pushfstring(L, "cannot start a process: %s", reason));
        return; /* those that there are go on */
    }
}

/* Pushes what the child has said since its last unit, and empties the file. */
static void push_said(lua_State *L, const struct member *member)
{
    luaL_Buffer buffer;
    char *data = luaL_buffinitsize(L, &buffer, MOST_SAID);
    ssize_t len = pread(member->said, data, MOST_SAID, 0);
    if (ftruncate(member->said, 0) < 0)
        len = 0;
    luaL_pushresultsize(&buffer, len > 0 ? (size_t)len : 0);
}

static const char *push_ending(lua_State *L, int wait)
{
    if (WIFSIGNALED(wait))
        return lua_pushfstring(L, "signal %d", WTERMSIG(wait));
    if (WEXITSTATUS(wait) == STATUS_INTERRUPTED)
        return lua_pushliteral(L, "interrupted");
    return lua_pushfstring(L, "status %d", WEXITSTATUS(wait));
}

/* The child is gone; its unit, if it had one, is received as that (1). */
static void bury(lua_State *L, struct member *member)
{
    bool was_busy = member->is_busy;
    member->is_busy = false;
    lua_pushvalue(L, RECEIVE);
    lua_pushinteger(L, member->unit);
    lua_pushnil(L);
    push_said(L, member);
    push_ending(L, reap(member));
    lua_pushboolean(L, member->has_decided);
    if (was_busy)
        lua_call(L, 5, 0);
    else
        lua_pop(L, 6);
}

/* The frame's bytes go straight into a Lua string. False when the child died in the middle of it. */
static bool push_result(lua_State *L, const struct member *member, size_t len)
{
    luaL_Buffer buffer;
    int top = lua_gettop(L);
    if (frame_read(member->socket, luaL_buffinitsize(L, &buffer, len), len)) {
        luaL_pushresultsize(&buffer, len);
        return true;
    }
    lua_settop(L, top);
    return false;
}

/* One frame, or the end, of a child that has something for us. */
static void hear(lua_State *L, struct member *member)
{
    unsigned char header[FRAME_HEADER];
    if (!frame_read(member->socket, header, sizeof header)) {
        bury(L, member);
        return;
    }
    size_t len = frame_length(header);
    if (len == 0) {
        member->has_decided = true;
        return;
    }
    lua_pushvalue(L, RECEIVE);
    lua_pushinteger(L, member->unit);
    if (!push_result(L, member, len)) {
        lua_pop(L, 2);
        bury(L, member);
        return;
    }
    member->is_busy = false;
    push_said(L, member);
    lua_call(L, 3, 0);
}

/* Tells all to end (4, 5): who has a unit is interrupted, who has none finds the socket closed. */
static void dismiss(struct crew *crew)
{
    crew->is_dismissed = true;
    for (size_t i = 0; i < crew->jobs; i++) {
        struct member *member = &crew->members[i];
        if (member->pid > 0 && member->is_busy)
            kill(member->pid, SIGUSR1);
        else if (member->pid > 0)
            reap(member);
    }
}

/* Sleeps until a child has something for us, or SIGINT, which is let in only here and noted at once. */
static void await(const struct crew *crew)
{
    sigset_t before = interrupt_block();
    for (size_t i = 0; i < crew->jobs; i++)
        crew->polls[i] = (struct pollfd){.fd = crew->members[i].socket, .events = POLLIN};
    if ((interrupt_is_pending() && !crew->is_dismissed) ||
        ppoll(crew->polls, crew->jobs, NULL, &before) < 0)
        for (size_t i = 0; i < crew->jobs; i++)
            crew->polls[i].revents = 0;
    sigprocmask(SIG_SETMASK, &before, NULL);
}

/* (crew, body, next, receive): all that may raise. */
static int supervise(lua_State *L)
{
    struct crew *crew = lua_touserdata(L, CREW);
    while (true) {
        if (interrupt_is_pending() && !crew->is_dismissed)
            dismiss(crew);
        if (!crew->is_dismissed)
            give_out(L, crew);
        if (!has_busy(crew))
            return 0;
        await(crew);
        for (size_t i = 0; i < crew->jobs; i++)
            if (crew->polls[i].revents != 0)
                hear(L, &crew->members[i]);
    }
}

/* Invariant 6. What is handed in now has nobody to receive it. */
static void end_all(struct crew *crew)
{
    if (!crew->is_dismissed)
        dismiss(crew);
    for (size_t i = 0; i < crew->jobs; i++)
        if (crew->members[i].pid > 0)
            reap(&crew->members[i]);
}

/* Pushes an empty crew, which the Lua state owns. */
static struct crew *push_crew(lua_State *L, size_t jobs)
{
    size_t members = jobs * sizeof(struct member);
    struct crew *crew =
        lua_newuserdatauv(L, sizeof *crew + members + jobs * sizeof(struct pollfd), 0);
    memset(crew, 0, sizeof *crew);
    crew->jobs = jobs;
    crew->polls = (struct pollfd *)(void *)((char *)crew->members + members);
    for (size_t i = 0; i < jobs; i++)
        crew->members[i] = (struct member){.pid = -1, .socket = -1, .said = -1};
    return crew;
}

int crew_run(lua_State *L)
{
    for (int i = 1; i <= 3; i++)
        luaL_checktype(L, i, LUA_TFUNCTION);
    lua_Integer jobs = luaL_checkinteger(L, 4);
    luaL_argcheck(L, jobs >= 1 && jobs <= MOST_JOBS, 4, "not from 1 to 1024");
    lua_settop(L, 3);
    struct crew *crew = push_crew(L, (size_t)jobs);
    lua_pushcfunction(L, supervise);
    lua_pushvalue(L, 4);
    for (int i = 1; i <= 3; i++)
        lua_pushvalue(L, i);
    interrupt_defer();
    int status = lua_pcall(L, 4, 0, 0);
    end_all(crew);
    interrupt_resume();
    if (status != LUA_OK)
        return lua_error(L);
    return interrupt_is_pending() ? interrupt_raise(L) : 0;
}
