/* worker: fork, frames over a pipe, and the one place where the child is reaped. */
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <lauxlib.h>

#include "child.h"
#include "failure.h"
#include "frame.h"
#include "guest.h"
#include "interrupt.h"

/* How waiting for the child or for its bytes ended. */
enum outcome { READY, ENDED, CUT, TOO_LONG, LATE, INTERRUPTED, FAILED };

/*
 * pid, pidfd  the child; -1 when there is none (any more)
 * pipe        the end to read frames from; -1 when closed
 * has_limit   whether deadline (CLOCK_MONOTONIC) counts
 * wait        how the child ended, as waitpid tells
 * guest       how a guest lives; NULL for a body in the parent's state
 * longest     bytes that a frame may have
 */
struct worker {
    pid_t pid;
    int pidfd;
    int pipe;
    bool has_limit;
    struct timespec deadline;
    int wait;
    enum outcome outcome;
    const struct guest *guest;
    size_t longest;
};

static void close_descriptor(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* Kills the child unless it has ended, and reaps it. Safe to call again. */
static void stop(struct worker *worker)
{
    if (worker->pid > 0) {
        kill(worker->pid, SIGKILL);
        while (waitpid(worker->pid, &worker->wait, 0) < 0 && errno == EINTR)
            ;
    }
    worker->pid = -1;
    close_descriptor(&worker->pidfd);
    close_descriptor(&worker->pipe);
}

/* Seconds to a point of the monotonic clock. */
static struct timespec deadline_after(double seconds)
{
    struct timespec point;
    double whole = floor(seconds);
    clock_gettime(CLOCK_MONOTONIC, &point);
    point.tv_sec += (time_t)whole;
    point.tv_nsec += (long)((seconds - whole) * 1e9);
    if (point.tv_nsec >= 1000000000L) {
        point.tv_sec++;
        point.tv_nsec -= 1000000000L;
    }
    return point;
}

/* The time left until the deadline, not below zero. */
static struct timespec time_left(const struct timespec *deadline)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    struct timespec left = {deadline->tv_sec - now.tv_sec, deadline->tv_nsec - now.tv_nsec};
    if (left.tv_nsec < 0) {
        left.tv_sec--;
        left.tv_nsec += 1000000000L;
    }
    return left.tv_sec < 0 ? (struct timespec){0, 0} : left;
}

/*
 * Waits until fd can be read. SIGINT is let in only while ppoll sleeps: one that came before would
 * otherwise be seen only when the child ends.
 */
static enum outcome wait_readable(const struct worker *worker, int fd)
{
    sigset_t block, before;
    enum outcome outcome = FAILED;
    sigemptyset(&block);
    sigaddset(&block, SIGINT);
    sigprocmask(SIG_BLOCK, &block, &before);
    while (!interrupt_is_pending()) {
        struct pollfd poll = {.fd = fd, .events = POLLIN};
        struct timespec left = time_left(&worker->deadline);
        int ready = ppoll(&poll, 1, worker->has_limit ? &left : NULL, &before);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready >= 0)
            outcome = ready == 0 ? LATE : READY;
        break;
    }
    if (interrupt_is_pending())
        outcome = INTERRUPTED;
    sigprocmask(SIG_SETMASK, &before, NULL);
    return outcome;
}

/* Fills the buffer. ENDED only when the pipe was at its end before the first byte. */
static enum outcome read_all(const struct worker *worker, unsigned char *data, size_t len)
{
    size_t have = 0;
    while (have < len) {
        enum outcome outcome = wait_readable(worker, worker->pipe);
        if (outcome != READY)
            return outcome;
        ssize_t count = read(worker->pipe, data + have, len - have);
        if (count == 0)
            return have == 0 ? ENDED : CUT;
        if (count < 0 && errno != EINTR)
            return FAILED;
        have += count > 0 ? (size_t)count : 0;
    }
    return READY;
}

/* Pushes the next frame as a string; pushes nothing when the result is not READY. */
static enum outcome push_frame(lua_State *L, const struct worker *worker)
{
    unsigned char header[FRAME_HEADER];
    luaL_Buffer buffer;
    enum outcome outcome = read_all(worker, header, sizeof header);
    if (outcome != READY)
        return outcome;
    size_t len = frame_length(header);
    if (len > worker->longest)
        return TOO_LONG;
    int top = lua_gettop(L);
    outcome = read_all(worker, (unsigned char *)luaL_buffinitsize(L, &buffer, len), len);
    if (outcome == READY)
        luaL_pushresultsize(&buffer, len);
    else
        lua_settop(L, top);
    return outcome == ENDED ? CUT : outcome;
}

/* The part that may raise: (worker, receive). Ends when the pipe does, or when waiting fails. */
static int collect(lua_State *L)
{
    struct worker *worker = lua_touserdata(L, 1);
    while ((worker->outcome = push_frame(L, worker)) == READY) {
        lua_pushvalue(L, 2);
        lua_insert(L, -2);
        lua_call(L, 1, 0);
    }
    return 0;
}

/* A child that has closed its pipe must end, too. */
static void await_end(struct worker *worker)
{
    enum outcome outcome = wait_readable(worker, worker->pidfd);
    if (outcome == READY && waitpid(worker->pid, &worker->wait, 0) == worker->pid)
        worker->pid = -1;
    else
        worker->outcome = outcome;
}

/* Forks with a pipe between the two. False with errno set: no child, nothing open. */
static bool start(lua_State *L, struct worker *worker, int given)
{
    int ends[2];
    pid_t parent = getpid();
    if (pipe2(ends, O_CLOEXEC) < 0)
        return false;
    signal(SIGCHLD, SIG_DFL); /* if it came to us ignored, nothing could be reaped */
    fflush(NULL);             /* what is buffered is the parent's to write, once */
    worker->pipe = ends[0];
    worker->pid = fork();
    if (worker->pid == 0) {
        close(ends[0]);
        if (worker->guest != NULL)
            guest_run(L, given, worker->guest, ends[1], parent);
        child_run(L, given, ends[1], parent);
    }
    int reason = errno;
    close(ends[1]);
    if (worker->pid > 0 && (worker->pidfd = pidfd_open(worker->pid, 0)) >= 0)
        return true;
    if (worker->pid > 0)
        reason = errno;
    stop(worker);
    errno = reason;
    return false;
}

/* A number of the options at index, or that for an absent one. */
static double check_number(lua_State *L, int index, const char *name, double absent)
{
    double number = absent;
    if (!lua_isnoneornil(L, index)) {
        luaL_checktype(L, index, LUA_TTABLE);
        if (lua_getfield(L, index, name) != LUA_TNIL)
            number = luaL_checknumber(L, -1);
        lua_pop(L, 1);
        if (!(number >= 0))
            luaL_argerror(L, index, lua_pushfstring(L, "%s must not be negative", name));
    }
    return number;
}

static bool check_flag(lua_State *L, int index, const char *name)
{
    bool is_set = false;
    if (lua_istable(L, index)) {
        lua_getfield(L, index, name);
        is_set = lua_toboolean(L, -1);
        lua_pop(L, 1);
    }
    return is_set;
}

/* What ended a guest, when it is one of its limits. */
static const char *passed_limit(const struct worker *worker)
{
    if (worker->guest == NULL)
        return NULL;
    if (WIFEXITED(worker->wait) && WEXITSTATUS(worker->wait) == GUEST_STATUS_MEMORY)
        return "memory";
    if (WIFSIGNALED(worker->wait) && WTERMSIG(worker->wait) == SIGXCPU)
        return "cpu";
    return WIFSIGNALED(worker->wait) && WTERMSIG(worker->wait) == SIGXFSZ ? "file size" : NULL;
}

static int push_died(lua_State *L, const struct worker *worker)
{
    const char *limit = worker->outcome == ENDED ? passed_limit(worker) : NULL;
    if (limit != NULL) {
        lua_pushliteral(L, "limit");
        lua_pushstring(L, limit);
        return 2;
    }
    lua_pushliteral(L, "died");
    if (worker->outcome == CUT)
        lua_pushliteral(L, "a frame was cut short");
    else if (worker->outcome == TOO_LONG)
        lua_pushliteral(L, "a frame is too long");
    else if (WIFSIGNALED(worker->wait) && WTERMSIG(worker->wait) == SIGSYS)
        lua_pushliteral(L, "a forbidden system call");
    else if (WIFSIGNALED(worker->wait))
        lua_pushfstring(L, "signal %d", WTERMSIG(worker->wait));
    else
        lua_pushfstring(L, "status %d", WEXITSTATUS(worker->wait));
    return 2;
}

/* The child is gone. Ctrl-C goes to the whole process group, so its death may be seen first. */
static int push_outcome(lua_State *L, const struct worker *worker)
{
    bool by_interrupt = WIFSIGNALED(worker->wait) && WTERMSIG(worker->wait) == SIGINT;
    if (worker->outcome == INTERRUPTED || by_interrupt)
        return interrupt_raise(L);
    if (worker->outcome == FAILED)
        return failure_raise(L, "io", "cannot wait for the worker");
    if (worker->outcome == LATE) {
        lua_pushliteral(L, "timeout");
        return 1;
    }
    if (worker->outcome != ENDED || worker->wait != 0)
        return push_died(L, worker);
    lua_pushliteral(L, "done");
    return 1;
}

/* (given, receive): the child and all that follows. */
static int work(lua_State *L, struct worker *worker, double seconds)
{
    worker->has_limit = seconds <= 1e9;
    if (worker->has_limit)
        worker->deadline = deadline_after(seconds);
    lua_pushcfunction(L, collect);
    lua_pushlightuserdata(L, worker);
    lua_pushvalue(L, 2);
    if (!start(L, worker, 1))
        return failure_raise(L, "io",
                             lua_pushfstring(L, "cannot start a worker: %s", strerror(errno)));
    int status = lua_pcall(L, 2, 0, 0);
    if (status == LUA_OK && worker->outcome == ENDED)
        await_end(worker);
    stop(worker);
    return status == LUA_OK ? push_outcome(L, worker) : lua_error(L);
}

int worker_work(lua_State *L)
{
    struct worker worker = {.pid = -1, .pidfd = -1, .pipe = -1, .longest = FRAME_LIMIT};
    luaL_checktype(L, 1, LUA_TFUNCTION);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    return work(L, &worker, check_number(L, 3, "timeout", INFINITY));
}

int worker_confine(lua_State *L)
{
    struct guest guest = {.trusted = check_flag(L, 3, "trust")};
    struct worker worker = {
        .pid = -1, .pidfd = -1, .pipe = -1, .longest = FRAME_LIMIT, .guest = &guest};
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    guest.limits.seconds = check_number(L, 3, "timeout", INFINITY);
    double mebibytes = check_number(L, 3, "memory", INFINITY);
    guest.limits.memory = mebibytes < 1e9 ? (size_t)(mebibytes * (1 << 20)) : SIZE_MAX;
    if (guest.limits.memory < worker.longest)
        worker.longest = guest.limits.memory;
    return work(L, &worker, guest.limits.seconds);
}
